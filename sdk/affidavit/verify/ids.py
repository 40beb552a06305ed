"""Which ids stand twice in a trail of any length: found exactly, in constant memory.

Knows ids as 16 bytes and runs of them, each run in ascending order. Runs wait in a
temporary file and are merged once, a block at a time. Ids begin with a time, so that
the runs of a trail hardly overlap and few blocks are in memory at once; a trail in
which they all do costs 10 KiB a run, and is found out as exactly.

Knows nothing of records: what stands twice is `lifecycle`'s to judge.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from operator import itemgetter
from tempfile import TemporaryFile, gettempdir
from typing import IO, NamedTuple, TypeAlias, overload

from affidavit.errors import Incomplete
from affidavit.verify.form import ID_BYTES

IN_MEMORY_BYTES = 8 << 20
"""Runs stay in memory up to that, then go to the system's temporary folder."""
BLOCK_IDS = 256
_MERGED_FROM = 16
"""Many new ids are merged with those known before, few are looked up among them."""

Read: TypeAlias = Callable[[int, int], bytes]
"""`(offset, size)` → that many bytes of a file."""
_Head: TypeAlias = tuple[list[bytes], Iterator[list[bytes]]]
"""Ids of a run that are read and not merged yet, and the blocks behind them."""


def packed(ids: Iterable[bytes]) -> bytes:
    """A run: ids in order, without anything between them."""
    return b"".join(sorted(ids))


def unpacked(run: bytes) -> list[bytes]:
    """The ids of a run."""
    return [run[at : at + ID_BYTES] for at in range(0, len(run), ID_BYTES)]


class Run(NamedTuple):
    """Ids in ascending order, somewhere in a file."""

    read: Read
    offset: int
    length: int
    """How many ids."""

    def blocks(self) -> Iterator[list[bytes]]:
        """All of them, `BLOCK_IDS` at a time."""
        end = self.offset + self.length * ID_BYTES
        step = BLOCK_IDS * ID_BYTES
        for at in range(self.offset, end, step):
            yield unpacked(self.read(at, min(step, end - at)))

    def least(self) -> bytes:
        """The first of them."""
        return self.read(self.offset, ID_BYTES)


class Sorted(Sequence[bytes]):
    """A run in memory or mapped into it, to be looked things up in."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data) // ID_BYTES

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return bytes(self.data[place * ID_BYTES : (place + 1) * ID_BYTES])

    def __contains__(self, wanted: object) -> bool:
        if not isinstance(wanted, bytes):
            return False
        place = bisect_left(self, wanted)
        return place < len(self) and self[place] == wanted

    def run(self) -> Run:
        """The same, to be merged."""
        return Run(lambda at, size: bytes(self.data[at : at + size]), 0, len(self))


class IdRuns:
    """The ids of one verification, on top of those that were verified before."""

    def __init__(
        self,
        before: Sequence[Sorted] = (),
        *,
        spool: Callable[[], IO[bytes]] = TemporaryFile,
    ) -> None:
        self._before = before
        self._spool = spool
        self._memory = BytesIO()
        self._file: IO[bytes] = self._memory
        self._runs: list[Run] = []
        self._end = 0
        self._mark = 0

    def close(self) -> None:
        """Let go of the temporary file."""
        self._file.close()

    def add(self, run: bytes) -> None:
        """Take a run in; `Incomplete` where no space is left for it."""
        if not run:
            return
        try:
            self._write(run)
        except OSError as error:
            raise Incomplete(
                f"{gettempdir()}: ids cannot be kept there while they are compared "
                f"({error.strerror}): 16 bytes a call. Free space, or set TMPDIR."
            ) from error
        self._runs.append(Run(self._read, self._end, len(run) // ID_BYTES))
        self._end += len(run)

    def _write(self, run: bytes) -> None:
        if self._file is self._memory and self._end > IN_MEMORY_BYTES:
            self._file = self._spool()
            self._file.write(self._memory.getbuffer())
            self._memory = BytesIO()
        self._file.seek(self._end)
        self._file.write(run)

    def _read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def mark(self) -> None:
        """What was taken so far is what `marked` gives."""
        self._mark = len(self._runs)

    def marked(self) -> list[Run]:
        """The runs taken until `mark`."""
        return self._runs[: self._mark]

    def known_before(self, short_id: bytes) -> bool:
        """Whether an earlier verification met this id."""
        return any(short_id in each for each in self._before)

    def twice(self) -> set[bytes]:
        """Every id that was taken more than once, or once and was known before."""
        count, known = self._end // ID_BYTES, sum(map(len, self._before))
        few = count * _MERGED_FROM < known
        older = [] if few else [each.run() for each in self._before]
        found = set()
        for part in merged([*self._runs, *older]):
            found |= repeated(part)
            if few:
                found |= set(filter(self.known_before, part))
        return found


def merged(runs: Iterable[Run]) -> Iterator[list[bytes]]:
    """The ids of all runs in ascending order, in parts; equal ones in one part."""
    waiting = [(run.least(), run) for run in runs if run.length]
    waiting.sort(key=itemgetter(0), reverse=True)
    heads: list[_Head] = []
    while waiting or heads:
        if not heads:
            heads.append(_opened(waiting.pop()[1]))
        bound = min(block[-1] for block, _ in heads)
        while waiting and waiting[-1][0] <= bound:
            heads.append(_opened(waiting.pop()[1]))
            bound = min(bound, heads[-1][0][-1])
        part: list[bytes] = []
        cut = [(_up_to(bound, head, part), head[1]) for head in heads]
        heads = [head for head in cut if head[0]]
        part.sort()
        yield part


def _opened(run: Run) -> _Head:
    blocks = run.blocks()
    return next(blocks), blocks


def _up_to(bound: bytes, head: _Head, part: list[bytes]) -> list[bytes]:
    """Move the ids up to `bound` into `part`; what is left of the last block read."""
    block, blocks = head
    while block and block[-1] <= bound:
        part += block
        block = next(blocks, [])
    cut = bisect_right(block, bound)
    part += block[:cut]
    return block[cut:]


def repeated(part: Sequence[bytes]) -> set[bytes]:
    """What stands more than once in ascending ids."""
    if len(set(part)) == len(part):
        return set()
    return {one for one, after in pairwise(part) if one == after}
