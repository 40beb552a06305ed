from pathlib import Path

import pytest

from affidavit.cli.policy_replay import SHOWN, exit_code, say
from affidavit.gate.past import Gap
from affidavit.gate.replay import Cell, Sample, Tally
from support.cli import a_recorded_project, invoke, tree_digest
from support.policies import SUPPORT, in_force, written

NARROW = SUPPORT.replace("gpt-5*", "gpt-4o-mini") + "    budget: {requests: 9/day}\n"


def test_the_policy_in_force_changes_nothing(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    before = tree_digest(tmp_path)
    told = invoke("policy", "replay", cwd=tmp_path)
    assert told.code == 0
    assert "0 of 3 decisions would change" in told.out
    assert "findings are the recorded ones" in told.err
    assert tree_digest(tmp_path) == before


def test_a_candidate_is_told_by_what_changes(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    candidate = written(tmp_path / "new", NARROW)
    told = invoke("policy", "replay", "--policy", candidate, "--json", cwd=tmp_path)

    assert told.code == 1
    assert told.json["decisions"] == 3
    assert told.json["budgeted"] == 3 - 1
    (change,) = told.json["changes"]
    assert (change["model"], change["from"], change["to"], change["count"]) == (
        "gpt-5",
        "permit",
        "refuse",
        1,
    )
    shown = invoke("policy", "replay", "--policy", candidate, cwd=tmp_path)
    assert shown.code == 1
    assert change["examples"][0] in shown.out
    assert "1 of 3 decisions would change" in shown.out
    assert "Budgets are not counted again: 2 decisions stand under one." in shown.out


def test_a_period_without_decisions_has_none(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    told = invoke("policy", "replay", "--to", "2020-01-01", "--json", cwd=tmp_path)
    assert (told.code, told.json["decisions"]) == (0, 0)
    later = invoke("policy", "replay", "--from", "2020-01-01", "--json", cwd=tmp_path)
    assert later.json["decisions"] == 3
    empty = ("--from", "2020-02-01", "--to", "2020-01-01")
    assert invoke("policy", "replay", *empty, cwd=tmp_path).code == 2


def test_what_cannot_be_told_is_no_clean_answer(tmp_path: Path) -> None:
    gap = {Gap.PRUNED: Sample(count=1, examples=["i"])}
    assert exit_code(Tally()) == 0
    assert exit_code(Tally(undetermined=gap)) == 2
    assert exit_code(Tally(undetermined=gap, beyond=1)) == 1


def test_without_a_trail_there_is_nothing_to_replay(tmp_path: Path) -> None:
    candidate = written(tmp_path, SUPPORT)
    told = invoke("policy", "replay", "--policy", candidate, cwd=tmp_path)
    assert told.code == 2
    assert "no trail there" in told.err


def test_what_is_undetermined_and_what_is_beyond_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally(beyond=7, undetermined={gap: Sample(count=2) for gap in Gap})
    for number in range(SHOWN + 3):
        cell = Cell("p", f"m{number}", "responses", "permit", "refuse")
        tally.changed[cell] = Sample(count=1, examples=["id"])
    say(in_force(tmp_path, SUPPORT), tally)
    out = capsys.readouterr().out
    assert "… 3 more rows with --json, 7 decisions beyond them" in out
    assert f"{2 * len(Gap)} decisions undetermined:" in out
    assert out.count("  - 2: ") == len(Gap)
