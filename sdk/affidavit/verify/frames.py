"""Records that are in a WAL and not in the tree yet.

Pure but for reading through `trail.unsealed`: frames in, problems and notes out. Whole
frames and sequences are checked with no key at all; that nobody else wrote or changed
them takes the trail's secret, since nothing is signed before it is in the tree.
"""

from collections.abc import Sequence

from affidavit.errors import BrokenTrail, Malformed
from affidavit.trail import wal
from affidavit.trail.unsealed import OpenWal
from affidavit.trail.wal import Frame
from affidavit.verify.form import named, seq_of
from affidavit.verify.ledger import Ledger
from affidavit.verify.report import Fault, Problem, Problems


class FrameCheck:
    """Walks the WALs of one snapshot, writer by writer and segment by segment."""

    def __init__(
        self, origin: str, key: bytes | None, ledger: Ledger, problems: Problems
    ) -> None:
        """`key` is the WAL key of the trail's secret; None leaves MACs unchecked."""
        self._origin = origin
        self._key = key
        self._ledger = ledger
        self._problems = problems
        self._last: tuple[str, int, bytes] | None = None
        """Writer, segment and last MAC of the file before."""
        self._passed = 0
        self.pending = 0
        self.notes: list[str] = []

    def walk(self, wals: Sequence[OpenWal]) -> None:
        """Check every file, in the order in which `unsealed.open_all` gives them."""
        for each in wals:
            self._header(each)
            mac = each.taken.mac
            ahead, before = self._ledger.next_seq(each.writer), self._passed
            for frame in each.frames():
                self._frame(each, mac, frame, 0 if each.known else ahead)
                mac = frame.mac
            if self._passed > before:
                self.notes.append(
                    f"{each.name}: {self._passed - before} records are in the tree "
                    "already, and no state speaks of this file: a crash left it, or "
                    "somebody put it back"
                )
            self._tail(each)
            self._last = (each.writer, each.segment, mac)

    def _header(self, each: OpenWal) -> None:
        header, frame = each.header, each.header_frame
        if header is None or frame is None:
            return
        if (header.origin, header.writer, header.segment) != (
            self._origin,
            each.writer,
            each.segment,
        ):
            self._add(
                f"{each.name}: its header is of segment {header.segment} of writer "
                f"{header.writer} of {header.origin}: moved here from elsewhere"
            )
        if self._key is None:
            return
        self._mac(each, self._key, wal.MAGIC, frame)
        after = self._expected_after(each, self._key)
        if after is not None and after != header.after:
            self._add(f"{each.name}: does not follow on its writer's record before it")

    def _expected_after(self, each: OpenWal, key: bytes) -> bytes | None:
        if each.segment == 0:
            return wal.start(key, each.writer)
        if self._last is not None and self._last[:2] == (each.writer, each.segment - 1):
            return self._last[2]
        return None  # the segment before is gone: all of it is in the tree

    def _frame(self, each: OpenWal, previous: bytes, frame: Frame, taken: int) -> None:
        """One frame; what the tree has already (`seq` below `taken`) is passed over.

        That is so in a file that no `state` speaks of: a crash left it after its last
        record was taken in, or somebody put it back.
        """
        if self._key is not None:
            self._mac(each, self._key, previous, frame)
        try:
            entry, salt, body = frame.parts()
        except Malformed as error:
            self._add(f"{each.name}: {error}")
            return
        if taken and (seq_of(entry) or 0) < taken:
            self._passed += 1
            return
        self.pending += 1
        self._ledger.take(None, entry, salt + body)

    def _mac(self, each: OpenWal, key: bytes, previous: bytes, frame: Frame) -> None:
        try:
            wal.authenticate(key, previous, frame)
        except BrokenTrail as error:
            try:
                entry = frame.entry
            except Malformed:
                entry = b""
            message = f"{each.name}: {error}"
            self._problems.add(named(Fault.WAL, message, None, entry))

    def _tail(self, each: OpenWal) -> None:
        torn = each.torn
        if torn is None:
            return
        where = f"{each.name}: {torn.size} bytes from byte {torn.offset} on"
        if torn.resumes:
            self._add(
                f"{where} begin with no whole record, and whole ones follow: something "
                "between records was changed"
            )
        else:
            self.notes.append(
                f"{where} are no whole record: a write under way, a crash amid "
                "one, or a change; who integrates keeps them and records the cut"
            )

    def _add(self, message: str) -> None:
        self._problems.add(Problem(fault=Fault.WAL, message=message))
