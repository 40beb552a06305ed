from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.cli.arguments import When
from affidavit.cli.selection import Selection
from affidavit.trail.reader import StoredRecord, TrailReader
from support.trails import START, Builder


@pytest.fixture
def records(tmp_path: Path) -> list[StoredRecord]:
    """genesis, policy, support call, crm call that was refused, undeclared call."""
    builder = Builder(tmp_path)
    builder.genesis()
    builder.policy()
    builder.outcome(builder.decision("support.reply", "gpt-5"))
    builder.decision("crm.sync", "gpt-5-mini", effect="refuse")
    builder.outcome(builder.decision(None, "o3", effect="observed"), "error")
    builder.write()
    return list(TrailReader(tmp_path).records())


def taken(selection: Selection, records: list[StoredRecord]) -> list[int | None]:
    return [record.index for record in selection.of(records)]


@pytest.mark.parametrize(
    ("selection", "indices"),
    [
        (Selection(), [0, 1, 2, 3, 4, 5, 6]),
        (Selection(purpose="support.reply"), [2, 3]),
        (Selection(purpose="*.*"), [2, 3, 4]),
        (Selection(model="gpt-5*"), [2, 3, 4]),
        (Selection(model="gpt-5"), [2, 3]),
        (Selection(model="o3", purpose="crm.*"), []),
        (Selection(kinds=("genesis", "outcome")), [0, 3, 6]),
        (Selection(effects=("refuse", "error")), [4, 6]),
        (Selection(model="o3", kinds=("outcome",)), [6]),
        (Selection(purpose="support.reply", effects=("complete",)), [3]),
    ],
)
def test_records_are_taken_by_what_they_say(
    selection: Selection, indices: list[int], records: list[StoredRecord]
) -> None:
    assert taken(selection, records) == indices


def test_a_period_has_its_start_and_not_its_end(records: list[StoredRecord]) -> None:
    def moment(steps: int) -> When:
        return When(START + timedelta(milliseconds=250 * steps), is_date=False)

    assert taken(Selection(since=moment(3)), records) == [2, 3, 4, 5, 6]
    assert taken(Selection(until=moment(3)), records) == [0, 1]
    assert taken(Selection(since=moment(3), until=moment(5)), records) == [2, 3]


def test_a_day_is_taken_whole(records: list[StoredRecord]) -> None:
    def day(number: int) -> When:
        return When(datetime(2026, 3, number, tzinfo=UTC), is_date=True)

    assert len(taken(Selection(since=day(2), until=day(2)), records)) == 7
    assert taken(Selection(until=day(1)), records) == []
    assert taken(Selection(since=day(3)), records) == []


def test_an_outcome_in_the_period_belongs_to_its_decision_before_it(
    records: list[StoredRecord],
) -> None:
    since = When(START + timedelta(milliseconds=250 * 4), is_date=False)

    assert taken(Selection(purpose="support.reply", since=since), records) == [3]
