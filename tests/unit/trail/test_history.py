import re
from pathlib import Path
from typing import Any

from affidavit.calls import Attempt, Ending, How
from affidavit.trail.history import COLUMNS, CallRecord, calls
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Governor, Settings
from support.project import a_call, a_dataset_call, a_project, an_outcome

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "formats" / "export.md"


def test_every_column_is_documented_in_its_order() -> None:
    named = re.findall(
        r"`(\w+)`",
        "".join(
            line.split("|")[1]
            for line in DOCUMENTATION.read_text("utf-8").splitlines()
            if line.startswith("| `")
        ),
    )
    assert tuple(named) == COLUMNS


def recorded(settings: Settings, *outcomes: Any) -> list[CallRecord]:
    """Rows of a trail with a refused call, then one for each outcome (None: none)."""
    with Governor(settings=settings) as governor:
        refused = governor.consider(a_dataset_call())
        governor.commit(refused)
        for outcome in outcomes:
            verdict = governor.consider(a_call(model="gpt-5"))
            governor.commit(verdict)
            if outcome is not None:
                governor.conclude(verdict, outcome)
    return list(calls(TrailReader(settings.trail).records()))


def test_a_call_is_one_row_with_its_outcome(tmp_path: Path) -> None:
    tries = (
        Attempt(status=429, request_id="a", milliseconds=5),
        Attempt(status=200, request_id="b", milliseconds=7),
    )
    _, row = recorded(a_project(tmp_path), an_outcome(attempts=tries))

    assert (row.purpose, row.model, row.effect) == ("support.reply", "gpt-5", "permit")
    assert (row.ending, row.how) == ("complete", None)
    assert (row.status, row.attempts, row.milliseconds) == (200, 2, 12)
    assert (row.input_tokens, row.output_tokens, row.estimated) == (20, 18, False)
    assert row.answered_by == "gpt-4o-mini-2024-07-18"


def test_a_refused_call_has_a_rule_a_finding_and_no_ending(tmp_path: Path) -> None:
    (row,) = recorded(a_project(tmp_path))

    assert (row.effect, row.ending, row.attempts) == ("refuse", None, None)
    assert row.rule
    assert row.findings == "dataset_generation"


def test_a_call_without_an_outcome_is_unknown_and_never_left_out(
    tmp_path: Path,
) -> None:
    cut = an_outcome(ending=Ending.ABANDONED, how=How.CLOSED, estimated=True)
    rows = recorded(a_project(tmp_path), None, cut)

    assert [row.ending for row in rows] == [None, "abandoned", "unknown"]
    assert (rows[1].how, rows[1].estimated) == ("closed", True)
