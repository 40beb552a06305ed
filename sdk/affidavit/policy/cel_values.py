"""Literals that a `when:` holds its names against although no call ever is that.

Knows which names have a closed set of values, or values of one form. Says only what is
so for every call: a literal that is not spoken of may be unknown all the same.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from affidavit.policy import hosts, known, ranges
from affidavit.policy.cel_tree import Constant, Tree
from affidavit.policy.in_force import ModelKind
from affidavit.policy.nearest import shown, suggestion
from affidavit.providers import PROVIDERS

EQUALS = frozenset({"_==_", "_!=_", "@in"})
"""Functions that hold a name against a whole value."""
_SIGNS = {"_==_": "==", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_SEEN_FROM_THE_LEFT = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PARTS: Mapping[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
}


class Held(NamedTuple):
    """A name, and one literal that an expression holds it against."""

    name: str
    function: str
    literal: Tree
    name_first: bool
    """Whether the name stands on the left, or is what is searched."""


class Never(NamedTuple):
    """Why no call's value is the literal, and what to write instead."""

    message: str
    remedy: str | None


class _Closed(NamedTuple):
    """All values that a name may have."""

    words: str
    values: frozenset[str]


_CLOSED: Mapping[str, _Closed] = {
    "request.provider": _Closed("no provider is called", frozenset(PROVIDERS)),
    "purpose.trains_model.kind": _Closed(
        "no kind of model is called", frozenset({"", *(k.value for k in ModelKind)})
    ),
    "activities": _Closed("no detector reports", known.ACTIVITIES),
}


def never(held: Held) -> Never | None:
    """What is wrong with the literal; None where a call could have it."""
    value = held.literal.value
    if held.name.startswith("finding."):
        return _never_scored(held, value)
    if not isinstance(value, str):
        return None
    if held.name == "request.endpoint":
        return _never_called(held, value)
    closed = _CLOSED.get(held.name)
    if closed is not None:
        return _never_listed(held, value, closed)
    return _never_spelt(held, value)


def _never_scored(held: Held, value: Constant) -> Never | None:
    sign = _SIGNS.get(held.function)
    if sign is None or not isinstance(value, float):
        return None
    if not held.name_first:
        sign = _SEEN_FROM_THE_LEFT.get(sign, sign)
    if ranges.reached(sign, value):
        return None
    return Never(
        f"{held.name} is never {sign} {value}",
        "Scores run from 0 to 1, with three decimals.",
    )


def _never_called(held: Held, value: str) -> Never | None:
    if held.function in EQUALS:
        possible = known.is_endpoint(value)
    elif held.function == "startsWith" and held.name_first:
        possible = known.is_endpoint(f"{value}*")
    else:
        return None  # a path that has no name may end in anything
    if possible:
        return None
    return Never(
        f"no endpoint is called {shown(value)}",
        known.endpoint_meant(value, suggestion),
    )


def _never_listed(held: Held, value: str, closed: _Closed) -> Never | None:
    part = _PARTS.get(held.function)
    if held.function in EQUALS:
        possible = value in closed.values
    elif part is not None and held.name_first:
        possible = any(part(each, value) for each in closed.values)
    else:
        return None
    if possible:
        return None
    listed = ", ".join(sorted(filter(None, closed.values)))
    remedy = suggestion(value, closed.values) or f"Known: {listed}."
    return Never(f"{closed.words} {shown(value)}", remedy)


def _never_spelt(held: Held, value: str) -> Never | None:
    if held.function not in EQUALS or not value:
        return None
    if held.name == "request.host":
        host = hosts.host_within(value)
        if host is not None:
            remedy = f"Write the host alone: {host or 'api.openai.com'}."
            return Never(f"{shown(value)} is more than a host", remedy)
    if held.name == "request.origin" and not hosts.is_origin(value):
        return Never(
            f"{shown(value)} is not an origin",
            "Write scheme, host and a port other than the scheme's own, without a "
            "path: https://gateway.example.com:8443.",
        )
    return None
