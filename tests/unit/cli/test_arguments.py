from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from affidavit.cli.arguments import PATH, PLACE, SPAN, TIME, When, ordered

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("30d", timedelta(days=30)),
        ("1w", timedelta(weeks=1)),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert SPAN.convert(text, None, None) == span


@pytest.mark.parametrize(
    "text", ["", "2", "h", "-1h", "1.5h", "2 h", "2H", "1y", "٣h", "999999999w"]
)
def test_anything_else_is_no_span(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SPAN.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "start", "after"),
    [
        ("2026-11-01", MIDNIGHT, MIDNIGHT + timedelta(days=1)),
        ("2026-11-01T12:00:00Z", NOON, NOON),
        ("2026-11-01T12:00", NOON, NOON),
        ("2026-11-01T14:00:00+02:00", NOON, NOON),
    ],
)
def test_a_date_is_included_whole_and_a_moment_ends(
    text: str, start: datetime, after: datetime
) -> None:
    when = TIME.convert(text, None, None)

    assert (when.start, when.after) == (start, after)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-13-01",
        "2026-11-31",
        "01.11.2026",
        "9999-12-31",
        "20261101",
        "2026-W47-1",
    ],
)
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter):
        TIME.convert(text, None, None)


def test_a_place_is_taken_as_it_is_written() -> None:
    assert PATH.convert("a/b", None, None) == Path("a/b")
    assert PATH.convert(Path(), None, None) == Path()
    assert PLACE.convert("acme.example+1a2b3c4d+AQ", None, None).startswith("acme")


@pytest.mark.parametrize("kind", [PATH, PLACE])
def test_a_place_without_a_name_is_none(kind: click.ParamType) -> None:  # type: ignore[type-arg]  # not generic in click 8.1
    with pytest.raises(click.BadParameter, match="It is empty"):
        kind.convert("", None, None)


def test_an_empty_period_is_a_usage_error() -> None:
    day, noon = When(MIDNIGHT, is_date=True), When(NOON, is_date=False)

    ordered(day, day)
    ordered(noon, day)
    ordered(None, day)
    with pytest.raises(click.UsageError):
        ordered(noon, noon)
    with pytest.raises(click.UsageError):
        ordered(noon, When(MIDNIGHT, is_date=False))
