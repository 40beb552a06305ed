"""One expression for the form of entries: alone, or a bundle at once."""

from datetime import timedelta
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.verify import form
from affidavit.verify.report import Fault
from support import trails
from support.trails import a_trail

ENTRIES = [made.entry for made in a_trail(Path("nowhere"), calls=6).records]


def bundle(entries: list[bytes]) -> bytes:
    return b"".join(pack(">H", len(each)) + each for each in entries)


def test_a_bundle_gives_the_fields_of_each_entry() -> None:
    rows = form.rows_of(bundle(ENTRIES))

    assert rows is not None
    assert [row[1] for row in rows] == ENTRIES
    for row, entry in zip(rows, ENTRIES, strict=True):
        found = form.found_in(entry)
        assert found is not None
        assert list(row[2:]) == [each or b"" for each in found.groups()]


@given(st.data())
def test_a_bundle_passes_only_if_each_of_its_entries_does(data: st.DataObject) -> None:
    whole = bytearray(bundle(ENTRIES))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    rows = form.rows_of(bytes(whole))

    if rows is not None:
        assert bundle([row[1] for row in rows]) == bytes(whole)
        assert all(form.found_in(row[1]) for row in rows)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-1],
        lambda whole: whole + b"\0",
        lambda whole: b"\0" + whole,
        lambda whole: whole.replace(b'"v":1', b'"v":2', 1),
        lambda whole: whole.replace(b"2026-03-02", b"2026-02-30", 1),
    ],
)
def test_a_bundle_with_anything_else_in_it_is_none(damage: object) -> None:
    assert callable(damage)
    assert form.rows_of(damage(bundle(ENTRIES))) is None


@given(st.integers(0, 1 << 40))
def test_an_id_is_the_same_after_it_was_shortened(number: int) -> None:
    name = trails.uuid7(number, trails.START)

    assert form.id_text(form.short(name.encode())) == name


def test_a_step_back_counts_from_more_than_a_second_on() -> None:
    before = b"2026-03-02T09:00:05.000Z"

    assert not form.step_back(before, before)
    assert not form.step_back(before, b"2026-03-02T09:00:06.000Z")
    assert not form.step_back(before, b"2026-03-02T09:00:04.000Z")
    assert form.step_back(before, b"2026-03-02T09:00:03.999Z") == timedelta(
        seconds=1, milliseconds=1
    )


def test_what_was_changed_is_named_as_far_as_it_can_be_read() -> None:
    problem = form.as_changed(3, ENTRIES[3])

    assert (problem.fault, problem.index, problem.kind) == (Fault.ENTRY, 3, "outcome")
    assert form.as_changed(3, b"no entry").kind is None


def test_why_an_entry_is_none_is_said() -> None:
    assert "no kind" in form.misshapen(ENTRIES[2].replace(b"decision", b"invented"))
    assert "in the form" in form.misshapen(ENTRIES[2].replace(b"permit", b"PERMIT"))
