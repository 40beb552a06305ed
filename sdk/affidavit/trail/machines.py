"""Whether another machine writes this trail at this moment.

Knows that a WAL is locked while its writer lives, and that its header names the boot of
the machine that the writer runs on. A lock that is held by a writer of another boot is
another machine's: one that reaches the same directory by a file system that `mounts`
does not know for a network's, or was told to pass over.

Where locks do not reach from machine to machine, the other's look free, as those of the
dead do. That is why `mounts` refuses such systems; and where an operator insists on
one, what another boot wrote within `still_seconds` counts as written by the living: a
writer that lives says so at least every heartbeat. Nothing is taken from it meanwhile,
least of all its file: what it acknowledges after that would be lost.
"""

import os
import time
from pathlib import Path
from typing import NamedTuple

from affidavit.durable import named, try_lock
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import segment, wal
from affidavit.trail.record import Clock

_HEADER_BYTES = 8 << 10


def check(
    directory: Path,
    boot: str,
    *,
    still_seconds: float = 0,
    clock: Clock = time.time_ns,
) -> None:
    """`TrailUnavailable` when a writer of another boot than `boot` is at work.

    `directory` is the trail's `wal`. Where the system names no boots nothing is known.
    With `still_seconds`, locks are not believed: whoever wrote since then lives.
    """
    with named(directory):
        for path in sorted(directory.glob("*" + segment.SUFFIX)):
            found = _found(path)
            if found is None or not boot or found.header.boot in {"", boot}:
                continue
            if found.locked:
                raise _shared(path, found.header, boot)
            quiet = (clock() - found.written) / 1e9
            if quiet < still_seconds:
                raise _perhaps_shared(path, found.header, quiet, still_seconds)


class _Found(NamedTuple):
    header: wal.Header
    locked: bool
    written: int
    """When, in nanoseconds of Unix time."""


def _shared(path: Path, header: wal.Header, boot: str) -> TrailUnavailable:
    return TrailUnavailable(
        f"{path}: process {header.pid} of another machine (boot {header.boot}, and "
        f"this is {boot}) writes to this trail now. Its records and ours would not "
        "survive each other: give each machine a trail of its own, or stop that "
        "process."
    )


def _perhaps_shared(
    path: Path, header: wal.Header, quiet: float, still_seconds: float
) -> TrailUnavailable:
    return TrailUnavailable(
        f"{path}: process {header.pid} of another machine (boot {header.boot}) wrote "
        f"to this trail {max(0, quiet):.0f} s ago, and this file system's locks do not "
        "tell whether it lives. Give each machine a trail of its own; if that process "
        f"is gone, try again once {still_seconds:.0f} s have passed since."
    )


def _found(path: Path) -> _Found | None:
    """What a file's header says, and whether its lock is held; None of any other."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None  # taken in meanwhile
    try:
        locked = not try_lock(fd)
        header, _ = wal.header(os.pread(fd, _HEADER_BYTES, 0))
        return _Found(header, locked, os.fstat(fd).st_mtime_ns)
    except Malformed:
        return None  # whoever integrates says so
    finally:
        os.close(fd)
