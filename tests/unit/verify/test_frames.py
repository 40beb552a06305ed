"""Records in WALs: chains, segments, and what no state speaks of."""

from pathlib import Path

import pytest

from affidavit.trail import unsealed
from affidavit.verify.frames import FrameCheck
from affidavit.verify.ledger import Ledger
from affidavit.verify.report import Fault, Problem, Problems
from support import trails
from support.trails import Builder, Made, a_trail

WRITER = trails.writer_name("w")


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    return a_trail(tmp_path / "trail", calls=6)


def own(trail: Builder) -> list[Made]:
    return [made for made in trail.records if made.fields["writer"] == WRITER]


def put(trail: Builder, segment: int, data: bytes) -> None:
    trails.put(trail.path / f"wal/{WRITER}-{segment:06d}.wal", data)


def segments(trail: Builder) -> tuple[bytes, bytes]:
    """The writer's records in two segments of seven and six."""
    records = own(trail)
    first, ends = trail.wal(WRITER, records[:7])
    after = ends[-1][1]
    return first, trail.wal(WRITER, records[7:], segment=1, first=7, after=after)[0]


def checked(
    trail: Builder, *, key: bool = True, tree: int = 1
) -> tuple[FrameCheck, list[Problem]]:
    problems = Problems()
    ledger = Ledger(trail.key, problems)
    for index, made in enumerate(trail.records[:tree]):
        ledger.take(index, made.entry, made.salted)
    check = FrameCheck(trail.origin, trail.wal_key if key else None, ledger, problems)
    wals = unsealed.open_all(trail.path / "wal", {})
    check.walk(wals)
    for each in wals:
        each.close()
    return check, problems.kept


def test_a_chain_over_two_segments_holds(trail: Builder) -> None:
    for number, data in enumerate(segments(trail)):
        put(trail, number, data)

    check, problems = checked(trail)

    assert problems == []
    assert check.pending == 13


def test_a_segment_left_out_is_a_gap(trail: Builder) -> None:
    put(trail, 1, segments(trail)[1])

    _, problems = checked(trail)

    assert Fault.SEQUENCE in {each.fault for each in problems}


def test_a_first_segment_that_chains_to_nothing_of_ours_is_found(
    trail: Builder,
) -> None:
    put(trail, 0, trail.wal(WRITER, own(trail), after=bytes(16))[0])

    _, problems = checked(trail)

    assert [each.fault for each in problems] == [Fault.WAL]
    assert "does not follow on" in problems[0].message


def test_a_second_segment_must_follow_on_the_first(trail: Builder) -> None:
    first, _ = segments(trail)
    put(trail, 0, first)
    put(
        trail,
        1,
        trail.wal(WRITER, own(trail)[7:], segment=1, first=7, after=bytes(16))[0],
    )

    _, problems = checked(trail)

    assert "does not follow on" in problems[0].message


def test_a_wal_written_under_another_secret_is_found(trail: Builder) -> None:
    data, _ = trail.wal(WRITER, own(trail))
    put(trail, 0, data)
    trail.secret = bytes(32)

    _, problems = checked(trail)
    _, unseen = checked(trail, key=False)

    assert {each.fault for each in problems} == {Fault.WAL}
    assert unseen == []


def test_a_segment_under_another_ones_name_is_found(trail: Builder) -> None:
    put(trail, 3, segments(trail)[0])

    _, problems = checked(trail, key=False)

    assert "its header is of segment 0" in problems[0].message


def test_what_the_tree_has_already_is_passed_over(trail: Builder) -> None:
    """A crash after the last integration leaves the file behind."""
    put(trail, 0, trail.wal(WRITER, own(trail))[0])

    check, problems = checked(trail, tree=len(trail.records) - 2)

    assert problems == []
    assert check.pending == 2
    assert "11 records are in the tree already" in check.notes[0]


def test_a_frame_too_short_for_a_record_is_named(trail: Builder) -> None:
    data, ends = trail.wal(WRITER, own(trail)[:2])
    put(trail, 0, data + trails.frame(trail.wal_key, ends[-1][1], b"short")[0])

    _, problems = checked(trail)

    assert [each.fault for each in problems] == [Fault.WAL]
    assert "too short for a record" in problems[0].message


def test_a_sound_tail_gives_no_note(trail: Builder) -> None:
    for number, data in enumerate(segments(trail)):
        put(trail, number, data)

    check, _ = checked(trail)

    assert check.notes == []


def test_what_a_forgotten_segment_has_in_the_tree_is_counted_once(
    trail: Builder,
) -> None:
    """The genesis is another writer's: seven of the thirteen are in the tree."""
    for number, data in enumerate(segments(trail)):
        put(trail, number, data)

    check, problems = checked(trail, tree=1 + 7)

    assert problems == []
    assert check.pending == 13 - 7
    assert [each.split(":")[1].split(" are")[0] for each in check.notes] == [
        " 7 records"
    ]
