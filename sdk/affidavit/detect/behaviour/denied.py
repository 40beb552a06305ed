"""Prompts that were refused, for all purposes together, and whether one comes back.

Knows a ring of sketches: of each refused prompt the least runs of its words, by which a
prompt that was lightly changed is still known. Knows no text. Refusals that ask for
another purpose, a listed model or endpoint are none of these: whoever heeds them comes
back as told.
"""

import struct
from binascii import crc32
from typing import Final

from affidavit.calls import Finding
from affidavit.detect.behaviour import words
from affidavit.detect.behaviour.features import CallFeatures
from affidavit.detect.behaviour.words import Key
from affidavit.findings import Kind

KIND = Kind.DENIED_RETURN.value
DETECTOR = "behaviour/1"
ACTIVITY = "denied_return"
REMEMBERED: Final = 256
LEAST_ALIKE = 6
"""Of the eight values of a sketch."""
FORGOTTEN_MS = 7 * 86_400_000
_READ = 256
_ENTRY = struct.Struct("<QII8I16s")
DENIED_BYTES: Final = 8 + REMEMBERED * _ENTRY.size
_NO_SKETCH = (0,) * 8


class Denied:
    """The ring. Any bytes at all are one; reading and writing never raise."""

    def __init__(self, key: Key, block: bytearray | memoryview | None = None) -> None:
        """`block`: `DENIED_BYTES` writable bytes; new ones when left out."""
        self._key = key
        self._block = memoryview(bytearray(DENIED_BYTES) if block is None else block)
        self._count = self._block[:8].cast("Q")

    def add(self, call: CallFeatures, purpose: str, identifier: str) -> None:
        """Remember a refused call and the purpose that it declared."""
        at = 8 + self._count[0] % REMEMBERED * _ENTRY.size
        _ENTRY.pack_into(
            self._block,
            at,
            call.at,
            _hash(purpose),
            crc32(call.text.encode("utf-8", "replace")),
            *_sketch(call.text, self._key),
            _raw(identifier),
        )
        # Counted last: an entry that a crash left half written is written over.
        self._count[0] = (self._count[0] + 1) % (1 << 63)

    def find(self, call: CallFeatures, purpose: str) -> tuple[Finding, ...]:
        """What says that this call was refused under another purpose, if it was."""
        known = min(self._count[0], REMEMBERED)
        if not known:
            return ()
        mine, whole = _hash(purpose), crc32(call.text.encode("utf-8", "replace"))
        sketch = set(_sketch(call.text, self._key)) - {0}
        best, source = 0, b""
        for number in range(known):
            at, other, text, *rest, raw = _ENTRY.unpack_from(
                self._block, 8 + number * _ENTRY.size
            )
            if other == mine or call.at - at > FORGOTTEN_MS:
                continue
            alike = 8 if text == whole else len(sketch.intersection(rest))
            if alike > best:
                best, source = alike, raw
        return (_finding(best, source),) if best >= LEAST_ALIKE else ()


def _finding(alike: int, raw: bytes) -> Finding:
    digits = raw.hex()
    cuts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return Finding(
        kind=KIND,
        score=round(0.6 + 0.05 * alike, 3),
        activity=ACTIVITY,
        rules=(ACTIVITY,),
        detector=DETECTOR,
        notes=(f"{alike} of 8 marks of a refused prompt ({'-'.join(cuts)})",),
    )


def _sketch(text: str, key: Key) -> tuple[int, ...]:
    found = {
        run for piece in words.spoken(text, _READ) for run in words.runs(piece, key)
    }
    least = sorted(found)[:8]
    return tuple(least) if len(least) == 8 else _NO_SKETCH


def _hash(purpose: str) -> int:
    return crc32(purpose.encode("utf-8", "replace"))


def _raw(identifier: str) -> bytes:
    try:
        return bytes.fromhex(identifier.replace("-", ""))[:16]
    except ValueError:
        return b""
