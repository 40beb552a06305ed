"""The entries of a package, held against the signed root.

Knows bundles, leaf hashes and the range proof. The hashes that lie beside the entries
serve to name the record that was altered: they count once they lead to the root.
"""

from collections.abc import Callable

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.ranges import RangeRoot
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import TrailReader
from affidavit.verify import form
from affidavit.verify.disclosure.manifest import Manifest
from affidavit.verify.report import MAX_PROBLEMS, Fault, Problem, Problems

Progress = Callable[[int, int], None]
Take = Callable[[int, bytes], None]
_BESIDE = "the entry is not the one that the hashes beside it are of"


class RangeCheck:
    """Reads the range of a package once, and says whether it is what was signed."""

    def __init__(
        self, reader: TrailReader, manifest: Manifest, problems: Problems
    ) -> None:
        self._reader = reader
        self._manifest = manifest
        self._problems = problems
        self._differing: list[tuple[int, bytes]] = []
        self._broken = False
        self._tree = self._begin()
        """Over the hashes that lie beside the entries."""
        self._own: RangeRoot | None = None
        """Over the entries themselves, once the two differ."""

    def _begin(self) -> RangeRoot:
        told = self._manifest
        try:
            return RangeRoot(told.first, told.proof.left)
        except Malformed as error:
            self._problem(Fault.ROOT, str(error), None)
            self._broken = True
            return RangeRoot(0, ())

    def walk(self, take: Take, root: bytes, progress: Progress | None) -> None:
        """Give every entry to `take`, in order; then hold all against `root`."""
        first, end = self._manifest.first, self._manifest.end
        for start in range(first, end, TILE_WIDTH):
            if progress is not None:
                progress(start - first, end - first)
            width = min(end - start, TILE_WIDTH)
            entries = self._entries(start, width)
            if entries is None:
                if self._problems.more:
                    break  # a manifest may claim a range without end
                continue
            self._bundle(start, entries)
            for index, entry in enumerate(entries, start):
                take(index, entry)
        if self._broken:
            self._name(_BESIDE)
        else:
            self._conclude(root)

    def _bundle(self, start: int, entries: list[bytes]) -> None:
        leaves = leaf_hashes(entries)
        signed = self._hashes(start, len(entries)) or leaves
        if signed != leaves and self._own is None:
            self._own = self._tree.copy()
        if self._own is not None:
            self._own.extend(leaves)
        self._tree.extend(signed)
        for place, (mine, theirs) in enumerate(zip(leaves, signed, strict=True)):
            if mine != theirs and len(self._differing) < MAX_PROBLEMS:
                self._differing.append((start + place, entries[place]))

    def _entries(self, start: int, width: int) -> list[bytes] | None:
        try:
            return self._reader.entry_bundle(start // TILE_WIDTH, width)
        except BrokenTrail:
            fault, message = Fault.MISSING, "their entries are not in the package"
        except Malformed as error:
            fault, message = Fault.FORM, str(error)
        self._broken = True
        message = f"records {start} to {start + width - 1}: {message}"
        self._problem(fault, message, start)
        return None

    def _hashes(self, start: int, width: int) -> list[bytes] | None:
        try:
            return self._reader.hashes(0, start // TILE_WIDTH, width)
        except (BrokenTrail, Malformed):
            message = f"hashes of records {start} to {start + width - 1} are missing"
            self._problem(Fault.TILE, message, None)
            return None

    def _conclude(self, root: bytes) -> None:
        size, right = self._manifest.size, self._manifest.proof.right
        try:
            if self._tree.close(size, right) == root:
                self._name("the entry is not the one that was signed")
            elif self._own is not None and self._own.close(size, right) == root:
                message = "hashes in the package are not those of its entries"
                self._problem(Fault.TILE, message, None)
            else:
                self._unproved(root)
        except Malformed as error:
            self._problem(Fault.ROOT, str(error), None)

    def _name(self, message: str) -> None:
        for index, entry in self._differing:
            self._problems.add(form.named(Fault.ENTRY, message, index, entry))

    def _unproved(self, root: bytes) -> None:
        told = self._manifest
        message = (
            f"entries {told.first} to {told.end - 1} do not lead to the signed root "
            f"{root.hex()}: one of them, or of the proof's hashes, was altered"
        )
        self._problem(Fault.ROOT, message, None)
        # Beside a proof that fails these prove nothing, and tell where to look.
        self._name(_BESIDE)

    def _problem(self, fault: Fault, message: str, index: int | None) -> None:
        self._problems.add(Problem(fault=fault, message=message, index=index))
