from pathlib import Path

import pytest

from affidavit.cli import policy_new
from support.cli import Ran, invoke, tree_digest

FLAGS = (
    *("--purpose", "support.reply", "--owner", "a@b.example"),
    *("--model", "gpt-5*", "--endpoint", "responses"),
)


def new(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "new", *arguments, cwd=cwd)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--purpose", "lab.x", "--data", "customer_pii", "--expires", "2027-03-31"),
        ("--trains-model", "generative", "--distributed", "--competing"),
        ("--provider", "azure", "--observe", "--description", "It's: a # test"),
        ("--provider", "groq"),
    ],
)
def test_what_it_writes_passes_its_own_checks(
    more: tuple[str, ...], tmp_path: Path
) -> None:
    ran = new(*FLAGS, *more, cwd=tmp_path)
    policy = "policies/policy.yaml"

    assert ran.code == 0, ran.err
    assert invoke("policy", "check", policy, cwd=tmp_path).code == 0
    assert invoke("policy", "fmt", "--check", policy, cwd=tmp_path).code == 0
    tested = invoke("policy", "test", "--fail-under", "80", cwd=tmp_path)
    assert tested.code == 0, tested.out


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.test.yaml").write_text("mine")
    before = tree_digest(tmp_path)
    ran = new(*FLAGS, "mine.yaml", cwd=tmp_path)

    assert ran.code == 2
    assert "mine.test.yaml: is there already" in ran.err
    assert tree_digest(tmp_path) == before


@pytest.mark.parametrize(
    "arguments",
    [
        FLAGS[2:],
        FLAGS[:2],
        ("--purpose", "Not A Name", *FLAGS[2:]),
        (*FLAGS, "--endpoint", "no.such.endpoint"),
        (*FLAGS, "--provider", "nobody"),
    ],
)
def test_without_answers_nothing_is_written(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    assert new(*arguments, cwd=tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


def test_programs_are_told_what_was_made(tmp_path: Path) -> None:
    told = new(*FLAGS, "--json", "p.yaml", cwd=tmp_path).json

    assert told == {"made": ["p.yaml", "p.test.yaml"]}


def test_without_a_terminal_what_has_a_default_has_it() -> None:
    ask = policy_new._Asking()

    assert not ask.listens
    assert ask("Anything", "usual") == "usual"
    assert ask("Anything", "") is None
    assert ask.whether("Really") is False
