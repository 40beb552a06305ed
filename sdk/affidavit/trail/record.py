"""One record: the entry that the tree commits to, and the body that only it names.

Knows the two canonical JSON shapes of docs/formats/trail.md and how labels are made.
Knows nothing of files, of the tree, or of what a policy is. What tells something about
a call is in the body; an entry may be handed to anybody.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed

VERSION = 1
SALT_BYTES = 16
LABEL_BYTES = 16
WRITER_BYTES = 8
ID_BYTES = 10
"""Random bytes that an id takes."""
MAX_BODY_BYTES = 60 * 1024
MAX_ENTRY_BYTES = 4 * 1024

Randomness = Callable[[int], bytes]
"""Number of bytes → that many random bytes."""
Clock = Callable[[], int]
"""Unix time in nanoseconds."""


class Kind(Enum):
    """What a record is about."""

    GENESIS = "genesis"
    POLICY = "policy"
    DECISION = "decision"
    OUTCOME = "outcome"
    ADDENDUM = "addendum"
    HEARTBEAT = "heartbeat"
    KEY = "key"
    WAIVER = "waiver"
    INCIDENT = "incident"
    RECOVERY = "recovery"
    PRUNING = "pruning"
    CLOSE = "close"


class Field(Enum):
    """What a decision's entry carries a label of; the order is the entry's own."""

    PURPOSE = "purpose"
    MODEL = "model"
    ENDPOINT = "endpoint"
    SUBJECT = "subject"
    SAFETY = "safety"
    PROJECT = "project"


KINDS: Mapping[str, Kind] = {kind.value: kind for kind in Kind}
FIELDS: Mapping[str, Field] = {each.value: each for each in Field}


class Record(NamedTuple):
    """What is to be written down, before a writer gives it a place."""

    kind: Kind
    id: str
    at: str
    body: bytes
    effect: str | None = None
    policy: str | None = None
    labels: Mapping[str, str] = MappingProxyType({})


def fresh(
    kind: Kind,
    body: Mapping[str, Json],
    *,
    clock: Clock,
    randomness: Randomness,
    policy: str | None = None,
) -> Record:
    """A record of now that is not part of a call."""
    milliseconds = clock() // 1_000_000
    return Record(
        kind=kind,
        id=new_id(milliseconds, randomness(ID_BYTES)),
        at=stamp(milliseconds),
        body=canonical.dumps(body),
        policy=policy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A leaf of the tree, read back."""

    kind: Kind
    id: str
    at: str
    """UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    writer: str
    seq: int
    """Place among this writer's records, from 0 without gaps."""
    body: str
    """SHA-256(salt || body), base64url."""
    effect: str | None = None
    policy: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """What proves that a label stands for a value, and for no other."""

    field: str
    value: str
    nonce: bytes

    @property
    def label(self) -> str:
        """The label that this opening opens."""
        return canonical.text(
            canonical.sha256(self.nonce + _named(self.field, self.value))[:LABEL_BYTES]
        )


def _named(name: str, value: str) -> bytes:
    # The zero byte keeps ("ab", "c") and ("a", "bc") apart; no field name holds one.
    return name.encode("ascii") + b"\0" + value.encode("utf-8", "surrogatepass")


class Labels:
    """Labels under one trail's label key: equal values, equal labels; else
    unguessable.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.of = lru_cache(maxsize=4096)(self._of)

    def opening(self, name: str, value: str) -> Opening:
        """What opens the label of `value`; hand it out and that label alone is open."""
        nonce = canonical.mac(self._key, _named(name, value))[:LABEL_BYTES]
        return Opening(name, value, nonce)

    def _of(self, name: str, value: str) -> str:
        return self.opening(name, value).label


def encode(record: Record, *, writer: str, seq: int, salt: bytes) -> bytes:
    """The entry's bytes. Raises `Malformed` for a body or entry over its limit."""
    kind, identifier, at, body, effect, policy, labels = record
    if len(body) > MAX_BODY_BYTES:
        raise Malformed(
            f"a {kind.value} body of {len(body)} bytes is over the limit "
            f"of {MAX_BODY_BYTES}"
        )
    value: dict[str, Json] = {
        "at": at,
        "body": canonical.text(sha256(salt + body).digest()),
        "id": identifier,
        # As `value`, without the Python code that Python 3.11 runs to read that: 3 µs.
        "kind": kind._value_,
        "seq": seq,
        "v": VERSION,
        "writer": writer,
    }
    if effect is not None:
        value["effect"] = effect
    if policy is not None:
        value["policy"] = policy
    if labels:
        value["labels"] = labels
    data = canonical.dumps(value)
    if len(data) > MAX_ENTRY_BYTES:
        raise Malformed(f"an entry of {len(data)} bytes is over {MAX_ENTRY_BYTES}")
    return data


_REQUIRED = {"at", "body", "id", "kind", "seq", "v", "writer"}
_OPTIONAL = {"effect", "policy", "labels"}


def decode(data: bytes) -> Entry:
    """Read exactly what `encode` prints, or raise `Malformed` naming what is off."""
    if len(data) > MAX_ENTRY_BYTES:
        raise Malformed(f"an entry of {len(data)} bytes is over {MAX_ENTRY_BYTES}")
    value = canonical.loads(data)
    if not isinstance(value, dict) or not value.keys() >= _REQUIRED:
        raise Malformed("an entry is an object with " + ", ".join(sorted(_REQUIRED)))
    if surplus := value.keys() - _REQUIRED - _OPTIONAL:
        raise Malformed(f"an entry has no field {min(surplus)!r}")
    if value["v"] != VERSION or isinstance(value["v"], bool):
        raise Malformed(f"entry version {value['v']!r}; this reader knows {VERSION}")
    kind, seq = value["kind"], value["seq"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise Malformed(f"no kind of record is called {kind!r}")
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise Malformed(f"seq is not a number from 0: {seq!r}")
    texts = ("at", "body", "id", "writer", *(_OPTIONAL - {"labels"} & value.keys()))
    if not all(isinstance(value[name], str) for name in texts):
        raise Malformed(f"an entry's {', '.join(texts)} are strings")
    return Entry(
        kind=KINDS[kind],
        id=value["id"],
        at=_moment(value["at"]),
        writer=value["writer"],
        seq=seq,
        body=value["body"],
        effect=value.get("effect"),
        policy=value.get("policy"),
        labels=_labels(value["labels"]) if "labels" in value else {},
    )


def _labels(value: Json) -> Mapping[str, str]:
    if (
        not isinstance(value, dict)
        or not value
        or not all(
            name in FIELDS and isinstance(label, str) for name, label in value.items()
        )
    ):
        raise Malformed(f"labels map {', '.join(FIELDS)} to text, got {value!r}")
    return value


def _moment(value: str) -> str:
    moment = parse_moment(value)
    seconds = int(moment.timestamp() // 1)
    if stamp(seconds * 1000 + moment.microsecond // 1000) != value:
        raise Malformed(f"not a UTC time in milliseconds: {value!r}")
    return value


def parse_moment(value: str) -> datetime:
    """The time that `stamp` printed, else `Malformed`."""
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed(f"not a UTC time in milliseconds: {value!r}") from error


def stamp(milliseconds: int) -> str:
    """A Unix time in ms as records print it: UTC, milliseconds, `Z`."""
    # Not `:03d`: between two calls of an API a format specification takes 2 µs more.
    fraction = str(1000 + milliseconds % 1000)[1:]
    return f"{_to_the_second(milliseconds // 1000)}.{fraction}Z"


@lru_cache(maxsize=8)
def _to_the_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def new_id(milliseconds: int, random: bytes) -> str:
    """A UUIDv7 (RFC 9562 §5.7) of a Unix time in ms and 10 random bytes."""
    time = (milliseconds & (1 << 48) - 1).to_bytes(6, "big")
    text = (time + random).hex()
    # The version's four bits and the variant's two stand in the place of random ones.
    rest = f"7{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"
    return f"{text[:8]}-{text[8:12]}-{rest}"


_VARIANT = {f"{digit:x}": f"{digit & 0b0011 | 0b1000:x}" for digit in range(16)}
"""A hex digit with the variant of RFC 9562 §4.1 in its upper two bits."""


def new_writer(randomness: Randomness) -> str:
    """The name of one process's chain of records."""
    return canonical.text(randomness(WRITER_BYTES))


def new_salt(randomness: Randomness = os.urandom) -> bytes:
    """16 bytes that keep a body's digest from being guessed."""
    return randomness(SALT_BYTES)


def moment_of(entry: bytes) -> bytes:
    """An entry's `at`, without parsing it: it sorts first, and its size is fixed."""
    return entry[7:31]
