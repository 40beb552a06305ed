from pathlib import Path

import pytest

from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey
from support.cli import Ran, invoke, tree_digest
from support.project import a_project

FILES = {
    "policies",
    "policies/policy.yaml",
    ".affidavit",
    ".affidavit/.gitignore",
    ".affidavit/key.pem",
    ".affidavit/trail.secret",
    ".affidavit/trail",
}


def init(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("init", *arguments, cwd=cwd)


def test_an_empty_folder_gets_policy_key_secret_and_trail(tmp_path: Path) -> None:
    made = init("--origin", "acme.example/t", "--json", cwd=tmp_path)
    there = {path for path in tree_digest(tmp_path) if "trail/" not in path}

    assert made.code == 0
    assert there == FILES
    assert made.json["kept"] == []
    assert {Path(each).name for each in made.json["made"]} == {
        "policy.yaml",
        "key.pem",
        "trail.secret",
        "trail",
    }
    assert made.json["origin"] == "acme.example/t"
    assert made.json["policy"]["mode"] == "enforce"
    assert VerifierKey.parse(made.json["vkey"]).name == "acme.example/t"


def test_a_second_time_everything_is_kept(tmp_path: Path) -> None:
    init(cwd=tmp_path)
    before = tree_digest(tmp_path)
    again = init("--json", cwd=tmp_path)

    assert again.code == 0
    assert again.json["made"] == []
    assert len(again.json["kept"]) == 4
    assert tree_digest(tmp_path) == before


def test_what_was_asked_for_and_is_decided_already_is_said(tmp_path: Path) -> None:
    init(cwd=tmp_path)
    again = init("--observe", "--origin", "acme.example/new", cwd=tmp_path)

    assert again.code == 0
    assert "--observe had no effect" in again.err
    assert "--origin had no effect" in again.err


def test_observe_is_the_mode_of_the_policy_that_is_made(tmp_path: Path) -> None:
    assert init("--observe", "--json", cwd=tmp_path).json["policy"]["mode"] == "observe"


def test_a_post_quantum_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = invoke("init", "--post-quantum", "--json", cwd=tmp_path).json
    again = invoke("init", "--post-quantum", "--json", cwd=tmp_path).json
    path = str(tmp_path / ".affidavit" / "key.mldsa.pem")

    assert path in first["made"]
    assert path in again["kept"]
    assert again["ml_dsa"] == first["ml_dsa"] == str(MlDsaKey.parse(first["ml_dsa"]))
    assert invoke("trail", "verify", cwd=tmp_path).code == 0


def test_a_person_is_told_the_key_and_the_next_step(tmp_path: Path) -> None:
    made = init(cwd=tmp_path)

    assert "policies/policy.yaml" in made.out
    assert invoke("trail", "key", cwd=tmp_path).out in made.out
    assert 'OpenAI(purpose="support.reply")' in made.out
    assert "affidavit doctor" in made.out
    assert "affidavit trail show" in made.out


def test_the_snippet_declares_a_purpose_that_the_policy_knows(tmp_path: Path) -> None:
    a_project(tmp_path)
    policy = tmp_path / "policies" / "policy.yaml"
    policy.write_text(policy.read_text().replace("support.reply", "letters.draft"))

    assert 'OpenAI(purpose="letters.draft")' in init(cwd=tmp_path).out


def test_another_folder_can_be_named(tmp_path: Path) -> None:
    made = init("sub/project", "--json", cwd=tmp_path)

    assert made.code == 0
    assert (tmp_path / "sub" / "project" / ".affidavit" / "trail").is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {"sub"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("policies/policy.yaml", b""),
        ("policies/policy.yaml", b"kind: ["),
        ("policies/policy.yaml", b"kind: Policy\n"),
        ("policies/other.yaml", b"kind: SomethingElse\n"),
        (".affidavit/key.pem", b""),
        (".affidavit/key.pem", b"not a key"),
        (".affidavit/trail.secret", b""),
        (".affidavit/trail", b""),
        ("affidavit.toml", b"polcy = 'x'"),
        ("affidavit.toml", b"not toml"),
        ("affidavit.toml", b"policy = 3"),
    ],
)
def test_what_is_there_and_cannot_be_used_is_told_and_nothing_changes(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    path.chmod(0o600)
    before = tree_digest(tmp_path)
    failed = init(cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert failed.err.startswith("affidavit: error: ")
    assert tree_digest(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".affidavit/trail/checkpoint", None),
        (".affidavit/trail/checkpoint", b""),
        (".affidavit/key.pem", None),
        (".affidavit/trail.secret", None),
        ("policies/policy.yaml", b"kind: ["),
    ],
)
def test_a_damaged_project_is_told_and_nothing_changes(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    a_project(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    before = tree_digest(tmp_path)
    failed = init(cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert Path(name).parent.name in failed.err
    assert tree_digest(tmp_path) == before


def test_a_trail_of_another_key_is_refused(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        a_project(folder)
    key = ours / ".affidavit" / "key.pem"
    key.write_bytes((theirs / ".affidavit" / "key.pem").read_bytes())
    failed = init(cwd=ours)

    assert failed.code == 2
    assert str(key.parent / "trail") in failed.err


def test_an_origin_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path,
) -> None:
    failed = init("--origin", "two words", cwd=tmp_path)

    assert failed.code == 2
    assert list(tmp_path.iterdir()) == []
