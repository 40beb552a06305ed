from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from support.cli import Ran, a_recorded_project, invoke


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("respond")
    settings = a_recorded_project(made)
    ran = invoke("attest", "--from", "2020-01-01", "--out", "out", cwd=made)
    assert ran.code == 0, ran.err
    (made / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    for name, more in (("challenge.json", ()), ("bodies.json", ("--bodies",))):
        assert (
            invoke(
                "challenge",
                "out",
                "--key",
                "acme.vkey",
                "--out",
                name,
                *more,
                cwd=made,
            ).code
            == 0
        )
    return made


def verify(folder: Path, response: Path, challenge: str, *more: str) -> Ran:
    return invoke(
        "verify",
        response,
        "--challenge",
        challenge,
        "--statement",
        "out",
        "--key",
        "acme.vkey",
        *more,
        cwd=folder,
    )


def test_a_challenge_is_answered_and_the_answer_holds(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "response.json"
    made = invoke("respond", "challenge.json", "--out", out, "--json", cwd=folder)
    assert made.code == 0, made.err
    assert made.json["bodies"] is False
    told = verify(folder, out, "challenge.json", "--json")
    assert (told.code, told.json["verdict"]) == (0, "valid")
    assert told.json["challenge"] == made.json["challenge"]
    assert told.json["violations"] == []
    assert "every decision of the period" in verify(folder, out, "challenge.json").out


def test_bodies_are_shown_or_withheld_with_a_reason(
    folder: Path, tmp_path: Path
) -> None:
    shown, kept = tmp_path / "a.json", tmp_path / "b.json"
    assert invoke("respond", "bodies.json", "--out", shown, cwd=folder).code == 0
    why = ("--withhold-bodies", "names of customers")
    assert invoke("respond", "bodies.json", "--out", kept, *why, cwd=folder).code == 0
    assert verify(folder, shown, "bodies.json").code == 0
    told = verify(folder, kept, "bodies.json")
    assert told.code == 2
    assert "names of customers" in told.out
    none = invoke(
        "respond", "bodies.json", "--out", "c", "--withhold-bodies", " ", cwd=folder
    )
    assert none.code == 2


def test_what_is_there_is_not_overwritten_and_no_challenge_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("kept")
    assert invoke("respond", "challenge.json", "--out", there, cwd=folder).code == 2
    assert there.read_text() == "kept"
    assert invoke("respond", "acme.vkey", "--out", "x", cwd=folder).code == 1


def test_another_project_does_not_answer(folder: Path, tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    asked = folder / "challenge.json"
    ran = invoke("respond", asked, "--out", "r.json", cwd=tmp_path)
    assert ran.code == 2
    assert not (tmp_path / "r.json").exists()
