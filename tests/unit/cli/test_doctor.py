from pathlib import Path

import pytest

from support.cli import Ran, a_recorded_project, edit_record, invoke, tree_digest
from support.policies import SUPPORT, written
from support.project import a_project


def doctor(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("doctor", *arguments, cwd=cwd)


def test_a_sound_project_is_well_and_is_not_touched(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    before = tree_digest(tmp_path)
    told = doctor("--json", cwd=tmp_path)
    read = doctor(cwd=tmp_path)

    assert told.code == read.code == 0
    assert told.json.keys() == {
        "anchors",
        "exit_code",
        "incidents",
        "key",
        "policy",
        "processes",
        "second_opinion",
        "settings",
        "trail",
        "troubles",
        "versions",
    }
    assert told.json["exit_code"] == 0
    assert "All well." in read.out
    assert "7 records, checkpoint" in read.out
    assert tree_digest(tmp_path) == before


def test_an_expired_purpose_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    written(settings.policy, SUPPORT + "    expires: 2020-01-01\n")
    told = doctor(cwd=tmp_path)

    assert told.code == 1
    assert "problem: purpose support.reply expired after 2020-01-01" in told.out
    assert "help: " in told.out
    assert "1 problem found." in told.out


def test_a_changed_record_is_a_problem(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')

    assert doctor("--json", cwd=tmp_path).json["exit_code"] == 1


def test_an_empty_folder_lacks_everything_and_says_so(tmp_path: Path) -> None:
    told = doctor("--json", cwd=tmp_path)
    read = doctor(cwd=tmp_path)

    assert told.code == read.code == 2
    assert {each["area"] for each in told.json["troubles"]} == {
        "policy",
        "key",
        "trail",
    }
    assert all(each["level"] == "environment" for each in told.json["troubles"])
    assert "affidavit init" in read.out
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_looked_at_wins_over_what_is_wrong(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    (settings.policy / "policy.yaml").unlink()

    assert doctor(cwd=tmp_path).code == 2


def test_places_can_be_named(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    here.mkdir()
    there.mkdir()
    settings = a_project(there)
    told = doctor(
        "--policy",
        settings.policy,
        "--trail",
        settings.trail,
        "--signing-key",
        settings.key,
        "--json",
        cwd=here,
    )

    assert told.code == 0
    assert told.json["settings"]["trail"]["source"] == "argument"


@pytest.mark.parametrize("text", ["not toml", "polcy = 'x'", "trail = 7"])
def test_settings_that_cannot_be_read_are_one_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_text(text)
    told = doctor("--json", cwd=tmp_path)

    assert (told.code, told.out) == (2, "")
    assert "affidavit.toml" in told.err
