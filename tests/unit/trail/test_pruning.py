"""One run: recorded and sealed first, removed after, by one process at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.errors import TrailMismatch, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.prune import alone
from affidavit.trail.pruning import prune, pruner
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Record
from affidavit.trail.retention import Pruning
from affidavit.trail.trail import Trail
from support import aged
from support.aged import Clock
from support.live import an_identity

Step = Callable[[], None]


class Watched:
    """A trail that tells of each step before it is taken."""

    def __init__(self, trail: Trail, before: Callable[[str], None]) -> None:
        self._trail, self._before = trail, before
        self.path: Path = trail.path
        self.identity: Identity = trail.identity

    def append(self, record: Record) -> None:
        self._before("append")
        self._trail.append(record)

    def seal(self) -> Checkpoint | None:
        self._before("seal")
        return self._trail.seal()


class NeverSealed(Watched):
    def seal(self) -> Checkpoint | None:
        return None


class Forgetful(Watched):
    """Seals what was there, and not what is appended."""

    def append(self, record: Record) -> None:
        self._before(record.kind.value)


def run(trail: Watched) -> None:
    prune(trail, aged.YEAR, now=aged.NOW, reason="retention", tool="tests/1")


def test_nothing_is_removed_before_the_record_is_sealed(tmp_path: Path) -> None:
    path, steps = aged.a_directory(tmp_path), list[tuple[str, int]]()
    aged.an_old_trail(path, 5)
    with aged.a_trail(path, Clock(aged.NOW)) as trail:
        run(Watched(trail, lambda step: steps.append((step, len(aged.gone(path))))))

    assert steps == [("seal", 0), ("append", 0), ("seal", 0)]
    assert len(aged.gone(path)) == 10


def test_the_record_says_what_went_and_why(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 5)
    aged.pruned(path)
    (index,) = aged.indices(path, ["pruning"])
    (stored,) = TrailReader(path).records(index, index + 1)
    assert stored.body is not None
    salted = aged.bodies(path)[index]
    assert salted is not None
    says = Pruning.parse(salted[records.SALT_BYTES :])

    assert [i for first, n in says.ranges for i in range(first, first + n)] == (
        aged.gone(path)
    )
    assert (says.keep, says.reason) == ("1year", "retention")
    assert says.before == "2025-11-23T12:00:00.000Z"
    assert stored.body["tool"] == "tests/1"
    assert stored.entry.kind is Kind.PRUNING


def test_a_trail_that_cannot_be_sealed_is_not_pruned(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 5)
    with (
        aged.a_trail(path, Clock(aged.NOW)) as trail,
        pytest.raises(TrailUnavailable, match="could not be sealed"),
    ):
        run(NeverSealed(trail, lambda _: None))
    assert aged.gone(path) == []


def test_a_record_that_is_not_sealed_removes_nothing(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 5)
    kinds: list[str] = []
    with (
        aged.a_trail(path, Clock(aged.NOW)) as trail,
        pytest.raises(TrailUnavailable, match="recorded and not sealed"),
    ):
        run(Forgetful(trail, kinds.append))
    assert "pruning" in kinds
    assert aged.gone(path) == []


def test_while_another_prunes_nothing_is_done(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 5)
    with (
        alone(path, seconds=0) as had,
        aged.a_trail(path, Clock(aged.NOW)) as trail,
    ):
        assert had
        kinds: list[str] = []
        watched = Watched(trail, kinds.append)
        assert (
            prune(watched, aged.YEAR, now=aged.NOW, reason="", tool="", lock_seconds=0)
            is None
        )
    assert kinds == []


def test_somebody_elses_trail_is_not_pruned(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 5)
    other = an_identity(seed=b"o" * 32)
    with pytest.raises(TrailMismatch):
        pruner(path, other, lambda: None).survey()
