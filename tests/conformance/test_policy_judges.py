"""Rego and Cedar decide six real rules as we do: not our own engine alone says so."""

from collections.abc import Callable

import pytest

from support.judges import Answer, Case, Judge, cedar, listed, ours, rego

CASES = tuple(listed())
DEFAULT = "purpose.model"
"""What Cedar has no rule for: where nothing permits, it says no and gives no reason."""


def test_there_are_thirteen_cases_of_six_rules() -> None:
    assert len(CASES) == 13
    assert {case.decided_by for case in CASES} == {
        "purpose.permits",
        "no-competing-training",
        "purpose.model",
        "pii-outside-eu",
        "purpose.expired",
        "budget.spent",
    }


@pytest.fixture(scope="module", params=[ours, rego, cedar])
def judge(request: pytest.FixtureRequest) -> tuple[str, Judge]:
    make: Callable[[], Judge] = request.param
    return make.__name__, make()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_language_decides_alike(judge: tuple[str, Judge], case: Case) -> None:
    name, decide = judge
    reasons = frozenset() if case.permitted else frozenset({case.decided_by})
    if name == "cedar":
        reasons -= {DEFAULT}
    assert decide(case) == Answer(permitted=case.permitted, reasons=reasons)
