"""The schema of a policy's tests: `*.test.yaml`, and how one is read.

Knows fields and places, defaults and fixtures. Decides nothing and runs nothing: what a
case means for a policy is `suite`. An unknown field is an error, because what is not
read is not tested.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainValidator, WithJsonSchema

from affidavit.policy.diagnose import validated
from affidavit.policy.fields import (
    Day,
    Key,
    Name,
    Names,
    OneOrMany,
    PurposeName,
    Text,
    wrong,
)
from affidavit.policy.nearest import shown, suggestion
from affidavit.policy.part import Part
from affidavit.policy.report import Code, Report
from affidavit.policy.source import MAX_BYTES, Node, parse, place_of
from affidavit.providers import Provider

SUFFIXES = (".test.yaml", ".test.yml")


def _value(value: object) -> object:
    if isinstance(value, float):
        return repr(value)  # as a call carries it: fractions travel as text
    if isinstance(value, str | int):
        return value
    raise wrong("a parameter is a number, true, false or text")


def _score(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 0 <= float(str(value)) <= 1:
        return float(str(value))
    raise wrong(f"{str(value)[:40]!r} is no score", "Write a number from 0 to 1.")


ParameterValue: TypeAlias = Annotated[
    Any,
    PlainValidator(_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Score: TypeAlias = Annotated[
    Any,
    PlainValidator(_score),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]


class Said(Part):
    """One piece of text that a call sends."""

    role: Name = Field("user", description="Who is said to speak it.")
    text: str = Field(description="What is said.")


class FoundFinding(Part):
    """A finding that is given, instead of what detectors would find."""

    kind: Key = Field(description="What a rule's `finding` names.")
    score: Score = Field(description="From 0 to 1.")
    activity: Key = Field("training_data", description="What is being done.")


class CallPart(Part):
    """A call, or part of one. What is left out comes from `defaults`."""

    purpose: PurposeName | None = Field(None, description="What the call declares.")
    declares_no_purpose: Literal[True] | None = Field(
        None, description="True for a call that declares none, whatever the defaults."
    )
    model: Name | None = Field(None, description="The model that it asks for.")
    names_no_model: Literal[True] | None = Field(
        None, description="True for a call without model, whatever the defaults."
    )
    endpoint: Name | None = Field(None, description="Such as chat.completions.")
    base_url: Name | None = Field(
        None, description="The client's base URL; the provider follows from it."
    )
    provider: Provider | None = Field(
        None, description="Who answers, where it does not follow from base_url."
    )
    project: Name | None = Field(None, description="The provider's project.")
    user: Name | None = Field(None, description="The request's `user`.")
    safety_identifier: Name | None = Field(None, description="The request's own.")
    parameters: dict[Key, ParameterValue] | None = Field(
        None, description="Request parameters by name, added to those of the defaults."
    )
    texts: tuple[Said, ...] | None = Field(
        None, description="What the call says; the detectors read it."
    )
    text: str | None = Field(None, description="What the user says: one text.")
    findings: tuple[FoundFinding, ...] | None = Field(
        None, description="Findings, instead of what the detectors find; [] for none."
    )


class ReasonPart(Part):
    """One reason that must be among the decision's."""

    rule: Name = Field(description="The rule, or a name such as purpose.model.")
    message: Text | None = Field(None, description="Part of its message.")
    evidence: Text | None = Field(None, description="Part of its evidence.")
    clause: Name | None = Field(None, description="Its clause.")


class Expected(Part):
    """What the policy must say. What is left out is not compared."""

    effect: Literal["permit", "refuse", "review"] = Field(description="The effect.")
    decided_by: Name | None = Field(
        None, description="The rule whose reason comes first."
    )
    rules: tuple[Name, ...] | None = Field(
        None, description="Rules of all reasons, in any order, and no others."
    )
    reasons: tuple[ReasonPart, ...] | None = Field(
        None, description="Reasons that must be among the decision's."
    )
    warnings: tuple[Name, ...] | None = Field(
        None, description="Rules of all warnings, in any order, and no others."
    )
    shadow: tuple[Name, ...] | None = Field(
        None, description="Shadow rules that match, in any order, and no others."
    )


class CasePart(Part):
    """One call, and what the policy must say to it."""

    name: Text = Field(description="The promise that it keeps.")
    use: OneOrMany | None = Field(
        None, description="Fixtures that the call is made of, later ones winning."
    )
    call: CallPart | None = Field(None, description="What is particular to this call.")
    at: Day | None = Field(None, description="The day of the call, UTC.")
    expect: Expected = Field(description="What the policy must say.")


class Defaults(Part):
    """What every case has unless it says otherwise."""

    call: CallPart | None = Field(None, description="Of every call.")
    at: Day | None = Field(None, description="The day of every call, UTC.")


class CasesFile(Part):
    """Cases for one policy."""

    api_version: Literal["affidavit/v1"] = Field(
        alias="apiVersion", description="The version of this format."
    )
    kind: Literal["PolicyTest"] = Field(description="What the file is.")
    policy: Name | None = Field(
        None,
        description="The policy, as a path from this file. Default: its folder's.",
    )
    defaults: Defaults | None = Field(None, description="What every case has.")
    fixtures: dict[Name, CallPart] | None = Field(
        None, description="Calls, or parts of calls, that cases use by name."
    )
    cases: Annotated[tuple[CasePart, ...], Field(min_length=1)] = Field(
        description="The cases."
    )
    tags: Names | None = Field(None, description="Words of your own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case with its defaults and fixtures put together."""

    name: str
    file: Path
    line: int
    call: CallPart
    at: Day | None
    expect: Expected

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """A test file that can be run."""

    file: Path
    policy: Path
    """The policy that it is about."""
    cases: tuple[Case, ...]


def read(file: Path) -> Cases | Report:
    """The cases of a file, or a report that says what is wrong with it.

    Raises `OSError` for a file that cannot be read.
    """
    report = Report(str(file))
    with file.open("rb") as stream:
        root = parse(stream.read(MAX_BYTES + 1), report)
    content = None if root is None else validated(CasesFile, root, report)
    if root is None or content is None:
        return report
    _unique(content, root, report)
    cases = tuple(
        _case(file, content, root, at, report) for at in range(len(content.cases))
    )
    if report.found:
        return report
    policy = file.parent if content.policy is None else file.parent / content.policy
    return Cases(file=file, policy=policy, cases=cases)


def _unique(content: CasesFile, root: Node, report: Report) -> None:
    first: dict[str, int] = {}
    for at, case in enumerate(content.cases):
        place = place_of(root, ("cases", at, "name"))
        if case.name in first:
            report.error(
                Code.DUPLICATE_NAME,
                place,
                f"case {shown(case.name)} is already on line {first[case.name]}",
                remedy="Give each case its own name: it is how a failure is told.",
            )
        first.setdefault(case.name, place.line)


def _case(file: Path, content: CasesFile, root: Node, at: int, report: Report) -> Case:
    case = content.cases[at]
    defaults = content.defaults or Defaults(call=None, at=None)
    fixtures = content.fixtures or {}
    parts = [defaults.call]
    for index, name in enumerate(case.use or ()):
        if name not in fixtures:
            report.error(
                Code.UNKNOWN_FIELD,
                place_of(root, ("cases", at, "use", index)),
                f"no fixture {shown(name)}",
                remedy=suggestion(name, fixtures)
                or f"Known here: {', '.join(fixtures) or 'none'}.",
            )
        parts.append(fixtures.get(name))
    parts.append(case.call)
    return Case(
        name=case.name,
        file=file,
        line=place_of(root, ("cases", at, "name")).line,
        call=_together([part for part in parts if part is not None]),
        at=case.at or defaults.at,
        expect=case.expect,
    )


_EXCLUSIVE = (
    ("purpose", "declares_no_purpose"),
    ("model", "names_no_model"),
    ("text", "texts"),
)
"""Fields of which the one that was said last counts."""


def _together(parts: list[CallPart]) -> CallPart:
    values: dict[str, Any] = {}
    for part in parts:
        said = {name: getattr(part, name) for name in part.model_fields_set}
        for pair in _EXCLUSIVE:
            if said.keys() & set(pair):
                values = {k: v for k, v in values.items() if k not in pair}
        if "parameters" in said:
            said["parameters"] = {
                **(values.get("parameters") or {}),
                **said["parameters"],
            }
        values |= said
    return CallPart.model_construct(_fields_set=set(values), **values)
