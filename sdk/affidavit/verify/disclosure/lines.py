"""The lines of records.jsonl: one asked-for record each, and what is given of it.

Knows their JSON (docs/formats/disclosure.md). A body travels as the text of its exact
bytes, so that nobody has to print JSON the way its writer did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.tlog.merkle import MAX_SIZE
from affidavit.trail.record import KINDS, SALT_BYTES, Kind
from affidavit.verify.disclosure.manifest import ID

KEY_BYTES = 32
MAX_LINE_BYTES = 1 << 19
"""A body of 60 KiB, each byte of it escaped as six."""
MAX_REASON = 1000


class State(Enum):
    """What became of a record's body."""

    DISCLOSED = "disclosed"
    WITHHELD = "withheld"
    """It exists, and is held back for a reason that is given."""
    PRUNED = "pruned"
    """Removed under the retention rule, as a record of the trail says."""
    MISSING = "missing"
    """Gone, and no record of the trail says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One asked-for record."""

    index: int
    kind: Kind
    id: str
    state: State
    body: bytes | None = None
    """With `DISCLOSED` alone: canonical JSON, without salt."""
    salt: bytes | None = None
    """With `DISCLOSED` alone: 16 bytes."""
    content_key: bytes | None = None
    """With `DISCLOSED`, where the content itself is in the package."""
    reason: str | None = None
    """With `WITHHELD` alone."""
    pruning: int | None = None
    """With `PRUNED` alone: index of the record that says so."""

    def __post_init__(self) -> None:
        given = {
            "body": self.body is not None and self.salt is not None,
            "reason": self.reason is not None,
            "pruning": self.pruning is not None,
        }
        wanted = {
            State.DISCLOSED: {"body"},
            State.WITHHELD: {"reason"},
            State.PRUNED: {"pruning"},
            State.MISSING: set[str](),
        }[self.state]
        if {name for name, has in given.items() if has} != wanted:
            raise Malformed(f"record {self.index}: not what a {self.state.value} has")
        if self.content_key is not None and self.state is not State.DISCLOSED:
            raise Malformed(f"record {self.index}: a content without its body")
        if self.reason is not None and not 0 < len(self.reason) <= MAX_REASON:
            raise Malformed(
                f"record {self.index}: a reason has 1 to {MAX_REASON} characters"
            )

    @property
    def content(self) -> str:
        """File of the content below the package's `content`, where there is one."""
        part = "response" if self.kind is Kind.OUTCOME else "request"
        return f"{self.id}.{part}"

    def encode(self) -> bytes:
        """The line with its newline."""
        value: dict[str, Json] = {
            "id": self.id,
            "index": self.index,
            "kind": self.kind.value,
            "state": self.state.value,
        }
        if self.body is not None and self.salt is not None:
            value["body"] = _as_text(self.index, self.body)
            value["salt"] = canonical.text(self.salt)
        if self.content_key is not None:
            value["content_key"] = canonical.text(self.content_key)
        if self.reason is not None:
            value["reason"] = self.reason
        if self.pruning is not None:
            value["pruning"] = self.pruning
        return canonical.dumps(value) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "Line":
        """Read a line with its newline; `Malformed` unless `encode` prints it."""
        if len(data) > MAX_LINE_BYTES or not data.endswith(b"\n"):
            raise Malformed("a line of records.jsonl that is too long or cut short")
        value = canonical.loads(data[:-1])
        if not isinstance(value, Mapping):
            raise Malformed("a line of records.jsonl is an object")
        parsed = _line(value)
        if parsed.encode() != data:
            raise Malformed(f"record {parsed.index}: a line in no canonical form")
        return parsed


def _line(value: Mapping[str, Json]) -> Line:
    match value:
        case {
            "id": str(identifier),
            "index": int(index),
            "kind": str(kind),
            "state": str(state),
        } if kind in KINDS and ID.fullmatch(identifier) and 0 <= index < MAX_SIZE:
            body, salt = _text(value, "body"), _text(value, "salt")
            key = _text(value, "content_key")
            return Line(
                index=index,
                kind=KINDS[kind],
                id=identifier,
                state=_state(state),
                body=None if body is None else body.encode("utf-8"),
                salt=None if salt is None else canonical.untext(salt, size=SALT_BYTES),
                content_key=None
                if key is None
                else canonical.untext(key, size=KEY_BYTES),
                reason=_text(value, "reason"),
                pruning=_index(value.get("pruning")),
            )
        case _:
            raise Malformed(f"not a line of records.jsonl: {value!r:.200}")


def _as_text(index: int, body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"record {index}: a body that is no text") from error


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError as error:
        raise Malformed(f"a body is not {text!r:.80}") from error


def _text(value: Mapping[str, Json], name: str) -> str | None:
    text = value.get(name)
    if text is not None and not isinstance(text, str):
        raise Malformed(f"{name} is text, got {text!r:.80}")
    return text


def _index(value: Json) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Malformed(f"not the index of a record: {value!r:.80}")
    return value
