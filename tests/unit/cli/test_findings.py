from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.canonical import dumps
from affidavit.cli import findings
from affidavit.cli.trust import Trusted
from affidavit.tlog.logkeys import LogKeys
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, Problem, TrailReport, verify_trail
from support.trails import Builder


@pytest.fixture
def evidence(tmp_path: Path) -> tuple[TrailReport, Trusted]:
    builder = Builder(tmp_path)
    builder.genesis()
    builder.policy()
    builder.calls(2)
    builder.write()
    report = verify_trail(TrailReader(tmp_path), key=builder.key, now=datetime.now(UTC))
    return report, Trusted(keys=LogKeys((builder.key,)), source="given")


def a_problem(index: int | None) -> Problem:
    return Problem(
        fault=Fault.ENTRY, message="odd \x1b[2J", index=index, kind="outcome"
    )


def test_json_has_every_figure_of_the_report(
    evidence: tuple[TrailReport, Trusted],
) -> None:
    report, trusted = evidence
    told = findings.as_json(report, trusted)

    assert dumps(told)
    assert (told["size"], told["pending"], told["verdict"]) == (6, 0, "valid")
    assert told["root"] == report.root.hex()


def test_a_problem_that_names_no_record_has_nulls() -> None:
    told = findings.problem_as_json(Problem(fault=Fault.ROOT, message="no"))

    assert told == {
        "at": None,
        "fault": "root",
        "id": None,
        "index": None,
        "kind": None,
        "message": "no",
    }


def test_the_first_bad_record_is_told_first_and_the_rest_is_counted(
    evidence: tuple[TrailReport, Trusted], capsys: pytest.CaptureFixture[str]
) -> None:
    report, trusted = evidence
    problems = tuple(map(a_problem, [None, *range(90, 9, -1)]))
    findings.say(replace(report, problems=problems, more_problems=5), trusted)
    told = capsys.readouterr().out
    listed = [line for line in told.splitlines() if "odd" in line]

    assert told.splitlines()[0].endswith(": invalid")
    assert listed[0].startswith("  - record 10 (outcome):")
    assert len(listed) == findings.SHOWN
    assert f"… and {len(problems) - findings.SHOWN + 5} more" in told
    assert "\x1b" not in told


def test_what_is_nothing_is_not_mentioned(
    evidence: tuple[TrailReport, Trusted], capsys: pytest.CaptureFixture[str]
) -> None:
    findings.say(*evidence)
    told = capsys.readouterr().out

    assert "Problems" not in told
    assert "no outcome" not in told
    assert "recovered" not in told
