"""The memory of one purpose: a block of fixed size, whoever holds the bytes.

Knows where in the block everything stands (docs/formats/behaviour.md) and nothing of
what it means. The block may be shared by processes that lock nothing: each table is
direct-mapped, a later value takes an earlier one's place, and a slot that two write at
once, or that a crash left half written, holds at worst a run that never was. So any
bytes at all are a state, and none makes a call fail.
"""

from contextlib import suppress
from typing import Final, Literal

WINDOW: Final = 64
"""Calls that are looked at together."""
IDS: Final = 1024
"""Calls whose identifiers are remembered."""
SEEN: Final = 1 << 15
MADE: Final = 1 << 15
ITEMS: Final = 1 << 13
ID_BYTES: Final = 16
_NO_UUID = 0xFF
"""First byte of a name that is none: a UUIDv7 begins so in the year 10889."""

Width = Literal["B", "H", "I", "Q"]

_LAYOUT: tuple[tuple[str, Width, int], ...] = (
    ("seen", "I", SEEN),
    ("made", "I", MADE),
    ("maker", "H", MADE),
    ("often", "B", SEEN),
    ("items", "I", ITEMS),
    ("lister", "H", ITEMS),
    ("ids", "B", IDS * ID_BYTES),
    ("header", "Q", 8),
    ("at", "Q", WINDOW),
    ("whole", "I", WINDOW),
    ("head", "I", WINDOW),
    ("system", "I", WINDOW),
    ("seed", "I", WINDOW),
    ("heat", "I", WINDOW),
    ("cues", "I", WINDOW),
    ("source", "H", WINDOW),
    ("number", "H", WINDOW),
    ("answered", "H", WINDOW),
    ("asked", "B", WINDOW),
    ("fed", "B", WINDOW),
    ("pool", "B", WINDOW),
    ("template", "B", WINDOW),
    ("history", "B", WINDOW),
    ("samples", "B", WINDOW),
    ("logprobs", "B", WINDOW),
    ("reasons", "B", WINDOW),
    ("limited", "B", WINDOW),
    ("short", "B", WINDOW),
    ("length", "H", WINDOW),
    ("flying", "B", WINDOW),
    ("looked", "B", WINDOW),
    ("cued", "B", WINDOW),
    ("hot", "B", WINDOW),
)
_SIZES: dict[Width, int] = {"B": 1, "H": 2, "I": 4, "Q": 8}


def _size() -> int:
    return sum(_SIZES[kind] * count for _, kind, count in _LAYOUT)


STATE_BYTES: Final = _size()
"""Of one purpose: below 512 KiB."""
MIXED, COMPARED = 1, 2
"""What `pool` says of a call."""
COUNT, FIRST, LAST, SCORE = 0, 1, 2, 3
"""Places in `header`: calls so far, the number of the window's first call, Unix ms of
the last one, and a thousand times its score."""


class State:
    """One purpose's block as typed tables. Reading and writing never raise."""

    __slots__ = (*(name for name, _, _ in _LAYOUT), "_block")

    at: "memoryview[int]"
    seen: "memoryview[int]"
    """Runs that stood in inputs."""
    often: "memoryview[int]"
    """In how many calls, up to 255."""
    made: "memoryview[int]"
    """Runs that stood in outputs."""
    maker: "memoryview[int]"
    """Which call's, by its number modulo 65,536."""
    items: "memoryview[int]"
    """Short lines of outputs."""
    lister: "memoryview[int]"
    ids: "memoryview[int]"
    header: "memoryview[int]"
    whole: "memoryview[int]"
    head: "memoryview[int]"
    seed: "memoryview[int]"
    heat: "memoryview[int]"
    cues: "memoryview[int]"
    source: "memoryview[int]"
    number: "memoryview[int]"
    answered: "memoryview[int]"
    asked: "memoryview[int]"
    fed: "memoryview[int]"
    pool: "memoryview[int]"
    template: "memoryview[int]"
    history: "memoryview[int]"
    samples: "memoryview[int]"
    logprobs: "memoryview[int]"
    reasons: "memoryview[int]"
    limited: "memoryview[int]"
    short: "memoryview[int]"
    length: "memoryview[int]"
    flying: "memoryview[int]"
    looked: "memoryview[int]"
    system: "memoryview[int]"
    cued: "memoryview[int]"
    hot: "memoryview[int]"

    def __init__(self, block: bytearray | memoryview | None = None) -> None:
        """`block`: `STATE_BYTES` writable bytes; new ones when left out."""
        view = memoryview(bytearray(STATE_BYTES) if block is None else block)
        self._block = view
        at = 0
        for name, kind, count in _LAYOUT:
            end = at + _SIZES[kind] * count
            setattr(self, name, view[at:end].cast(kind))
            at = end

    @property
    def count(self) -> int:
        """Calls so far."""
        return self.header[COUNT]

    @property
    def filled(self) -> int:
        """Calls in the window."""
        return min(self.header[COUNT] - self.header[FIRST], WINDOW)

    def begin_window(self) -> None:
        """Forget the window, and keep what inputs and outputs said."""
        self.header[FIRST] = self.header[COUNT]
        for name, kind, count in _LAYOUT:
            if count == WINDOW:
                table: memoryview[int] = getattr(self, name)
                table.cast("B")[:] = bytes(_SIZES[kind] * count)

    def copy(self) -> "State":
        """Another block with the same content."""
        return State(bytearray(self._block))

    def name(self, number: int) -> str | None:
        """What a call that is not long ago was called: a record's identifier, if it
        has a record.
        """
        start = number % IDS * ID_BYTES
        raw = bytes(self.ids[start : start + ID_BYTES])
        if not any(raw):
            return None
        if raw[0] == _NO_UUID:
            return raw[1:].rstrip(b"\0").decode("utf-8", "replace")
        digits = raw.hex()
        cuts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return "-".join(cuts)

    def call_name(self, number: int, identifier: str) -> None:
        """Remember what call `number` is called: a UUID, or the start of a name."""
        start = number % IDS * ID_BYTES
        self.ids[start : start + ID_BYTES] = memoryview(_raw(identifier))


def _raw(identifier: str) -> bytes:
    digits = identifier.replace("-", "")
    if len(digits) == 2 * ID_BYTES:
        with suppress(ValueError):
            return bytes.fromhex(digits)
    if not identifier:
        return bytes(ID_BYTES)
    name = bytes((_NO_UUID,)) + identifier.encode("utf-8", "replace")
    return name[:ID_BYTES].ljust(ID_BYTES, b"\0")
