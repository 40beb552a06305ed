"""Secret files: what anybody else may touch is refused."""

import os
from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable
from affidavit.keys import secret_files
from affidavit.keys.secret_files import private_bytes


def a_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o601, 0o610, 0o777])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = a_file(tmp_path, b"secret", mode)

    with pytest.raises(KeyUnusable, match=f"mode {mode:04o} .*chmod 600"):
        private_bytes(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_its_owner_is_read(tmp_path: Path, mode: int) -> None:
    assert private_bytes(a_file(tmp_path, b"secret", mode)) == b"secret"


def test_a_link_to_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    os.symlink(a_file(tmp_path, b"secret", 0o644), link)

    with pytest.raises(KeyUnusable, match="mode 0644"):
        private_bytes(link)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"No such file.*affidavit init"):
        private_bytes(tmp_path / "absent.pem")


def test_a_key_that_a_disk_or_a_user_keeps_is_never_answered_with_a_new_one(
    tmp_path: Path,
) -> None:
    with pytest.raises(KeyUnusable, match=r"Is a directory.*restore a backup") as told:
        private_bytes(tmp_path)
    assert "init" not in str(told.value)
    assert "another user" in secret_files._remedy(PermissionError())
