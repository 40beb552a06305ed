"""The records that are in the tree: bundle by bundle to the tree, to the ledger, and to
what others claim of earlier sizes.

Knows files through a reader, and the order in which they are gone through. Reads each
bundle once, unless an id turns out to stand where it may not; keeps none.
"""

import struct
from collections.abc import Callable, Iterator, Sequence

from affidavit.errors import Invalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.tiles import TILE_WIDTH, Tile
from affidavit.trail.reader import TrailReader
from affidavit.verify.form import found_in
from affidavit.verify.history import History
from affidavit.verify.ledger import Ledger
from affidavit.verify.lifecycle import Event
from affidavit.verify.look import Piece, Spread, Wants, looked
from affidavit.verify.report import Fault, Problem, Problems
from affidavit.verify.stretch import Stretch
from affidavit.verify.tree import TreeCheck

Visit = Callable[[int, bytes, bytes | None], None]
"""Told of each sealed record that holds: index, entry, salt ‖ body (None: pruned)."""
Progress = Callable[[int, int], None]
"""Records done, records in all."""


class BundleCheck:
    """Goes through bundles from record `start` on. `sealed` comes first."""

    def __init__(
        self,
        reader: TrailReader,
        tree: TreeCheck,
        ledger: Ledger,
        problems: Problems,
        *,
        bodies: bool,
        start: int = 0,
    ) -> None:
        self._reader = reader
        self._tree = tree
        self._ledger = ledger
        self._problems = problems
        self._bodies = bodies
        self._start = start
        self._end = start
        self._visit: Visit | None = None
        self._older: Sequence[Checkpoint] = ()
        self._history = History((), problems)
        self.whole = True
        """Whether no bundle was missing together with its tile."""

    def sealed(
        self,
        size: int,
        *,
        older: Sequence[Checkpoint],
        history: History,
        spread: Spread,
        progress: Progress | None,
        visit: Visit | None,
    ) -> None:
        """Every record that the checkpoint covers; ends at what cannot be had."""
        self._older, self._history, self._visit = older, history, visit
        for done in self._walk(size, spread):
            self._end = done
            if progress is not None:
                progress(done, size)
            if not self.whole:
                return

    def _walk(self, size: int, spread: Spread) -> Iterator[int]:
        """Goes on bundle by bundle or faster; tells how many records are done."""
        first, full = self._start // TILE_WIDTH, size // TILE_WIDTH
        if self._start % TILE_WIDTH and first < full:
            yield self._one(first, TILE_WIDTH)
            first += 1
        wants = Wants(
            bodies=self._bodies,
            rare=self._ledger.rare_kinds,
            leaves=self._claimed(),
            records=self._visit is not None,
        )
        for piece in looked(self._reader, first, full, wants, spread):
            yield from self._piece(piece)
        if size % TILE_WIDTH and size > self._start:
            yield self._one(full, size % TILE_WIDTH)

    def _claimed(self) -> frozenset[int]:
        """Bundles in which somebody's word about an earlier size is to be checked."""
        sizes = set(self._history.sizes)
        sizes.update(each.size for each in self._older)
        return frozenset(max(0, each - 1) // TILE_WIDTH for each in sizes)

    def _piece(self, piece: Piece) -> Iterator[int]:
        if isinstance(piece, int):
            yield self._one(piece, TILE_WIDTH)
        elif self._ledger.merge(piece):
            self._flawless(piece)
            yield (piece.first + len(piece.roots)) * TILE_WIDTH
        else:
            for place in range(len(piece.roots)):
                yield self._one(piece.first + place, TILE_WIDTH)

    def _flawless(self, stretch: Stretch) -> None:
        for index, root in enumerate(stretch.roots, stretch.first):
            if (leaves := stretch.leaves.get(index)) is not None:
                self._earlier(index * TILE_WIDTH, leaves, TILE_WIDTH)
            self._tree.flawless(index, root)
        if self._visit is not None:
            for each in stretch.records:
                self._visit(*each)

    def _one(self, index: int, width: int) -> int:
        """One bundle, record by record: whatever is wrong with it is named."""
        first = index * TILE_WIDTH
        entries = self._entries(index, width)
        if entries is not None:
            leaves = leaf_hashes(entries)
            self._earlier(first, leaves, width)
            self._tree.bundle(index, entries, leaves, width)
            self._take(first, entries[:width], width)
            self._ledger.pause()
        return first + width

    def _entries(self, index: int, width: int) -> list[bytes] | None:
        """A bundle's entries, however many; None when it cannot be had."""
        try:
            data, found = self._reader.tile(Tile("entries", index, width))
        except Invalid as error:
            self._add(Fault.MISSING, str(error), index=index * TILE_WIDTH)
            # Without its tile either, nothing after this place can be held against
            # the root; and a forged size could have us look for files for ever.
            self.whole = self._tree.skip(index, width)
            return None
        entries, rest = _split(data)
        if rest:
            self._add(
                Fault.ENTRY,
                f"the bundle ends in {rest} bytes that are no entry",
                index=index * TILE_WIDTH + len(entries),
            )
        return entries[:width] if found > width or rest else entries

    def _earlier(self, first: int, leaves: list[bytes], width: int) -> None:
        """What was said of sizes that end in this bundle."""
        for older in self._older:
            if (
                first < older.size <= first + width
                and self._tree.root(leaves[: older.size - first]) != older.root
            ):
                self._add(Fault.HISTORY, _rewritten(older))
        self._history.bundle(first, width, lambda n: self._tree.root(leaves[:n]))

    def _take(self, first: int, entries: Sequence[bytes], width: int) -> None:
        bodies = self._salted(first, len(entries), width)
        for index, entry, salted in zip(
            range(first, first + len(entries)), entries, bodies, strict=True
        ):
            if index < self._start:
                continue  # verified before
            if self._ledger.take(index, entry, salted) and self._visit is not None:
                self._visit(index, entry, salted)

    def _salted(self, first: int, count: int, width: int) -> Sequence[bytes | None]:
        """Bodies of the bundle that begins at `first`; empty where there is none."""
        # In a bundle with an entry too many or too few, bodies are of other entries.
        if not self._bodies or count != width:
            return [b""] * count
        try:
            return self._reader.body_bundle(first // TILE_WIDTH, count)
        except Invalid as error:
            self._add(Fault.BODY, str(error), index=first)
            return [b""] * count

    def unsigned(self, start: int, end: int, *, intact: bool) -> bool:
        """Records `[start, end)` beyond the checkpoint; False if they are not there.

        `intact` says whether the sealed part holds: else the tree says nothing of them.
        """
        first = start // TILE_WIDTH * TILE_WIDTH
        for at in range(first, end, TILE_WIDTH):
            width = min(end - at, TILE_WIDTH)
            entries = self._entries(at // TILE_WIDTH, width)
            if entries is None:
                return False
            if intact:
                leaves = leaf_hashes(entries)
                self._tree.bundle(at // TILE_WIDTH, entries, leaves, width)
            bodies = self._salted(at, len(entries), width)
            for place in range(max(0, start - at), len(entries)):
                self._ledger.take(at + place, entries[place], bodies[place])
            self._ledger.pause()
            self._end = at + width
        return True

    def again(self) -> Iterator[Event]:
        """Every record of the tree that was taken, once more, as far as it can be."""
        for first in range(
            self._start // TILE_WIDTH * TILE_WIDTH, self._end, TILE_WIDTH
        ):
            width = min(self._end - first, TILE_WIDTH)
            try:
                data, _ = self._reader.tile(Tile("entries", first // TILE_WIDTH, width))
            except Invalid:
                continue  # it was named the first time
            for index, entry in enumerate(_split(data)[0][:width], first):
                found = found_in(entry) if index >= self._start else None
                if found is not None:
                    yield Event.of(
                        index, found["id"], found["kind"], found["at"], found["effect"]
                    )

    def _add(self, fault: Fault, message: str, *, index: int | None = None) -> None:
        self._problems.add(Problem(fault=fault, message=message, index=index))


def another_history(older: Checkpoint, newer: Checkpoint) -> str | None:
    """Why a tree head cannot extend an older one, if sizes and roots alone tell."""
    if newer.size < older.size:
        return (
            f"a checkpoint of {older.size} records was signed before, now there are "
            f"{newer.size}: the end was cut off"
        )
    same = newer.size > older.size or newer.root == older.root
    return None if same else _rewritten(older)


def _rewritten(older: Checkpoint) -> str:
    return (
        f"the first {older.size} records are not the ones that were signed before: "
        f"their root was {older.root.hex()}. Something in them was changed. If nothing "
        "else is found, history was rewritten: keep both checkpoints, which prove it."
    )


def _split(data: bytes) -> tuple[list[bytes], int]:
    """The entries of a bundle, and how many bytes at its end are none.

    As forgiving as it can be: an entry too many or too few is to be named, not refused.
    """
    unpack, end = struct.Struct(">H").unpack_from, len(data)
    entries: list[bytes] = []
    at = 0
    while at + 2 <= end:
        length = unpack(data, at)[0]
        if at + 2 + length > end:
            break
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return entries, end - at
