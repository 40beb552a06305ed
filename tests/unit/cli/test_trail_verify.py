import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from support.cli import (
    Ran,
    a_recorded_project,
    edit_record,
    invoke,
    record_calls,
    tree_digest,
)
from support.project import a_project

FIELDS = {
    "anchors",
    "artefact",
    "bodies_pruned",
    "bodies_unexplained",
    "checkpoint",
    "clock_anomalies",
    "first_at",
    "key",
    "key_source",
    "keys",
    "last_at",
    "more_problems",
    "notes",
    "origin",
    "pending",
    "problems",
    "records_checked",
    "recoveries",
    "root",
    "size",
    "unchecked",
    "unknown_outcomes",
    "unknown_recent",
    "verdict",
    "verified_before",
    "writers",
}


def verify(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("trail", "verify", *arguments, cwd=cwd)


def test_a_good_trail_is_valid_and_nothing_is_written(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    before = tree_digest(tmp_path)
    told = verify("--json", cwd=tmp_path)

    assert told.code == 0
    assert told.json.keys() == FIELDS
    assert told.json["verdict"] == "valid"
    assert told.json["problems"] == []
    assert told.json["size"] == told.json["records_checked"] == 7
    assert told.json["key"] == str(own_identity(settings).verifier)
    assert len(told.json["unknown_outcomes"]) == 1
    assert tree_digest(tmp_path) == before


def test_a_person_is_told_what_was_checked_and_what_was_not(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    told = verify(cwd=tmp_path)

    assert told.code == 0
    assert told.out.splitlines()[0].endswith(": valid")
    assert "7 records" in told.out
    assert "Not checked:" in told.out
    assert "older checkpoint" in told.out


def test_an_edited_record_is_named(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    told = verify("--json", cwd=tmp_path)
    read = verify(cwd=tmp_path)

    assert told.code == read.code == 1
    assert told.json["verdict"] == "invalid"
    problem = told.json["problems"][0]
    assert (problem["fault"], problem["kind"]) == ("entry", "decision")
    assert isinstance(problem["index"], int)
    assert problem["at"].endswith("Z")
    assert f"record {problem['index']} (decision, {problem['id']}" in read.out


def test_an_auditor_needs_a_copy_of_the_trail_and_the_key_alone(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path / "owner")
    key = tmp_path / "acme.vkey"
    key.write_text(f"{own_identity(settings).verifier}\n")
    auditor = tmp_path / "auditor"
    shutil.copytree(settings.trail, auditor / "copy")
    by_text = verify("copy", "--key", key.read_text().strip(), "--json", cwd=auditor)
    by_file = verify("copy", "--key", key, cwd=auditor)

    assert by_text.code == by_file.code == 0
    assert by_text.json["key_source"] == "given with --key"


def test_the_key_is_never_taken_from_beside_the_trail(tmp_path: Path) -> None:
    # A folder from somebody else, with trail, key and secret that all fit together.
    settings = a_recorded_project(tmp_path / "received")
    auditor = tmp_path / "auditor"
    auditor.mkdir()
    without = verify(settings.trail, cwd=auditor)
    a_project(auditor)
    with_own = verify(settings.trail, "--json", cwd=auditor)

    assert (without.code, without.out) == (2, "")
    assert "--key" in without.err
    assert with_own.code == 1
    assert with_own.json["problems"][0]["fault"] == "checkpoint"


def test_a_truncation_shows_under_a_minimum_an_age_and_an_older_checkpoint(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    shutil.copytree(settings.trail, tmp_path / "old")
    record_calls(settings)
    newer = tmp_path / "checkpoint.newer"
    shutil.copy(settings.trail / "checkpoint", newer)

    for arguments, fault in (
        (("--min-size", "8"), "truncated"),
        (("--max-age", "0s"), "stale"),
        (("--older", str(newer)), "history"),
    ):
        cut = verify("old", *arguments, "--json", cwd=tmp_path)
        assert cut.code == 1, arguments
        assert [each["fault"] for each in cut.json["problems"]] == [fault]

    whole = verify("--min-size", "8", "--max-age", "1d", "--older", newer, cwd=tmp_path)
    assert whole.code == 0


def test_pending_records_are_checked_with_the_owners_secret(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    governor = record_calls(settings, close=False)
    told = verify("--json", cwd=tmp_path)
    governor.close()

    assert told.code == 0
    assert told.json["pending"] + told.json["size"] == 6
    assert not any("MAC" in each for each in told.json["unchecked"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "nowhere"),
        (("--older", "nowhere"), "older checkpoint"),
        (("--older", "affidavit.toml"), "older checkpoint"),
        (("--key", "nowhere"), "nowhere"),
        (("--max-age", "soon"), "soon"),
        (("--min-size", "-1"), "-1"),
    ],
)
def test_what_cannot_be_read_is_not_enough_to_decide(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "affidavit.toml").touch()
    failed = verify(*arguments, cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert words in failed.err


def test_incremental_reads_what_is_new_and_says_what_it_rests_on(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    memory = tmp_path / "memory"
    options = ("--incremental", "--memory", memory)
    first = verify(*options, "--json", cwd=tmp_path)
    record_calls(settings)
    second = verify(*options, "--json", cwd=tmp_path)
    shown = verify(*options, cwd=tmp_path)

    assert first.code == second.code == shown.code == 0
    assert first.json["verified_before"] is None
    before = second.json["verified_before"]
    assert before["size"] == first.json["size"] == 7
    assert (before["memory"], before["root"]) == (str(memory), first.json["root"])
    assert second.json["records_checked"] == second.json["size"] - 7
    assert any(str(memory) in each for each in second.json["unchecked"])
    assert "verified at" in shown.out


def test_a_memory_needs_incremental(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    failed = verify("--memory", "memory", cwd=tmp_path)

    assert failed.code == 2
    assert "--incremental" in failed.err


def test_any_number_of_jobs_says_the_same(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    one, many = (verify("--json", "--jobs", n, cwd=tmp_path) for n in ("1", "4"))

    assert one.code == 0
    assert one.json == many.json
