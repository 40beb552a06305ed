"""What a report says about an attack, where finding it is not all that is promised.

That each attack is found, and by whom, is `test_every_attack`'s. Here are the words,
the numbers beside them, and what a finding must not take along.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from affidavit.errors import SignatureInvalid
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, Verdict, verify_trail
from support import trails
from support.attacks import resealed, sealed, unsealed
from support.attacks.ground import Ground
from support.trails import Builder, a_trail

VICTIM = 7
"""An outcome; record 6 is its decision."""


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    """Twelve records, all sealed: genesis, policy, then decisions and outcomes."""
    built = a_trail(tmp_path / "trail", calls=5)
    built.write()
    return built


def verified(
    trail: Builder,
    *,
    older: bytes | None = None,
    wal_key: bytes | None = None,
    max_age: timedelta | None = None,
    now: datetime | None = None,
) -> TrailReport:
    return verify_trail(
        TrailReader(trail.path),
        key=trail.key,
        now=now or trail.clock,
        older=older,
        wal_key=wal_key,
        max_age=max_age,
    )


def ground(trail: Builder) -> Ground:
    return Ground(trail.path, signer=trail.signer, secret=trail.secret)


def faults(report: TrailReport) -> set[tuple[Fault, int | None]]:
    return {(each.fault, each.index) for each in report.problems}


def test_the_untouched_trail_is_valid(trail: Builder) -> None:
    report = verified(trail, wal_key=trail.wal_key)

    assert report.verdict is Verdict.VALID
    assert report.exit_code == 0
    assert report.problems == ()
    assert report.notes == ()
    assert report.unknown_outcomes == ()
    assert report.records_checked == report.size == 12


def test_an_edited_entry_is_told_with_its_kind_and_time_and_nothing_else(
    trail: Builder,
) -> None:
    entries = [made.entry for made in trail.records]
    entries[VICTIM] = entries[VICTIM].replace(b'"complete"', b'"error"')
    trails.write_entries(trail.path, 0, entries)

    report = verified(trail)

    assert report.exit_code == 1
    assert faults(report) == {(Fault.ENTRY, VICTIM)}
    assert report.problems[0].id == trail.records[VICTIM].id
    assert report.problems[0].kind == "outcome"
    assert report.problems[0].at == trail.records[VICTIM].fields["at"]


def test_an_edited_body_is_the_only_thing_named(trail: Builder) -> None:
    mark = sealed.edit_body(ground(trail))

    assert faults(verified(trail)) == {(Fault.BODY, mark.index)}


def test_one_edit_in_a_full_bundle_is_the_only_thing_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write()
    entries = [made.entry for made in trail.records[256:512]]
    entries[44] = entries[44].replace(b"permit", b"review")
    trails.write_entries(trail.path, 1, entries)

    report = verified(trail)

    assert (Fault.ENTRY, 300) in faults(report)
    assert {index for _, index in faults(report)} == {300, 301}  # 301 is its outcome


def test_a_deleted_entry_leaves_a_gap_in_its_writers_sequence_too(
    trail: Builder,
) -> None:
    mark = sealed.delete_entry(ground(trail))

    assert (Fault.SEQUENCE, mark.index) in faults(verified(trail))


def test_an_outcome_deleted_with_the_key_leaves_its_call_unknown(
    trail: Builder,
) -> None:
    del trail.records[VICTIM]
    trail.write()

    report = verified(trail)

    assert faults(report) == {(Fault.SEQUENCE, VICTIM)}
    assert report.unknown_outcomes == (trail.records[6].id,)


def test_a_gap_sealed_with_the_key_is_the_only_thing_named(trail: Builder) -> None:
    mark = resealed.gap_resealed(ground(trail))

    assert faults(verified(trail)) == {(Fault.SEQUENCE, mark.index)}


def test_a_trail_that_stopped_is_found_by_its_age(trail: Builder) -> None:
    later = trail.clock + timedelta(hours=2)

    report = verified(trail, now=later, max_age=timedelta(hours=1))

    assert faults(report) == {(Fault.STALE, None)}
    assert verified(trail, max_age=timedelta(hours=1)).verdict is Verdict.VALID


def test_an_older_checkpoint_that_the_key_did_not_sign_is_no_evidence(
    trail: Builder,
) -> None:
    forger = a_trail(trail.path)
    forger.signer = Builder(trail.path, seed=b"f" * 32).signer
    older = forger.write(sealed=9, sign=False)
    trail.write()

    with pytest.raises(SignatureInvalid, match="the older checkpoint"):
        verified(trail, older=older)


def test_a_torn_frame_costs_no_record_before_it(trail: Builder) -> None:
    trail.write(sealed=8)
    unsealed.tear_unsealed(ground(trail))

    report = verified(trail, wal_key=trail.wal_key)

    assert report.verdict is Verdict.VALID
    assert report.pending == 3


def test_an_edited_unsealed_record_is_told_with_its_kind(trail: Builder) -> None:
    trail.write(sealed=8)
    mark = unsealed.edit_unsealed(ground(trail))

    report = verified(trail, wal_key=trail.wal_key)

    (problem,) = (each for each in report.problems if each.fault is Fault.WAL)
    assert (problem.id, problem.kind) == (mark.id, "outcome")


def test_each_clock_that_went_back_is_counted(trail: Builder) -> None:
    trail.clock -= timedelta(hours=1)
    trail.calls(1)
    trail.write()

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert report.clock_anomalies == 1
    assert "record 12 " in report.notes[0]
