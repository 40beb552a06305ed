"""From the command to the one who got the folder."""

import json
import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.wiring import Settings
from support.cli import a_recorded_project, edit_record, invoke
from support.kept import ANSWER, REQUEST, a_keeping_project

DISCLOSE = ("trail", "disclose", "--from", "2020-01-01", "--out", "answer")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_recorded_project(tmp_path)


def handed_over(settings: Settings, folder: Path) -> Path:
    """The package alone, with a key that came another way."""
    there = folder / "auditor"
    there.mkdir()
    shutil.move(folder / "answer", there)
    (there / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return there


def test_all_calls_of_a_purpose_are_handed_over_and_checked(
    settings: Settings, tmp_path: Path
) -> None:
    made = invoke(*DISCLOSE, "--purpose", "support.reply", cwd=tmp_path)
    assert made.code == 0, made.err
    assert "decisions with purpose 'support.reply'" in made.out
    assert "affidavit verify answer" in made.out

    there = handed_over(settings, tmp_path)
    read = invoke("verify", "answer", "--key", "acme.vkey", cwd=there)
    assert read.code == 0
    assert "answer: valid" in read.out
    assert "2 records, with 1 outcome" in read.out


def test_a_programs_answer_has_the_counts(settings: Settings, tmp_path: Path) -> None:
    told = invoke(*DISCLOSE, "--purpose", "unheard.of", "--json", cwd=tmp_path).json
    assert told["counts"]["selected"] == 1
    assert told["labels"] == {"purpose": "unheard.of"}
    assert told["selected_effects"] == [
        {"count": 1, "effect": "refuse", "kind": "decision"}
    ]
    assert told["bytes"] > 1000

    there = handed_over(settings, tmp_path)
    verify = ("verify", "answer", "--key", "acme.vkey", "--json")
    read = invoke(*verify, cwd=there).json
    assert (read["artefact"], read["verdict"]) == ("disclosure", "valid")
    assert {name: read[name] for name in told if name in read} == {
        name: told[name] for name in told if name not in {"bytes", "path"}
    }


def test_a_value_that_nobody_declared_is_proved_absent(
    settings: Settings, tmp_path: Path
) -> None:
    made = invoke(*DISCLOSE, "--purpose", "support.*", cwd=tmp_path)
    assert made.code == 0
    assert "values match exactly" in made.err


def test_records_are_named_by_ids_from_a_file(
    settings: Settings, tmp_path: Path
) -> None:
    told = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    ids = [each["id"] for each in told.lines]
    (tmp_path / "ids").write_text("\n".join([ids[0], ids[2], ids[0]]))
    made = invoke(*DISCLOSE, "--ids", "ids", "--json", cwd=tmp_path).json
    assert made["selected_by"] == "ids"
    assert made["counts"]["selected"] == 2

    for text in ("", "no-id", "\xff"):
        (tmp_path / "ids").write_text(text)
        assert invoke(*DISCLOSE, "--ids", "ids", cwd=tmp_path).code == 2
    assert invoke(*DISCLOSE, "--ids", "nowhere", cwd=tmp_path).code == 2


def test_without_a_selection_volumes_alone_are_told(
    settings: Settings, tmp_path: Path
) -> None:
    made = invoke(*DISCLOSE, cwd=tmp_path)
    assert made.code == 0
    assert "no record in particular" in made.out
    assert (tmp_path / "answer/records.jsonl").read_bytes() == b""


def test_withheld_bodies_come_with_their_reason(
    settings: Settings, tmp_path: Path
) -> None:
    options = ("--purpose", "support.reply", "--withhold-all", "--reason", "secret")
    assert invoke(*DISCLOSE, *options, cwd=tmp_path).code == 0
    there = handed_over(settings, tmp_path)
    read = invoke("verify", "answer", "--key", "acme.vkey", cwd=there)
    assert read.code == 0
    assert "3: secret" in read.out
    assert "Not checked:" in read.out


@pytest.mark.parametrize(
    "options",
    [
        ("--withhold-all",),
        ("--reason", "x"),
        ("--ids", "x", "--purpose", "y"),
        ("--to", "2019-01-01"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_a_usage_error(
    settings: Settings, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert invoke(*DISCLOSE, *options, cwd=tmp_path).code == 2
    assert not (tmp_path / "answer").exists()


def test_a_window_that_is_not_over_ends_now(settings: Settings, tmp_path: Path) -> None:
    made = invoke(*DISCLOSE, "--to", "2999-01-01", cwd=tmp_path)
    assert made.code == 0
    assert "not over" in made.err
    assert "2999" not in made.out


def test_a_body_that_is_gone_unexplained_is_said(
    settings: Settings, tmp_path: Path
) -> None:
    told = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    index = told.lines[0]["index"]
    path = next((settings.trail / "body/000.p").iterdir())
    data, at = path.read_bytes(), 0
    for _ in range(index):
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    gone = at + 4 + int.from_bytes(data[at : at + 4], "big")
    path.write_bytes(data[:at] + bytes(4) + data[gone:])

    made = invoke(*DISCLOSE, "--purpose", "support.reply", cwd=tmp_path)
    assert made.code == 2
    assert "incomplete" in made.out
    there = handed_over(settings, tmp_path)
    assert invoke("verify", "answer", "--key", "acme.vkey", cwd=there).code == 2


def test_a_trail_that_does_not_hold_is_not_handed_over(
    settings: Settings, tmp_path: Path
) -> None:
    edit_record(settings.trail, b"permit", b"refuse")
    made = invoke(*DISCLOSE, "--purpose", "support.reply", cwd=tmp_path)
    assert made.code == 1
    assert "nothing was disclosed" in made.err
    assert not (tmp_path / "answer").exists()


def test_contents_are_revealed_from_files(settings: Settings, tmp_path: Path) -> None:
    told = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    identifier = told.lines[0]["id"]
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / f"{identifier}.request").write_text(json.dumps({"messages": []}))
    options = ("--purpose", "support.reply", "--content", "kept", "--json")
    made = invoke(*DISCLOSE, *options, cwd=tmp_path).json
    assert made["contents"] == 1
    there = handed_over(settings, tmp_path)
    read = invoke("verify", "answer", "--key", "acme.vkey", cwd=there)
    assert (read.code, "1 revealed" in read.out) == (0, True)


def test_contents_are_revealed_from_the_trails_own_store(tmp_path: Path) -> None:
    kept = a_keeping_project(tmp_path)
    options = ("--subject", "user-1", "--reveal-content", "--json")
    made = invoke(*DISCLOSE, *options, cwd=tmp_path).json
    assert made["contents"] == 4
    there = handed_over(kept.settings, tmp_path)
    for identifier in kept.ids["user-1"]:
        folder = there / "answer/content"
        assert (folder / f"{identifier}.request").read_bytes() == REQUEST
        assert (folder / f"{identifier}.response").read_bytes() == ANSWER
    assert kept.ids["user-2"][0] not in str(list(there.rglob("*")))


def test_contents_that_the_trail_does_not_keep_are_not_revealed(
    settings: Settings, tmp_path: Path
) -> None:
    options = ("--purpose", "support.reply", "--reveal-content", "--json")
    assert invoke(*DISCLOSE, *options, cwd=tmp_path).json["contents"] == 0


def test_the_checkpoint_of_the_other_side_can_be_proved_under(
    settings: Settings, tmp_path: Path
) -> None:
    shutil.copy(settings.trail / "checkpoint", tmp_path / "theirs")
    under = ("--checkpoint", "theirs")
    assert invoke(*DISCLOSE, *under, cwd=tmp_path).code == 0
    there = handed_over(settings, tmp_path)
    shutil.copy(tmp_path / "theirs", there)
    verify = ("verify", "answer", "--key", "acme.vkey", *under)
    assert invoke(*verify, cwd=there).code == 0

    (tmp_path / "theirs").write_text("x")
    assert invoke(*DISCLOSE, *under, cwd=tmp_path).code == 2
