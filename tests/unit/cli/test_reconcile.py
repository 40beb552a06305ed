"""`affidavit reconcile` reads one document or a folder of them; see tests/e2e too."""

from pathlib import Path

from support.bills import a_page, a_result, written
from support.cli import a_recorded_project, invoke


def test_a_bill_of_one_file_is_enough(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    assert settings.trail.exists()
    day = "2020-01-01"
    (tmp_path / "bill.json").write_bytes(written(a_page({day: [a_result()]})))
    done = invoke(
        *("reconcile", "--from", day, "--to", day, "--usage", "bill.json"),
        *("--alias", "gpt-5=gpt-5-2025-08-07"),
        cwd=tmp_path,
    )
    assert done.code == 1
    assert "made before the trail began" in done.out


def test_days_that_no_document_has_are_incomplete(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "bill.json").write_bytes(written(a_page({"2020-01-01": []})))
    done = invoke(
        *("reconcile", "--from", "2020-01-01", "--to", "2020-01-02"),
        *("--usage", "bill.json"),
        cwd=tmp_path,
    )
    assert done.code == 2
    assert "nothing on 1 days" in done.err


def test_a_bill_that_agrees_with_nothing_said_is_clean(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "bill.json").write_bytes(written(a_page({"2020-01-01": []})))
    done = invoke(
        *("reconcile", "--from", "2020-01-01", "--to", "2020-01-01"),
        *("--usage", "bill.json"),
        cwd=tmp_path,
    )
    assert done.code == 0
    assert "nothing was billed" in done.out
    assert "Every cell agrees." in done.out
