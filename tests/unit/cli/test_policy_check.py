import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.cli.diagnostics import exit_code
from affidavit.errors import Diagnostic
from support.cli import Ran, environment, invoke, tree_digest
from support.policies import SUPPORT, written
from support.project import a_project
from support.repository import Repo

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
    assert told.out.startswith(
        "::error file=a%2Cb%3Ac.yaml,line=7,col=5,title=P010 unknown-field::"
    )
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


EXPIRED = """\
rules:
  - {id: r, effect: deny, level: waivable, message: m, any: [{model: o1}]}
# approved exceptions
waivers:
  - {rule: r, purpose: support.reply, approved_by: [x], ticket: T, expires: 2020-01-01}
"""


def test_fix_takes_out_what_decides_nothing_and_checks_again(tmp_path: Path) -> None:
    file = written(tmp_path, SUPPORT + EXPIRED)
    file.chmod(0o640)
    (tmp_path / "link.yaml").symlink_to(file)
    told = check("link.yaml", "--fix", "--json", cwd=tmp_path)

    assert (told.code, told.json["diagnostics"]) == (0, [])
    assert "link.yaml: 1 waiver taken out" in told.err
    left = file.read_text()
    assert left.endswith("# approved exceptions\n")
    assert "waivers" not in left
    assert (tmp_path / "link.yaml").is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640


def test_fix_leaves_what_it_cannot_mend_and_says_so(tmp_path: Path) -> None:
    flow = EXPIRED.replace("waivers:\n  - {", "waivers: [{").rstrip() + "]\n"
    file = written(tmp_path, SUPPORT + flow)
    before = file.read_bytes()
    told = check("policy.yaml", "--fix", "--json", cwd=tmp_path)

    assert told.json["warnings"] == 1
    assert "edit them by hand" in told.err
    assert file.read_bytes() == before


def test_without_fix_nothing_is_written(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT + EXPIRED)
    before = tree_digest(tmp_path)
    assert check("policy.yaml", cwd=tmp_path).code == 0
    assert tree_digest(tmp_path) == before


EXTENDING = "extends: [layers/team.yaml]\n"


def a_layered_policy(directory: Path) -> Path:
    """policy.yaml over layers/team.yaml over layers/base.yaml, which is returned."""
    written(directory, EXTENDING)
    written(directory, "extends: [base.yaml]\n", name="layers/team.yaml")
    return written(directory, SUPPORT, name="layers/base.yaml")


def test_as_a_hook_what_extends_a_file_is_checked_with_it(tmp_path: Path) -> None:
    base = a_layered_policy(tmp_path)
    rule = "{id: r, effect: deny, message: m, any: [{purpose: support.reply}]}"
    written(tmp_path, f"{EXTENDING}rules:\n  - {rule}\n")
    written(tmp_path, "extends: [team.yaml]\nmode: observe\n", name="other.yaml")
    assert check("layers/base.yaml", "--touched", cwd=tmp_path).code == 0

    base.write_text(base.read_text().replace("support.reply", "support.answer"))
    assert check("layers/base.yaml", cwd=tmp_path).code == 0
    told = check("layers/base.yaml", "--touched", "--json", cwd=tmp_path)
    assert told.code == 1
    (found,) = told.json["diagnostics"]
    assert (found["path"], found["rule"]) == ("policy.yaml", "P031")
    assert told.json["paths"] == ["layers/base.yaml"]


def test_as_a_hook_what_extends_a_file_that_is_gone_is_checked(tmp_path: Path) -> None:
    repo = Repo.made(tmp_path)
    a_layered_policy(repo.top)
    repo.commit("a@x.example")
    assert check("--touched", cwd=repo.top).out == "0 paths checked: clean\n"

    repo.git("rm", "-q", "layers/base.yaml")
    told = check("--touched", "--json", cwd=repo.top)
    assert told.code == 1
    assert [each["rule"] for each in told.json["diagnostics"]] == ["P020"]


HEAVY = {
    "affidavit.clients",
    "affidavit.detect",
    "affidavit.gate",
    "affidavit.policy.mend",
    "affidavit.policy.schema",
    "affidavit.trail",
    "affidavit.wiring",
    "asyncio",
    "cryptography",
    "httpx",
    "openai",
    "rich",
    "tenacity",
}
"""What no hook has a use for; each costs more than the check itself."""


@pytest.mark.parametrize("arguments", [["check"], ["fmt", "--check"]])
def test_a_hook_imports_only_what_it_needs(
    arguments: list[str], tmp_path: Path
) -> None:
    written(tmp_path, SUPPORT)
    code = (
        "import sys; from affidavit.cli.main import run;"
        f"code = run(['policy', *{arguments!r}, 'policy.yaml']);"
        "print(code, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    code_line, *loaded = done.stdout.splitlines()[-1].split()
    assert code_line == "0"
    assert HEAVY.isdisjoint(loaded), sorted(HEAVY & set(loaded))
    # Beside the libraries that it cannot do without, as counted in 2026: a change that
    # doubles them is a change of start-up that everybody pays for at every commit.
    own = [name for name in loaded if name.startswith("affidavit")]
    assert len(own) < 80
    assert len(loaded) < 500
