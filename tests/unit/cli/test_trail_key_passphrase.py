"""`affidavit trail key passphrase`, and what a key that has one asks of commands."""

from pathlib import Path

from support.cli import invoke
from support.project import a_project


def a_secret(path: Path, text: str) -> Path:
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def test_a_passphrase_is_set_changed_and_removed(tmp_path: Path) -> None:
    a_project(tmp_path)
    one, two = (a_secret(tmp_path / name, name) for name in ("one", "two"))
    set_ = ("trail", "key", "passphrase", "--new-file")
    key = invoke("trail", "key", cwd=tmp_path).out

    assert invoke(*set_, one, cwd=tmp_path).code == 0
    assert invoke("trail", "key", cwd=tmp_path).code == 2
    by_file = {"AFFIDAVIT_KEY_PASSPHRASE_FILE": str(one)}
    assert invoke("trail", "key", cwd=tmp_path, env=by_file).out == key
    assert invoke(*set_, two, cwd=tmp_path).code == 2
    assert invoke(*set_, two, cwd=tmp_path, env=by_file).code == 0
    itself = {"AFFIDAVIT_KEY_PASSPHRASE": "two"}
    done = invoke(
        "trail", "key", "passphrase", "--remove", "--json", cwd=tmp_path, env=itself
    )
    assert done.json["set"] is False
    assert invoke("trail", "key", cwd=tmp_path).out == key


def test_without_a_terminal_a_new_passphrase_comes_from_a_file(tmp_path: Path) -> None:
    a_project(tmp_path)
    failed = invoke("trail", "key", "passphrase", cwd=tmp_path)

    assert failed.code == 2
    assert "--new-file" in failed.err
    both = ("--remove", "--new-file", "x")
    assert invoke("trail", "key", "passphrase", *both, cwd=tmp_path).code == 2
