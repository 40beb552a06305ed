"""The records of a trail that are in no tree yet: frames of WALs, taken apart.

Finds where the frames begin that nobody took in, edits them with and without the
secret, and makes an unsealed tail for a trail that has none.
"""

import base64
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from support import trails
from support.attacks.ground import Fields, Ground, Kept
from support.attacks.terms import Unsuited
from support.trails import Builder

MAGIC = b"affidavit-wal/1\n"
WRITER = "unsealed"


@dataclass(frozen=True, slots=True)
class Framed:
    """One whole frame: where it stands, its MAC and what it says."""

    start: int
    end: int
    mac: bytes
    payload: bytes

    @property
    def entry(self) -> bytes:
        (size,) = struct.unpack_from(">H", self.payload)
        return self.payload[2 : 2 + size]

    @property
    def fields(self) -> Fields:
        value: Fields = json.loads(self.entry)
        return value


@dataclass(frozen=True, slots=True)
class Tail:
    """One WAL and its untaken frames."""

    path: Path
    frames: tuple[Framed, ...]
    before: bytes
    """The MAC that the first of them chains to."""

    @property
    def records(self) -> list[Kept]:
        """The untaken records, as the tree would take them."""
        entries = [each.entry for each in self.frames]
        return [
            Kept(entry, each.payload[2 + len(entry) :])
            for entry, each in zip(entries, self.frames, strict=True)
        ]

    def write(self, data: bytes) -> None:
        """Put `data` where the untaken frames began, and zeros behind it."""
        kept = self.path.read_bytes()[: self.frames[0].start]
        self.path.write_bytes(kept + data + bytes(4096))

    def bytes_of(self, *frames: Framed) -> bytes:
        """These frames as they are."""
        whole = self.path.read_bytes()
        return b"".join(whole[each.start : each.end] for each in frames)

    def chained(self, key: bytes, payloads: list[bytes]) -> bytes:
        """Frames with MACs that hold, as only the secret makes them."""
        data, last = b"", self.before
        for each in payloads:
            framed, last = trails.frame(key, last, each)
            data += framed
        return data


def tail(ground: Ground, *, least: int = 3) -> Tail:
    """The longest unsealed tail, made first where there is none and the secret is.

    `Unsuited` when none has `least` records.
    """
    if not any((ground.path / "wal").glob("*.wal")):
        grow(ground.path, ground.secret)
    found = [_tail(ground, path) for path in (ground.path / "wal").glob("*.wal")]
    best = max(found, key=lambda each: len(each.frames), default=None)
    if best is None or len(best.frames) < least:
        raise Unsuited(f"has fewer than {least} unsealed records of one writer")
    return best


def _tail(ground: Ground, path: Path) -> Tail:
    data = path.read_bytes()
    taken = json.loads((ground.path / "state").read_bytes())["wals"].get(path.name)
    (header, *_) = _frames(data, len(MAGIC))
    if taken is None:
        after = json.loads(header.payload)["after"]
        start = header.end
    else:
        after, start = taken["mac"], taken["offset"]
    mac = base64.urlsafe_b64decode(after + "==")
    return Tail(path, tuple(_frames(data, start)), mac)


def _frames(data: bytes, at: int) -> Iterator[Framed]:
    """Whole frames from `at` on; a torn one ends them."""
    while size := int.from_bytes(data[at : at + 4], "big"):
        end = at + 8 + size
        if end > len(data):
            return
        yield Framed(at, end, data[at + 8 : at + 24], data[at + 24 : end])
        at = end


def grow(path: Path, secret: bytes) -> None:
    """Give the trail at `path` five unsealed records of a writer of their own."""
    ground = Ground(path)
    builder = Builder(path, origin=ground.origin)
    builder.secret = secret
    builder.clock = _newest(ground)
    builder._made = 0x5EA1  # ids that no builder's trail has
    builder.policy(WRITER)
    for _ in range(2):
        builder.outcome(builder.decision(writer=WRITER), writer=WRITER)
    writer = trails.writer_name(WRITER)
    data, _ = builder.wal(writer, builder.records)
    trails.put(path / f"wal/{writer}-000000.wal", data + bytes(4096))


def _newest(ground: Ground) -> datetime:
    at = str(max(each.fields["at"] for each in ground.records[-4096:]))
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
