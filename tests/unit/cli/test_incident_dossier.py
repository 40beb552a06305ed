"""`affidavit incident dossier`."""

import json
from pathlib import Path

import pytest

from affidavit.incident.model import Aspect, Target
from affidavit.wiring import Settings
from support.cli import Ran, invoke, record_calls
from support.incidents import PURPOSE, a_desk, a_document, a_notice, opened
from support.project import a_project

ACCOUNT = "# What happened\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = a_project(tmp_path)
    record_calls(found)
    return found


@pytest.fixture
def incident(settings: Settings) -> str:
    desk = a_desk(settings)
    notice = a_notice(entity=None)
    first = opened(notice=notice, documents=(a_document(),), suspends=(PURPOSE,))
    return desk.open(first).incident


def run(settings: Settings, *arguments: str | Path) -> Ran:
    return invoke(*arguments, cwd=settings.trail.parents[1])


def test_what_was_reviewed_is_made_and_verified(
    settings: Settings, incident: str, tmp_path: Path
) -> None:
    review = run(settings, "incident", "dossier", incident[:13], "--review", "p.json")
    plan = json.loads((tmp_path / "p.json").read_bytes())
    plan["records"][0].update(action="hash", reason="personal data")
    (tmp_path / "p.json").write_text(json.dumps(plan))
    (tmp_path / "account.md").write_text(ACCOUNT)
    told = run(
        settings, "incident", "dossier", incident, "--plan", "p.json",
        "--narrative", "account.md", "--out", "d.zip",
    )  # fmt: skip
    verified = run(settings, "verify", "d.zip")

    assert review.code == 0
    assert f"{len(plan['records'])} records to decide about" in review.out
    assert (told.code, verified.code) == (0, 0), told.err
    assert "d.zip: valid" in verified.out
    assert "personal data" in verified.out
    assert "signed for this dossier" in verified.out
    assert "policies   1 in force, 1 given" in verified.out


def test_without_a_plan_no_body_is_given(settings: Settings, incident: str) -> None:
    told = run(settings, "incident", "dossier", incident, "--out", "d.zip")

    assert told.code == 0
    assert "nobody reviewed them" in told.err
    assert "not reviewed before this dossier was made" in told.out


def test_calls_that_the_search_passes_by_are_told(settings: Settings) -> None:
    other = Target(aspect=Aspect.PURPOSE, value="unheard.of")
    notice = a_notice(entity=None)
    made = a_desk(settings).open(opened(notice=notice, suspends=(PURPOSE, other)))
    told = run(settings, "incident", "dossier", made.incident, "--review", "p.json")

    assert told.code == 0
    assert f"The incident names {other} too" in told.err


def test_programs_are_told_the_same(settings: Settings, incident: str) -> None:
    (plan,) = run(
        settings, "incident", "dossier", incident, "--review", "p.json", "--json"
    ).lines
    (made,) = run(
        settings, "incident", "dossier", incident, "--out", "d.zip", "--json"
    ).lines
    (told,) = run(settings, "verify", "d.zip", "--json").lines

    assert plan["records"] == made["treatment"][0]["records"]
    assert (told["artefact"], told["verdict"]) == ("dossier", "valid")
    assert told["incident"] == incident
    assert made["bytes"] > 0


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--out", "d.zip", "--review", "p.json"],
        ["--review", "p.json", "--plan", "q.json"],
        ["--out", "d.zip", "--plan", "absent.json"],
        ["--out", "pyproject-absent/d.zip", "--narrative", "absent.md"],
    ],
)
def test_what_makes_no_sense_is_refused(
    settings: Settings, incident: str, options: list[str]
) -> None:
    assert run(settings, "incident", "dossier", incident, *options).code == 2


def test_nothing_is_overwritten_and_nobody_invented(
    settings: Settings, incident: str, tmp_path: Path
) -> None:
    (tmp_path / "p.json").write_text("mine")
    (tmp_path / "odd.md").write_bytes(b"\xff")
    taken = run(settings, "incident", "dossier", incident, "--review", "p.json")
    nobody = run(settings, "incident", "dossier", "feed", "--review", "q.json")
    odd = run(
        settings, "incident", "dossier", incident, "--out", "d.zip",
        "--narrative", "odd.md",
    )  # fmt: skip

    assert (taken.code, nobody.code, odd.code) == (2, 2, 2)
    assert (tmp_path / "p.json").read_text() == "mine"
    assert not (tmp_path / "d.zip").exists()


def test_a_window_may_be_said(settings: Settings, incident: str) -> None:
    (told,) = run(
        settings, "incident", "dossier", incident, "--out", "d.zip", "--json",
        "--from", "2020-01-01", "--to", "2020-01-02",
    ).lines  # fmt: skip

    assert told["calls"]["counts"]["selected"] == 0
    assert told["calls"]["window"]["to"] == "2020-01-03T00:00:00.000Z"
