import logging
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from affidavit.canonical import Json
from affidavit.wiring import door
from affidavit.wiring.door import Door, ask_all, close_all, directory_of, open_beside


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "trail"
    close_all()


def reports(trail: Path) -> list[Any]:
    return [each.report for each in ask_all(trail)]


def sockets(trail: Path) -> list[Path]:
    return sorted(directory_of(trail).iterdir())


def a_number_that_runs_no_more() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def abandoned(trail: Path, pid: int) -> Path:
    """What a process leaves that was killed."""
    directory_of(trail).mkdir(mode=0o700, exist_ok=True)
    path = directory_of(trail) / f"{pid}-0badcafe.sock"
    with socket.socket(socket.AF_UNIX) as listener, short(path) as address:
        listener.bind(address)
    return path


@contextmanager
def short(path: Path) -> Iterator[str]:
    """The same path in the 107 bytes that a socket's address holds."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def test_who_asks_is_told_and_only_the_owner_may_ask(trail: Path) -> None:
    open_beside(trail, lambda: {"said": 1})
    open_beside(trail, lambda: {"said": 2})

    (answer,) = ask_all(trail)
    assert (answer.pid, answer.report) == (os.getpid(), {"said": 1})
    assert stat.S_IMODE(directory_of(trail).stat().st_mode) == 0o700
    (path,) = sockets(trail)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    close_all()
    assert sockets(trail) == []
    assert ask_all(trail) == []


def test_a_path_of_any_length_will_do(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    deep.mkdir(parents=True)
    opened = Door(directory_of(deep / "trail"), lambda: {"deep": True})

    assert reports(deep / "trail") == [{"deep": True}]
    opened.close()


def test_where_nobody_ever_was_nobody_answers(trail: Path) -> None:
    assert ask_all(trail) == []


def test_what_the_killed_left_is_cleared_by_the_next_and_ignored_by_who_asks(
    trail: Path,
) -> None:
    dead = abandoned(trail, a_number_that_runs_no_more())
    other = abandoned(trail, os.getpid())
    (directory_of(trail) / "notes.sock").touch()
    assert ask_all(trail) == []
    assert dead.exists()
    open_beside(trail, lambda: {"said": 1})

    assert reports(trail) == [{"said": 1}]
    assert not dead.exists()
    assert other.exists()


def test_a_living_door_of_another_container_is_left_alone(trail: Path) -> None:
    path = abandoned(trail, a_number_that_runs_no_more())
    path.unlink()
    with socket.socket(socket.AF_UNIX) as listener, short(path) as address:
        listener.bind(address)
        listener.listen()
        open_beside(trail, lambda: {"said": 1})

    assert path.exists()


def test_a_visitor_who_does_not_ask_keeps_nobody_else_out(trail: Path) -> None:
    open_beside(trail, lambda: {"said": 1})
    (path,) = sockets(trail)
    with socket.socket(socket.AF_UNIX) as silent, short(path) as address:
        silent.connect(address)
        silent.sendall(b"!\n")
        assert silent.recv(10) == b""

    assert reports(trail) == [{"said": 1}]


def test_a_process_that_cannot_say_is_named(
    trail: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Json:
        raise RuntimeError("broken")

    open_beside(trail, fail)
    (answer,) = ask_all(trail)

    assert answer.pid == os.getpid()
    assert answer.report is None
    assert answer.fault is not None
    assert "nothing to say" in caplog.text


def test_what_is_no_report_is_named(trail: Path) -> None:
    open_beside(trail, lambda: ["no", "report"])

    assert ask_all(trail)[0].fault == "it cannot be understood"


def test_an_answer_that_breaks_off_is_named(trail: Path) -> None:
    path = abandoned(trail, 1)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def hang_up() -> None:
            visitor, _ = listener.accept()
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            visitor.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        (answer,) = ask_all(trail)
        thread.join()

    assert answer.report is None
    assert answer.fault


@pytest.mark.parametrize("mode", [0o755, None])
def test_a_place_that_others_enter_is_not_used(
    trail: Path, mode: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    place = directory_of(trail)
    if mode is None:
        place.write_text("a file")
    else:
        place.mkdir()
        place.chmod(mode)
    with caplog.at_level(logging.WARNING, "affidavit"):
        open_beside(trail, lambda: {"said": 1})

    assert "cannot ask this process" in caplog.text
    assert door._doors == {}


def test_a_forked_child_has_a_door_of_its_own(trail: Path) -> None:
    open_beside(trail, lambda: {"pid": os.getpid()})
    go, told = os.pipe()
    child = os.fork()
    if not child:
        os.read(go, 1)
        close_all()
        os._exit(0)
    deadline = 1000
    while len(sockets(trail)) < 2 and deadline:
        deadline -= 1
        threading.Event().wait(0.01)
    answers = ask_all(trail)
    os.write(told, b"x")
    os.waitpid(child, 0)
    os.close(go)
    os.close(told)

    assert {each.pid for each in answers} == {os.getpid(), child}
    assert all(each.report == {"pid": each.pid} for each in answers)
    assert reports(trail) == [{"pid": os.getpid()}]
