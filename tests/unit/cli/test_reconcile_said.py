"""People read how much, which day, whose key, and what to do about it."""

from pathlib import Path

from affidavit.cli.reconcile_said import REMEDIES, SHOWN
from affidavit.reconcile.causes import Cause
from support.bills import a_page, a_result, written
from support.cli import Ran, a_recorded_project, invoke


def said(root: Path, days: dict[str, list[dict[str, object]]]) -> Ran:
    a_recorded_project(root)
    (root / "bill.json").write_bytes(written(a_page(days)))
    return invoke(
        *("reconcile", "--from", min(days), "--to", max(days), "--usage", "bill.json"),
        cwd=root,
    )


def test_every_cause_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Cause)


def test_a_gap_is_told_with_day_key_and_what_to_do(tmp_path: Path) -> None:
    done = said(tmp_path, {"2020-01-01": [a_result()], "2020-01-02": [a_result()]})
    assert done.code == 1
    for words in (
        "coverage 0.0000",
        "2020-01-01",
        "key_a",
        "before-trail: 3 made before the trail began",
        "What to do:",
        "attest from the day on which the trail began",
        "signed by nobody",
    ):
        assert words in done.out


def test_of_many_gaps_the_largest_are_shown(tmp_path: Path) -> None:
    rows = [
        a_result(model=f"m{number}", num_model_requests=number)
        for number in range(1, SHOWN + 6)
    ]
    done = said(tmp_path, {"2020-01-01": rows})
    assert "5 more cells differ, by less" in done.out
    assert f"m{SHOWN + 5} " in done.out
    assert "m5 " not in done.out


def test_a_bill_of_yesterday_may_still_grow(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "bill.json").write_bytes(written(a_page({"2020-01-01": []})))
    done = invoke(
        *("reconcile", "--from", "2020-01-01", "--to", "2020-01-01"),
        *("--usage", "bill.json", "--fetched", "2020-01-02T00:00:00Z"),
        cwd=tmp_path,
    )
    assert done.code == 0
    assert "may still grow" in done.out
