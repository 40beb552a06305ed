"""Clocks that are set back, forward and through a leap second, in real processes.

Order is by index, not by time: nothing is lost, no id comes twice, verification says
what it noticed, and a period is counted by the times that the records carry.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Settings
from support.cli import SDK, TESTS, Ran, environment, invoke, program
from support.crashing import clocked
from support.project import a_project

CALLS = 3
VERIFY = ("trail", "verify", "--json")


def faketime() -> str:
    """Debian's libfaketime; `make` installs it with the package `faketime`."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
    assert found, "install the package faketime"
    return str(found[0])


def begun(project: Path, name: str, offsets: Sequence[str]) -> "subprocess.Popen[str]":
    setting = project / f"clock-{name}"
    setting.write_text(offsets[0] + "\n")
    faked = {
        "LD_PRELOAD": faketime(),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join((str(SDK), str(TESTS))),
    }
    command = [sys.executable, clocked.__file__, str(project), str(CALLS), *offsets]
    return subprocess.Popen(
        command, env=environment(faked), stderr=subprocess.PIPE, text=True
    )


def run(project: Path, *processes: Sequence[str]) -> None:
    """Each process's offsets; one after the other, because libfaketime's own sleep
    fails where a process has to wait for a lock (EINVAL, once the time is up).
    """
    for number, offsets in enumerate(processes):
        process = begun(project, str(number), offsets)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said


def verify(project: Path) -> Ran:
    return invoke(*VERIFY, cwd=project)


def stored(settings: Settings) -> list[StoredRecord]:
    return list(TrailReader(settings.trail).records())


def assert_in_order(records: Sequence[StoredRecord]) -> None:
    """By index: each writer's numbers without a gap; ids unique and of version 7."""
    ids = [each.entry.id for each in records if each.entry.kind is not Kind.OUTCOME]
    assert len(set(ids)) == len(ids)
    assert {UUID(each).version for each in ids} == {7}
    for writer in {each.entry.writer for each in records}:
        seqs = [each.entry.seq for each in records if each.entry.writer == writer]
        assert seqs == list(range(len(seqs)))


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_clock_set_back_and_forward_under_a_process_loses_nothing(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    run(tmp_path, ["+0", "-1h", "+30d", "+0"])

    records = stored(settings)
    assert_in_order(records)
    assert sum(each.entry.kind is Kind.DECISION for each in records) == 4 * CALLS
    ran = verify(tmp_path)
    assert ran.code == 0, ran.out
    notes = "\n".join(ran.json["notes"])
    # An outcome may be written after the decisions that followed it: then one step
    # back shows twice.
    assert notes.count("its clock was set back") >= 2
    assert "dated in the future" in notes


@pytest.mark.parametrize(
    "steps",
    [
        ["@2016-12-31 23:59:59", "@2016-12-31 23:59:59", "@2017-01-01 00:00:00"],
        ["@2016-12-31 23:59:58", "@2017-01-01 00:00:00"],
    ],
    ids=["inserted", "removed"],
)
def test_a_leap_second_is_no_event(tmp_path: Path, steps: list[str]) -> None:
    settings = a_project(tmp_path)
    run(tmp_path, steps)

    records = stored(settings)
    assert_in_order(records)
    assert verify(tmp_path).code == 0
    at = [each.entry.at for each in records if each.entry.kind is Kind.DECISION]
    assert len(at) == len(steps) * CALLS
    assert {each[:16] for each in at} == {"2016-12-31T23:59", "2017-01-01T00:00"}


def test_a_period_counts_the_calls_whose_records_carry_its_times(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    run(tmp_path, ["-3d"], ["+0"], ["+400d"])

    records = stored(settings)
    assert_in_order(records)
    decided = [each for each in records if each.entry.kind is Kind.DECISION]
    assert len(decided) == 3 * CALLS
    for days in (-3, 0):
        middle = datetime.now(UTC) + timedelta(days=days)
        start, end = (moment(middle + timedelta(hours=each)) for each in (-1, 1))
        made = [each for each in decided if start <= each.entry.at < end]
        ran = invoke(
            *("attest", "--json", "--from", start, "--to", end),
            *("--out", tmp_path / f"{days}"),
            cwd=tmp_path,
        )
        assert ran.code == 0, ran.out + ran.err
        assert ran.json["use"]["byEffect"]["permit"] == len(made) == CALLS


def test_a_record_of_the_future_makes_no_trail_young(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    run(tmp_path, ["-3d"], ["+400d"])
    assert_in_order(stored(settings))
    # The genesis is of now: whoever asks in two days finds nothing younger.
    asking = {"LD_PRELOAD": faketime(), "FAKETIME": "+2d"}
    ran = program(*VERIFY, "--max-age", "1d", cwd=tmp_path, env=asking)
    assert ran.code == 1, ran.out
    assert "does not count" in "\n".join(ran.json["notes"])
    assert program(*VERIFY, "--max-age", "3d", cwd=tmp_path, env=asking).code == 0
