"""Passphrases: where programs find them, and what they are told when they do not."""

from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable
from affidavit.keys.passphrase import first_line, from_environment, needed


def a_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_the_environment_gives_it_itself_or_by_a_file(tmp_path: Path) -> None:
    file = a_file(tmp_path / "secret", "sésame\n".encode())
    by_file = {"AFFIDAVIT_KEY_PASSPHRASE_FILE": str(file)}

    assert from_environment({})("key") is None
    assert from_environment({"AFFIDAVIT_KEY_PASSPHRASE": ""})("key") is None
    assert from_environment(by_file)("key") == "sésame".encode()
    itself = by_file | {"AFFIDAVIT_KEY_PASSPHRASE": "simsim"}
    assert from_environment(itself)("key") == b"simsim"


def test_a_passphrase_file_that_changes_is_read_again(tmp_path: Path) -> None:
    file = a_file(tmp_path / "secret", b"one")
    given = from_environment({"AFFIDAVIT_KEY_PASSPHRASE_FILE": str(file)})

    assert given("key") == b"one"
    file.write_bytes(b"two")
    assert given("key") == b"two"


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n"])
def test_a_file_that_holds_no_passphrase_is_refused(
    content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(KeyUnusable, match="one line"):
        first_line(a_file(tmp_path / "secret", content))


def test_a_passphrase_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = a_file(tmp_path / "secret", b"sesame")
    file.chmod(0o644)

    with pytest.raises(KeyUnusable, match="mode 0644"):
        first_line(file)


def test_who_lacks_a_passphrase_is_told_how_to_give_one() -> None:
    assert needed(lambda _: b"x", "key.pem") == b"x"
    with pytest.raises(KeyUnusable, match=r"key\.pem: .*AFFIDAVIT_KEY_PASSPHRASE,"):
        needed(None, "key.pem")
