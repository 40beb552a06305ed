from pathlib import Path

import pytest

from affidavit.attest.survey import MARGIN, Survey
from affidavit.errors import BrokenTrail
from affidavit.verify.disclosure.manifest import Selection, Window
from support.disclosed import ASKED, a_day, call, of, window
from support.trails import Builder


def surveyed(
    builder: Builder, asked: Window, selection: Selection | None = None
) -> Survey:
    size = len(builder.records)
    survey = Survey(asked, selection or of(builder, purpose=ASKED), size)
    entries = list(enumerate(each.entry for each in builder.records))
    survey.take(entries)
    survey.take_early(entries[: survey.early()])
    return survey


def test_the_span_covers_the_window_in_whole_bundles(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=1000)
    survey = surveyed(day, window(day, 600, 900))
    first, end = survey.span()
    assert (survey.low, survey.high) == (600, 900)
    assert (first, end) == (512, 1024)
    assert survey.counts(first, end).window == 300


def test_a_window_at_a_bundles_edge_takes_one_more_on_each_side(
    tmp_path: Path,
) -> None:
    """So that the neighbours, which are not of the window, are seen."""
    day = a_day(tmp_path / "trail", calls=1000)
    assert surveyed(day, window(day, 512, 768)).span() == (256, 1024)


def test_writers_are_sought_on_both_sides_but_not_without_end(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=100)
    call(day, writer="v")
    start = len(day.records)
    day.calls(600)
    busy = len(day.records)
    call(day, writer="v")
    inside = len(day.records)
    day.calls(3000)
    call(day, writer="v")  # too far away to be looked for
    day.calls(10)
    survey = surveyed(day, window(day, busy, inside))
    assert start < 256
    assert survey.span() == (0, ((inside + MARGIN) // 256 + 1) * 256)


@pytest.mark.parametrize("year", ["2020", "2030"])
def test_an_empty_window_is_put_where_it_would_be(tmp_path: Path, year: str) -> None:
    day = a_day(tmp_path / "trail", calls=400)
    empty = Window(f"{year}-01-01T00:00:00.000Z", f"{year}-01-02T00:00:00.000Z")
    first, end = surveyed(day, empty).span()
    size = len(day.records)
    assert (first, end) == ((0, 256) if year == "2020" else (768, size))


def test_calls_that_all_ended_need_no_second_look(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=40)
    assert surveyed(day, window(day)).early() == 0
    made = call(day, purpose=ASKED)
    assert surveyed(day, window(day)).early() == day.records.index(made)


def test_what_is_no_entry_is_refused(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=2)
    survey = Survey(window(day), of(day, purpose=ASKED), 1)
    with pytest.raises(BrokenTrail, match="record 7 is no entry"):
        survey.take([(7, b"{}")])
