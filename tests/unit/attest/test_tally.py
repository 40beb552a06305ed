"""Windows of time, and counting the same records by bodies and by labels."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.tally import BodyTally, LabelTally, Period, Tally, stamp
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.trail.record import Labels, Opening
from support.trails import START, Builder, a_trail, moment

NOWHERE = Path("nowhere")
ALWAYS = Period.of(START, START + timedelta(days=365))


def counted(tally: Tally, builder: Builder) -> Tally:
    for index, made in enumerate(builder.records):
        tally.visit(index, made.entry, made.salted)
    tally.close()
    return tally


def by_bodies(builder: Builder, period: Period = ALWAYS) -> BodyTally:
    tally = BodyTally(period, Labels(builder.label_key))
    counted(tally, builder)
    return tally


def test_a_period_holds_its_start_and_not_its_end() -> None:
    period = Period.of(START, START + timedelta(hours=1))

    assert moment(START) in period
    assert moment(START + timedelta(hours=1)) not in period
    assert moment(START - timedelta(milliseconds=1)) not in period


def test_a_period_is_in_utc_wherever_it_was_said() -> None:
    there = timezone(timedelta(hours=-5))

    assert stamp(datetime(2026, 1, 1, tzinfo=there)) == "2026-01-01T05:00:00.000Z"


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="empty"):
        Period.of(START, START)


def test_a_period_of_other_text_is_malformed() -> None:
    with pytest.raises(Malformed):
        Period("2026-01-01", "2026-02-01")


def test_stamps_are_cut_not_rounded() -> None:
    late = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)

    assert stamp(late) == "2026-01-01T00:00:00.999Z"


def test_an_outcome_after_the_period_ends_a_call_of_the_period() -> None:
    builder = a_trail(NOWHERE, calls=1)
    decided = builder.records[2].fields["at"]
    period = Period(decided, builder.records[3].fields["at"])

    tally = by_bodies(builder, period)

    assert tally.kinds == {"decision": 1}
    assert (tally.endings["complete"], tally.endings["unknown"]) == (1, 0)


def test_an_outcome_in_the_period_of_a_call_before_it_is_not_counted() -> None:
    builder = a_trail(NOWHERE, calls=1)
    period = Period(builder.records[3].fields["at"], "2027-01-01T00:00:00.000Z")

    tally = by_bodies(builder, period)

    assert tally.kinds == {"outcome": 1}
    assert not tally.endings.total()


def test_an_outcome_that_stands_before_its_decision_counts_once() -> None:
    builder = a_trail(NOWHERE, calls=1)
    builder.records[2], builder.records[3] = builder.records[3], builder.records[2]

    assert by_bodies(builder).endings["complete"] == 1


def test_a_call_without_outcome_is_unknown() -> None:
    builder = a_trail(NOWHERE, calls=1)
    builder.decision()
    builder.decision(effect="refuse")

    assert by_bodies(builder).endings["unknown"] == 1


def test_a_label_that_is_not_of_what_its_body_says_is_found() -> None:
    builder = a_trail(NOWHERE, calls=1)
    lied = builder.decision("fraud.scoring")
    lied.fields["labels"]["purpose"] = builder.label("purpose", "support.reply")

    assert by_bodies(builder).mislabelled == 1


def test_a_decision_without_body_is_counted_by_what_others_opened() -> None:
    builder = a_trail(NOWHERE, calls=1)
    builder.decision()
    builder.decision("rare")
    tally = BodyTally(ALWAYS, Labels(builder.label_key))
    for index, made in enumerate(builder.records):
        tally.visit(index, made.entry, None if index >= 4 else made.salted)
    tally.close()

    assert tally.without_body == 2
    assert tally.rows() == {(("support.reply", "gpt-5", "responses"), "permit"): 2}
    assert tally.unopened == 1


def test_an_opening_of_another_field_opens_nothing() -> None:
    builder = a_trail(NOWHERE, calls=1)
    labels = Labels(builder.label_key)
    openings = [
        labels.opening("model", "gpt-5"),
        labels.opening("endpoint", "responses"),
        labels.opening("model", "support.reply"),
    ]
    tally = LabelTally(ALWAYS, openings)
    counted(tally, builder)

    assert tally.rows() == {}
    assert tally.unopened == 1


def test_a_policy_has_its_span() -> None:
    builder = a_trail(NOWHERE, calls=2)
    span = by_bodies(builder).policies[builder.records[1].fields["policy"]]

    assert (span.name, span.mode, span.decisions) == ("house", "enforce", 2)
    assert span.put_in_force == builder.records[1].fields["at"]
    assert span.last == builder.records[4].fields["at"]


CALLS = st.lists(
    st.tuples(
        st.sampled_from([None, "support.reply", "fraud.scoring", "tägliches"]),
        st.sampled_from(["gpt-5", "o9"]),
        st.sampled_from(["permit", "observed", "refuse", "review"]),
        st.sampled_from([None, "complete", "abandoned", "error"]),
    ),
    max_size=30,
)


@given(CALLS, st.integers(0, 20), st.integers(1, 40))
def test_bodies_and_labels_count_the_same(
    calls: list[tuple[str | None, str, str, str | None]], skip: int, span: int
) -> None:
    builder = a_trail(NOWHERE, calls=0)
    for purpose, model, effect, ending in calls:
        decision = builder.decision(purpose, model, effect=effect)
        if ending is not None and effect in ("permit", "observed"):
            builder.outcome(decision, ending)
    start = START + skip * timedelta(milliseconds=250)
    period = Period.of(start, start + span * timedelta(milliseconds=250))

    told = by_bodies(builder, period)
    openings = [Opening(o.field, o.value, o.nonce) for o in told.openings]
    recounted = LabelTally(period, openings)
    counted(recounted, builder)

    assert recounted.rows() == told.rows()
    assert recounted.unopened == told.unopened == told.mislabelled == 0
    assert (recounted.kinds, recounted.effects) == (told.kinds, told.effects)
    assert recounted.endings == told.endings


def test_the_range_goes_from_the_periods_first_record_to_its_last() -> None:
    builder = a_trail(NOWHERE, calls=4)
    start = START + timedelta(milliseconds=250 * 3)
    tally = by_bodies(builder, Period.of(start, start + timedelta(milliseconds=750)))
    assert (tally.first, tally.end) == (2, 5)
    assert tally.kinds.total() == 3
    never = by_bodies(builder, Period.of(START - timedelta(days=2), START))
    assert (never.first, never.end) == (0, 0)
    assert (by_bodies(builder).first, by_bodies(builder).end) == (0, 10)
