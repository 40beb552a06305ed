"""One pass over a package's entries: which were asked for, and what all of them show.

Pure. Takes entries in their order and keeps what was asked for, counts, and where each
writer was seen; of all other entries nothing remains. What the tree says of them is
`check`'s affair.
"""

from collections import Counter
from dataclasses import dataclass

from affidavit.trail.record import Kind
from affidavit.verify import form
from affidavit.verify.disclosure.manifest import By, Selection, Window
from affidavit.verify.form import Found
from affidavit.verify.report import Fault, Problems

_OPEN = (b"permit", b"observed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A record that was asked for, or the outcome of one."""

    index: int
    kind: Kind
    id: str
    effect: str | None
    entry: bytes
    commitment: str
    """SHA-256 of salt ‖ body, base64url."""
    follows: bool
    """It was not selected by itself: it is the outcome of a decision that was."""


@dataclass(slots=True)
class _Seen:
    """One writer's records in the range."""

    first_seq: int
    first_at: bytes
    next_seq: int
    last_at: bytes
    closed: bool = False


class Walk:
    """Takes the entries of `[first, end)`, then those proved one by one; `settle`."""

    def __init__(
        self, window: Window, selection: Selection, problems: Problems
    ) -> None:
        self._start, self._end = window.start.encode(), window.end.encode()
        self._selection = selection
        self._ids = {form.short(each.encode()) for each in selection.ids}
        self._borne = [
            f'"{each.field}":"{each.label}"'.encode() for each in selection.openings
        ]
        self._problems = problems
        self._writers: dict[bytes, _Seen] = {}
        self._selected: set[bytes] = set()
        self._pending: set[bytes] = set()
        """Decisions nobody asked for whose outcome is still to come."""
        self._early: dict[bytes, list[tuple[int, Found]]] = {}
        """Outcomes whose decision was not met yet."""
        self.asked: dict[int, Asked] = {}
        self.prunings: dict[int, Asked] = {}
        """Records of what was pruned: they say why a body that was asked for is gone.
        """
        self.records = self.window = self.decisions = 0
        self.last_at = ""
        """Latest time that any entry carries."""
        self.effects: Counter[tuple[str, str]] = Counter()
        """Of the window: kind and effect, `-` for none."""

    @property
    def writers(self) -> int:
        """How many wrote what is in the range."""
        return len(self._writers)

    def take(self, index: int, entry: bytes) -> None:
        """The next entry of the range."""
        self.records += 1
        found = form.found_in(entry)
        if found is None:
            message = form.misshapen(entry)
            self._problems.add(form.named(Fault.FORM, message, index, entry))
            return
        self._follow(index, found)
        self.last_at = max(self.last_at, found["at"].decode())
        inside = self._start <= found["at"] < self._end
        if inside:
            self.window += 1
            self.decisions += found["kind"] == b"decision"
            effect = (found["effect"] or b"-").decode()
            self.effects[found["kind"].decode(), effect] += 1
        self._sort(index, found, inside=inside)
        if found["kind"] == b"pruning":
            self.prunings[index] = _as_asked(index, found, follows=True)

    def _follow(self, index: int, found: Found) -> None:
        """The writer's sequence: what was left out or put in shows as a gap."""
        writer, seq, at = found["writer"], int(found["seq"]), found["at"]
        seen = self._writers.get(writer)
        if seen is None:
            seen = self._writers[writer] = _Seen(seq, at, seq, at)
        if seq != seen.next_seq:
            message = (
                f"seq {seq} where {seen.next_seq} comes next: a record of its writer "
                "was left out, put in or moved before it"
            )
            entry = found.string
            self._problems.add(form.named(Fault.SEQUENCE, message, index, entry))
        seen.next_seq, seen.last_at = seq + 1, max(seen.last_at, at)
        seen.first_at = min(seen.first_at, at)
        seen.closed = found["kind"] == b"close"

    def _sort(self, index: int, found: Found, *, inside: bool) -> None:
        if found["kind"] == b"outcome":
            self._outcome(index, found)
        elif inside and self._fits(found):
            short = form.short(found["id"])
            self._selected.add(short)
            self._keep(index, found, follows=False)
        elif found["kind"] == b"decision" and found["effect"] in _OPEN:
            short = form.short(found["id"])
            if self._early.pop(short, None) is None:
                self._pending.add(short)

    def _fits(self, found: Found) -> bool:
        match self._selection.by:
            case By.LABELS:
                labels = found["labels"] or b""
                return all(each in labels for each in self._borne)
            case By.IDS:
                return form.short(found["id"]) in self._ids
            case By.NOTHING:
                return False

    def _outcome(self, index: int, found: Found) -> None:
        short = form.short(found["id"])
        if short in self._selected:
            self._keep(index, found, follows=True)
        elif short in self._pending and short not in self._ids:
            self._pending.discard(short)
        else:
            self._early.setdefault(short, []).append((index, found))

    def _keep(self, index: int, found: Found, *, follows: bool) -> None:
        self.asked[index] = _as_asked(index, found, follows=follows)

    def apart(self, index: int, entry: bytes) -> bool:
        """A record outside the range; whether a package has any use for it there."""
        found = form.found_in(entry)
        if found is None:
            return False
        if found["kind"] == b"pruning":
            self.prunings[index] = _as_asked(index, found, follows=True)
            return True
        if found["kind"] == b"outcome" and form.short(found["id"]) in self._selected:
            self._keep(index, found, follows=True)
            return True
        return False

    def settle(self) -> None:
        """Sort the outcomes that stand before their decision, or without one."""
        for short, outcomes in self._early.items():
            for index, found in outcomes:
                if short in self._selected:
                    self._keep(index, found, follows=True)
                elif short in self._ids and self._start <= found["at"] < self._end:
                    self._keep(index, found, follows=False)

    def not_found(self) -> list[str]:
        """Ids that were asked for and that no record of the window has."""
        found = {each.id for each in self.asked.values() if not each.follows}
        return sorted(self._selection.ids - found)

    def without_outcome(self) -> int:
        """Selected calls that left and whose outcome is not in the package."""
        ended = {each.id for each in self.asked.values() if each.kind is Kind.OUTCOME}
        return sum(
            each.kind is Kind.DECISION
            and (each.effect or "").encode() in _OPEN
            and each.id not in ended
            for each in self.asked.values()
        )

    def seen_before(self) -> int:
        """Writers whose first record in the range is their very first, or of before
        the window: by their clock, none of theirs of the window comes earlier.
        """
        return sum(
            each.first_seq == 0 or each.first_at < self._start
            for each in self._writers.values()
        )

    def seen_after(self) -> int:
        """Writers that ended in the range, or have a record of after the window."""
        return sum(
            each.closed or each.last_at >= self._end for each in self._writers.values()
        )


def _as_asked(index: int, found: Found, *, follows: bool) -> Asked:
    effect = found["effect"]
    return Asked(
        index=index,
        kind=Kind(found["kind"].decode()),
        id=found["id"].decode(),
        effect=None if effect is None else effect.decode(),
        entry=found.string,
        commitment=found["body"].decode(),
        follows=follows,
    )
