"""Whether another machine writes this trail at this moment.

Knows that a WAL is locked while its writer lives, and that its header names the boot of
the machine that the writer runs on. A lock that is held by a writer of another boot is
another machine's: one that reaches the same directory by a file system that `mounts`
does not know for a network's, or was told to pass over.

Where locks do not reach from machine to machine at all, the other's look free, as those
of the dead do, and nothing here can tell. That is why `mounts` refuses such systems.
"""

import os
from pathlib import Path

from affidavit.durable import named, try_lock
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import segment, wal

_HEADER_BYTES = 8 << 10


def check(directory: Path, boot: str) -> None:
    """`TrailUnavailable` when a writer of another boot than `boot` is at work.

    `directory` is the trail's `wal`. Where the system names no boots nothing is known.
    """
    with named(directory):
        for path in sorted(directory.glob("*" + segment.SUFFIX)):
            header = _living(path)
            if header is not None and boot and header.boot not in {"", boot}:
                raise TrailUnavailable(
                    f"{path}: process {header.pid} of another machine (boot "
                    f"{header.boot}, and this is {boot}) writes to this trail now. Its "
                    "records and ours would not survive each other: give each machine "
                    "a trail of its own, or stop that process."
                )


def _living(path: Path) -> wal.Header | None:
    """The header of a file whose writer lives; None of any other."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None  # taken in meanwhile
    try:
        if try_lock(fd):
            return None
        return wal.header(os.pread(fd, _HEADER_BYTES, 0))[0]
    except Malformed:
        return None  # whoever integrates says so
    finally:
        os.close(fd)
