"""What a statement says of anchors: sums that anybody can do again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from affidavit.attest import anchored
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.verify.report import AnchorReport, AnchorSeen

NEWEST = "2026-03-02T12:00:00.000Z"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def seen(name: str, size: int, ago: timedelta | None) -> AnchorSeen:
    at = None if ago is None else NOON - ago
    return AnchorSeen(name=name, count=int(at is not None), size=size, at=at)


def report(*witnesses: AnchorSeen, wanted: int = 1, **more: Any) -> AnchorReport:
    values: dict[str, Any] = {
        "authorities": (),
        "quorum_size": None,
        "covered": 0,
        "unpinned": 0,
        "missing": (),
    }
    return AnchorReport(witnesses=witnesses, wanted=wanted, **(values | more))


def told(found: AnchorReport | None, size: int = 100) -> dict[str, Json]:
    section = anchored.section(found, size=size, newest=NEWEST)
    assert list(anchored.contradictions(section, size=size)) == []
    return section


def test_without_anchors_it_plainly_says_none() -> None:
    section = told(None)

    assert section == {
        "witnesses": [],
        "authorities": [],
        "quorum": {"wanted": 0, "met": False, "size": None},
        "covered": 0,
        "recordsSince": 100,
        "secondsSince": None,
        "newestRecord": NEWEST,
    }
    assert anchored.in_words(section).startswith("none:")


def test_the_largest_anchor_says_how_far_and_how_old() -> None:
    stamp = seen("CN=tsa", 90, timedelta(minutes=2))
    found = report(seen("w+1+A", 70, timedelta(hours=1)), authorities=(stamp,))
    section = told(found)

    assert (section["covered"], section["recordsSince"]) == (90, 10)
    assert section["secondsSince"] == 120
    assert section["quorum"] == {"wanted": 1, "met": True, "size": 70}
    assert anchored.in_words(section).startswith(
        "90 records covered, 10 since; the newest of them 120 s after the last anchor; "
        "quorum of 1 met at 70 records"
    )


def test_a_quorum_is_met_by_so_many_and_no_fewer() -> None:
    witnesses = (
        seen("a+1+A", 90, timedelta(0)),
        seen("b+1+A", 50, timedelta(hours=1)),
        seen("c+1+A", 0, None),
    )

    assert told(report(*witnesses, wanted=2))["quorum"] == {
        "wanted": 2,
        "met": True,
        "size": 50,
    }
    short = told(report(*witnesses, wanted=3))
    assert short["quorum"] == {"wanted": 3, "met": False, "size": None}
    assert "quorum of 3 NOT met" in anchored.in_words(short)


def test_an_anchor_after_the_newest_record_has_no_age() -> None:
    section = told(report(seen("a+1+A", 100, -timedelta(hours=1))))

    assert (section["recordsSince"], section["secondsSince"]) == (0, 0)
    assert "after the last anchor" not in anchored.in_words(section)


def test_named_and_silent_is_not_none() -> None:
    words = anchored.in_words(told(report(seen("a+1+A", 0, None))))

    assert words == "named, and none had attested anything"


def test_a_cut_trail_covers_no_more_than_it_has() -> None:
    section = told(report(seen("a+1+A", 150, timedelta(0))))

    assert (section["covered"], section["recordsSince"]) == (100, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"covered": 100},
        {"recordsSince": 0},
        {"secondsSince": 0},
        {"quorum": {"wanted": 1, "met": True, "size": 90}},
        {"newestRecord": "2026-03-02T13:00:00.000Z"},
    ],
)
def test_sums_that_do_not_follow_are_named(change: dict[str, Json]) -> None:
    section = told(report(seen("a+1+A", 70, timedelta(hours=1))))

    found = list(anchored.contradictions(section | change, size=100))

    assert found
    assert all(each.startswith("anchors.") for each in found)


LINE: Mapping[str, Json] = {"name": "a", "size": 7, "at": NEWEST}


@pytest.mark.parametrize(
    "change",
    [
        {"witnesses": None},
        {"witnesses": ["a"]},
        {"witnesses": [{**LINE, "size": -1}]},
        {"witnesses": [{**LINE, "size": True}]},
        {"witnesses": [{**LINE, "at": "yesterday"}]},
        {"witnesses": [{**LINE, "at": None}]},
        {"authorities": [{**LINE, "more": 1}]},
        {"newestRecord": 7},
        {"quorum": {"wanted": "1"}},
        {"quorum": None},
        {"more": 1},
    ],
)
def test_what_is_no_such_section_is_malformed(change: dict[str, Json]) -> None:
    with pytest.raises(Malformed):
        list(anchored.contradictions(told(None) | change, size=100))


def test_statements_of_earlier_releases_do_not_speak_of_anchors() -> None:
    assert anchored.in_words(None) == "not spoken of"
