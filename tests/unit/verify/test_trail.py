"""The report over a whole trail: what is counted, and what is left unchecked."""

from datetime import timedelta
from pathlib import Path

import pytest

from affidavit.errors import Incomplete, TrailNotFound
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, Verdict, verify_trail
from affidavit.verify.bundles import Progress, Visit
from affidavit.verify.trail import RECENT
from support import trails
from support.trails import Builder, a_trail


def verified(
    trail: Builder,
    *,
    wal_key: bytes | None = None,
    older: bytes | None = None,
    bodies: bool = True,
    progress: Progress | None = None,
    visit: Visit | None = None,
) -> TrailReport:
    return verify_trail(
        TrailReader(trail.path),
        key=trail.key,
        now=trail.clock,
        wal_key=wal_key,
        older=older,
        bodies=bodies,
        progress=progress,
        visit=visit,
    )


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path / "trail", calls=300)
    built.write(sealed=500, in_tree=590)
    return built


def test_everything_is_counted(trail: Builder) -> None:
    report = verified(trail, wal_key=trail.wal_key)

    assert report.verdict is Verdict.VALID
    assert (report.size, report.records_checked, report.pending) == (500, 602, 102)
    assert report.writers == 2
    assert report.first_at == trail.records[0].fields["at"]
    assert report.last_at == trail.records[499].fields["at"]
    assert report.origin == trail.origin
    assert report.checkpoint == (trail.path / "checkpoint").read_bytes()


@pytest.mark.parametrize("calls", [0, 127, 128, 255, 256])
def test_trails_of_odd_sizes_are_valid(tmp_path: Path, calls: int) -> None:
    trail = a_trail(tmp_path / "trail", calls=calls)
    trail.write()

    assert verified(trail).problems == ()


@pytest.mark.parametrize(("sealed", "tree"), [(256, 256), (256, 512), (255, 257)])
def test_the_unsigned_part_may_begin_anywhere(
    tmp_path: Path, sealed: int, tree: int
) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write(sealed=sealed, in_tree=tree)

    report = verified(trail)

    assert report.problems == ()
    assert report.pending == 602 - sealed


def test_an_unsigned_record_that_was_changed_is_found_by_the_state(
    trail: Builder,
) -> None:
    entries = [made.entry for made in trail.records[512:590]]
    entries[3] = entries[3].replace(b"complete", b"errored!")
    trails.write_entries(trail.path, 2, entries)

    assert (Fault.ENTRY, 515) in {(p.fault, p.index) for p in verified(trail).problems}


def test_a_copy_of_the_tree_alone_is_enough(trail: Builder) -> None:
    (trail.path / "state").unlink()
    for path in (trail.path / "wal").iterdir():
        path.unlink()

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert report.pending == 0
    assert report.notes == ()


def test_entries_without_bodies_can_be_verified_and_it_is_said(trail: Builder) -> None:
    for path in sorted((trail.path / "body").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    report = verified(trail, bodies=False)

    assert report.problems == ()
    assert "Bodies were not looked at." in report.unchecked
    assert verified(trail).problems[0].fault is Fault.BODY


def test_a_lost_state_beside_wals_is_a_note(trail: Builder) -> None:
    (trail.path / "state").unlink()

    report = verified(trail)

    assert any("`state` is missing" in note for note in report.notes)


def test_a_state_put_back_is_a_note(trail: Builder) -> None:
    path = trail.path / "state"
    path.write_bytes(path.read_bytes().replace(b'"size":590', b'"size":400'))

    assert any("an older copy" in note for note in verified(trail).notes)


def test_a_call_without_outcome_is_unknown_and_may_be_under_way(
    tmp_path: Path,
) -> None:
    trail = a_trail(tmp_path / "trail")
    old = trail.decision()
    trail.clock += 2 * RECENT
    young = trail.decision()
    trail.write()

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert report.unknown_outcomes == (old.id, young.id)
    assert report.unknown_recent == 1


def test_an_outcome_that_is_pending_is_known(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail")
    trail.write(sealed=len(trail.records) - 1)

    assert verified(trail).unknown_outcomes == ()


def test_progress_is_told_bundle_by_bundle(trail: Builder) -> None:
    told: list[tuple[int, int]] = []

    verified(trail, progress=lambda done, of: told.append((done, of)))

    assert told == [(256, 500), (500, 500)]


def test_a_visitor_sees_every_sealed_record_that_holds(trail: Builder) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records[:256]]
    bodies[5], bodies[7] = None, b"salt and another body"
    trails.write_bodies(trail.path, 0, bodies)
    seen: dict[int, tuple[bytes, bytes | None]] = {}

    verified(trail, visit=lambda index, *rest: seen.update({index: rest}))

    assert seen.keys() == set(range(500)) - {7}
    assert seen[5] == (trail.records[5].entry, None)
    assert seen[6] == (trail.records[6].entry, trail.records[6].salted)


def test_every_size_has_its_older_checkpoint(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=150)
    for size in (1, 2, 255, 256, 257, 302):
        older = trail.write(sealed=size)
        trail.write()

        assert verified(trail, older=older).problems == (), size


def test_what_an_older_checkpoint_settles_is_not_called_unchecked(
    trail: Builder,
) -> None:
    older = trail.write(sealed=100)
    trail.write()

    report = verified(trail, older=older)

    assert not any("No older checkpoint" in each for each in report.unchecked)
    assert any("came after the older checkpoint" in each for each in report.unchecked)


def test_a_checkpoint_that_cannot_be_read_is_incomplete(trail: Builder) -> None:
    (trail.path / "checkpoint").write_bytes(b"nothing of the kind")

    with pytest.raises(Incomplete, match="checkpoint cannot be read"):
        verified(trail)


def test_no_trail_is_not_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound):
        verified(Builder(tmp_path / "nothing"))


def test_a_forged_size_ends_at_the_first_bundle_that_is_not_there(
    trail: Builder,
) -> None:
    note = trails.checkpoint(trail.origin, 1 << 60, bytes(32), trail.signer)
    (trail.path / "checkpoint").write_bytes(note)

    report = verified(trail)

    assert report.verdict is Verdict.INVALID
    assert any("after the missing bundle" in each for each in report.unchecked)


def test_bytes_after_the_last_entry_of_a_bundle_are_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=20)
    trail.write()
    path = trail.path / "tile/entries/000.p/42"
    path.write_bytes(path.read_bytes() + b"\1")

    (problem,) = verified(trail).problems

    assert (problem.fault, problem.index) == (Fault.ENTRY, 42)


def test_the_clock_decides_what_is_too_old(trail: Builder) -> None:
    reader = TrailReader(trail.path)
    now = trail.clock + timedelta(days=3)

    report = verify_trail(reader, key=trail.key, now=now, max_age=timedelta(days=2))

    assert [each.fault for each in report.problems] == [Fault.STALE]
