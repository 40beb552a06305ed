"""YAML text as values that know where they stand.

Knows the part of YAML 1.2 that a policy may use and refuses the rest, with a position:
anchors, aliases, tags, directives, several documents, duplicate keys, tabs, keys
without a value, and whatever reads otherwise than it looks. Knows nothing of policies.

It reads the parser's events and composes them itself: so depth and size are bounded
while reading, and a plain `no` or `on` is the text it looks like (YAML 1.2.2 §10.3).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from affidavit.policy.nearest import shown
from affidavit.policy.report import START, Code, Place, Report

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
# The parser is Python: what bounds its time is characters, words and nodes. These let
# through more than a thousand rules and stop a file that only wants to be slow.
MAX_LINES = 50_000
MAX_WORDS = 100_000
MAX_WORD = 4_096
MAX_NODES = 20_000
MAX_INTEGER = (1 << 53) - 1
"""Beyond it JSON readers disagree (RFC 8785 §3.2.2.3), and so would digests."""

Scalar: TypeAlias = str | int | float | bool
Plain: TypeAlias = "Scalar | list[Plain] | dict[str, Plain]"

# Tabs; line ends that only some readers honour; controls; bidirectional overrides,
# which show a reviewer another text than the machine reads (CVE-2021-42574).
_DECEPTIVE = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
    "|\r(?!\n)"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it begins."""

    place: Place
    value: "Scalar | tuple[Node, ...] | Mapping[str, Entry]"
    style: str = ""
    """How a scalar is written: a quote, `|` or `>`; empty for a plain one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping: where the key stands, and its value."""

    key: Place
    node: Node


def plain(node: Node) -> Plain:
    """The value without its places."""
    match node.value:
        case tuple() as items:
            return [plain(item) for item in items]
        case Mapping() as entries:
            return {key: plain(entry.node) for key, entry in entries.items()}
        case scalar:
            return scalar


def place_of(root: Node, path: tuple[str | int, ...], *, key: bool = False) -> Place:
    """Where `path` stands below `root`: its value, or its key when `key` is set.

    A step that does not exist is passed over, so what is missing is reported where it
    is missing from.
    """
    node, place = root, root.place
    for step in path:
        below = node.value
        if isinstance(below, Mapping) and step in below:
            entry = below[str(step)]
            node, place = entry.node, entry.key if key else entry.node.place
        elif isinstance(below, tuple) and isinstance(step, int) and step < len(below):
            node = below[step]
            place = node.place
    return place


def node_at(root: Node, path: tuple[str | int, ...]) -> Node:
    """What stands at `path` below `root`, as far as the path leads."""
    node = root
    for step in path:
        below = node.value
        if isinstance(below, Mapping) and step in below:
            node = below[str(step)].node
        elif isinstance(below, tuple) and isinstance(step, int) and step < len(below):
            node = below[step]
    return node


def parse(data: bytes, report: Report) -> Node | None:
    """The document in `data`, or None when the report says why there is none.

    A node is returned only if nothing was reported.
    """
    before = len(report.found)
    text = _decode(data, report)
    if text is None or _deceives(text, report) or _exceeds(text, report):
        return None
    if _directs(text, report):
        return None
    root = _compose(text, report)
    if root is None and len(report.found) == before:
        report.error(
            Code.SYNTAX,
            START,
            "the file holds no document",
            remedy="Run `affidavit init`.",
        )
    return root if len(report.found) == before else None


def _decode(data: bytes, report: Report) -> str | None:
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES} bytes"
        report.error(Code.TOO_LARGE, START, message)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8-sig", "replace")
        place = _place_at(good, len(good))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        report.error(Code.NOT_UTF8, place, message, remedy="Save the file as UTF-8.")
        return None


def _place_at(text: str, offset: int) -> Place:
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(text.count("\n", 0, offset) + 1, offset - line_start + 1)


def _deceives(text: str, report: Report) -> bool:
    found = _DECEPTIVE.search(text)
    if found is None:
        return False
    name = "a tab" if found[0] == "\t" else f"character U+{ord(found[0]):04X}"
    remedy = "Indent with spaces." if found[0] == "\t" else "Remove it."
    place = _place_at(text, found.start())
    report.error(
        Code.CHARACTER, place, f"{name} does not belong in a policy", remedy=remedy
    )
    return True


def _exceeds(text: str, report: Report) -> bool:
    words = text.split()
    # Split, not searched for: a pattern for a long run is quadratic in its length.
    longest = max(words, key=len, default="")
    limits = (
        (text.count("\n") > MAX_LINES, f"the file has more than {MAX_LINES} lines", 0),
        (len(words) > MAX_WORDS, f"the file has more than {MAX_WORDS} words", 0),
        (
            len(longest) > MAX_WORD,
            f"a word is longer than {MAX_WORD} characters",
            text.find(longest),
        ),
    )
    for exceeded, message, offset in limits:
        if exceeded:
            report.error(Code.TOO_LARGE, _place_at(text, offset), message)
            return True
    return False


def _directs(text: str, report: Report) -> bool:
    directive = re.search(r"^%", text, re.MULTILINE)
    if directive is not None:
        message = "a line that begins with % (a directive) does not belong in a policy"
        place = _place_at(text, directive.start())
        report.error(Code.YAML_FEATURE, place, message, remedy="Remove it.")
    return directive is not None


def _compose(text: str, report: Report) -> Node | None:
    composer = _Composer(report)
    try:
        for event in _events(text):
            composer.take(event)
    except _Stop:
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = START if mark is None else Place(mark.line + 1, mark.column + 1)
        context = f" {error.context}" if error.context else ""
        report.error(Code.SYNTAX, place, f"not YAML: {error.problem}{context}")
        return None
    except (YAMLError, ValueError, OverflowError) as error:
        # Numeric escapes beyond Unicode surface from `chr` and carry no position.
        report.error(Code.SYNTAX, START, f"not YAML: {str(error).splitlines()[0]}")
        return None
    return composer.root


def _events(text: str) -> Iterator[Event]:
    events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
    return events


class _Stop(Exception):
    """A bound is exceeded, and reported: reading on is what it forbids."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read. `keys` is None for a sequence."""

    place: Place
    items: list[Node]
    entries: dict[str, Entry] | None = None
    key: tuple[str, Place] | None = None


class _Composer:
    """Builds nodes from events without recursion, so that depth is a number."""

    def __init__(self, report: Report) -> None:
        self.root: Node | None = None
        self._report = report
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Event) -> None:
        """Read the next event."""
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        self._refuse_features(event, place)
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._halt(Code.YAML_FEATURE, place, "a second document")
            case ScalarEvent():
                self._count(place)
                self._scalar(event, place)
            case SequenceStartEvent():
                self._open(place, None)
            case MappingStartEvent():
                self._open(place, {})
            case SequenceEndEvent() | MappingEndEvent():
                self._close()
            case _:
                pass

    def _refuse_features(self, event: Event, place: Place) -> None:
        detail: Any = event
        if isinstance(event, AliasEvent):
            self._halt(Code.YAML_FEATURE, place, f"an alias (*{detail.anchor})")
        if getattr(detail, "anchor", None) is not None:
            self._halt(Code.YAML_FEATURE, place, f"an anchor (&{detail.anchor})")
        if getattr(detail, "tag", None) is not None:
            self._halt(Code.YAML_FEATURE, place, f"a tag ({detail.tag})")

    def _halt(self, code: Code, place: Place, what: str) -> None:
        message = f"{what} does not belong in a policy"
        self._report.error(code, place, message, remedy="Write each value out in full.")
        raise _Stop

    def _count(self, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"the file has more than {MAX_NODES} values"
            self._report.error(Code.TOO_LARGE, place, message)
            raise _Stop

    def _open(self, place: Place, entries: dict[str, Entry] | None) -> None:
        self._count(place)
        if self._stack and self._expects_key(self._stack[-1]):
            self._halt(Code.SYNTAX, place, "a key that is not text")
        if len(self._stack) >= MAX_DEPTH:
            message = f"nesting is deeper than {MAX_DEPTH} levels"
            self._report.error(Code.TOO_LARGE, place, message)
            raise _Stop
        self._stack.append(_Open(place, [], entries))

    def _close(self) -> None:
        done = self._stack.pop()
        value = tuple(done.items) if done.entries is None else done.entries
        self._put(Node(done.place, value))

    @staticmethod
    def _expects_key(top: _Open) -> bool:
        return top.entries is not None and top.key is None

    def _scalar(self, event: ScalarEvent, place: Place) -> None:
        text: str = event.value
        if _SURROGATE.search(text) or _DECEPTIVE.search(text):
            message = f"{shown(text)} holds a character that cannot be shown"
            self._report.error(Code.CHARACTER, place, message)
            text = "?"
        if self._stack and self._expects_key(self._stack[-1]):
            self._stack[-1].key = (text, place)
            return
        value = text if event.style else self._resolve(text, place)
        self._put(Node(place, value, event.style or ""))

    def _resolve(self, text: str, place: Place) -> Scalar:
        """A plain scalar by the core schema (YAML 1.2.2 §10.3.2)."""
        if text in _NULLS:
            self._refuse_null(place)
            return text
        if text in _BOOLS:
            return _BOOLS[text]
        if _INTEGER.fullmatch(text):
            return self._bounded(_integer(text), text, place)
        if _FLOAT.fullmatch(text):
            return self._bounded(_float(text), text, place)
        return text

    def _refuse_null(self, place: Place) -> None:
        if not self._stack:
            return  # the whole document is empty: `parse` says so
        name, place = self._stack[-1].key or ("an item", place)
        message = f"{shown(name)} is left empty"
        remedy = "Give it a value, or remove it."
        self._report.error(Code.NO_VALUE, place, message, remedy=remedy)

    def _bounded(self, number: float, text: str, place: Place) -> Scalar:
        if not -MAX_INTEGER <= number <= MAX_INTEGER:
            message = f"{shown(text)} is not a number that a policy can hold"
            remedy = "Put it in quotes if it is text."
            self._report.error(Code.WRONG_VALUE, place, message, remedy=remedy)
        return number

    def _put(self, node: Node) -> None:
        if not self._stack:
            # An empty document is one empty scalar: there is nothing to read.
            empty = isinstance(node.value, str) and node.value in _NULLS
            self.root = None if empty else node
            return
        top = self._stack[-1]
        if top.entries is None:
            top.items.append(node)
            return
        name, place = top.key or ("", node.place)
        top.key = None
        if name in top.entries:
            first = top.entries[name].key
            message = f"{shown(name)} is given twice; first on line {first.line}"
            self._report.error(Code.DUPLICATE_KEY, place, message)
            return
        top.entries[name] = Entry(place, node)


def _integer(text: str) -> int:
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text, 10)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
