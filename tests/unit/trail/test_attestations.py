"""A trail remembers what was attested, and what the next attestation goes on from."""

from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import attestations
from affidavit.trail.attestations import Remembered
from support.trails import a_trail, leaf, root


def a_memory(tmp_path: Path, *, calls: int = 1) -> Remembered:
    trail = a_trail(tmp_path / "t", calls=calls)
    note = trail.write()
    return Remembered(
        start="2026-01-01T00:00:00.000Z",
        end="2026-02-01T00:00:00.000Z",
        statement="ab" * 32,
        size=len(trail.records),
        root=root([leaf(made.entry) for made in trail.records]),
        checkpoint=note,
    )


def test_what_is_printed_is_read_back_and_nothing_else(tmp_path: Path) -> None:
    made = a_memory(tmp_path)
    assert Remembered.parse(made.print()) == made
    for old, new in (
        (b'"v":1', b'"v":2'),
        (b'"size":4', b'"size":5'),
        (b"2026-02-01", b"2025-02-01"),
        (b"abab", b"ABab"),
        (b'{"checkpoint"', b'{"a":1,"checkpoint"'),
    ):
        assert old in made.print()
        with pytest.raises(Malformed):
            Remembered.parse(made.print().replace(old, new, 1))


def test_the_latest_that_ended_before_is_found_and_of_it_the_first(
    tmp_path: Path,
) -> None:
    january = a_memory(tmp_path)
    february = replace(
        january, start=january.end, end="2026-03-01T00:00:00.000Z", statement="cd" * 32
    )
    again = replace(a_memory(tmp_path / "more", calls=3), statement="01" * 32)
    for each in (january, february, again):
        attestations.remember(tmp_path, each)

    assert attestations.before(tmp_path, february.end) == february
    assert attestations.before(tmp_path, february.start) == january
    assert attestations.before(tmp_path, january.start) is None


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    assert attestations.before(tmp_path, "2027-01-01T00:00:00.000Z") is None
    made = a_memory(tmp_path)
    attestations.remember(tmp_path, made)
    (tmp_path / "attestations" / "a.json").write_bytes(b"{}")
    (tmp_path / "attestations" / "b.json").mkdir()
    assert attestations.before(tmp_path, made.end) == made


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "attestations").write_bytes(b"in the way")
    with pytest.raises(TrailUnavailable):
        attestations.remember(tmp_path, a_memory(tmp_path))
