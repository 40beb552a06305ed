"""Whether each change to a policy was approved by whoever owns what was changed.

Pure: texts of the policy's files and what commits say come in as values. Owners are
those of before the change, so that nobody becomes an owner by the change itself, and
an approval counts for a part only while the part is as it was when it was given
(docs/policy-approvals.md). Knows no git.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from affidavit import canonical
from affidavit.errors import Diagnostic
from affidavit.policy.nearest import shown
from affidavit.policy.report import START, Code, Place, Report, in_order
from affidavit.policy.source import Node, parse, place_of, plain

ANYTHING = "*"
"""In `owners`: who approves what has no owner of its own."""
TRAILERS = ("Approved-by", "Reviewed-by")
_ADDRESS = re.compile(r"<([^<>\s]+)>\s*$")

Value: TypeAlias = bytes
"""A part's canonical JSON: equal bytes, equal part."""


class Part(NamedTuple):
    """Something that has an owner: a purpose, a rule, a rule's waivers, or a field."""

    kind: str
    name: str

    def __str__(self) -> str:
        match self.kind:
            case "purposes":
                return f"purpose {self.name}"
            case "rules":
                return f"rule {self.name}"
            case "waivers":
                return f"waivers of {self.name}"
            case _:
                return f"`{self.name}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One file at one moment: its parts, their owners, and who may stand for whom."""

    parts: Mapping[Part, Value] = field(default_factory=dict)
    owners: Mapping[Part, str] = field(default_factory=dict)
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By owner, the addresses that may approve as that owner."""
    root: Node | None = None

    def place(self, part: Part) -> Place:
        """Where the part stands; the file's first line for one that does not."""
        if self.root is None or part not in self.parts:
            return START
        match part.kind:
            case "purposes":
                return place_of(self.root, ("purposes", part.name), key=True)
            case "waivers":
                return place_of(self.root, ("waivers",), key=True)
            case "rules":
                return place_of(self.root, ("rules", self._index(part.name), "id"))
            case _:
                return place_of(self.root, (part.name,), key=True)

    def _index(self, rule: str) -> int:
        """Where in its list the rule stands."""
        value = None if self.root is None else plain(self.root)
        rules = _get(value, "rules")
        ids = [_get(each, "id") for each in rules] if isinstance(rules, list) else []
        return ids.index(rule) if rule in ids else 0


EMPTY = State()


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one commit after the base says and does."""

    id: str
    author: str
    """Address, in small letters."""
    approvers: frozenset[str]
    """Addresses of those who approve the policy as it is in this commit."""
    states: Mapping[str, State]
    """By file, what it holds after this commit."""
    before: Mapping[str, tuple[State, ...]]
    """By file, what it held in each parent."""


def read(data: bytes | None) -> State:
    """The parts of a file; none for a file that is not there or is no mapping."""
    root = None if data is None else parse(data, Report(""))
    value = None if root is None else plain(root)
    if root is None or not isinstance(value, dict):
        return EMPTY
    parts: dict[Part, Value] = {}
    owners: dict[Part, str] = {}
    for part, content, owner in _parts(value):
        parts[part] = parts.get(part, b"") + _bytes(content)
        if isinstance(owner, str):
            owners[part] = owner
    return State(parts=parts, owners=owners, people=_people(value), root=root)


def _parts(value: Mapping[str, object]) -> Iterator[tuple[Part, object, object]]:
    """Each part with its content and its own owner."""
    for key, content in value.items():
        if key == "purposes" and isinstance(content, dict):
            for name, purpose in content.items():
                yield Part(key, name), purpose, _get(purpose, "owner")
        elif key == "rules" and isinstance(content, list):
            for each in content:
                yield Part(key, str(_get(each, "id"))), each, _get(each, "owner")
        elif key == "waivers" and isinstance(content, list):
            for each in content:
                yield Part(key, str(_get(each, "rule"))), each, None
        else:
            yield Part("field", key), content, None


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _bytes(content: object) -> Value:
    return canonical.dumps(_texts(content))


def _texts(content: object) -> canonical.Json:
    """With fractions as text: what differs as written may differ in meaning."""
    match content:
        case dict():
            return {str(key): _texts(each) for key, each in content.items()}
        case list():
            return [_texts(each) for each in content]
        case bool() | None:
            return content
        case _:
            return f"{type(content).__name__} {content}"


def _people(value: Mapping[str, object]) -> Mapping[str, frozenset[str]]:
    owners = value.get("owners")
    if not isinstance(owners, dict):
        return {}
    return {
        str(name).lower(): frozenset(str(each).lower() for each in listed)
        for name, listed in owners.items()
        if isinstance(listed, list)
    }


def address(text: str) -> str:
    """The address in `Ana <ana@acme.example>`, or the text itself, in small letters."""
    found = _ADDRESS.search(text)
    return (found[1] if found else text.strip()).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file, as it was and as it is, and the commits between."""

    name: str
    """As commits name it."""
    base: State
    head: State
    commits: Sequence[Commit]
    rules: Mapping[str, str]
    """Owners of rules before the change, in whatever file: a waiver is theirs."""


def missing(path: str, change: Change) -> tuple[Diagnostic, ...]:
    """What nobody who may has approved; `path` is how diagnostics name the file."""
    report, base, head = Report(path), change.base, change.head
    for part in dict.fromkeys((*head.parts, *base.parts)):
        if base.parts.get(part) != head.parts.get(part):
            _examine(report, part, change)
    return in_order(report.found)


def _examine(report: Report, part: Part, change: Change) -> None:
    base, head = change.base, change.head
    authors = {each.author for each in change.commits if _changes(each, change, part)}
    asked = _asked(part, change)
    may = _standing_for(asked, base) - authors
    if not may:  # who owns it wrote it: somebody else must look
        may = _standing_for(ANYTHING, base) - authors
    given = _given(part, change)
    if may & given:
        return
    what = f"{_verb(part, base, head)} {part}"
    place = head.place(part)
    if not may:
        who = "nobody owns it" if asked == ANYTHING else f"{asked} alone, who wrote it"
        report.error(
            Code.NO_APPROVER,
            place,
            f"{what}: nobody can approve it, because {who}",
            remedy=f'Name others under `owners`, as "{ANYTHING}", in a change that '
            "they approve.",
        )
        return
    seen = f"; approved by {', '.join(sorted(given))} only" if given else ""
    report.error(
        Code.UNAPPROVED,
        place,
        f"{what} without approval of {' or '.join(sorted(may))}{seen}",
        remedy=f"Let them commit `{TRAILERS[0]}: <address>` once it is final, signed.",
    )


def _asked(part: Part, change: Change) -> str:
    """Whose approval the change takes: the owner's of before, if there was one."""
    base, head = change.base, change.head
    if part.kind == "waivers":
        return change.rules.get(part.name, ANYTHING)
    if part in base.parts:
        return base.owners.get(part, ANYTHING)
    if ANYTHING in base.people:
        return ANYTHING  # what is new is nobody's yet, whomever it names
    return head.owners.get(part, ANYTHING)


def _standing_for(owner: str, base: State) -> frozenset[str]:
    name = owner.lower()
    alone = frozenset() if name == ANYTHING else frozenset({name})
    return base.people.get(name, alone)


def _given(part: Part, change: Change) -> frozenset[str]:
    """Who approved the part as it is now."""
    value = change.head.parts.get(part)
    return frozenset(
        approver
        for commit in change.commits
        if commit.states[change.name].parts.get(part) == value
        for approver in commit.approvers
    )


def _changes(commit: Commit, change: Change, part: Part) -> bool:
    """Whether the commit makes the part what none of its parents had."""
    value = commit.states[change.name].parts.get(part)
    before = commit.before[change.name]
    return all(value != each.parts.get(part) for each in before)


def _verb(part: Part, base: State, head: State) -> str:
    if part not in base.parts:
        return "adds"
    return "changes" if part in head.parts else "removes"


def uncommitted(path: str) -> Diagnostic:
    """What is only in the working tree can have no approval."""
    report = Report(path)
    report.error(
        Code.UNCOMMITTED,
        START,
        f"{shown(path)} differs from what is committed: nobody can have approved it",
        remedy="Commit it, then have it approved.",
    )
    return report.found[0]
