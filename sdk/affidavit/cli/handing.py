"""Files that change hands: proofs that are made for others, checkpoints kept for years.

Knows how they are read and written. What they say is checked elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit import durable
from affidavit.errors import Incomplete, Malformed, TrailMismatch, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import MAX_NOTE_BYTES, parse_note
from affidavit.trail.identity import Identity


def hand_out(path: Path, data: bytes) -> None:
    """Write a file for others to read, whole or not at all; `Incomplete` for a folder,
    `TrailUnavailable` when the disk refuses.
    """
    if path.is_dir():
        raise Incomplete(f"{path}: a folder. Name the file to write.")
    with writing(path):
        durable.replace(path, data, mode=0o644)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes at `path` and reads no trail: whatever the disk refuses is
    told of that place.
    """
    try:
        yield
    except OSError as error:
        raise durable.unwritable(path, error) from error
    except TrailUnavailable as error:
        if not isinstance(error.__cause__, OSError):
            raise
        raise durable.unwritable(path, error.__cause__) from error


def read(path: Path, most: int) -> bytes:
    """At most `most` bytes of a file, and one more where there are more; `Incomplete`
    when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error


def checkpoint(path: Path) -> bytes:
    """A checkpoint that was kept, its signature unchecked; `Incomplete` for none."""
    try:
        data = read(path, MAX_NOTE_BYTES)
        Checkpoint.parse(parse_note(data).text)
    except Malformed as error:
        raise Incomplete(
            f"{path}: the kept checkpoint cannot be read ({error}). Name a copy of "
            "the trail's `checkpoint` file that you kept."
        ) from error
    return data


def signing(identity: Identity, head: Checkpoint) -> Identity:
    """`identity`, if the tree head is its own to sign for; else `TrailMismatch`."""
    if identity.origin != head.origin:
        raise TrailMismatch(
            f"the trail is of {head.origin}, your key is of {identity.origin}: a "
            "receipt is signed by whoever keeps the trail. Run this in their project."
        )
    return identity
