"""Charts: as many marks as figures, and a title that says each in words."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.certificate.charts import ORDER, bar, columns

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
    drawn = ET.fromstring(columns(given_days, NAMES))
    marks = [each for group in drawn.findall("g") for each in group.findall("rect")]
    expected = sum(count > 0 for _, counts in given_days for count in counts.values())
    assert len(marks) == expected
    assert all(float(each.attrib["y"]) >= 0 for each in marks)
    titles = [each.findtext("title") or "" for each in drawn.findall("g")]
    assert [title[:10] for title in titles] == [day for day, _ in given_days]


def test_no_days_are_no_picture() -> None:
    assert columns([], NAMES) == ""


def test_of_a_long_period_the_last_days_are_drawn() -> None:
    many = [(f"{number:010d}", {"permit": 1}) for number in range(900)]
    drawn = ET.fromstring(columns(many, NAMES))
    assert len(drawn.findall("g")) == 400


@given(st.floats(allow_nan=False))
def test_a_bar_stays_within_its_rail(share: float) -> None:
    (wide,) = re.findall(r'class="permit" width="([0-9.]+)"', bar(share))
    assert 0 <= float(wide) <= 100
