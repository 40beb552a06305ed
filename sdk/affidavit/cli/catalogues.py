"""What any code of a diagnostic is called: a policy's, or the code scan's.

Knows which catalogues there are. What their entries say is theirs.
"""

from typing import Literal, NamedTuple


class Described(NamedTuple):
    """One code, for tools that list rules."""

    name: str
    level: Literal["error", "warning"]
    summary: str
    document: str
    """Where the documents have its section."""


def described(code: str) -> Described | None:
    """What `code` is; None where no catalogue has it."""
    return _of_scan(code) if code.startswith("C") else _of_policy(code)


def titled(code: str) -> str:
    """`P010 unknown-field`; the code alone where no catalogue has it."""
    known = described(code)
    return code if known is None else f"{code} {known.name}"


def _of_policy(code: str) -> Described | None:
    from affidavit.policy.catalogue import ENTRIES, anchor
    from affidavit.policy.report import Code

    try:
        known = Code(code)
    except ValueError:
        return None
    entry = ENTRIES[known]
    level: Literal["error", "warning"] = "error" if code < "P1" else "warning"
    return Described(entry.name, level, entry.summary, anchor(known))


def _of_scan(code: str) -> Described | None:
    from affidavit.scan.code.rules import CODES, ENTRIES, Rule, anchor

    if code not in CODES:
        return None
    rule = Rule(code)
    entry = ENTRIES[rule]
    return Described(entry.name, entry.level, entry.summary, anchor(rule))
