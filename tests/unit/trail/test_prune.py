"""Bodies leave the disk and nothing else does; evidence stays."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from affidavit.durable import ProcessLock
from affidavit.errors import BrokenTrail, TrailUnavailable
from affidavit.tlog.tiles import encode_bodies
from affidavit.trail import attested
from affidavit.trail.holds import Scope, hold_body
from affidavit.trail.prune import Pruner, alone
from affidavit.trail.ranges import Ranges
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Labels
from affidavit.trail.retention import Pruning, Why
from affidavit.trail.storage import Storage
from affidavit.verify.report import Verdict
from support import aged
from support.aged import Clock
from support.live import an_identity

KEPT = ("genesis", "policy", "close", "pruning", "incident")


def a_pruner(path: Path) -> Pruner:
    identity = an_identity()
    labels = Labels(identity.secrets.label)
    return Pruner(Storage(path, identity), labels, lock_seconds=0.01)


def size_of(folder: Path) -> int:
    """Bytes that the files below take on the disk."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = aged.a_directory(tmp_path_factory.mktemp("template"))
    aged.an_old_trail(made)
    return made


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    """300 calls of long ago and 5 of yesterday, over three bundles."""
    return Path(shutil.copytree(template, tmp_path / "trail"))


def held(path: Path, scope: Scope) -> None:
    clock = Clock(aged.NOW)
    with aged.a_trail(path, clock) as trail:
        trail.append(aged.made(clock, Kind.INCIDENT, hold_body(scope, "dispute")))


def test_old_bodies_go_and_their_space_is_given_back(path: Path) -> None:
    before, size = TrailReader(path).head().size, size_of(path / "body")
    entries = list(TrailReader(path).entries())
    done = aged.pruned(path)

    gone = aged.gone(path)
    assert len(gone) == done.removed.count == done.plan.count == 600
    assert list(TrailReader(path).entries(0, before)) == entries
    assert {aged.kinds(path)[index] for index in gone} == {"decision", "outcome"}
    there = set(range(TrailReader(path).head().size)) - set(gone)
    assert {aged.kinds(path)[i] for i in there} == {"decision", "outcome", *KEPT[:4]}
    assert done.removed.size > 200_000
    assert size - size_of(path / "body") > 0.8 * done.removed.size
    report = aged.verified(path)
    assert report.verdict is Verdict.VALID
    assert (report.bodies_pruned, report.bodies_unexplained) == (600, 0)
    assert "600 bodies were pruned" in "".join(report.unchecked)
    assert not report.notes


def test_no_text_of_a_pruned_body_is_left_anywhere(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock()
    with aged.a_trail(path, clock) as trail:
        aged.calls(trail, clock, 3, purpose="the-secret-purpose")
    aged.pruned(path)

    found = [
        file
        for file in path.rglob("*")
        if file.is_file() and b"the-secret-purpose" in file.read_bytes()
    ]
    assert found == []


def test_pruning_again_finds_nothing_and_records_nothing(path: Path) -> None:
    aged.pruned(path)
    size = TrailReader(path).head().size
    again = aged.pruned(path)

    assert (again.plan.count, again.removed.count, again.finished.count) == (0, 0, 0)
    assert TrailReader(path).head().size == size


def test_a_plan_changes_nothing(path: Path) -> None:
    def files() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in path.rglob("*") if each.is_file()}

    before, work = files(), a_pruner(path)
    plan = work.plan(work.survey(), aged.YEAR, aged.NOW, "retention")

    assert plan.count == 600
    assert plan.size > 200_000
    assert sum(each.ranges.total for each in plan.records) == 600
    assert files() == before


def test_what_becomes_old_later_goes_by_a_record_of_its_own(path: Path) -> None:
    aged.pruned(path)
    later = aged.pruned(path, now=aged.NOW + timedelta(days=400))

    assert later.removed.count == 10
    assert aged.kinds(path).count("pruning") == 2
    report = aged.verified(path, aged.NOW + timedelta(days=400))
    assert (report.verdict, report.bodies_pruned) == (Verdict.VALID, 610)


def test_what_is_not_attested_yet_stays_until_it_is(path: Path) -> None:
    attested.mark(path, "2025-01-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z")
    kept = aged.pruned(path)
    assert (kept.removed.count, kept.plan.kept) == (0, {Why.UNATTESTED: 300})

    attested.mark(path, "2025-03-01T00:00:00.000Z", "2025-04-01T00:00:00.000Z")
    assert aged.pruned(path).removed.count == 600


def test_what_is_held_stays_and_the_rest_goes(path: Path) -> None:
    clock = Clock()
    with aged.a_trail(path, clock) as trail:
        aged.calls(trail, clock, 4, purpose="disputed")
    held(path, Scope(values={"purpose": "disputed"}))
    done = aged.pruned(path)

    assert (done.removed.count, done.plan.kept) == (600, {Why.HELD: 4})
    left = [body for body in aged.bodies(path) if body and b"disputed" in body]
    assert len(left) == 4 + 1  # and the hold itself


@pytest.mark.parametrize("lost", ["body", "entry", "tile"])
def test_nothing_goes_where_something_was_changed(path: Path, lost: str) -> None:
    before = aged.gone(path)
    if lost == "body":
        bodies = aged.bodies(path)[:256]
        bodies[5] = b"s" * 16 + b"{}"
        (path / "body" / "000").write_bytes(encode_bodies(bodies))
    else:
        name = "entries" if lost == "entry" else "0"
        file = path / "tile" / name / "000"
        file.write_bytes(
            file.read_bytes().replace(b'"permit"', b'"refuse"', 1)
            if lost == "entry"
            else b"h" * 8192
        )
    with pytest.raises(BrokenTrail, match="verify"):
        aged.pruned(path)

    assert aged.gone(path) == before
    assert "pruning" not in aged.kinds(path)


def test_bodies_that_are_gone_already_are_told_and_not_explained(path: Path) -> None:
    bodies = aged.bodies(path)[:256]
    bodies[5] = bodies[6] = None
    (path / "body" / "000").write_bytes(encode_bodies(bodies))
    done = aged.pruned(path)

    assert (done.plan.missing, done.removed.count) == (2, 598)
    report = aged.verified(path)
    assert report.verdict is Verdict.INCOMPLETE
    assert (report.bodies_pruned, report.bodies_unexplained) == (600, 2)
    assert any("from record 5 on" in each for each in report.unchecked)


def recorded(path: Path, change: Callable[[Pruning], Pruning] = lambda it: it) -> None:
    """As a run that died when its record was durable and nothing was removed."""
    work = a_pruner(path)
    plan = work.plan(work.survey(), aged.YEAR, aged.NOW, "retention")
    clock = Clock(aged.NOW)
    with aged.a_trail(path, clock) as trail:
        for each in plan.records:
            body = change(each).body("tests/1")
            trail.append(aged.made(clock, Kind.PRUNING, body))


def test_the_next_run_ends_what_was_interrupted(path: Path) -> None:
    recorded(path)
    report = aged.verified(path)
    assert report.verdict is Verdict.VALID
    assert report.bodies_pruned == 0
    assert any("600 bodies that record" in note for note in report.notes)

    done = aged.pruned(path)
    assert (done.finished.count, done.plan.count) == (600, 0)
    assert aged.kinds(path).count("pruning") == 1
    after = aged.verified(path)
    assert (after.verdict, after.bodies_pruned, after.notes) == (Verdict.VALID, 600, ())


def test_a_hold_that_came_in_between_keeps_what_is_left(path: Path) -> None:
    clock = Clock()
    with aged.a_trail(path, clock) as trail:
        aged.calls(trail, clock, 4, purpose="disputed")
    recorded(path)
    held(path, Scope(values={"purpose": "disputed"}))
    done = aged.pruned(path)

    assert (done.finished.count, done.finished.held) == (600, 8)
    report = aged.verified(path)
    assert report.verdict is Verdict.VALID
    assert any("8 bodies that record" in note for note in report.notes)


def test_a_record_that_says_something_else_is_not_carried_out(path: Path) -> None:
    recorded(path, lambda it: replace(it, digest=b"d" * 32))
    with pytest.raises(BrokenTrail, match="its digest is of other records"):
        aged.pruned(path)
    assert aged.gone(path) == []


@pytest.mark.parametrize(
    ("ranges", "why"),
    [(Ranges.of((0, 5)), "record 0 is a genesis"), (Ranges.of((5, 10**6)), "after it")],
)
def test_a_record_about_what_never_goes_is_not_carried_out(
    path: Path, ranges: Ranges, why: str
) -> None:
    recorded(path, lambda it: replace(it, ranges=ranges))
    with pytest.raises(BrokenTrail, match=why):
        aged.pruned(path)
    assert aged.gone(path) == []


def test_copies_that_a_crash_left_go_too(path: Path) -> None:
    """A step that died left a bundle of another width, or a staged file, behind."""
    copies = [
        path / "body" / "000.new",
        path / "body" / "000.p" / "17",
        path / "body" / "002.p" / "3",
        path / "body" / "002.p" / "9.new",
        path / "body" / "002",
    ]
    for copy in copies:
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(b"text of bodies")
    aged.pruned(path)

    assert [copy for copy in copies if copy.exists()] == []
    assert aged.verified(path).bodies_pruned == 600


def test_records_that_come_meanwhile_are_not_lost(path: Path) -> None:
    """The last bundle is pruned while it is partial, and grows on."""
    aged.pruned(path, now=aged.NOW + timedelta(days=400))
    clock = Clock(aged.NOW + timedelta(days=400))
    with aged.a_trail(path, clock) as trail:
        aged.calls(trail, clock, 200)

    report = aged.verified(path, clock.at)
    assert (report.verdict, report.bodies_pruned) == (Verdict.VALID, 610)


def test_who_does_not_get_the_trails_lock_says_that_it_is_to_be_run_again(
    path: Path,
) -> None:
    recorded(path)
    work = a_pruner(path)
    found = work.survey()
    with ProcessLock(path / "lock").held(seconds=0) as had:
        assert had
        with pytest.raises(TrailUnavailable, match="run this again"):
            work.carry_out(found)
    assert aged.gone(path) == []


def test_one_prunes_at_a_time(path: Path) -> None:
    with alone(path, seconds=0) as had:
        assert had
        with alone(path, seconds=0) as other:
            assert not other


def test_a_trail_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(TrailUnavailable, match="file"),
        alone(tmp_path / "file", seconds=0),
    ):
        pass


def test_other_folders_are_left_alone(path: Path) -> None:
    for name in ("recovered", "anchors"):
        (path / name).mkdir(exist_ok=True)
        (path / name / "kept").write_bytes(b"as it was")
    aged.pruned(path)
    assert (path / "recovered" / "kept").read_bytes() == b"as it was"
    assert (path / "anchors" / "kept").read_bytes() == b"as it was"
