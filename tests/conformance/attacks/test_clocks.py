"""Clocks that are set back, run ahead or see a leap second: what is recorded, and what
a verification makes of it.

Order is by place and never by time, so that no clock moves a record. Here a given clock
is read; processes under a false system clock are tests/crash's.
"""

import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from affidavit.errors import Malformed
from affidavit.trail import record as records
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.trail import Trail
from affidavit.verify import TrailReport, Verdict, verify_trail
from support import trails
from support.live import a_directory, a_policy_record, an_identity
from support.trails import Builder, a_trail

HOUR = timedelta(hours=1)
LEAP = datetime(2017, 1, 1, tzinfo=UTC)
"""The end of the last leap second that there was: POSIX time repeats the second
before.
"""


def written_at(path: Path, moments: list[datetime]) -> TrailReport:
    """The report on a trail whose writer read `moments` off its clock."""
    trail = Trail(path, an_identity(), first_record=a_policy_record)
    for each in moments:
        trail.append(
            records.fresh(
                Kind.HEARTBEAT,
                {"work": "idle"},
                clock=partial(int, each.timestamp() * 1e9),
                randomness=secrets.token_bytes,
            )
        )
    trail.seal()
    report = verify_trail(
        TrailReader(path), key=an_identity().verifier, now=datetime.now(UTC)
    )
    trail.close()
    return report


def times(path: Path) -> list[str]:
    """Of its heartbeats, as they stand in the tree."""
    read = TrailReader(path).records()
    return [each.entry.at for each in read if each.entry.kind is Kind.HEARTBEAT]


def built(path: Path, *steps: timedelta) -> Builder:
    """Twelve records, and one heartbeat after each step of its writer's clock."""
    builder = a_trail(path, calls=5)
    for step in steps:
        builder.clock += step - trails.STEP
        builder.add("heartbeat", {"work": "idle"}, writer="w")
    builder.write()
    return builder


def verified(
    builder: Builder, now: datetime, max_age: timedelta | None = None
) -> TrailReport:
    return verify_trail(
        TrailReader(builder.path), key=builder.key, now=now, max_age=max_age
    )


def test_a_writer_records_what_its_clock_says_and_keeps_its_order(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    moments = [LEAP, LEAP - HOUR, LEAP + HOUR, LEAP]

    report = written_at(path, moments)

    assert report.verdict is Verdict.VALID
    assert [at[11:16] for at in times(path)] == ["00:00", "23:00", "01:00", "00:00"]


def test_each_step_back_is_noted_with_its_size(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    report = written_at(path, [LEAP, LEAP - HOUR, LEAP + HOUR, LEAP - HOUR])

    told = [each for each in report.notes if "clock was set back" in each]
    assert report.verdict is Verdict.VALID
    # The first heartbeat comes after a policy of today: that is a step back as well.
    assert report.clock_anomalies == len(told) == 3
    assert "3600.000 s older" in told[1]
    assert "7200.000 s older" in told[2]


def test_a_leap_second_is_a_second_twice_and_nothing_odd(tmp_path: Path) -> None:
    """23:59:60 has no POSIX time: the clock reads 23:59:59 again."""
    path = tmp_path / "trail"
    builder = a_trail(path, calls=0)
    builder.clock = LEAP - timedelta(milliseconds=200)
    for step in (100, 99, -900, 100, 700, 200):
        builder.clock += timedelta(milliseconds=step) - trails.STEP
        builder.add("heartbeat", {"work": "idle"}, writer="w")
    builder.write()

    report = verified(builder, LEAP)

    behind = times(path)
    assert [at[17:23] for at in behind] == [
        "59.900",
        "59.999",
        "59.099",
        "59.199",
        "59.899",
        "00.099",
    ]
    assert not [each for each in report.notes if behind[2] in each]


def test_no_record_is_of_the_sixtieth_second() -> None:
    with pytest.raises(Malformed):
        records.parse_moment("2016-12-31T23:59:60.000Z")


def test_a_record_of_the_sixtieth_second_is_no_entry(tmp_path: Path) -> None:
    builder = built(tmp_path / "trail", timedelta(0))
    made = builder.records[-1]
    made.fields["at"] = made.fields["at"][:17] + "60.000Z"
    builder.write()

    report = verified(builder, builder.clock)

    assert report.first_bad is not None
    assert report.first_bad.index == 12
    assert report.first_bad.fault.value == "form"


@pytest.mark.parametrize(
    ("old", "verdict"),
    [
        (timedelta(0), Verdict.VALID),
        (HOUR, Verdict.VALID),
        (HOUR + timedelta(milliseconds=1), Verdict.INVALID),
    ],
)
def test_the_greatest_age_is_held_to_the_millisecond(
    tmp_path: Path, old: timedelta, verdict: Verdict
) -> None:
    builder = built(tmp_path / "trail")

    assert verified(builder, builder.clock + old, HOUR).verdict is verdict


def test_a_clock_that_was_set_back_makes_no_trail_older(tmp_path: Path) -> None:
    """The newest time counts, wherever it stands."""
    builder = built(tmp_path / "trail", -HOUR * 24)
    newest = builder.clock + HOUR * 24

    assert verified(builder, newest, HOUR).verdict is Verdict.VALID


def test_a_record_of_the_future_makes_no_trail_younger(tmp_path: Path) -> None:
    builder = built(tmp_path / "trail", timedelta(days=3650))
    before = builder.clock - timedelta(days=3650)

    young = verified(builder, before, HOUR)
    old = verified(builder, before + HOUR * 2, HOUR)

    assert young.verdict is Verdict.VALID
    assert any("record 12 " in each and "future" in each for each in young.notes)
    assert [each.fault.value for each in old.problems] == ["stale"]


def test_a_clock_some_minutes_ahead_is_no_future(tmp_path: Path) -> None:
    """Two machines never agree to the second."""
    builder = built(tmp_path / "trail", timedelta(minutes=9))
    now = builder.clock - timedelta(minutes=9)

    report = verified(builder, now, HOUR)

    assert report.verdict is Verdict.VALID
    assert report.notes == ()
