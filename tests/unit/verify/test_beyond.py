"""What is said of records that no checkpoint covers."""

from pathlib import Path

import pytest

from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, verify_trail
from support import trails
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    """12 records: 6 sealed, 3 more in the tree, 3 in a WAL."""
    builder = a_trail(tmp_path / "trail")
    builder.write(sealed=6, in_tree=9)
    return builder


def verified(builder: Builder, *, secret: bool = True) -> TrailReport:
    return verify_trail(
        TrailReader(builder.path),
        key=builder.key,
        now=builder.clock,
        wal_key=builder.wal_key if secret else None,
    )


def test_both_kinds_are_looked_at_and_counted(trail: Builder) -> None:
    report = verified(trail)

    assert report.problems == ()
    assert (report.size, report.pending, report.records_checked) == (6, 6, 12)
    assert any("6 records are not covered" in each for each in report.unchecked)


def test_without_the_secret_that_is_said(trail: Builder) -> None:
    unchecked = verified(trail, secret=False).unchecked

    assert any("3 pending records are in no tree yet" in each for each in unchecked)


def test_a_change_under_the_states_root_is_named(trail: Builder) -> None:
    entries = [made.entry for made in trail.records[:9]]
    entries[7] = (
        entries[7]
        .replace(b'"permit"', b'"refuse"')
        .replace(b'"complete"', b'"abandoned"')
    )
    trails.write_entries(trail.path, 0, entries)

    assert (Fault.ENTRY, 7) in {(p.fault, p.index) for p in verified(trail).problems}


def test_an_outcome_in_a_wal_may_belong_to_a_sealed_decision(trail: Builder) -> None:
    trail.write(sealed=3, in_tree=3)

    assert verified(trail).problems == ()


def test_a_pending_copy_of_a_sealed_record_is_named(trail: Builder) -> None:
    trail.records[10].fields["id"] = trail.records[2].id
    trail.records[11].fields["id"] = trail.records[2].id
    trail.write(sealed=6, in_tree=9)

    assert {each.fault for each in verified(trail).problems} == {Fault.DUPLICATE}


def test_no_state_beside_wals_is_odd(trail: Builder) -> None:
    (trail.path / "state").unlink()

    assert any("`state` is missing" in each for each in verified(trail).notes)


def test_a_state_of_an_older_copy_is_odd(trail: Builder) -> None:
    old = (trail.path / "state").read_bytes()
    trail.write()
    (trail.path / "state").write_bytes(old)

    assert any("an older copy" in each for each in verified(trail).notes)


def test_a_bundle_of_the_state_that_is_gone_is_missing(trail: Builder) -> None:
    (trail.path / "tile/entries/000.p/9").unlink()

    assert Fault.MISSING in {each.fault for each in verified(trail).problems}
