from pathlib import Path

import pytest

from affidavit.cli.policy_check import exit_code
from affidavit.errors import Diagnostic
from support.cli import Ran, invoke, tree_digest
from support.policies import SUPPORT, written
from support.project import a_project

TYPO = SUPPORT.replace("models:", "modles:")
NO_OWNER = SUPPORT.replace("    owner: support@acme.example\n", "")


def check(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "check", *arguments, cwd=cwd)


def test_the_policy_of_the_settings_is_checked(tmp_path: Path) -> None:
    a_project(tmp_path)
    before = tree_digest(tmp_path)
    told = check("--json", cwd=tmp_path)

    assert told.code == 0
    assert told.json["errors"] == 0
    assert told.json["paths"] == [str(tmp_path / "policies")]
    assert tree_digest(tmp_path) == before


def test_an_error_is_shown_where_it_stands(tmp_path: Path) -> None:
    file = written(tmp_path, TYPO)
    told = check("policy.yaml", cwd=tmp_path)

    assert told.code == 1
    assert "error[P010]" in told.out
    assert "--> policy.yaml:7:5" in told.out
    assert "modles: [" in told.out
    assert "^^^^^^" in told.out
    assert "help: " in told.out
    assert told.out.splitlines()[-1].endswith("1 error, 0 warnings")
    assert file.exists()


def test_json_has_each_diagnostic_with_its_place(tmp_path: Path) -> None:
    written(tmp_path, TYPO)
    told = check("policy.yaml", "--format", "json", cwd=tmp_path)

    assert told.code == 1
    (found,) = told.json["diagnostics"]
    assert found.keys() == {
        "column",
        "help",
        "level",
        "line",
        "message",
        "path",
        "rule",
    }
    assert (found["path"], found["line"], found["column"]) == ("policy.yaml", 7, 5)
    assert (found["level"], found["rule"]) == ("error", "P010")
    assert told.json["errors"] == 1


def test_github_gets_one_annotation_a_finding(tmp_path: Path) -> None:
    written(tmp_path, TYPO, name="a,b:c.yaml")
    told = check("a,b:c.yaml", "--format", "github", cwd=tmp_path)

    assert told.code == 1
    assert told.out.startswith("::error file=a%2Cb%3Ac.yaml,line=7,col=5,title=P010::")
    assert told.out.count("\n") == 1


def test_warnings_alone_are_clean(tmp_path: Path) -> None:
    written(tmp_path, NO_OWNER)
    told = check("policy.yaml", cwd=tmp_path)

    assert told.code == 0
    assert "warning[P104]" in told.out


def test_several_paths_are_checked_together_and_each_finding_is_told_once(
    tmp_path: Path,
) -> None:
    written(tmp_path, SUPPORT, name="good.yaml")
    written(tmp_path, TYPO, name="bad.yaml")
    told = check("good.yaml", "bad.yaml", "bad.yaml", "--json", cwd=tmp_path)

    assert told.code == 1
    assert len(told.json["diagnostics"]) == 1
    assert told.json["paths"] == ["good.yaml", "bad.yaml", "bad.yaml"]


@pytest.mark.parametrize(
    "content",
    [b"", b"# nothing\n", b"kind: [\n", b"a: 'b\n", b"\xff\xfe", b"x" * (2 << 20)],
)
def test_a_file_that_is_no_yaml_is_an_environment_error(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_bytes(content)
    told = check("policy.yaml", cwd=tmp_path)

    assert told.code == 2
    assert "policy.yaml" in told.out


@pytest.mark.parametrize("path", ["nowhere.yaml", "empty"])
def test_a_path_without_a_policy_is_an_environment_error(
    path: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    told = check(path, cwd=tmp_path)

    assert (told.code, told.out) == (2, "")
    assert path in told.err


def test_a_folder_with_several_policies_is_told_as_a_finding(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT, name="one.yaml")
    written(tmp_path, SUPPORT, name="two.yaml")
    told = check(".", "--json", cwd=tmp_path)

    assert told.code == 1
    assert told.json["diagnostics"][0]["rule"] == "P025"


def test_an_unreadable_file_wins_over_errors_in_another() -> None:
    def found(rule: str, level: str = "error") -> Diagnostic:
        return Diagnostic(
            path="p", line=1, column=1, rule=rule, message="m", level=level
        )

    assert exit_code([]) == 0
    assert exit_code([found("P104", "warning")]) == 0
    assert exit_code([found("P010")]) == 1
    assert exit_code([found("P010"), found("P001")]) == 2
