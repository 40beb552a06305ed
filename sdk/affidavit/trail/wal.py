"""Frames of the write-ahead log: what makes a record durable before it is in the tree.

Pure: bytes in, bytes or frames out; `trail.writer` owns the file. The layout, all
integers big-endian:

    file    = magic frame(header) frame(record)* zeros
    frame   = length:u32 crc:u32 mac:16 payload        length = 16 + len(payload)
    payload = size:u16 entry salt:16 body              (a header's payload is its JSON)
    crc     = CRC-32 (ISO-HDLC) of length, mac and payload
    mac     = HMAC-SHA256(key, previous mac || payload)[:16]

A header's frame chains to the magic. The first record of a segment chains to the
header's `after`: the MAC of the writer's record before it, in an earlier segment, or
`start` for the writer's first: so a segment can neither be left out nor moved.

The CRC tells a torn frame from a whole one without any key; the MAC chain tells an
edited one from ours (G3 before sealing), and needs the trail's secret.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Malformed
from affidavit.trail.record import MAX_BODY_BYTES, MAX_ENTRY_BYTES, SALT_BYTES

MAGIC = b"affidavit-wal/1\n"
MAC_BYTES = 16
_PREFIX = struct.Struct(">II")
_SIZE = struct.Struct(">H")
FRAME_OVERHEAD = _PREFIX.size + MAC_BYTES + _SIZE.size + SALT_BYTES
MAX_FRAME_BYTES = FRAME_OVERHEAD + MAX_ENTRY_BYTES + MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame as it stands in a file."""

    start: int
    end: int
    mac: bytes
    payload: bytes

    @property
    def entry(self) -> bytes:
        """The entry's bytes; `Malformed` when the payload holds none."""
        return self.parts()[0]

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Entry, salt and body; `Malformed` when the payload is too short for them."""
        payload = self.payload
        if len(payload) < _SIZE.size + SALT_BYTES:
            raise Malformed(f"the frame at byte {self.start} is too short for a record")
        cut = _SIZE.size + _SIZE.unpack_from(payload)[0]
        if len(payload) < cut + SALT_BYTES:
            raise Malformed(f"the entry of the frame at byte {self.start} is cut off")
        salted = cut + SALT_BYTES
        return payload[_SIZE.size : cut], payload[cut:salted], payload[salted:]


class Tail(Enum):
    """What stands after the last whole frame."""

    CLEAN = "clean"
    """Nothing, or the zeros of preallocated space."""
    TORN = "torn"
    """Bytes that are no whole frame: a write that a crash or an editor cut short."""


class Sealer:
    """Makes frames under one key. What stands on every record's way to the disk is
    spelled out here rather than composed (docs/adr/0015).
    """

    def __init__(self, key: bytes) -> None:
        self._inner, self._outer = canonical.mac_states(key)

    def seal(self, previous: bytes, payload: bytes) -> tuple[bytes, bytes]:
        """The frame of `payload`, and the MAC that the next frame chains to."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(previous + payload)
        outer.update(inner.digest())
        mac = outer.digest()[:MAC_BYTES]
        length = (MAC_BYTES + len(payload)).to_bytes(4)
        crc = zlib.crc32(payload, zlib.crc32(length + mac)).to_bytes(4)
        return b"".join((length, crc, mac, payload)), mac


def seal(key: bytes, previous: bytes, payload: bytes) -> tuple[bytes, bytes]:
    """As `Sealer.seal`, for one frame."""
    return Sealer(key).seal(previous, payload)


def start(key: bytes, writer: str) -> bytes:
    """What the MAC of a writer's very first record chains to."""
    return canonical.mac(key, MAGIC + writer.encode("ascii"))[:MAC_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a segment says of itself."""

    origin: str
    writer: str
    segment: int
    """Place among the writer's segments, from 0."""
    first: int
    """`seq` of the first record."""
    after: bytes
    """The MAC that the first record chains to."""
    size: int
    """Records in the sealed tree when the writer began: none of its own is below."""
    pid: int
    boot: str

    def print(self, key: bytes) -> bytes:
        """The file's first bytes."""
        value: dict[str, Json] = {
            "after": canonical.text(self.after),
            "boot": self.boot,
            "first": self.first,
            "origin": self.origin,
            "pid": self.pid,
            "segment": self.segment,
            "size": self.size,
            "writer": self.writer,
        }
        return MAGIC + seal(key, MAGIC, canonical.dumps(value))[0]


def payload(entry: bytes, salt: bytes, body: bytes) -> bytes:
    """What a frame carries of one record."""
    return b"".join((len(entry).to_bytes(2), entry, salt, body))


def scan(data: bytes, offset: int = 0) -> Iterator[Frame]:
    """Whole frames from `offset` on; stops at the first place that holds none."""
    while (frame := _frame_at(data, offset)) is not None:
        yield frame
        offset = frame.end


def _frame_at(data: bytes, start: int) -> Frame | None:
    if len(data) < start + _PREFIX.size:
        return None
    length, crc = _PREFIX.unpack_from(data, start)
    body = start + _PREFIX.size
    end = body + length
    if not MAC_BYTES <= length <= MAX_FRAME_BYTES or len(data) < end:
        return None
    if zlib.crc32(data[body:end], zlib.crc32(data[start : start + 4])) != crc:
        return None
    return Frame(
        start, end, data[body : body + MAC_BYTES], data[body + MAC_BYTES : end]
    )


def tail(data: bytes, offset: int) -> Tail:
    """Whether what follows the last whole frame at `offset` is nothing, or torn."""
    return Tail.TORN if data[offset:].strip(b"\0") else Tail.CLEAN


def header(data: bytes) -> tuple[Header, Frame]:
    """A file's header and the frame that held it; `Malformed` when it has none."""
    frame = _frame_at(data, len(MAGIC)) if data.startswith(MAGIC) else None
    if frame is None:
        raise Malformed("no WAL header: the file was never durable, or is not a WAL")
    value = canonical.loads(frame.payload)
    numbers = ("segment", "first", "size", "pid")
    texts = ("origin", "writer", "after", "boot")
    if (
        not isinstance(value, dict)
        or value.keys() != {*numbers, *texts}
        or not all(type(value[name]) is int and value[name] >= 0 for name in numbers)
        or not all(isinstance(value[name], str) for name in texts)
    ):
        raise Malformed("a WAL header has " + ", ".join((*texts, *numbers)))
    after = canonical.untext(value["after"], size=MAC_BYTES)
    return Header(**{**value, "after": after}), frame


def following(data: bytes, offset: int) -> int:
    """How many whole frames stand behind the damaged one at `offset`."""
    if len(data) < offset + _PREFIX.size:
        return 0
    length, _ = _PREFIX.unpack_from(data, offset)
    return sum(1 for _ in scan(data, offset + _PREFIX.size + length))


def authenticate(key: bytes, previous: bytes, frame: Frame) -> None:
    """Return when `frame` is the one that was sealed after `previous`."""
    expected = canonical.mac(key, previous + frame.payload)[:MAC_BYTES]
    if expected != frame.mac:
        raise BrokenTrail(
            f"the frame at byte {frame.start} was not written by this trail's owner "
            "after the frame before it: it was edited, moved or replayed"
        )
