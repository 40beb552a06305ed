"""The files under `incidents/` of a trail, as whoever suspends and lifts changes them.

Knows the order: the list first, whole and durable, then the counter that tells running
processes. A crash between leaves a new list that they find by its name within a tenth
of a second. Knows nothing of records: whoever suspends does it before it records, and
whoever lifts after.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit import durable
from affidavit.durable import ProcessLock
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.incident.suspended import Suspended, Suspension
from affidavit.trail.incidents import Target

DIRECTORY = "incidents"
LIST = "suspended"
GENERATION = "generation"
GENERATION_BYTES = 8
LOCK_SECONDS = 10.0
_LOCK, _RECORDING = "lock", "recording"
_MAX_BYTES = 4 << 20

Derive = Callable[[], Iterable[Suspension]]
"""What the trail's records say is suspended; may read all of them."""


def directory(trail: Path) -> Path:
    """Where the files are."""
    return trail / DIRECTORY


def read(trail: Path, origin: str) -> Suspended | None:
    """The list of the trail of this `origin`; None where there is none.

    `TrailUnavailable` where it cannot be read, or is another trail's or damaged: then
    nobody knows who is suspended.
    """
    path = directory(trail) / LIST
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(_MAX_BYTES + 1) or b""
    except FileNotFoundError:
        return None
    except OSError as error:
        raise durable.unavailable(path, error) from error
    try:
        found = Suspended.parse(data)
    except Malformed as error:
        raise _damaged(path, str(error)) from error
    if found.origin != origin:
        raise _damaged(path, f"it is of another trail, {found.origin}")
    return found


def _damaged(path: Path, why: str) -> TrailUnavailable:
    return TrailUnavailable(
        f"{path}: {why}. Who is suspended is not known. Remove the file: the next call "
        "makes it anew from the trail's records."
    )


def add(
    trail: Path, origin: str, derive: Derive, more: Iterable[Suspension]
) -> Suspended:
    """Suspend `more`; in force in every process when this returns."""
    with _changing(trail):
        known = read(trail, origin) or Suspended.of(origin, derive())
        return _write(trail, Suspended.of(origin, (*known.all, *more)))


def remove(
    trail: Path, origin: str, derive: Derive, incident: str, targets: Iterable[Target]
) -> Suspended:
    """Suspend `targets` for that incident no longer."""
    gone = frozenset(targets)
    with _changing(trail):
        known = read(trail, origin) or Suspended.of(origin, derive())
        left = (
            each
            for each in known.all
            if each.incident != incident or each.target not in gone
        )
        return _write(trail, Suspended.of(origin, left))


def made(
    trail: Path, origin: str, derive: Derive, *, seconds: float = LOCK_SECONDS
) -> Suspended:
    """The list, made from the trail's records where there is none."""
    with _changing(trail, seconds):
        known = read(trail, origin)
        if known is not None and (directory(trail) / GENERATION).exists():
            return known
        return _write(trail, known or Suspended.of(origin, derive()))


@contextmanager
def recording(trail: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Alone in recording events; `TrailUnavailable` while another process is."""
    durable.make_directory(directory(trail))
    path = directory(trail) / _RECORDING
    with ProcessLock(path).held(seconds=seconds) as had:
        if not had:
            raise TrailUnavailable(
                f"{path}: another process is recording an incident. Try again."
            )
        yield


@contextmanager
def _changing(trail: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    if not trail.is_dir():
        raise TrailUnavailable(f"{trail}: no trail there. Run `affidavit init`.")
    durable.make_directory(directory(trail))
    path = directory(trail) / _LOCK
    with ProcessLock(path).held(seconds=seconds) as had:
        if not had:
            raise TrailUnavailable(
                f"{path}: another process is changing what is suspended. Try again."
            )
        yield


def _write(trail: Path, suspended: Suspended) -> Suspended:
    folder = directory(trail)
    durable.replace(folder / LIST, suspended.print())
    # A crash here leaves a list that nobody was told of: running processes look at its
    # name ten times a second, and others read it when they start.
    with durable.named(folder / GENERATION):
        _raise_counter(folder / GENERATION)
    return suspended


def _raise_counter(path: Path) -> None:
    # Never truncated nor replaced: it is mapped into the processes that run.
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(fd).st_size < GENERATION_BYTES:
            os.ftruncate(fd, GENERATION_BYTES)
        count = int.from_bytes(os.pread(fd, GENERATION_BYTES, 0), sys.byteorder)
        following = (count + 1) % (1 << 63)
        os.pwrite(fd, following.to_bytes(GENERATION_BYTES, sys.byteorder), 0)
    finally:
        os.close(fd)
