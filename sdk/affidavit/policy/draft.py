"""A first policy and its tests, as text.

Pure: from what somebody wants to the two files. Knows which fields a beginner meets,
and how to say what each is for. Decides nothing: what a case expects is what the caller
says that the policy decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from affidavit.policy import writing
from affidavit.policy.in_force import ModelKind

OTHER_MODEL = "no-such-model"
_HEAD = """\
# What {name} uses AI providers for. Each call declares one of the purposes below; one
# that declares none, or that no purpose covers, is refused, and does not leave unless
# `mode` is observe.
#
# After every change:      affidavit policy check && affidavit policy test
# What a change does:      affidavit policy diff HEAD
# What each field means:   docs/policy.md of affidavit
"""
_MODE = """\
# enforce: a call that is refused does not leave.
# observe: every call leaves, and the record says what enforcing would have done.
"""
_EXTENDS = "# The providers' terms as rules. They apply beside your own.\n"
_RULES = """\
# Your own rules. This one is tried out: it decides nothing, and the record says what it
# would have done. With `level: hard` or `level: waivable` it is in force.
rules:
  - id: many-samples-at-once
    effect: review
    level: shadow
    any:
      - parameter: {n: "> 8"}
    message: The call asks for more than eight answers to one question.
    remedy: Ask for fewer, or have the purpose's owner confirm why so many are needed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trains:
    """The model that a purpose develops with output."""

    kind: ModelKind
    distributed: bool
    competing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One purpose that is wanted."""

    name: str
    owner: str
    description: str | None
    models: tuple[str, ...]
    endpoints: tuple[str, ...]
    expires: date | None
    data: tuple[str, ...]
    trains: Trains | None


class Example(NamedTuple):
    """A call of one purpose, and what the policy decides about it."""

    name: str
    call: Mapping[str, Any]
    at: date
    expect: Mapping[str, Any]


def policy_text(
    name: str, wishes: Sequence[Wish], packs: Sequence[str], *, mode: str
) -> str:
    """The policy's file, not laid out yet."""
    lines = ["# yaml-language-server: $schema=./policy.schema.json"]
    lines += _HEAD.format(name=name).splitlines()
    lines += ["", "apiVersion: affidavit/v1", "kind: Policy"]
    lines += [f"name: {writing.scalar(name)}", "", *_MODE.splitlines(), f"mode: {mode}"]
    if packs:
        lines += ["", *_EXTENDS.splitlines(), "extends:"]
        lines += [f"  - pack:{pack}" for pack in packs]
    lines += ["", "purposes:"]
    for wish in wishes:
        lines += [*_purpose(wish), ""]
    return "\n".join([*lines, *_RULES.splitlines()]) + "\n"


def _purpose(wish: Wish) -> Iterator[str]:
    yield f"  {wish.name}:"
    said: dict[str, Any] = {
        "description": wish.description,
        "owner": wish.owner,
        "models": list(wish.models),
        "endpoints": list(wish.endpoints),
    }
    yield from writing.block({k: v for k, v in said.items() if v is not None}, 4)
    if wish.expires is not None:
        yield "    # The last valid day, UTC; then the purpose needs a review."
        yield f"    expires: {wish.expires}"
    if wish.data:
        yield "    # What kind of data is sent, in your own words; rules may name it."
        yield f"    data: {writing.flow(list(wish.data))}"
    if wish.trains is not None:
        yield "    # Whose output trains a model says which: the terms depend on it."
        model = {
            "kind": wish.trains.kind.value,
            "distributed": wish.trains.distributed,
            "competing": wish.trains.competing,
        }
        yield f"    trains_model: {writing.flow(model)}"


def tests_text(policy: str, examples: Iterable[Example]) -> str:
    """The test file, for a policy beside it."""
    lines = [
        "# yaml-language-server: $schema=./policy-test.schema.json",
        "# What the policy must say, call by call: affidavit policy test --coverage",
        "",
        "apiVersion: affidavit/v1",
        "kind: PolicyTest",
        f"policy: {writing.scalar(policy)}",
        "",
        "cases:",
    ]
    for example in examples:
        case = {
            "name": example.name,
            "at": example.at,
            "call": example.call,
            "expect": example.expect,
        }
        lines += [
            line.replace(f'at: "{example.at}"', f"at: {example.at}")
            for line in writing.item(case, 2)
        ]
    return "\n".join(lines) + "\n"


def calls(wish: Wish, today: date) -> Iterator[tuple[str, dict[str, Any], date]]:
    """What to try of a purpose: what it covers, and what it does not."""
    model, endpoint = _named(wish.models[0]), _named(wish.endpoints[0])
    call: dict[str, Any] = {
        "purpose": wish.name,
        "model": model,
        "endpoint": endpoint,
        "findings": [],
    }
    yield f"{wish.name} with {model} on {endpoint}", call, today
    if "*" not in wish.models:
        other = {**call, "model": OTHER_MODEL}
        yield f"{wish.name} with another model", other, today
    found = [{"kind": "dataset_generation", "score": 0.9, "activity": "self_instruct"}]
    yield f"{wish.name} making a training set", {**call, "findings": found}, today
    many = {**call, "parameters": {"n": 16}}
    yield f"{wish.name} asking for sixteen answers", many, today
    if wish.expires is not None:
        after = date.fromordinal(wish.expires.toordinal() + 1)
        yield f"{wish.name} after its last day", call, after


def _named(pattern: str) -> str:
    """A name that the pattern fits."""
    ends = [pattern.index(sign) for sign in "*?[" if sign in pattern]
    if not ends:
        return pattern
    head = pattern[: min(ends)]
    known = {"gpt-": "gpt-5", "": "gpt-5", "claude-": "claude-opus-4"}
    return known.get(head) or head.rstrip(".-") or pattern
