import json
import re
from pathlib import Path
from typing import Any

import pytest

from affidavit import canonical
from affidavit.wiring.keyring import load_identity
from support import datasets
from support.cli import invoke
from support.printed import a_recorded_project, edited, prose

ROOT = Path(__file__).parents[3]
SAID = [[prose(70, at)] for at in range(6)]
CLEAN: list[dict[str, Any]] = [
    {"id": at, "text": prose(90, 500 + at)} for at in range(20)
]
FOUND: list[dict[str, Any]] = [*CLEAN, {"id": "copy", "text": edited(SAID[2][0], 0.1)}]


def test_rows_that_copy_an_output_are_named(tmp_path: Path) -> None:
    _, ids = a_recorded_project(tmp_path, SAID)
    datasets.json_lines(tmp_path / "train.jsonl", FOUND)

    ran = invoke("scan", "data", "train.jsonl", cwd=tmp_path)
    assert ran.code == 1
    assert "1 of 21 rows" in ran.out
    assert ids[2] in ran.out
    told = invoke("scan", "data", "train.jsonl", "--json", cwd=tmp_path).json
    assert told["verdict"] == "FOUND"
    assert told["rows_found"]["edited"] == 1
    assert told["found"][0]["row"] == 21


def test_nothing_found_is_told_with_its_recall(tmp_path: Path) -> None:
    a_recorded_project(tmp_path, SAID)
    datasets.json_lines(tmp_path / "train.jsonl", CLEAN)
    page, signed = tmp_path / "scan.html", tmp_path / "scan.json"
    command = ("scan", "data", "train.jsonl", "--html", page, "--sign", signed)

    ran = invoke(*command, cwd=tmp_path)
    assert ran.code == 0, ran.out + ran.err
    assert "at measured recall" in ran.out
    assert "NONE FOUND" in page.read_text()
    again = invoke(*command, cwd=tmp_path)
    assert again.code == 2
    assert "nothing is overwritten" in again.err

    checked = invoke("verify", signed, "--data", "train.jsonl", cwd=tmp_path)
    assert checked.code == 0, checked.out + checked.err
    assert "NONE FOUND" in checked.out
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write("{}\n")
    assert invoke("verify", signed, "--data", "train.jsonl", cwd=tmp_path).code == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b"no json\n"),
        ("a.parquet", b"PAR1"),
        ("a.csv", b'a,b\n"x"y,1\n'),
        ("a.bin", b"\0\0"),
    ],
)
def test_what_cannot_be_read_is_not_enough(
    tmp_path: Path, name: str, content: bytes
) -> None:
    a_recorded_project(tmp_path, SAID)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_bytes(content)
    datasets.json_lines(tmp_path / "data" / "b.jsonl", CLEAN)

    ran = invoke("scan", "data", "data", "--json", cwd=tmp_path)
    assert ran.code == 2, ran.err
    assert name in ran.json["lacking"][0]
    assert ran.json["rows"] >= 20


def test_a_trail_without_fingerprints_is_not_enough(tmp_path: Path) -> None:
    a_recorded_project(tmp_path, SAID, fingerprints=False)
    datasets.json_lines(tmp_path / "train.jsonl", CLEAN)

    ran = invoke("scan", "data", "train.jsonl", cwd=tmp_path)
    assert ran.code == 2
    assert "no output with a fingerprint was recorded" in ran.out
    assert "6 answers were recorded without fingerprints" in ran.out


def test_outputs_of_another_period_are_not_looked_for(tmp_path: Path) -> None:
    a_recorded_project(tmp_path, SAID)
    datasets.json_lines(tmp_path / "train.jsonl", FOUND)
    command = ("scan", "data", "train.jsonl")

    assert invoke(*command, "--until", "2020-01-01", cwd=tmp_path).code == 2
    assert invoke(*command, "--since", "2020-01-01", cwd=tmp_path).code == 1


def test_a_trail_of_others_is_looked_in_with_their_keys(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    away.mkdir()
    settings, _ = a_recorded_project(home, SAID)
    with_key = invoke("scan", "key", away / "print.key", cwd=home)
    assert with_key.code == 0, with_key.err
    # What is pending is sealed by whoever may write there.
    vkey = str(load_identity(settings).verifier)
    copy = away / "copy"
    settings.trail.rename(copy)
    datasets.json_lines(away / "train.jsonl", FOUND)
    command = ("scan", "data", "train.jsonl", "--trail", copy, "--key", vkey)

    assert invoke(*command, cwd=away).code == 2
    ran = invoke(*command, "--fingerprint-key", "print.key", "--json", cwd=away)
    assert ran.code == 1, ran.err
    assert json.loads(ran.out)["found"][0]["id"] == "copy"
    wrong = vkey.replace("+", "-x+", 1)
    refused = invoke(
        "scan", "data", "train.jsonl", "--trail", copy, "--key", wrong, cwd=away
    )
    assert refused.code == 2
    assert "no key given with --key is that trail's" in refused.err.replace("\n", " ")


def test_a_signed_scan_is_told_apart_from_a_statement(tmp_path: Path) -> None:
    a_recorded_project(tmp_path, SAID)
    datasets.json_lines(tmp_path / "train.jsonl", FOUND)
    invoke("scan", "data", "train.jsonl", "--sign", "s.json", cwd=tmp_path)

    told = invoke("verify", "s.json", "--json", cwd=tmp_path).json
    assert (told["artefact"], told["claims"]) == ("scan", "FOUND")
    envelope = canonical.loads((tmp_path / "s.json").read_bytes())
    assert isinstance(envelope, dict)
    assert set(envelope) == {"payload", "payloadType", "signatures"}


ROWS: list[dict[str, Any]] = [*CLEAN[:3], {"id": 9, "text": SAID[2][0]}]


def a_folder(directory: Path) -> None:
    """The same rows in every format; pre-commit names the files itself."""
    (directory / "data").mkdir()
    data = directory / "data"
    for name in ("a.jsonl", "a.ndjson", "a.jsonl.gz", "a.jsonl.zst"):
        datasets.json_lines(data / name, ROWS)
    (data / "a.json").write_text(json.dumps(ROWS))
    datasets.table(data / "a.csv", ROWS)
    datasets.parquet(data / "a.parquet", ROWS)
    datasets.arrow(data / "a.arrow", ROWS, stream=False)
    datasets.arrow(data / "a.feather", ROWS, stream=True)
    datasets.saved(data / "saved", ROWS)
    lines = "\n\n".join(str(row["text"]) for row in ROWS)
    (data / "a.txt").write_text(lines)


def test_every_format_gives_the_copy_away(tmp_path: Path) -> None:
    a_recorded_project(tmp_path, SAID)
    a_folder(tmp_path)
    told = invoke("scan", "data", "data", "--json", cwd=tmp_path).json
    found = {each["file"] for each in told["found"]}
    read = {each["name"] for each in told["files"] if each["left_out"] is None}

    assert found == read
    assert len(read) == 11
    # Of text, paragraphs stand together in a row.
    assert {each["kind"] for each in told["found"]} == {"exact", "embedded"}


def test_the_hook_finds_it_in_the_files_that_it_is_given(tmp_path: Path) -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    own = text.partition("- id: affidavit-data\n")[2].partition("\n- id:")[0]
    hook = dict(
        line.strip().split(": ", 1) for line in own.splitlines() if ": " in line
    )
    a_recorded_project(tmp_path, SAID)
    a_folder(tmp_path)
    names = sorted(
        str(path.relative_to(tmp_path))
        for path in (tmp_path / "data").rglob("*")
        if re.search(hook["files"], str(path))
    )
    program, *entry = hook["entry"].split()

    assert program == "affidavit"
    assert {Path(name).name for name in names} >= {"a.jsonl", "a.csv", "a.parquet"}
    assert "data/a.txt" not in names
    for name in names:
        ran = invoke(*entry, name, cwd=tmp_path)
        assert ran.code == 1, (name, ran.out, ran.err)
    datasets.json_lines(tmp_path / "clean.jsonl", CLEAN)
    assert invoke(*entry, "clean.jsonl", cwd=tmp_path).code == 0
