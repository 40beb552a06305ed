"""The attacks that a trail's verification must find, or name as out of its reach.

Each is carried out on the files, by somebody who knows the format as well as we do. Who
has the key in an attack uses it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from affidavit.errors import SignatureInvalid
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, Verdict, verify_trail
from support import trails
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
    min_size: int | None = None,
    max_age: timedelta | None = None,
    now: datetime | None = None,
) -> TrailReport:
    return verify_trail(
        TrailReader(trail.path),
        key=trail.key,
        now=now or trail.clock,
        older=older,
        wal_key=wal_key,
        min_size=min_size,
        max_age=max_age,
    )


def faults(report: TrailReport) -> set[tuple[Fault, int | None]]:
    return {(each.fault, each.index) for each in report.problems}


def first_bad(report: TrailReport) -> tuple[int | None, str | None]:
    assert report.verdict is Verdict.INVALID
    assert report.exit_code == 1
    assert report.first_bad is not None
    return report.first_bad.index, report.first_bad.id


def entries_of(trail: Builder) -> list[bytes]:
    return [made.entry for made in trail.records]


def rewrite_bundle(trail: Builder, entries: list[bytes]) -> None:
    """Put other entries in the one bundle, under the name of its true width."""
    trails.write_entries(trail.path, 0, entries, width=len(trail.records))


def test_the_untouched_trail_is_valid(trail: Builder) -> None:
    report = verified(trail, wal_key=trail.wal_key)

    assert report.verdict is Verdict.VALID
    assert report.exit_code == 0
    assert report.problems == ()
    assert report.notes == ()
    assert report.unknown_outcomes == ()
    assert report.records_checked == report.size == 12


def test_an_edited_entry_is_named(trail: Builder) -> None:
    entries = entries_of(trail)
    entries[VICTIM] = entries[VICTIM].replace(b'"complete"', b'"error"')
    rewrite_bundle(trail, entries)

    report = verified(trail)

    assert faults(report) == {(Fault.ENTRY, VICTIM)}
    assert first_bad(report) == (VICTIM, trail.records[VICTIM].id)
    assert report.problems[0].kind == "outcome"
    assert report.problems[0].at == trail.records[VICTIM].fields["at"]


def test_an_edited_body_is_named(trail: Builder) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records]
    edited = trail.records[6].salted.replace(b"support.reply", b"support.other")
    bodies[6] = edited
    trails.write_bodies(trail.path, 0, bodies)

    report = verified(trail)

    assert edited != trail.records[6].salted
    assert faults(report) == {(Fault.BODY, 6)}
    assert first_bad(report) == (6, trail.records[6].id)


def test_an_edited_entry_is_named_even_when_its_body_and_tiles_follow(
    trail: Builder,
) -> None:
    """Everything is made anew but the signature, which takes the key."""
    trail.records[6].body = trails.canonical({"purpose": "other"})
    trail.write(sign=False)

    report = verified(trail)

    assert faults(report) == {(Fault.ROOT, None)}
    assert "no one record can be named" in str(report.problems[0])


def test_a_deleted_entry_is_named(trail: Builder) -> None:
    entries = entries_of(trail)
    del entries[VICTIM]
    rewrite_bundle(trail, entries)

    report = verified(trail)

    assert first_bad(report)[0] == VICTIM
    assert (Fault.ENTRY, VICTIM) in faults(report)
    assert (Fault.SEQUENCE, VICTIM) in faults(report)


def test_a_record_deleted_with_the_real_key_leaves_a_gap(trail: Builder) -> None:
    following = trail.records[VICTIM + 1].id
    del trail.records[VICTIM]
    trail.write()

    report = verified(trail)

    assert first_bad(report) == (VICTIM, following)
    assert faults(report) == {(Fault.SEQUENCE, VICTIM)}
    assert report.unknown_outcomes == (trail.records[6].id,)


def test_an_inserted_entry_is_named(trail: Builder) -> None:
    entries = entries_of(trail)
    invented = entries[VICTIM].replace(b'"seq":6', b'"seq":60')
    rewrite_bundle(trail, [*entries[:VICTIM], invented, *entries[VICTIM:]])

    assert first_bad(verified(trail))[0] == VICTIM


def test_swapped_entries_are_both_named(trail: Builder) -> None:
    entries = entries_of(trail)
    entries[4], entries[6] = entries[6], entries[4]
    rewrite_bundle(trail, entries)

    report = verified(trail)

    assert first_bad(report)[0] == 4
    assert {(Fault.ENTRY, 4), (Fault.ENTRY, 6)} <= faults(report)


def test_records_swapped_with_the_real_key_are_out_of_sequence(trail: Builder) -> None:
    records = trail.records
    records[4], records[6] = records[6], records[4]
    trail.write()

    assert (Fault.SEQUENCE, 4) in faults(verified(trail))


def test_a_duplicate_sealed_with_the_real_key_is_named(trail: Builder) -> None:
    trail.records.append(trail.records[6])
    trail.write()

    report = verified(trail)

    assert {(Fault.DUPLICATE, 12), (Fault.SEQUENCE, 12)} <= faults(report)
    assert first_bad(report) == (12, trail.records[6].id)


def test_a_duplicated_outcome_is_named(trail: Builder) -> None:
    trail.outcome(trail.records[6])
    trail.write()

    assert faults(verified(trail)) == {(Fault.OUTCOME, 12)}


def test_records_replayed_from_another_trail_are_named(
    trail: Builder, tmp_path: Path
) -> None:
    other = Builder(tmp_path / "other", origin="other.example/t")
    other.clock += timedelta(days=1)
    other.genesis()
    other.policy()
    other.calls(3)
    entries = entries_of(trail)
    entries[VICTIM] = other.records[VICTIM].entry
    rewrite_bundle(trail, entries)

    assert faults(verified(trail)) >= {(Fault.ENTRY, VICTIM)}


def test_another_trail_in_this_ones_place_is_refused(
    trail: Builder, tmp_path: Path
) -> None:
    """Same key, other origin: a company's second trail shown instead of its first."""
    other = a_trail(tmp_path / "other", calls=5)
    other.origin = "acme.example/trails/harmless"
    other.records.clear()
    other.genesis()
    other.policy()
    other.write()

    report = verify_trail(TrailReader(other.path), key=trail.key, now=trail.clock)

    assert (Fault.CHECKPOINT, None) in faults(report)
    assert (Fault.GENESIS, 0) in faults(report)


def test_three_records_dropped_from_the_end_are_found_by_an_older_checkpoint(
    trail: Builder,
) -> None:
    older = trail.write()
    trail.records = trail.records[:-3]
    trail.write()

    report = verified(trail, older=older)

    assert faults(report) == {(Fault.HISTORY, None)}
    assert "the end was cut off" in str(report.problems[0])


def test_three_records_dropped_from_the_end_are_found_by_a_minimum_size(
    trail: Builder,
) -> None:
    trail.records = trail.records[:-3]
    trail.write()

    report = verified(trail, min_size=12)

    assert faults(report) == {(Fault.TRUNCATED, None)}


def test_an_older_checkpoint_put_back_is_out_of_reach_and_said_so(
    trail: Builder,
) -> None:
    trail.records = trail.records[:-3]
    trail.write()

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert any("cut back to an earlier checkpoint" in each for each in report.unchecked)


def test_a_trail_that_stopped_is_found_by_its_age(trail: Builder) -> None:
    now = trail.clock + timedelta(hours=2)

    report = verified(trail, now=now, max_age=timedelta(hours=1))

    assert faults(report) == {(Fault.STALE, None)}
    assert verified(trail, max_age=timedelta(hours=1)).verdict is Verdict.VALID


def test_a_rewrite_with_another_key_is_refused(trail: Builder) -> None:
    forger = a_trail(trail.path, calls=5)
    forger.signer = Builder(trail.path, seed=b"f" * 32).signer
    forger.records[6].body = trails.canonical({"purpose": "other"})
    forger.write()

    report = verified(trail)

    assert (Fault.CHECKPOINT, None) in faults(report)
    assert report.verdict is Verdict.INVALID


def test_a_key_told_by_the_trail_is_never_used(trail: Builder, tmp_path: Path) -> None:
    """A forger's trail is whole in itself: genesis, checkpoint and key agree."""
    forger = Builder(tmp_path / "forged", seed=b"f" * 32)
    forger.genesis()
    forger.policy()
    forger.write()

    report = verify_trail(TrailReader(forger.path), key=trail.key, now=trail.clock)

    assert faults(report) == {(Fault.CHECKPOINT, None), (Fault.GENESIS, 0)}


def test_a_rewrite_with_the_real_key_is_found_by_an_older_checkpoint(
    trail: Builder,
) -> None:
    older = trail.write(sealed=9)
    trail.records[6].body = trails.canonical({"purpose": "other"})
    trail.write()

    alone, kept = verified(trail), verified(trail, older=older)

    assert alone.verdict is Verdict.VALID
    assert any("rewritten whole by whoever holds" in each for each in alone.unchecked)
    assert faults(kept) == {(Fault.HISTORY, None)}


def test_an_older_checkpoint_that_the_key_did_not_sign_is_no_evidence(
    trail: Builder,
) -> None:
    forger = a_trail(trail.path)
    forger.signer = Builder(trail.path, seed=b"f" * 32).signer
    older = forger.write(sealed=9, sign=False)
    trail.write()

    with pytest.raises(SignatureInvalid, match="the older checkpoint"):
        verified(trail, older=older)


def pending(trail: Builder) -> Path:
    """Seal eight of the twelve records and leave the rest in the WAL."""
    trail.write(sealed=8)
    (wal,) = (trail.path / "wal").glob(f"{trails.writer_name('w')}-*.wal")
    return wal


def reframed(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Edit a WAL and mend its checksums, as whoever lacks the secret can."""
    magic = len(b"affidavit-wal/1\n")
    out, at = data[:magic], magic
    while size := int.from_bytes(data[at : at + 4], "big"):
        body = data[at + 8 : at + 8 + size]
        payload = change(body[16:])
        out += trails.checked(body[:16], payload)
        at += 8 + size
    return out + data[at:]


def test_an_edited_record_that_is_not_sealed_yet_is_found_with_the_secret(
    trail: Builder,
) -> None:
    wal = pending(trail)
    victim = trail.records[9]

    def edit(payload: bytes) -> bytes:
        if victim.id.encode() not in payload or b"complete" not in payload:
            return payload
        return payload.replace(b'"complete"', b'"errored!"')

    wal.write_bytes(reframed(wal.read_bytes(), edit))
    blind, seeing = verified(trail), verified(trail, wal_key=trail.wal_key)

    assert any("MAC was not checked" in each for each in blind.unchecked)
    (problem,) = (each for each in seeing.problems if each.fault is Fault.WAL)
    assert (problem.id, problem.kind) == (victim.id, "outcome")


def test_records_taken_out_of_a_wal_leave_a_gap(trail: Builder) -> None:
    wal = pending(trail)
    name = trails.writer_name("w")
    own = [made for made in trail.records if made.fields["writer"] == name]
    data, _ = trail.wal(name, [*own[:8], *own[9:]])
    wal.write_bytes(data + bytes(512))

    report = verified(trail, wal_key=trail.wal_key)

    assert (Fault.SEQUENCE, None) in faults(report)


def test_a_torn_line_is_a_note_and_costs_no_record_before_it(trail: Builder) -> None:
    wal = pending(trail)
    whole = wal.read_bytes().rstrip(b"\0")
    wal.write_bytes(whole[:-20] + bytes(512))

    report = verified(trail, wal_key=trail.wal_key)

    assert report.verdict is Verdict.VALID
    assert report.pending == 3
    (note,) = report.notes
    assert "are no whole record" in note


def test_damage_between_pending_records_is_a_problem(trail: Builder) -> None:
    wal = pending(trail)
    data = bytearray(wal.read_bytes())
    data[data.index(trail.records[9].entry) + 3] ^= 1
    wal.write_bytes(data)

    assert faults(verified(trail)) == {(Fault.WAL, None)}


def test_a_wal_moved_here_from_another_trail_is_found(
    trail: Builder, tmp_path: Path
) -> None:
    other = Builder(tmp_path / "other", origin="other.example/t")
    other.policy("x")
    data, _ = other.wal(trails.writer_name("x"), other.records)
    trails.put(trail.path / f"wal/{trails.writer_name('x')}-000000.wal", data)

    report = verified(trail)

    assert "moved here from elsewhere" in str(report.problems[0])


def test_a_sequence_gap_sealed_with_the_real_key_is_named(trail: Builder) -> None:
    trail.records[VICTIM + 1].fields["seq"] += 1
    trail.write()

    report = verified(trail)

    assert first_bad(report) == (VICTIM + 1, trail.records[VICTIM + 1].id)
    assert "1 of its writer missing" in str(report.problems[0])


def test_a_clock_set_back_is_noted_and_the_order_stands(trail: Builder) -> None:
    trail.clock -= timedelta(hours=1)
    trail.calls(1)
    trail.write()

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert report.clock_anomalies == 1
    assert "record 12 " in report.notes[0]
    assert "clock was set back" in report.notes[0]


def test_an_edited_tile_is_told_from_an_edited_entry(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write()
    tile = trail.path / "tile/0/001"
    data = bytearray(tile.read_bytes())
    data[40] ^= 1
    tile.write_bytes(data)

    report = verified(trail)

    assert [each.fault for each in report.problems] == [Fault.TILE]
    assert "tile/0/001 " in str(report.problems[0])


def test_an_edited_tile_above_the_leaves_is_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write()
    tile = trail.path / "tile/1/000.p/2"
    tile.write_bytes(tile.read_bytes()[::-1])

    report = verified(trail)

    assert [each.fault for each in report.problems] == [Fault.TILE]
    assert "tile/1/000.p/2 " in str(report.problems[0])


def test_an_entry_edited_in_a_full_bundle_is_named_among_many(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write()
    entries = entries_of(trail)[256:512]
    entries[44] = entries[44].replace(b"permit", b"refuse")
    trails.write_entries(trail.path, 1, entries)

    report = verified(trail)

    assert (Fault.ENTRY, 300) in faults(report)
    assert first_bad(report) == (300, trail.records[300].id)


def test_a_bundle_that_was_taken_away_is_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write()
    (trail.path / "tile/entries/001").unlink()

    report = verified(trail)

    assert (Fault.MISSING, 256) in faults(report)
    assert first_bad(report)[0] == 256


def test_a_body_blanked_without_a_pruning_record_is_not_passed_over(
    trail: Builder,
) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records]
    bodies[6] = None
    trails.write_bodies(trail.path, 0, bodies)

    report = verified(trail)

    assert report.verdict is Verdict.INCOMPLETE
    assert report.exit_code == 2
    assert any("1 bodies were pruned" in each for each in report.unchecked)


def test_bodies_taken_away_are_a_problem(trail: Builder) -> None:
    (trail.path / "body/000.p/12").unlink()

    assert faults(verified(trail)) == {(Fault.BODY, 0)}


def test_a_decision_under_a_policy_never_put_in_force_is_named(trail: Builder) -> None:
    trail.outcome(trail.decision(policy="0" * 64))
    trail.write()

    assert faults(verified(trail)) == {(Fault.POLICY, 12)}


def test_an_outcome_of_a_call_that_never_left_is_named(trail: Builder) -> None:
    trail.outcome(trail.decision(effect="refuse"))
    trail.write()

    assert faults(verified(trail)) == {(Fault.OUTCOME, 13)}


def test_an_outcome_without_a_decision_is_named(trail: Builder) -> None:
    trail.outcome(trail.records[0]).fields["id"] = trails.uuid7(999, trail.clock)
    trail.write()

    assert faults(verified(trail)) == {(Fault.OUTCOME, 12)}


def test_a_second_genesis_is_named(trail: Builder) -> None:
    trail.genesis()
    trail.write()

    assert (Fault.GENESIS, 12) in faults(verified(trail))
