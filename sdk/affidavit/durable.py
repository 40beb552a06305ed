"""Files that survive a crash, and the lock between processes.

Knows fsync, rename and flock on a local POSIX file system. Knows nothing of what the
bytes mean. Every failure is `TrailUnavailable`, naming path and errno.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from affidavit.errors import TrailUnavailable

_LOCK_POLL_SECONDS = 0.005
_DSYNC: int | None = getattr(os, "RWF_DSYNC", None)
_UNSUPPORTED = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class Durability(Enum):
    """What a record has survived when `append` returns."""

    COMMIT = "commit"
    """A power loss: fdatasync has returned."""
    PROCESS = "process"
    """The end of this process: the system's cache has it, and the disk within the
    second. A machine that loses its power meanwhile loses the record of a call that was
    made."""


def unavailable(path: Path, error: OSError) -> TrailUnavailable:
    """The error that tells which path failed, how, and what to do."""
    name = errno.errorcode.get(error.errno or 0, "unknown error")
    remedy = {
        errno.ENOSPC: "Free space on that file system; nothing was lost.",
        errno.EDQUOT: "Raise the quota or free space; nothing was lost.",
        errno.EROFS: "The file system is read-only: move the trail or remount it.",
        errno.EACCES: "Give this user write access to the trail's directory.",
        errno.ENOENT: "Run `affidavit init`, or set AFFIDAVIT_TRAIL.",
    }.get(error.errno or 0, "Check the disk that holds it.")
    return TrailUnavailable(
        f"{path}: {name} ({os.strerror(error.errno or 0)}). {remedy}"
    )


def unwritable(path: Path, error: OSError) -> TrailUnavailable:
    """The same of what somebody asked to have written at `path`: it speaks of that
    place, and of no trail.
    """
    if not os.path.isdir(path.parent):
        remedy = f"There is no folder {path.parent}: make it, or name another place."
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = "Free space there, or name another place."
    else:
        remedy = "See to it that this user may write there, or name another place."
    return TrailUnavailable(
        f"{path}: cannot be written ({error.strerror or error}). {remedy}"
    )


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into `TrailUnavailable`, about the file that it names or
    else about `path`.
    """
    try:
        yield
    except OSError as error:
        about = error.filename
        told = Path(os.fsdecode(about)) if isinstance(about, str | bytes) else path
        raise unavailable(told, error) from error


def is_there(path: Path) -> bool:
    """Whether something stands at `path`; a disk that fails to say is told of."""
    with named(path):
        return path.exists()


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_directory(path: Path, *, mode: int = 0o700) -> None:
    """A directory at `path`, and what is missing above it; durable when this returns.

    Where it is there its name is synced all the same: whoever made it may have been
    killed before that.
    """
    with named(path):
        missing = [each for each in path.parents if not each.is_dir()]
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        for each in (path, *missing):
            sync_directory(each.parent)


def settle(path: Path) -> None:
    """Make the name of what stands at `path` durable: whoever put it there may have
    been killed, or be about to be, before they could.

    Nothing is done where this user may not open the directory, so that none of their
    programs has put it there, or where the file system knows no such sync.
    """
    try:
        sync_directory(path.parent)
    except OSError as error:
        if error.errno not in (errno.EACCES, *_UNSUPPORTED):
            raise unavailable(path.parent, error) from error


class Staging:
    """Files that become durable together: each whole at once, names last.

    A crash leaves any subset of the files, each old or new and never half, and perhaps
    one `.new` beside a name, which the next write of that name overwrites.
    """

    def __init__(self, settled: set[Path] | None = None) -> None:
        """`settled` are directories whose own names are known to be durable; `seal`
        adds to them.

        Without it a directory that is there counts as one. It need not be: whoever made
        it may have been killed before its name was synced.
        """
        self._directories: set[Path] = set()
        self._settled = settled
        self._settling: set[Path] = set()

    def write(self, path: Path, data: bytes, *, mode: int = 0o600) -> None:
        """Put `data` at `path`, replacing what stands there."""
        staged = path.with_name(path.name + ".new")
        try:
            self._directory(path.parent)
            fd = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                write_whole(fd, data, 0)
                os.fsync(fd)
            finally:
                os.close(fd)
            os.replace(staged, path)
        except OSError as error:
            raise unavailable(path, error) from error
        self._directories.add(path.parent)

    def _directory(self, path: Path) -> None:
        settled = self._settled is None or path in self._settled
        if (settled and path.is_dir()) or path == path.parent:
            return
        self._directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        self._directories.add(path.parent)
        self._settling.add(path)

    def seal(self) -> None:
        """Make the names durable; only then may anything refer to the files."""
        for path in sorted(self._directories):
            try:
                sync_directory(path)
            except OSError as error:
                raise unavailable(path, error) from error
        if self._settled is not None:
            self._settled |= self._settling
        self._directories.clear()
        self._settling.clear()


def replace(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at `path`, durable when this returns."""
    staging = Staging()
    staging.write(path, data, mode=mode)
    staging.seal()


def create(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at a path where nothing stands; `TrailUnavailable` where something
    does.

    A crash leaves nothing, or the whole file: never one that is short. Whoever finds it
    there calls `finish`.
    """
    staged = path.with_name(path.name + ".new")
    replace(staged, data, mode=mode)
    try:
        os.link(staged, path)
        staged.unlink(missing_ok=True)
        sync_directory(path.parent)
    except OSError as error:
        raise unavailable(path, error) from error


def finish(path: Path) -> None:
    """Do for a file that is there what a `create` that was killed had left to do: give
    up its second name, and make the first durable.
    """
    staged = path.with_name(path.name + ".new")
    with named(staged):
        if staged.exists() and staged.samefile(path):
            staged.unlink()
    settle(path)


def write_through(fd: int, data: bytes, offset: int) -> bool:
    """Write all of `data`, durable when this returns: one system call, not two.

    False, with nothing written, where the system or the file system knows no such call
    (`RWF_DSYNC`, pwritev2(2)); whether its promise is kept is for the caller to know.
    Says nothing about bytes that were written otherwise. Raises `OSError`.
    """
    if _DSYNC is None:
        return False
    try:
        written = os.pwritev(fd, (data,), offset, _DSYNC)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise
    while written < len(data):
        rest = memoryview(data)[written:]
        written += os.pwritev(fd, (rest,), offset + written, _DSYNC)
    return True


def write_whole(fd: int, data: bytes, offset: int) -> None:
    """`pwrite` until all of `data` is written; raises `OSError`."""
    written = os.pwrite(fd, data, offset)
    if written == len(data):
        return
    view = memoryview(data)[written:]
    while view:
        offset += written
        written = os.pwrite(fd, view, offset)
        view = view[written:]


class ProcessLock:
    """An exclusive lock on a file, between processes and within one.

    `flock` belongs to an open file description: it is gone when its holder dies, and
    two descriptions in one process exclude each other too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self, *, seconds: float) -> Iterator[bool]:
        """Hold the lock; the value says whether it was had within `seconds`."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unavailable(self._path, error) from error
        try:
            yield self._within(fd, time.monotonic() + seconds)
        finally:
            self._let_go(fd)

    def _let_go(self, fd: int) -> None:
        try:
            # Unlock by name: a child forked meanwhile holds a copy of this description,
            # and closing ours alone would leave the lock with it.
            fcntl.flock(fd, fcntl.LOCK_UN)
        except OSError as error:
            raise unavailable(self._path, error) from error
        finally:
            # What was written under the lock is written; a failed close has let go, too
            # (close(2)).
            with suppress(OSError):
                os.close(fd)

    def _within(self, fd: int, deadline: float) -> bool:
        while not self._had(fd):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOCK_POLL_SECONDS)
        return True

    def _had(self, fd: int) -> bool:
        with named(self._path):
            return try_lock(fd)


def try_lock(fd: int) -> bool:
    """Take the exclusive lock of an open file if nobody holds it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
