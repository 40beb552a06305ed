from pathlib import Path

import pytest

from affidavit.cli import output
from support.cli import a_recorded_project, invoke


def test_calls_and_tokens_are_counted_by_purpose(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    told = invoke("trail", "stats", "--json", cwd=tmp_path).json

    assert told == {
        "by": "purpose",
        "groups": [
            {
                "calls": 2,
                "estimated": 0,
                "failed": 1,
                "gone": None,
                "input_tokens": 20,
                "name": "support.reply",
                "output_tokens": 18,
                "refused": 0,
            },
            {
                "calls": 1,
                "estimated": 0,
                "failed": 0,
                "gone": None,
                "input_tokens": 0,
                "name": "unheard.of",
                "output_tokens": 0,
                "refused": 1,
            },
        ],
    }


@pytest.mark.parametrize("by", ["model", "endpoint", "effect", "ending", "rule", "day"])
def test_every_grouping_adds_up_to_all_calls(tmp_path: Path, by: str) -> None:
    a_recorded_project(tmp_path)
    told = invoke("trail", "stats", "--by", by, "--json", cwd=tmp_path).json
    assert sum(group["calls"] for group in told["groups"]) == 3


def test_people_get_a_chart(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    read = invoke("trail", "stats", cwd=tmp_path)
    assert "█" * 24 in read.out
    assert "█" * 12 in read.out
    assert "3 calls." in read.err


def test_a_period_counts_what_lies_in_it(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    told = invoke("trail", "stats", "--until", "2020-01-01", "--json", cwd=tmp_path)
    assert told.json["groups"] == []


@pytest.mark.parametrize(
    ("value", "most", "bar"),
    [(0, 10, ""), (1, 1_000_000, "▏"), (10, 10, "████"), (5, 10, "██"), (0, 0, "")],
)
def test_a_bar_shows_whatever_is_more_than_nothing(
    value: int, most: int, bar: str
) -> None:
    assert output.bar(value, most, width=4) == bar
