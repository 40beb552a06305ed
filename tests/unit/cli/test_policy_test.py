import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from affidavit.cli import policy_test
from affidavit.errors import ToolUnavailable
from support.cli import Ran, invoke
from support.policies import SUPPORT, written

CASES = """\
apiVersion: affidavit/v1
kind: PolicyTest
defaults: {at: 2026-11-23, call: {purpose: support.reply, model: gpt-5}}
cases:
  - {name: a reply leaves, expect: {effect: permit}}
  - {name: a strange model does not, call: {model: x}, expect: {effect: refuse}}
"""


def run_tests(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "test", *arguments, cwd=cwd)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    written(tmp_path, SUPPORT, name="policies/policy.yaml")
    (tmp_path / "policies" / "policy.test.yaml").write_text(CASES)
    return tmp_path


def test_cases_beside_the_policy_are_found_and_pass(project: Path) -> None:
    ran = run_tests(cwd=project)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "2 cases: 2 passed, 0 failed; 100 % covered\n"


def test_a_failing_case_says_what_came_why_and_where(project: Path) -> None:
    file = project / "policies" / "policy.test.yaml"
    file.write_text(CASES.replace("{effect: refuse}", "{effect: permit}"))
    ran = run_tests("policies", cwd=project)

    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == ("FAILED a strange model does not [policies/policy.test.yaml:6]")
    assert lines[1].split() == ["expected", "effect", "permit"]
    assert lines[2].split() == ["got", "refuse"]
    assert "because purpose.model" in lines[3]
    assert "[policies/policy.yaml:5]" in lines[3]


def test_too_little_coverage_fails(project: Path) -> None:
    file = project / "policies" / "policy.test.yaml"
    file.write_text("\n".join(CASES.splitlines()[:5]) + "\n")

    assert run_tests("--fail-under", "50", cwd=project).code == 0
    ran = run_tests("--fail-under", "51", "--coverage", cwd=project)
    assert ran.code == 1
    assert "never seen" in ran.out
    assert "50.0 % covered, and 51 % is wanted" in ran.out


def test_programs_are_told_every_case_and_point(project: Path) -> None:
    told = run_tests("--json", cwd=project).json

    assert (told["passed"], told["failed"]) == (2, 0)
    assert [case["name"] for case in told["cases"]] == [
        "a reply leaves",
        "a strange model does not",
    ]
    assert told["coverage"][0]["totals"]["total"]["percent"] == "100.0"


def test_continuous_integration_is_told_in_its_own_formats(project: Path) -> None:
    file = project / "policies" / "policy.test.yaml"
    file.write_text(CASES.replace("{effect: refuse}", "{effect: permit}"))
    junit = run_tests("--format", "junit", cwd=project)
    github = run_tests("--format", "github", cwd=project)
    suite = ET.fromstring(junit.out).find("testsuite")

    assert (junit.code, github.code) == (1, 1)
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "effect: expected permit, got refuse"
    assert github.out.startswith(
        "::error file=policies/policy.test.yaml,line=6,title=a strange model"
    )
    assert github.out.count("\n") == 1


@pytest.mark.parametrize("shape", ["text", "json", "github", "junit"])
def test_a_test_file_that_cannot_be_read_is_no_pass(shape: str, project: Path) -> None:
    file = project / "policies" / "policy.test.yaml"
    file.write_text(CASES.replace("expect:", "expects:", 1))
    ran = run_tests("--format", shape, cwd=project)

    assert ran.code == 2
    assert "P010" in ran.out


def test_an_invalid_policy_and_no_cases_at_all_are_no_pass(project: Path) -> None:
    written(project, "nonsense: 1\n", name="policies/policy.yaml")
    invalid = run_tests(cwd=project)
    (project / "empty").mkdir()
    none = run_tests("empty", cwd=project)

    assert (invalid.code, none.code) == (2, 2)
    assert "P010" in invalid.out
    assert "empty: no .test.yaml file" in none.err


def test_it_runs_again_when_a_policy_changes(tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    rounds = policy_test._changes([tmp_path])

    assert next(rounds) is None  # at once, before anything changes


def test_watching_without_its_package_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "watchfiles", None)

    with pytest.raises(ToolUnavailable, match="watchfiles"):
        next(policy_test._changes([tmp_path]))


def test_json_is_one_line(project: Path) -> None:
    assert json.loads(run_tests("--json", cwd=project).out)["diagnostics"] == []
