"""The schema of a contract file: who promised what to whom, and what shows it.

Knows fields, types and words, one file at a time. Which figures a check is computed
from is `contract_checks`. An unknown field is an error, because a promise that is not
read is not kept.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from affidavit.errors import KeyUnusable
from affidavit.findings import Activity
from affidavit.policy.fields import Day, Name, Names, RuleId, Text, wrong
from affidavit.policy.globs import Globs, is_pattern
from affidavit.policy.part import Part
from affidavit.tlog.note import VerifierKey

LAST_YEAR = 9_000
"""Schedules end here: dates beyond 9999 cannot be written."""
MAX_COUNT = (1 << 53) - 1
_SPAN = re.compile(r"([1-9][0-9]{0,5})(m|h|d)", re.ASCII)
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
_ACTIVITIES = tuple(activity.value for activity in Activity)


def seconds_in(span: str) -> int:
    """The seconds of a span such as `90m`, `24h` or `7d`; it was validated before."""
    found = _SPAN.fullmatch(span)
    return int(found[1]) * _SECONDS[found[2]] if found else 0


def _span(text: str) -> str:
    if _SPAN.fullmatch(text) is None:
        raise wrong(f"{text[:40]!r} is no span of time", "Write 90m, 24h or 7d.")
    return text


def _fraction(most: int, what: str) -> AfterValidator:
    def check(text: str) -> str:
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", text) and Decimal(text) <= most:
            return text
        raise wrong(f"{text[:40]!r} is no {what}", f'Write "0" to "{most}", quoted.')

    return AfterValidator(check)


def _vkey(text: str) -> str:
    try:
        if str(VerifierKey.parse(text)) == text:
            return text
    except KeyUnusable as error:
        raise wrong(f"not a verifier key: {error}") from error
    raise wrong("a verifier key in no canonical form", "Write NAME+ID+BASE64.")


def _activity(pattern: str) -> str:
    known = _ACTIVITIES
    if pattern in known or (
        is_pattern(pattern) and any(map(Globs((pattern,)).match, known))
    ):
        return pattern
    raise wrong(
        f"no detector reports the activity {pattern[:80]!r}: it would never be seen",
        f"Known: {', '.join(known)}.",
    )


Count: TypeAlias = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Span: TypeAlias = Annotated[
    str,
    AfterValidator(_span),
    WithJsonSchema({"type": "string", "pattern": f"^{_SPAN.pattern}$"}),
]
_DECIMAL = WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,6})?$"})
Percent: TypeAlias = Annotated[str, _fraction(100, "share in percent"), _DECIMAL]
Score: TypeAlias = Annotated[str, _fraction(1, "score"), _DECIMAL]
Vkey: TypeAlias = Annotated[str, AfterValidator(_vkey), Field(max_length=512)]
Activities: TypeAlias = Annotated[
    tuple[Annotated[Name, AfterValidator(_activity)], ...], Field(min_length=1)
]


class Party(Part):
    """One side of the contract."""

    role: Name = Field(description="What it is in the contract: supplier, customer.")
    name: Name = Field(description="Its name.")
    contact: Name | None = Field(None, description="Whom to ask.")


class Calls(Part):
    """Which calls are meant: those that match each field that is given."""

    purposes: Names | None = Field(
        None, description="Declared purposes, as patterns. `*` alone matches none too."
    )
    models: Names | None = Field(None, description="Requested models, as patterns.")
    projects: Names | None = Field(
        None, description="The provider's projects, by their exact names."
    )

    @model_validator(mode="after")
    def _exact(self) -> "Calls":
        for name in self.projects or ():
            if is_pattern(name):
                raise wrong(
                    f"{name!r} is a pattern, and a trail tells only exact projects",
                    "Name each project.",
                )
        return self


class Use(Part):
    """Calls by what they are for and what they use; every field given must match."""

    purposes: Names | None = Field(None, description="Declared purposes, as patterns.")
    models: Names | None = Field(None, description="Requested models, as patterns.")
    endpoints: Names | None = Field(None, description="Endpoints, as patterns.")

    @model_validator(mode="after")
    def _says_something(self) -> "Use":
        if not self.model_fields_set:
            raise wrong(
                "calls of no description are meant",
                "Give purposes, models or endpoints.",
            )
        return self


class Nothing(Part):
    """A check without parameters, written `{}`."""


class CallsCheck(Part):
    """How many calls may leave."""

    at_most: Count = Field(description="So many calls let through in a period.")


class ActivityCheck(Part):
    """What no call that leaves may be found to do."""

    activities: Activities = Field(description="Activities of detectors, as patterns.")
    score: Score = Field("0", description='Findings of at least this score: "0.8".')


class RefusalsCheck(Part):
    """How often a rule stopped a call."""

    rules: Names = Field(description="Identifiers of rules, as patterns.")
    at_most: Count | None = Field(None, description="No more than so many.")
    at_least: Count | None = Field(None, description="No fewer than so many.")

    @model_validator(mode="after")
    def _bounded(self) -> "RefusalsCheck":
        if self.at_most is None and self.at_least is None:
            raise wrong("any number would do", "Give at_most or at_least.")
        return self


class ConcludedCheck(Part):
    """How many calls may be without a recorded outcome."""

    unknown_at_most: Count = Field(0, description="So many may be.")


class GapCheck(Part):
    """How long the trail may be silent."""

    at_most: Span = Field(description="The longest time without any record: `24h`.")


class AnchoredCheck(Part):
    """Who else must have seen the trail, and how recently."""

    within: Span = Field(
        description="How old the newest anchor may be at the last record: `24h`."
    )
    witnesses: Annotated[int, Field(ge=0, le=100)] = Field(
        0, description="So many witnesses; 0 for any anchor, a time stamp among them."
    )


class SignedCheck(Part):
    """Who must have signed the policies."""

    keys: Annotated[tuple[Vkey, ...], Field(min_length=1)] = Field(
        description="Verifier keys, as `affidavit policy sign` printed them."
    )
    threshold: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="So many of them."
    )

    @model_validator(mode="after")
    def _reachable(self) -> "SignedCheck":
        distinct = {VerifierKey.parse(each).verifier.key_id for each in self.keys}
        if self.threshold > len(distinct):
            raise wrong(
                f"{self.threshold} signatures of {len(distinct)} keys are never there",
                "Name more keys, or demand fewer.",
            )
        return self


class RetentionCheck(Part):
    """How long what was recorded of calls is kept."""

    months: Annotated[int, Field(ge=1, le=1_200)] = Field(
        description="Calendar months before the period's end."
    )


class CoverageCheck(Part):
    """How much of what the provider billed is in the trail."""

    at_least: Percent = Field(description='Percent of requests: "99.5".')


class Check(Part):
    """One thing that a period's figures show. Exactly one of these."""

    no_observed: Nothing | None = Field(
        None, description="No call left that an enforced policy would have stopped."
    )
    no_use: Use | None = Field(None, description="No such call was let through.")
    only_use: Use | None = Field(None, description="No other call was let through.")
    declared: Nothing | None = Field(
        None, description="Every call let through declared a purpose."
    )
    calls: CallsCheck | None = Field(None, description="How many were let through.")
    no_activity: ActivityCheck | None = Field(
        None, description="No call let through bears such a finding."
    )
    refusals: RefusalsCheck | None = Field(
        None, description="How many calls a rule refused or held for review."
    )
    enforced: Nothing | None = Field(
        None, description="Every policy in force was enforced, none only observed."
    )
    whole_period: Nothing | None = Field(
        None, description="The trail began no later than the period."
    )
    recorded: Nothing | None = Field(
        None, description="The trail verifies and every decision can be counted."
    )
    concluded: ConcludedCheck | None = Field(
        None, description="Calls that left have a recorded outcome."
    )
    longest_gap: GapCheck | None = Field(
        None, description="The trail was never silent for longer."
    )
    anchored: AnchoredCheck | None = Field(
        None, description="Others had seen the trail, recently."
    )
    policies_signed: SignedCheck | None = Field(
        None, description="Every policy in force was signed by these."
    )
    retention: RetentionCheck | None = Field(
        None, description="Nothing was removed that is to be kept so long."
    )
    coverage: CoverageCheck | None = Field(
        None, description="So much of what was billed is in the trail."
    )
    no_open_incident: Nothing | None = Field(
        None, description="No incident was open at the period's end."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "Check":
        if len(self.model_fields_set) != 1:
            raise wrong(
                f"a check has one name, this has {len(self.model_fields_set)}",
                "Write each check as its own item: `- no_observed: {}`.",
            )
        return self

    @property
    def name(self) -> str:
        """Which check it is."""
        (name,) = self.model_fields_set
        return name


class Clause(Part):
    """One promise, in the parties' own words, and what shows that it was kept."""

    id: Name = Field(description='Its number in the contract, quoted: "4.1".')
    promise: Text = Field(description="What was promised, paraphrased.")
    reference: Name | None = Field(None, description="Where it is written down.")
    checks: Annotated[tuple[Check, ...], Field(min_length=1)] = Field(
        description="All of these must be met."
    )


class Schedule(Part):
    """Which periods are attested."""

    every: Literal["month", "quarter", "year"] = Field(description="How long one is.")
    start: Day = Field(alias="from", description="First day of the first one, UTC.")
    until: Day | None = Field(None, description="Last day of the last one, inclusive.")

    @model_validator(mode="after")
    def _makes_sense(self) -> "Schedule":
        if self.start.day > 28:  # the shortest month's last day
            raise wrong(
                "a schedule from a day that not every month has", "Begin by the 28th."
            )
        if self.until is not None and self.until < self.start:
            raise wrong("the schedule ends before it begins")
        if max(self.start, self.until or self.start).year >= LAST_YEAR:
            raise wrong("a schedule of another age", "Is the year right?")
        return self


class Signatory(Part):
    """A person who signs the statement."""

    name: Name = Field(description="Who.")
    title: Name | None = Field(None, description="In which function.")
    party: Name | None = Field(None, description="For whom.")
    key: Vkey | None = Field(None, description="Their verifier key.")


class ContractFile(Part):
    """Promises about the use of AI providers, and the checks that show them kept."""

    api_version: Literal["affidavit/v1"] = Field(
        alias="apiVersion", description="The version of this format."
    )
    kind: Literal["Contract"] = Field(description="What the file is.")
    name: RuleId = Field(description="Short name: small letters, digits, hyphens.")
    title: Text | None = Field(None, description="What the contract is called.")
    reference: Name | None = Field(None, description="Where the contract is filed.")
    parties: Annotated[tuple[Party, ...], Field(min_length=1)] = Field(
        description="Who promised, and to whom."
    )
    scope: Calls | None = Field(
        None, description="The calls that the promises are about. Default: all."
    )
    exclusions: Calls | None = Field(
        None, description="Calls that they are not about: any field that matches."
    )
    schedule: Schedule | None = Field(None, description="Which periods are attested.")
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1, max_length=1_000)] = (
        Field(description="The promises.")
    )
    signatories: tuple[Signatory, ...] | None = Field(
        None, description="Who signs the statement, beside the trail's own key."
    )
    threshold: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None, description="So many of the signatories must have signed."
    )

    @property
    def terms(self) -> dict[str, Any]:
        """The content as JSON, fields that the file leaves out left out."""
        terms: dict[str, Any] = self.model_dump(
            mode="json", by_alias=True, exclude_unset=True
        )
        return terms


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def first_day(schedule: Schedule, number: int) -> date:
    """The first day of the schedule's period of this number, counted from 0."""
    whole = _whole(schedule.start) + _MONTHS[schedule.every] * number
    return date(whole // 12, whole % 12 + 1, schedule.start.day)


def number_of(schedule: Schedule, day: date) -> int | None:
    """The number of the period that `day` lies in; None before the first one, or in an
    age of which nothing is scheduled.
    """
    months = _whole(day) - _whole(schedule.start) - (day.day < schedule.start.day)
    if months < 0 or day.year >= LAST_YEAR:
        return None
    return months // _MONTHS[schedule.every]


def _whole(day: date) -> int:
    return day.year * 12 + day.month - 1
