"""What the code scan can say: ids, names, one line each, and how much each matters.

Ids are stable: people put them in waivers, baselines and ignore lists. Knows words for
people and for tools that list rules; docs/code-scan.md has a section for each.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Literal, NamedTuple

DOCUMENT = "docs/code-scan.md"
"""Where the sections are, one a rule."""

Level = Literal["error", "warning"]


class Rule(Enum):
    """Everything that a source can be told."""

    UNPARSEABLE = "C001"
    UNDECODABLE = "C002"
    TOO_LARGE = "C003"
    NOT_SCANNED = "C004"
    UNREADABLE = "C005"
    PARTLY_READ = "C006"
    UNGOVERNED_CLIENT = "C101"
    MODULE_CLIENT = "C102"
    RAW_HTTP = "C103"
    OTHER_SDK = "C104"
    FRAMEWORK_CLIENT = "C105"
    PROVIDER_ADDRESS = "C106"
    NO_PURPOSE = "C201"
    PURPOSE_ELSEWHERE = "C202"
    UNKNOWN_PURPOSE = "C203"
    EXPIRED_PURPOSE = "C204"
    INVALID_PURPOSE = "C205"
    KEY_IN_SOURCE = "C301"
    WAIVER_NO_REASON = "C401"
    WAIVER_UNUSED = "C402"
    WAIVER_UNKNOWN = "C403"


class Entry(NamedTuple):
    """One rule of the scan."""

    name: str
    """Words with hyphens, as stable as the id."""
    level: Level
    summary: str
    """What is wrong, as the table of the document says it."""


_TEXT = """
C001 unparseable        error   a file that its language's grammar does not accept
C002 undecodable        error   a file whose bytes are no text in its encoding
C003 too-large          error   a file that is too large or too deep to be analysed
C004 not-scanned        error   a file that nothing here can read
C005 unreadable         error   a file that cannot be opened
C006 partly-read        warning a file of which some lines were not understood
C101 ungoverned-client  error   a client of the OpenAI SDK that nothing governs
C102 module-client      error   the OpenAI SDK's module-level client
C103 raw-http           error   a request to a provider without its SDK
C104 other-sdk          error   a provider's SDK that affidavit does not govern
C105 framework-client   error   a framework that makes clients of its own
C106 provider-address   warning a provider's address that no client here is given
C201 no-purpose         error   a call that no purpose reaches
C202 purpose-elsewhere  warning a call whose purpose depends on callers elsewhere
C203 unknown-purpose    error   a purpose that the policy does not know
C204 expired-purpose    error   a purpose that has expired
C205 invalid-purpose    error   a text that cannot be a purpose's name
C301 key-in-source      error   what looks like a provider's key
C401 waiver-no-reason   error   a waiver without a reason
C402 waiver-unused      warning a waiver that sets nothing aside
C403 waiver-unknown     error   a waiver for what is no rule, or may not be waived
"""


def _entries() -> dict[Rule, Entry]:
    found = {}
    for line in _TEXT.strip().splitlines():
        code, name, level, summary = line.split(None, 3)
        kind: Level = "error" if level == "error" else "warning"
        found[Rule(code)] = Entry(name, kind, summary)
    return found


ENTRIES: Mapping[Rule, Entry] = MappingProxyType(_entries())
CODES = frozenset(rule.value for rule in Rule)

INCOMPLETE = frozenset(
    {
        Rule.UNPARSEABLE,
        Rule.UNDECODABLE,
        Rule.TOO_LARGE,
        Rule.NOT_SCANNED,
        Rule.UNREADABLE,
    }
)
"""Rules that say: this file was not judged. Only leaving it out silences them."""

UNWAIVABLE = INCOMPLETE | {
    Rule.WAIVER_NO_REASON,
    Rule.WAIVER_UNUSED,
    Rule.WAIVER_UNKNOWN,
}
"""Rules that no comment sets aside: what a waiver is worth is not for it to say."""


def anchor(rule: Rule) -> str:
    """Where the document has the rule's section."""
    return f"{DOCUMENT}#{rule.value.lower()}-{ENTRIES[rule].name}"
