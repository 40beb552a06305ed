"""A bill is held against a trail that verifies, on every day that it is asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.errors import Incomplete
from affidavit.reconcile.reconciliation import Asked, reconcile, sources
from affidavit.reconcile.report import Source
from affidavit.trail.reader import TrailReader
from support import trails
from support.bills import a_page, a_result, written
from support.trails import Builder, a_trail

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    builder = a_trail(tmp_path, calls=4)
    builder.write()
    return builder


def day_of(builder: Builder) -> str:
    return str(builder.records[-1].fields["at"])[:10]


def asked(builder: Builder) -> Asked:
    day = day_of(builder)
    following = f"{day[:8]}{int(day[8:]) + 1:02d}"
    return Asked(start=day, end=following)


def billed(builder: Builder, requests: int) -> tuple[Source, ...]:
    row = a_result(num_model_requests=requests, model="gpt-5", project_id=None)
    return sources([("bill.json", written(a_page({day_of(builder): [row]})))])


def test_a_bill_that_agrees_is_covered(trail: Builder) -> None:
    found = reconcile(
        TrailReader(trail.path),
        billed(trail, 4),
        asked(trail),
        key=trail.key,
        now=NOW,
    )
    assert found.comparison.recorded == 4
    assert found.whole
    assert found.as_json()["coverage"] == "1.0000"


def test_a_bill_with_more_is_not(trail: Builder) -> None:
    told = billed(trail, 6)
    reader = TrailReader(trail.path)
    found = reconcile(reader, told, asked(trail), key=trail.key, now=NOW)
    assert not found.whole
    assert found.comparison.uncovered == 2


def test_days_without_a_document_are_not_taken_for_days_without_use(
    trail: Builder,
) -> None:
    longer = replace(asked(trail), start="2026-01-01")
    reader = TrailReader(trail.path)
    with pytest.raises(Incomplete, match=r"nothing on \d+ days .* from 2026-01-01"):
        reconcile(reader, billed(trail, 4), longer, key=trail.key, now=NOW)


def test_days_yet_to_come_are_not_missing(trail: Builder) -> None:
    longer = replace(asked(trail), end="2099-01-01")
    now = datetime.fromisoformat(day_of(trail)).replace(tzinfo=UTC)
    reader = TrailReader(trail.path)
    found = reconcile(reader, billed(trail, 4), longer, key=trail.key, now=now)
    assert found.whole


def test_rows_of_other_days_do_not_count(trail: Builder) -> None:
    page = a_page({day_of(trail): [], "2020-01-01": [a_result()]})
    told = sources([("bill.json", written(page))])
    reader = TrailReader(trail.path)
    found = reconcile(reader, told, asked(trail), key=trail.key, now=NOW)
    assert found.comparison.billed == 0


def test_a_trail_that_does_not_verify_is_not_counted(trail: Builder) -> None:
    told = billed(trail, 4)
    trails.write_bodies(trail.path, 0, [b"x" * 40 for _ in trail.records])
    reader = TrailReader(trail.path)
    with pytest.raises(Incomplete, match="does not verify"):
        reconcile(reader, told, asked(trail), key=trail.key, now=NOW)


def test_a_document_that_is_not_understood_is_named() -> None:
    with pytest.raises(Incomplete, match=r"bad\.json: "):
        sources([("bad.json", b"{}")])


def test_a_document_that_comes_twice_is_refused() -> None:
    page = written(a_page({"2026-10-01": [a_result()]}))
    with pytest.raises(Incomplete, match=r"b: the same as a, .* twice"):
        sources([("a", page), ("b", page)])
    empty = written(a_page({"2026-10-01": []}))
    assert len(sources([("a", empty), ("b", empty)])) == 2
