"""Documents are read from files and folders, and kept whole."""

from pathlib import Path
from typing import Any, cast

import pytest

from affidavit.cli.reconcile_bill import fetched_at, keep, must_be_free, read
from affidavit.errors import Incomplete
from support.bills import DAY, a_page, a_result, written
from support.cli import a_recorded_project, invoke

BILL = written(a_page({DAY: [a_result()]}))
TABLE = "TimeGenerated,MetricName,Total\n2020-01-01,AzureOpenAIRequests,2\n"


def test_a_folder_is_read_by_name_without_our_own_files(tmp_path: Path) -> None:
    for name in ("b.json", "a.csv", "reconciliation.json", "notes.txt"):
        (tmp_path / name).write_text(name)
    assert list(read(tmp_path)) == [("a.csv", b"a.csv"), ("b.json", b"b.json")]
    assert list(read(tmp_path / "notes.txt")) == [("notes.txt", b"notes.txt")]


def test_a_fetch_that_did_not_end_is_no_bill(tmp_path: Path) -> None:
    (tmp_path / "fetching.json").write_text("{}")
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(Incomplete, match="not fetched to its end"):
        list(read(tmp_path))
    must_be_free(tmp_path)
    (tmp_path / "fetching.json").unlink()
    with pytest.raises(Incomplete, match="is there already"):
        must_be_free(tmp_path)
    must_be_free(tmp_path / "new")


def test_two_documents_of_one_name_are_not_kept(tmp_path: Path) -> None:
    nothing = cast("Any", None)
    with pytest.raises(Incomplete, match="one name"):
        keep(tmp_path / "kept", [("a.json", b"1"), ("a.json", b"2")], nothing)
    assert not (tmp_path / "kept").exists()


def test_files_are_kept_with_when_they_were_fetched(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "azure.csv").write_text(TABLE)
    days = ("reconcile", "--from", "2020-01-01", "--to", "2020-01-01")
    first = invoke(
        *days,
        *("--usage", "azure.csv", "--fetched", "2020-01-02T08:00:00Z"),
        *("--save", "kept", "--json"),
        cwd=tmp_path,
    )
    assert first.code == 1
    assert first.json["fetched"] == "2020-01-02T08:00:00Z"
    assert first.json["provisional"] == ["2020-01-01"]
    assert (tmp_path / "kept" / "azure.csv").read_text() == TABLE
    again = invoke(*days, "--usage", "kept", "--json", cwd=tmp_path)
    assert again.json == first.json
    found = fetched_at([tmp_path / "kept", tmp_path])
    assert found is not None
    assert found.isoformat() == "2020-01-02T08:00:00+00:00"


def test_an_interrupted_fetch_of_other_days_is_not_gone_on_with(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "bill").mkdir()
    (tmp_path / "bill" / "fetching.json").write_text("{}")
    done = invoke(
        *("reconcile", "--from", "2020-01-01", "--to", "2020-01-01", "--fetch"),
        *("--save", "bill", "--base-url", "http://127.0.0.1:9/v1"),
        cwd=tmp_path,
        env={"OPENAI_ADMIN_KEY": "admin"},
    )
    assert done.code == 2
    assert "another fetch was interrupted there" in done.err


def test_when_a_fetch_fetches_is_not_for_the_caller_to_say(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    done = invoke(
        *("reconcile", "--from", "2020-01-01", "--to", "2020-01-01", "--fetch"),
        *("--fetched", "2020-01-02T08:00:00Z"),
        cwd=tmp_path,
    )
    assert done.code == 2
    assert "--fetch fetches now" in done.err
