"""Nothing but a file is opened, and nothing is waited on."""

import os
import socket
from pathlib import Path

import pytest

from affidavit import regular


def test_a_file_is_read_through_links_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one\ntwo\n")
    (tmp_path / "link").symlink_to("file")
    with regular.opened(tmp_path / "link") as file:
        assert file.readline() == b"one\n"
        assert file.read() == b"two\n"


def test_a_pipe_or_a_device_is_refused_at_once_and_nothing_stays_open(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    before = len(os.listdir("/proc/self/fd"))
    for name in ("pipe", "zeros"):
        with pytest.raises(OSError, match="a pipe or a device") as caught:
            regular.opened(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_socket_is_refused_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(OSError, match="No such device"):
            regular.opened(tmp_path / "s")


def test_a_folder_and_nothing_at_all_are_the_errors_that_they_always_are(
    tmp_path: Path,
) -> None:
    with pytest.raises(IsADirectoryError):
        regular.opened(tmp_path)
    with pytest.raises(FileNotFoundError):
        regular.descriptor(tmp_path / "nothing")
