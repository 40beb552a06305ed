"""Verdicts, exit codes, and how a problem names its record."""

import pytest

from affidavit.verify.report import MAX_PROBLEMS, Fault, Problem, Problems, Verdict


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(Verdict.VALID, 0), (Verdict.INVALID, 1), (Verdict.INCOMPLETE, 2)],
)
def test_each_verdict_has_its_exit_code(verdict: Verdict, code: int) -> None:
    assert verdict.exit_code == code


def test_a_problem_names_its_record() -> None:
    problem = Problem(
        fault=Fault.BODY, message="was edited", index=3, id="x", kind="decision"
    )

    assert str(problem) == "record 3 (decision, x): was edited"


def test_a_problem_of_no_record_is_its_message() -> None:
    assert str(Problem(fault=Fault.ROOT, message="another root")) == "another root"


def test_a_pending_record_has_a_name_and_no_index() -> None:
    assert str(Problem(fault=Fault.WAL, message="m", id="x")) == "x: m"


def test_problems_beyond_the_limit_are_counted() -> None:
    problems = Problems()
    for index in range(MAX_PROBLEMS + 5):
        problems.add(Problem(fault=Fault.FORM, message="m", index=index))

    assert len(problems.kept) == MAX_PROBLEMS
    assert problems.more == 5
