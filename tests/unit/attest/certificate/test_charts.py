"""Charts: as many marks as figures, and a title that says each in words."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.certificate.charts import (
    ORDER,
    bar,
    columns,
    gathered,
    legend,
)
from affidavit.attest.certificate.figures import grouped

NAMES = {effect: f"<{effect}>" for effect in ORDER}
days = st.lists(
    st.tuples(
        st.dates().map(str),
        st.dictionaries(st.sampled_from(ORDER), st.integers(0, 10**9)),
    ),
    min_size=1,
    max_size=60,
)


@given(days)
def test_each_figure_is_one_mark_within_the_picture(
    given_days: list[tuple[str, dict[str, int]]],
) -> None:
    drawn = columns(given_days, NAMES, "all", below=("review",))
    there = [(day, counts) for day, counts in given_days if any(counts.values())]
    if not there:
        assert drawn == ""
        return
    picture = next(ET.fromstring(drawn).iter("svg"))
    marks = [each for group in picture.findall("g") for each in group.findall("rect")]
    assert len(marks) == sum(n > 0 for _, counts in there for n in counts.values())
    for each in marks:
        top, tall = float(each.attrib["y"]), float(each.attrib["height"])
        assert -0.02 <= top <= top + tall <= 100.02
    titles = [each.findtext("title") or "" for each in picture.findall("g")]
    assert [title[:10] for title in titles] == [day for day, _ in there]
    assert all(grouped(str(n)) in drawn for _, c in there for n in c.values() if n)


def test_what_is_in_excess_hangs_under_the_axis() -> None:
    drawn = columns([("d", {"permit": 3, "review": 1})], NAMES, "t", below=("review",))
    axis = float(re.findall(r' y1="([0-9.]+)" x2="1000"', drawn)[0])
    tops = dict(re.findall(r'<rect class="(\w+)" x="[^"]*" y="([0-9.]+)"', drawn))
    assert float(tops["permit"]) < axis == float(tops["review"])


def test_every_day_of_the_period_has_its_place_and_of_a_year_every_month() -> None:
    found = {"2026-03-02": {"permit": 2}, "2026-05-31": {"permit": 5, "refuse": 1}}
    week = gathered(found, "2026-03-01T09:00:00.000Z", "2026-03-07T09:00:00.000Z")
    assert [day for day, _ in week] == [f"2026-03-0{n}" for n in range(1, 8)]
    whole = gathered(found, "2026-03-01T00:00:00.000Z", "2026-03-08T00:00:00.000Z")
    assert whole == week
    year = dict(gathered(found, "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"))
    assert list(year) == [f"2026-{n:02d}" for n in range(1, 13)]
    assert year["2026-05"] == {"permit": 5, "refuse": 1}


@given(st.dictionaries(st.sampled_from(ORDER), st.integers(0, 99)), st.integers(0, 99))
def test_a_bar_stays_within_its_rail(parts: dict[str, int], whole: int) -> None:
    drawn = re.findall(r'x="([0-9.]+)" width="([0-9.]+)"', bar(parts, whole))
    assert all(float(at) + float(wide) <= 100.02 for at, wide in drawn)


def test_a_legend_names_what_is_there() -> None:
    assert legend(NAMES, {"permit": 1, "review": 0}).count("<i ") == 1
