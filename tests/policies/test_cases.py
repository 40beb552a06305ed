"""The shipped policies against the cases that are written for them."""

from datetime import date
from pathlib import Path

import pytest

from affidavit.cli.policy_test import case_files, results
from affidavit.policy.coverage import RULES
from support.policies import POLICIES

CASES = Path(__file__).parent / "packs"
PACKS = sorted(
    file.stem
    for file in POLICIES.glob("*.yaml")
    if "\nkind: Pack\n" in file.read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 23)


def test_every_shipped_policy_has_cases() -> None:
    named = {folder.name for folder in CASES.iterdir()}
    assert named == {*PACKS, "starter", "observe"}


@pytest.mark.parametrize("name", [*PACKS, "starter"])
def test_the_cases_pass_and_cover_every_rule(name: str) -> None:
    made = results(case_files([CASES / name]), today=TODAY, packs=name in PACKS)
    assert made.diagnostics == []
    assert [each.case.where for each in made.failed] == []
    (coverage,) = made.coverage.values()
    missing = [
        (each.point.name, each.missing)
        for each in coverage.points()
        if each.point.sort == RULES and each.missing
    ]
    assert missing == []
    assert coverage.totals()[RULES].percent == 100


def test_the_cases_of_the_observing_policy_pass() -> None:
    made = results(case_files([CASES / "observe"]), today=TODAY, packs=False)
    assert (made.diagnostics, made.failed) == ([], [])
    assert len(made.outcomes) == 3
