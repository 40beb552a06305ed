"""What may explain that bill and trail differ, cell by cell, and how much of it.

Pure. A cause is likely, never proved: it says where to look, and changes no figure.
Each explains at most so many requests as it could; what none explains stays
unexplained, and is said to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from affidavit.reconcile.compare import Compared, Comparison
from affidavit.reconcile.recorded import Cell, Recorded


class Cause(Enum):
    """Why a cell may not agree."""

    OTHER_KEY = "other-key"
    OTHER_PROJECT = "other-project"
    BEFORE_TRAIL = "before-trail"
    BATCH = "batch"
    RETRIES = "retries"
    WEBSOCKETS = "websockets"
    MIDNIGHT = "midnight"
    MODEL_NAME = "model-name"
    NEVER_RECORDED = "never-recorded"
    FAILED = "failed"
    UNKNOWN_OUTCOME = "unknown-outcome"
    NOT_YET_BILLED = "not-yet-billed"
    CUT_OFF = "cut-off"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """One cause for one cell."""

    cause: Cause
    requests: int
    """At most so many of the difference."""
    words: str
    tokens: int = 0
    """Where requests agree: so many tokens do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the cells."""

    began: str | None
    """`at` of the trail's first record."""
    batch_lines: Mapping[str, int]
    """Day → lines of batch files that left."""
    today: str
    """UTC day on which the bill was fetched."""
    keys: frozenset[str] | None = None
    """The API keys of governed programs, where they are known."""


def explain(
    comparison: Comparison, circumstances: Circumstances
) -> Mapping[int, tuple[Likely, ...]]:
    """Index of each cell that does not agree → what may explain it."""
    around = _Around(comparison.cells)
    return {
        index: tuple(_of_cell(each, around, circumstances))
        for index, each in enumerate(comparison.cells)
        if not (each.agrees and each.tokens_agree)
    }


class _Around:
    """Cells by place, and what the trail has anywhere."""

    def __init__(self, cells: Sequence[Compared]) -> None:
        self.cells = cells
        seen = [each.cell for each in cells if each.seen.calls or each.seen.batched]
        self.projects = {cell.project for cell in seen}
        self.families = {(cell.family, cell.model) for cell in seen}

    def next_days(self, cell: Cell) -> Iterator[Compared]:
        """The same use on the day before and after."""
        near = {_shifted(cell.day, -1), _shifted(cell.day, 1)}
        for each in self.cells:
            other = each.cell
            if other.day in near and _use(other) == _use(cell):
                yield each

    def other_models(self, cell: Cell) -> Iterator[Compared]:
        """The same day's use of other models."""
        for each in self.cells:
            other = each.cell
            if other.model != cell.model and _place(other) == _place(cell):
                yield each


def _use(cell: Cell) -> tuple[str, str | None, str | None]:
    return cell.family, cell.project, cell.model


def _place(cell: Cell) -> tuple[str, str, str | None]:
    return cell.day, cell.family, cell.project


def _shifted(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _of_cell(each: Compared, around: _Around, known: Circumstances) -> Iterator[Likely]:
    if left := each.requests.uncovered:
        yield from _shared(left, _why_uncovered(each, around, known))
    if left := each.requests.excess:
        yield from _shared(left, _why_excess(each, around, known))
    if each.agrees:
        yield from _why_tokens(each)


def _why_tokens(each: Compared) -> Iterator[Likely]:
    """Why tokens differ where requests do not."""
    both = (each.input_tokens, each.output_tokens)
    tokens = sum(it.uncovered + it.excess for it in both)
    cause, words = Cause.UNEXPLAINED, "tokens that nothing known here explains"
    if cut := each.seen.abandoned:
        cause = Cause.CUT_OFF
        words = (
            f"{cut} answers were not waited for: the provider bills what it made, the "
            "trail knows what arrived"
        )
    elif extra := max(0, each.seen.tries - each.seen.calls):
        cause, words = Cause.RETRIES, f"{extra} further tries went over the wire"
    yield Likely(cause=cause, requests=0, words=words, tokens=tokens)


def _shared(left: int, causes: Iterator[Likely]) -> Iterator[Likely]:
    """Each cause for what those before it leave, and what none of them explains."""
    for each in causes:
        if share := min(left, each.requests):
            yield Likely(cause=each.cause, requests=share, words=each.words)
            left -= share
    if left:
        yield Likely(
            cause=Cause.UNEXPLAINED,
            requests=left,
            words="nothing that is known here explains it",
        )


def _why_uncovered(
    each: Compared, around: _Around, known: Circumstances
) -> Iterator[Likely]:
    cell, missing = each.cell, each.requests.uncovered
    others = _of_other_keys(each, known)
    if others:
        names = ", ".join(sorted(key or "no key" for key in others))
        yield Likely(
            cause=Cause.OTHER_KEY,
            requests=sum(others.values()),
            words=f"made with keys that no governed program is said to use: {names}",
        )
    if known.began is None or cell.day <= known.began[:10]:
        yield Likely(
            cause=Cause.BEFORE_TRAIL,
            requests=missing,
            words=f"made before the trail began ({known.began or 'it is empty'})",
        )
    if cell.project not in around.projects:
        yield Likely(
            cause=Cause.OTHER_PROJECT,
            requests=missing,
            words=f"of a project that the trail never recorded: {cell.project}",
        )
    yield from _deferred(each, known)
    if extra := max(0, each.seen.tries - each.seen.calls):
        yield Likely(
            cause=Cause.RETRIES,
            requests=extra,
            words=f"{extra} further tries of recorded calls went over the wire",
        )
    yield from _moved(each, around, excess=True)
    if each.seen.turns or each.seen.handshakes:
        yield Likely(
            cause=Cause.WEBSOCKETS,
            requests=missing,
            words="responses on websockets that no event of ours asked for",
        )
    if (cell.family, cell.model) not in around.families:
        yield Likely(
            cause=Cause.NEVER_RECORDED,
            requests=missing,
            words="the trail has no such use on any day: a program that is not "
            "governed, or another trail's",
        )


def _of_other_keys(each: Compared, known: Circumstances) -> Mapping[str | None, int]:
    if known.keys is None:
        return {}
    return {key: n for key, n in each.by_key.items() if n and key not in known.keys}


def _deferred(each: Compared, known: Circumstances) -> Iterator[Likely]:
    billed = each.batch - each.seen.batched
    if billed <= 0:
        return
    days = (each.cell.day, _shifted(each.cell.day, -1))
    lines = sum(known.batch_lines.get(day, 0) for day in days)
    said = f"the trail has uploads of {lines} lines on that day and the day before"
    yield Likely(
        cause=Cause.BATCH, requests=min(billed, lines), words=f"a batch's: {said}"
    )


def _moved(each: Compared, around: _Around, *, excess: bool) -> Iterator[Likely]:
    """What is too few here and too many next to it, or the other way round."""

    def too_many(other: Compared) -> int:
        # What that cell explains by itself did not come from here.
        seen = other.seen
        if excess:
            return max(0, other.requests.excess - _failed(seen) - seen.unknown)
        further = max(0, seen.tries - seen.calls)
        return max(0, other.requests.uncovered - further)

    if near := sum(map(too_many, around.next_days(each.cell))):
        yield Likely(
            cause=Cause.MIDNIGHT,
            requests=near,
            words="counted on the day before or after by the other side",
        )
    named = [other for other in around.other_models(each.cell) if too_many(other)]
    if named:
        yield Likely(
            cause=Cause.MODEL_NAME,
            requests=sum(map(too_many, named)),
            words="perhaps the same use under another name: "
            + ", ".join(sorted(str(other.cell.model) for other in named)),
        )


def _failed(seen: Recorded) -> int:
    """Calls that were never answered with success."""
    return max(0, seen.calls - seen.answered - seen.unknown)


def _why_excess(
    each: Compared, around: _Around, known: Circumstances
) -> Iterator[Likely]:
    seen = each.seen
    if fewer := max(0, seen.batched - each.batch):
        yield Likely(
            cause=Cause.BATCH,
            requests=fewer,
            words="lines of batches that were handed over, and failed or ran later",
        )
    if failed := _failed(seen):
        yield Likely(
            cause=Cause.FAILED,
            requests=failed,
            words="calls that were never answered with success, and need not be billed",
        )
    if seen.unknown:
        yield Likely(
            cause=Cause.UNKNOWN_OUTCOME,
            requests=seen.unknown,
            words="calls without an outcome, which may never have arrived",
        )
    yield from _moved(each, around, excess=False)
    if each.cell.day >= _shifted(known.today, -1):
        yield Likely(
            cause=Cause.NOT_YET_BILLED,
            requests=each.requests.excess,
            words="of the last two days, for which bills come late",
        )
