"""What a running process knows of suspensions: one comparison a call.

Knows the files under `incidents/` as a reader: a counter that is mapped into memory and
goes up with every change, and the list that is read again only then. Whatever cannot be
read stops every call: nobody knows then who is suspended. Survives a fork, since the
mapping is shared; needs no thread and no lock.
"""

import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from affidavit.calls import Call, Line
from affidavit.errors import AffidavitError, Reason
from affidavit.incident import board
from affidavit.incident.board import GENERATION_BYTES, Derive
from affidavit.incident.suspended import RULE, Stops

POLL_MILLISECONDS = 100
"""How long a list may go unseen that was changed without the counter: put back from a
backup, or by a process that died between the two."""
UNREADABLE = f"{RULE}unreadable"

Mapping = Callable[..., mmap.mmap]
_Names = tuple[int, ...]
"""What tells one state of the two files from another, without reading them."""


class _Seen(NamedTuple):
    """What was read last. Replaced as one: threads see all of it, or none."""

    generation: int
    due: int
    """When the files' names are looked at again: monotonic ms."""
    calm: bool
    """Whether no call is stopped."""
    names: _Names = ()
    stops: Stops = Stops()
    broken: Reason | None = None


class Switch:
    """Says of each call whether it is suspended. Opens nothing before it is asked."""

    def __init__(
        self,
        trail: Path,
        origin: str,
        derive: Derive,
        *,
        mapping: Mapping = mmap.mmap,
    ) -> None:
        """`derive` is asked where the trail has no list yet, or has lost it."""
        self._mapping = mapping
        self._trail, self._origin, self._derive = trail, origin, derive
        self._view: Sequence[int] = (0,)
        self._mapped = 0
        """Inode of the counter that is mapped; 0 for none."""
        self._seen = _Seen(generation=-1, due=-1, calm=False)

    def reasons(self, call: Call, milliseconds: int) -> tuple[Reason, ...]:
        """Why `call` must not leave; empty when nothing is suspended that it is.

        `milliseconds` is a time that never goes back. Never raises.
        """
        seen = self._seen
        if self._view[0] != seen.generation or milliseconds >= seen.due:
            seen = self._look(milliseconds)
        if seen.calm:
            return ()
        return seen.stops.reasons(call) if seen.broken is None else (seen.broken,)

    def watching(self, lines: Iterable[Line], milliseconds: int) -> "Watched":
        """The same lines, each of them looked at on its way."""
        return Watched(self, lines, milliseconds)

    def _look(self, milliseconds: int) -> _Seen:
        before = self._seen
        try:
            names = self._names()
            # Before the list is read: whoever changes it meanwhile raises it again.
            generation = self._view[0]
            if names != before.names or generation != before.generation:
                names, generation = self._settled(names, generation)
                before = self._read(names)
            due = milliseconds + POLL_MILLISECONDS if self._mapped else milliseconds
            seen = before._replace(generation=generation, due=due)
        except (AffidavitError, OSError, ValueError) as error:
            # Looked at again on every call: it may be mended.
            reason = _unreadable(error)
            seen = _Seen(generation=-1, due=-1, calm=False, broken=reason)
        self._seen = seen
        return seen

    def _settled(self, names: _Names, generation: int) -> tuple[_Names, int]:
        """The files, made where they are missing, and the counter mapped."""
        if not names:
            board.made(self._trail, self._origin, self._derive)
            names = self._names()
        if names[0] != self._mapped:
            self._map()
            generation = self._view[0]
        return names, generation

    def _names(self) -> _Names:
        folder = board.directory(self._trail)
        try:
            counter = os.stat(folder / board.GENERATION)
            listed = os.stat(folder / board.LIST)
        except FileNotFoundError:
            return ()
        if counter.st_size < GENERATION_BYTES:
            raise ValueError(f"{folder / board.GENERATION} was cut off")
        return counter.st_ino, listed.st_ino, listed.st_mtime_ns, listed.st_size

    def _map(self) -> None:
        path = board.directory(self._trail) / board.GENERATION
        with open(path, "rb", buffering=0) as file:
            inode = os.fstat(file.fileno()).st_ino
            try:
                mapped = self._mapping(
                    file.fileno(), GENERATION_BYTES, access=mmap.ACCESS_READ
                )
            except OSError:
                # A file system that maps nothing: its names are looked at on each call.
                self._view, self._mapped = (0,), 0
                return
        self._view, self._mapped = memoryview(mapped).cast("q"), inode

    def _read(self, names: _Names) -> _Seen:
        found = board.read(self._trail, self._origin)
        if found is None:  # gone since its name was looked at
            found = board.made(self._trail, self._origin, self._derive)
        stops = Stops.of(found)
        return _Seen(
            generation=-1, due=-1, calm=not stops.any, names=names, stops=stops
        )


def _unreadable(error: Exception) -> Reason:
    return Reason(
        rule=UNREADABLE,
        message="What is suspended on this trail cannot be read, so every call is.",
        # Not in the message, which is recorded: paths are for whoever mends them.
        remedy=f"{error} `affidavit doctor` says more; calls go on once it is mended.",
        severity="critical",
    )


class Watched:
    """Lines of a file on their way to whoever decides them."""

    def __init__(
        self, switch: Switch, lines: Iterable[Line], milliseconds: int
    ) -> None:
        self._switch, self._lines, self._now = switch, lines, milliseconds
        self._found: dict[Reason, tuple[int, int]] = {}
        """Reason → the first line that it is for, and how many there are."""

    def __iter__(self) -> Iterator[Line]:
        for line in self._lines:
            if line.call is not None:
                for reason in self._switch.reasons(line.call, self._now):
                    first, count = self._found.get(reason, (line.number, 0))
                    self._found[reason] = first, count + 1
            yield line

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the file must not leave, its lines named; once they were all seen."""
        return tuple(
            replace(reason, message=f"line {first}{_more(count)}: {reason.message}")
            for reason, (first, count) in self._found.items()
        )


def _more(count: int) -> str:
    return "" if count == 1 else f" and {count - 1:,} more"
