from pathlib import Path

import pytest

from support.cli import Ran, invoke, tree_digest
from support.policies import HEAD, SUPPORT, written

MESSY = SUPPORT.replace('models: ["gpt-5*"]', 'models: [ "gpt-5*" ]  # ours')
CLEAN = SUPPORT.replace('models: ["gpt-5*"]', 'models: ["gpt-5*"]  # ours')


def fmt(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "fmt", *arguments, cwd=cwd)


def test_files_and_folders_are_laid_out_in_place(tmp_path: Path) -> None:
    file = written(tmp_path, MESSY, name="policies/one.yaml")
    file.chmod(0o640)
    written(tmp_path, CLEAN, name="policies/below/two.yml")
    written(tmp_path, "not: a policy\n", name="policies/one.test.yaml")
    told = fmt("policies", cwd=tmp_path)

    assert (told.code, told.out) == (0, "formatted policies/one.yaml\n")
    assert told.err == "1 file formatted, 1 left as they are\n"
    assert file.read_text() == HEAD + CLEAN
    assert file.stat().st_mode & 0o777 == 0o640
    assert fmt("policies", cwd=tmp_path).out == ""


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_asking_writes_nothing_and_answers_with_the_exit_code(
    option: str, tmp_path: Path
) -> None:
    written(tmp_path, MESSY)
    before = tree_digest(tmp_path)
    told = fmt(option, "policy.yaml", cwd=tmp_path)

    assert told.code == 1
    assert tree_digest(tmp_path) == before
    assert fmt("policy.yaml", cwd=tmp_path).code == 0
    assert fmt(option, "policy.yaml", cwd=tmp_path).code == 0


def test_a_diff_shows_what_would_change(tmp_path: Path) -> None:
    written(tmp_path, MESSY)
    told = fmt("--diff", "policy.yaml", cwd=tmp_path)
    assert '-    models: [ "gpt-5*" ]  # ours\n' in told.out
    assert '+    models: ["gpt-5*"]  # ours\n' in told.out


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file = written(tmp_path, MESSY)
    (tmp_path / "link.yaml").symlink_to(file)
    assert fmt("link.yaml", cwd=tmp_path).code == 0
    assert (tmp_path / "link.yaml").is_symlink()
    assert file.read_text() == HEAD + CLEAN


def test_an_invalid_policy_is_told_and_left_and_the_others_are_laid_out(
    tmp_path: Path,
) -> None:
    bad = written(tmp_path, SUPPORT.replace("models:", "modles:"), name="a.yaml")
    good = written(tmp_path, MESSY, name="b.yaml")
    before = bad.read_bytes()
    told = fmt("a.yaml", "b.yaml", cwd=tmp_path)

    assert told.code == 1
    assert "error[P010]" in told.out
    assert bad.read_bytes() == before
    assert good.read_text() == HEAD + CLEAN


@pytest.mark.parametrize("path", ["nowhere.yaml", "empty"])
def test_a_path_without_a_policy_is_an_environment_error(
    path: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    told = fmt(path, cwd=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert path in told.err


def test_a_program_reads_what_would_change_and_what_is_invalid(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT.replace("models:", "modles:"), name="a.yaml")
    written(tmp_path, MESSY, name="b.yaml")
    written(tmp_path, CLEAN, name="c.yaml")
    fmt("c.yaml", cwd=tmp_path)
    before = tree_digest(tmp_path)
    asked = fmt("--check", "--json", "a.yaml", "b.yaml", "c.yaml", cwd=tmp_path)

    assert (asked.code, asked.err.count("\n")) == (1, 1)
    assert asked.json.keys() == {"changed", "diagnostics", "paths", "written"}
    assert asked.json["paths"] == ["a.yaml", "b.yaml", "c.yaml"]
    assert asked.json["changed"] == [{"diff": None, "path": "b.yaml"}]
    assert {it["rule"] for it in asked.json["diagnostics"]} == {"P010"}
    assert {it["path"] for it in asked.json["diagnostics"]} == {"a.yaml"}
    assert asked.json["written"] is False
    assert tree_digest(tmp_path) == before


def test_a_program_reads_the_differences_and_that_files_were_written(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, MESSY)
    shown = fmt("--diff", "policy.yaml", cwd=tmp_path).out
    (told,) = fmt("--diff", "--json", "policy.yaml", cwd=tmp_path).json["changed"]
    assert told == {"diff": shown, "path": "policy.yaml"}

    done = fmt("--json", "policy.yaml", cwd=tmp_path)
    assert (done.code, done.json["written"]) == (0, True)
    assert done.json["changed"] == [{"diff": None, "path": "policy.yaml"}]
    assert file.read_text() == HEAD + CLEAN
    again = fmt("--json", "policy.yaml", cwd=tmp_path)
    assert (again.json["changed"], again.json["written"]) == ([], False)
