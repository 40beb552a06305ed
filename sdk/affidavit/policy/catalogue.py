"""What each code of a policy's check is called, and what it says in one line.

Knows words for people and for tools that list rules (SARIF); docs/policy-lint.md has a
section for each. Which code a policy deserves is found elsewhere.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from affidavit.policy.report import Code

DOCUMENT = "docs/policy-lint.md"
"""Where the sections are, one a code."""


class Entry(NamedTuple):
    """One code of the check."""

    name: str
    """Words with hyphens, as stable as the code."""
    summary: str
    """What is wrong, as the tables of the documents say it."""


_TEXT = """
P001 syntax             not YAML, or no document
P002 not-utf8           not UTF-8
P003 too-large          too large, too deep, or extends too many files
P004 duplicate-key      a key given twice
P005 yaml-feature       a YAML feature that does not belong in a policy
P006 character          a character that does not belong in a policy
P007 no-value           a key without a value
P010 unknown-field      an unknown field
P011 missing-field      a missing field
P012 wrong-value        a wrong value
P020 extends-unknown    `extends` names what is not there
P021 extends-outside    `extends` leaves the policy's directory
P022 extends-cycle      the policy extends itself
P023 duplicate-name     a rule or purpose defined twice
P024 mode-conflict      an extended file has another mode
P025 ambiguous          a directory holds several policies
P026 final-loosened     a lower layer that loosens what an upper one marks final
P030 unknown-rule       a waiver for a rule that does not exist
P031 unknown-purpose    a purpose that is not declared
P032 not-waivable       a waiver for a rule that cannot be waived
P033 unknown-finding    a rule for a finding or activity that no detector reports
P034 unknown-endpoint   an endpoint that no call has, in a rule or a purpose
P035 wrong-expression   a CEL expression that cannot be read, or be bounded
P036 extra-missing      an expression, and no package installed that reads it
P038 unpriced           a budget of cost for a model without a price
P040 unapproved         a change that nobody who owns it has approved
P041 no-approver        a change that nobody may approve
P042 uncommitted        a change that is not committed, so that nobody can approve it
P101 waiver-expired     a waiver has expired
P102 purpose-expired    a purpose has expired
P103 clause-stale       a pack was last reviewed more than 180 days ago
P104 no-owner           a purpose has no owner
P105 waiver-unused      a waiver that its rule never needs, or a second one
P106 unconfirmed        the wording behind a rule is not confirmed
P107 unreachable-rule   a rule that no call under a declared purpose can match
P108 shadowed-rule      a rule that decides nothing that another does not decide
P109 layers-contradict  parts that undo each other: no origin, or no permission, is left
P110 waiver-endless     a waiver that outlasts a year, and so any review
P111 model-misspelt     a pattern for models that looks like a misspelt name
P112 pattern-unmatched  a pattern that fits no purpose, or nothing that one may use
P113 purpose-unused     a purpose under which nothing can be permitted
P114 when-constant      a `when` that comes to the same whatever the call is
P115 parameter-type     a parameter held against what it never is, such as `n` and text
P116 parameter-unknown  a parameter that no call shows, such as `max_output_token`
"""


def _entries() -> dict[Code, Entry]:
    lines = (line.split(None, 2) for line in _TEXT.strip().splitlines())
    return {Code(code): Entry(name, summary) for code, name, summary in lines}


ENTRIES: Mapping[Code, Entry] = MappingProxyType(_entries())


def named(code: str) -> str:
    """`P010 unknown-field`; the code alone where it is none of a policy's."""
    known = {entry.value: ENTRIES[entry].name for entry in ENTRIES}
    return f"{code} {known[code]}" if code in known else code


def anchor(code: Code) -> str:
    """Where the document has the code's section."""
    return f"{DOCUMENT}#{code.value.lower()}-{ENTRIES[code].name}"
