"""Parameters that rules ask for: whether a call can show them, and ever so.

Knows the list of them, which is closed: whatever else a request carries (through
`extra_body`, say) no rule sees. Where calls keep them is for whoever reads requests.
"""

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from affidavit.policy import comparison
from affidavit.policy.assemble import Assembly, Document, Step
from affidavit.policy.cel_names import PARAMETERS, Type
from affidavit.policy.layers import own_rules
from affidavit.policy.nearest import shown
from affidavit.policy.parts import conditions
from affidavit.policy.report import Code

TYPES = MappingProxyType(
    {name: kind for kind, names in PARAMETERS.items() for name in names.split()}
)
"""What each parameter is, by its name."""

_NUMBER, _TRUTH, _WORDS = "a number", "true or false", "text"
_AS_IT_IS = {
    _NUMBER: 'Write a number, or a comparison such as "> 4".',
    _TRUTH: "Write true or false.",
    _WORDS: "Write the text that it is.",
}

_Asked: TypeAlias = tuple[Document, tuple[Step, ...], str, object]


def mistyped(assembly: Assembly, _today: date) -> None:
    """P115: a parameter held against what it never is."""
    for document, path, name, wanted in _asked(assembly):
        is_a = _never(name, wanted)
        if is_a is not None:
            document.report.warning(
                Code.PARAMETER_TYPE,
                document.place(*path),
                f"`{name}` is {is_a}: held against {shown(str(wanted))} it never "
                "matches",
                remedy=_AS_IT_IS[is_a],
            )


def unknown(assembly: Assembly, _today: date) -> None:
    """P116: a parameter that no call shows, so that the condition never matches."""
    for document, path, name, _ in _asked(assembly):
        if name not in TYPES:
            document.report.warning(
                Code.PARAMETER_UNKNOWN,
                document.place(*path, key=True),
                f"no call shows a parameter {shown(name)}: this never matches",
                remedy=document.report.suggestion(name, TYPES)
                or "docs/policy.md lists the parameters that rules can ask for.",
            )


def _asked(assembly: Assembly) -> Iterator[_Asked]:
    for document, index, rule in own_rules(assembly):
        for group, number, condition in conditions(rule):
            for name, wanted in (condition.parameter or {}).items():
                at = ("rules", index, group, number, "parameter", name)
                yield document, at, name, wanted


def _never(name: str, wanted: object) -> str | None:
    """What the parameter is, where it can never be `wanted`; None where it can."""
    compares = isinstance(wanted, str) and comparison.looks_like(wanted)
    is_number = compares or type(wanted) is int
    match TYPES.get(name):
        case Type.INT | Type.DOUBLE:
            return None if is_number else _NUMBER
        case Type.BOOL:
            return None if isinstance(wanted, bool) else _TRUTH
        case Type.STRING:
            return _WORDS if is_number or isinstance(wanted, bool) else None
        case _:
            return None
