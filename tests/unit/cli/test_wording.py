from datetime import UTC, datetime, timedelta, timezone

import pytest

from affidavit.cli import wording


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 records"), (1, "1 record"), (12_345, "12,345 records")],
)
def test_a_count_agrees_with_its_noun(number: int, words: str) -> None:
    assert wording.count(number, "record") == words


def test_an_irregular_plural_is_given() -> None:
    assert wording.count(2, "body", "bodies") == "2 bodies"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_a_size_has_its_unit(number: int, words: str) -> None:
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"),
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (172_800, "2 days"),
    ],
)
def test_an_age_is_told_by_its_largest_unit(seconds: int, words: str) -> None:
    assert wording.age(timedelta(seconds=seconds)) == words


def test_a_moment_is_told_in_utc() -> None:
    there = timezone(timedelta(hours=2))

    assert (
        wording.moment(datetime(2026, 1, 1, 1, tzinfo=there)) == "2025-12-31T23:00:00Z"
    )
    assert wording.moment(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
