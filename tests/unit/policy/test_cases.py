from pathlib import Path

import pytest

from affidavit.policy.cases import Cases, read
from affidavit.policy.report import Report

HEAD = "apiVersion: affidavit/v1\nkind: PolicyTest\n"


def written(directory: Path, body: str) -> Path:
    file = directory / "policy.test.yaml"
    file.write_text(HEAD + body, encoding="utf-8")
    return file


def good(directory: Path, body: str) -> Cases:
    cases = read(written(directory, body))
    assert isinstance(cases, Cases), cases.found
    return cases


def wrong(directory: Path, body: str) -> list[tuple[str, int, str]]:
    report = read(written(directory, body))
    assert isinstance(report, Report)
    return [(each.rule, each.line - 2, each.message) for each in report.found]


def test_a_call_is_put_together_from_defaults_fixtures_and_its_own(
    tmp_path: Path,
) -> None:
    (case,) = good(
        tmp_path,
        "defaults: {at: 2026-11-23, call: {purpose: a.b, model: gpt-5, "
        "parameters: {n: 1, store: true}}}\n"
        "fixtures:\n  x: {model: o4, text: hello}\n  y: {texts: [{text: bye}]}\n"
        "cases:\n  - name: first\n    use: [x, y]\n"
        "    call: {declares_no_purpose: true, parameters: {n: 2.5}}\n"
        "    expect: {effect: refuse}\n",
    ).cases

    assert (case.call.purpose, case.call.declares_no_purpose) == (None, True)
    assert case.call.model == "o4"
    assert case.call.text is None
    assert [each.text for each in case.call.texts or ()] == ["bye"]
    assert case.call.parameters == {"n": "2.5", "store": True}
    assert str(case.at) == "2026-11-23"
    assert case.where.endswith("policy.test.yaml:8")


def test_the_policy_is_the_folders_or_the_one_that_is_named(tmp_path: Path) -> None:
    case = "cases: [{name: a, expect: {effect: permit}}]\n"

    assert good(tmp_path, case).policy == tmp_path
    assert good(tmp_path, "policy: ../p.yaml\n" + case).policy == tmp_path / "../p.yaml"


@pytest.mark.parametrize(
    ("body", "code", "line", "said"),
    [
        ("cases: []\n", "P012", 1, "must not be empty"),
        ("cases: [{name: a, expect: {effect: allow}}]\n", "P012", 1, "allow"),
        (
            "cases: [{name: a, effort: 1, expect: {effect: permit}}]\n",
            "P010",
            1,
            "effort",
        ),
        (
            "cases: [{name: a, use: nope, expect: {effect: permit}}]\n",
            "P010",
            1,
            "nope",
        ),
        (
            (
                "cases:\n  - {name: a, expect: {effect: permit}}\n"
                "  - {name: a, expect: {effect: refuse}}\n"
            ),
            "P023",
            3,
            "'a' is already on line 4",
        ),
        (
            (
                "cases: [{name: a, call: {findings: [{kind: k, score: 2}]}, "
                "expect: {effect: permit}}]\n"
            ),
            "P012",
            1,
            "no score",
        ),
        (
            (
                "cases: [{name: a, expect: {effect: permit}, "
                "call: {parameters: {n: [1]}}}]\n"
            ),
            "P012",
            1,
            "a parameter is",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    body: str, code: str, line: int, said: str, tmp_path: Path
) -> None:
    found = wrong(tmp_path, body)

    assert (found[0][0], found[0][1]) == (code, line)
    assert said in found[0][2]


def test_what_is_no_yaml_is_told(tmp_path: Path) -> None:
    assert wrong(tmp_path, "cases: [\n")[0][0] == "P001"
