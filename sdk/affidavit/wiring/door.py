"""A process's door: a socket beside its trail, at which it says what it runs.

Knows sockets, their names and who may come in; what is said, the process knows. One
line of JSON for whoever asks, and nothing is taken from outside but the question. A
thread waits in `accept`, so a door that nobody knocks at costs nothing.
"""

import atexit
import logging
import os
import secrets
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed

SUFFIX = ".processes"
_SOCKET = ".sock"
_QUESTION = b"?\n"
_SECONDS = 5.0
"""How long either side waits for the other."""
_LONGEST = 1 << 22
"""Bytes of an answer that somebody still reads."""
_log = logging.getLogger("affidavit")

Report = Callable[[], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one process said."""

    pid: int
    report: Mapping[str, Any] | None
    fault: str | None = None
    """Why there is no report."""


def directory_of(trail: Path) -> Path:
    """Where the doors of the processes that write to `trail` are.

    Beside it and not inside: a trail is copied and served as it is.
    """
    return trail.with_name(trail.name + SUFFIX)


class Door:
    """Open from construction on, until `close` or the end of the process."""

    def __init__(self, directory: Path, report: Report) -> None:
        self._directory, self._report = directory, report
        self._owner = os.getpid()
        self._name = f"{self._owner}-{secrets.token_hex(4)}{_SOCKET}"
        _make(directory)
        with _reached(directory) as reach:
            _clear(directory)
            self._listener = _listening(reach / self._name)
        waiting = threading.Thread(
            target=self._wait, name="affidavit-door", daemon=True
        )
        waiting.start()

    def close(self) -> None:
        """Wake the thread, and leave no name behind. A forked child only lets go."""
        if self._owner == os.getpid():
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                (self._directory / self._name).unlink()
        self._listener.close()

    def _wait(self) -> None:
        listener = self._listener
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            with visitor, suppress(OSError):
                visitor.settimeout(_SECONDS)
                if visitor.recv(len(_QUESTION)) == _QUESTION:
                    visitor.sendall(self._said())

    def _said(self) -> bytes:
        try:
            return canonical.dumps(self._report()) + b"\n"
        except Exception:  # noqa: BLE001 - the thread must live for the next visitor
            _log.exception("the door of process %d has nothing to say", self._owner)
            return b""


_doors: dict[Path, Door] = {}
_opening = threading.Lock()


def open_beside(trail: Path, report: Report) -> None:
    """Open this process's door for those who look after `trail`; twice is once.

    Children that are forked open their own. A door that cannot be opened is logged:
    calls are governed all the same.
    """
    with _opening:
        directory = directory_of(trail.absolute())
        if directory not in _doors:
            _open(directory, report)


def close_all() -> None:
    """Close this process's doors."""
    with _opening:
        while _doors:
            _doors.popitem()[1].close()


def ask_all(trail: Path) -> list[Answer]:
    """What each process says whose door is beside `trail`, in the order of their
    numbers. Those that have ended are left out.

    Raises `OSError` when the doors cannot be reached.
    """
    directory = directory_of(trail.absolute())
    try:
        names = sorted(_names(directory), key=lambda name: (_pid(name), name))
    except FileNotFoundError:
        return []
    with _reached(directory) as reach:
        answers = [_asked(_pid(name), reach / name) for name in names]
    return [each for each in answers if each is not None]


def _open(directory: Path, report: Report) -> None:
    try:
        _doors[directory] = Door(directory, report)
    except OSError as error:
        _log.warning(
            "%s: `affidavit doctor` cannot ask this process for its clients: %s",
            directory,
            error,
        )


def _after_fork_in_child() -> None:
    global _opening  # noqa: PLW0603 - a thread that held it is not in the child
    _opening = threading.Lock()
    inherited = dict(_doors)
    _doors.clear()
    for directory, door in inherited.items():
        door.close()
        _open(directory, door._report)  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_after_fork_in_child)
atexit.register(close_all)


def _make(directory: Path) -> None:
    """A directory that only its owner enters, else `OSError`."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{directory} is not this user's directory")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{directory} is open to others (chmod 700 it)")


@contextmanager
def _reached(directory: Path) -> Iterator[Path]:
    """The directory under a short name: a socket's address holds 107 bytes."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Under its name only once it listens: who finds it deaf takes it for deserted.
    making = path.with_suffix(".new")
    try:
        listener.bind(str(making))
        making.chmod(0o600)
        listener.listen()
        making.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


def _names(directory: Path) -> list[str]:
    names = (entry.name for entry in os.scandir(directory))
    return [name for name in names if name.endswith(_SOCKET) and _pid(name) >= 0]


def _pid(name: str) -> int:
    number = name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() else -1


def _clear(directory: Path) -> None:
    """Remove what processes left that were killed."""
    with _reached(directory) as reach:
        for name in _names(directory):
            # The number alone says too little: it may be of another container.
            if not _runs(_pid(name)) and _is_deserted(reach / name):
                with suppress(OSError):
                    (directory / name).unlink()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _is_deserted(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
        knocking.settimeout(_SECONDS)
        try:
            knocking.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
    return False


def _asked(pid: int, path: Path) -> Answer | None:
    """None for a process that has ended and left its door behind."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
            knocking.settimeout(_SECONDS)
            knocking.connect(str(path))
            knocking.sendall(_QUESTION)
            report = canonical.loads(_everything(knocking).removesuffix(b"\n"))
    except (ConnectionRefusedError, FileNotFoundError):
        return None
    except OSError as error:
        return Answer(pid=pid, report=None, fault=str(error))
    except Malformed as error:
        return Answer(pid=pid, report=None, fault=f"it cannot be understood: {error}")
    if not isinstance(report, dict):
        return Answer(pid=pid, report=None, fault="it cannot be understood")
    return Answer(pid=pid, report=report)


def _everything(connection: socket.socket) -> bytes:
    heard = bytearray()
    while len(heard) <= _LONGEST:
        part = connection.recv(1 << 16)
        if not part:
            break
        heard += part
    return bytes(heard)
