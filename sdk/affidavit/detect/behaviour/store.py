"""States on disk: one file a purpose, mapped by every process of a machine.

Knows where files stand and what a damaged one is (docs/formats/behaviour.md). No lock
is taken: see `state`. What cannot be opened, read or made is said in the log, once, and
this process then remembers for itself: a call never waits for a state and never fails
by one. Nothing here survives the machine's memory by promise: a crash of the system may
lose what was not yet written back, and then the window begins anew.
"""

import logging
import mmap
import os
from hashlib import blake2b
from pathlib import Path

MAGIC = b"affidavit-behaviour/1\n"
HEADER_BYTES = 64
_log = logging.getLogger("affidavit")


def directory_of(trail: Path) -> Path:
    """Where the states of a trail's purposes stand: beside it."""
    return trail.with_name(trail.name + ".behaviour")


class Store:
    """The blocks of one trail. Safe for threads, processes and forks."""

    def __init__(self, directory: Path, secret: bytes) -> None:
        """`secret` keys the names of files, so that they tell no purpose."""
        self._directory = directory
        self._secret = secret
        self._complained = False

    def block(self, name: str, size: int) -> memoryview | bytearray:
        """`size` writable bytes that all processes share under `name`; zeros at first.

        Bytes of this process alone, where that cannot be had.
        """
        try:
            return self._shared(self._directory / self._file(name), size)
        except (OSError, ValueError) as error:
            self._complain(error)
            return bytearray(size)

    def _file(self, name: str) -> str:
        digest = blake2b(name.encode("utf-8", "replace"), key=self._secret[:64])
        return digest.hexdigest()[:32] + ".state"

    def _shared(self, path: Path, size: int) -> memoryview:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        for _ in range(2):
            made = _mapped(path, size)
            if made is not None:
                return made
            _begin(path, size)
        raise OSError(f"{path} is not what was made there a moment ago")

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            _log.warning(
                "%s: what calls do together is remembered in this process alone, and "
                "until it ends: %s. Make room or mend access; nothing else suffers.",
                self._directory,
                error,
            )


def _mapped(path: Path, size: int) -> memoryview | None:
    """The state in the file; None where there is none, or not one of ours."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        sound = os.pread(fd, HEADER_BYTES, 0) == _header(size)
        if not sound or os.fstat(fd).st_size != HEADER_BYTES + size:
            _log.warning("%s: damaged, or of another version: begun anew", path)
            return None
        whole = mmap.mmap(fd, HEADER_BYTES + size)
    finally:
        os.close(fd)
    return memoryview(whole)[HEADER_BYTES:]


def _begin(path: Path, size: int) -> None:
    """An empty state in place of whatever stands there."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(fd, _header(size), 0)
        # All of it now: a disk that is full later must not kill who writes a mapping.
        os.posix_fallocate(fd, 0, HEADER_BYTES + size)
        # A process that dies before this line leaves a file that nobody opens.
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
    finally:
        os.close(fd)


def _header(size: int) -> bytes:
    return (MAGIC + b"%d\n" % size).ljust(HEADER_BYTES, b"\0")
