"""Which periods were attested: the mark that keeps what is still to be attested.

A file of the trail, `retention/attested`, that `affidavit attest` adds a period to and
pruning reads. Once anything was attested, what came later and is in no attested period
is needed for the next statement. Unsigned: it takes nothing away and proves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from affidavit import canonical, durable
from affidavit.canonical import Json
from affidavit.durable import ProcessLock
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail.record import parse_moment

DIRECTORY = "retention"
FILE = "attested"
LOCK = "lock"
VERSION = 1
LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Attested:
    """Half-open periods `[from, to)` of record times, sorted, none touching another."""

    periods: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, periods: Iterable[tuple[str, str]]) -> "Attested":
        """These periods, those that touch or overlap made one."""
        merged: list[tuple[str, str]] = []
        for start, end in sorted(periods):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return cls(tuple(merged))

    def awaits(self, at: str) -> bool:
        """Whether a record of this time is still to be attested."""
        if not self.periods or at < self.periods[0][0]:
            return False
        return not any(start <= at < end for start, end in self.periods)

    def print(self) -> bytes:
        """The file."""
        periods: list[Json] = [list(each) for each in self.periods]
        return canonical.dumps({"v": VERSION, "periods": periods})

    @classmethod
    def parse(cls, data: bytes) -> "Attested":
        """Read exactly what `print` prints, else `Malformed`."""
        match canonical.loads(data):
            case {"v": 1, "periods": list(periods), **rest} if not rest:
                read = cls.of(_period(each) for each in periods)
            case _:
                raise Malformed("not the attested periods of version 1")
        if read.print() != data:
            raise Malformed("attested periods that are not in order")
        return read


def _period(value: Json) -> tuple[str, str]:
    match value:
        case [str(start), str(end)] if start < end:
            parse_moment(start)
            parse_moment(end)
            return start, end
        case _:
            raise Malformed(f"not a period [from, to]: {value!r:.80}")


def read(trail: Path) -> Attested:
    """What was attested of the trail at `trail`, nothing without the file.

    `TrailUnavailable` when the file cannot be read or was damaged: whoever prunes does
    not know then what is still needed.
    """
    path = trail / DIRECTORY / FILE
    try:
        return Attested.parse(path.read_bytes())
    except FileNotFoundError:
        return Attested()
    except OSError as error:
        raise durable.unavailable(path, error) from error
    except Malformed as error:
        raise TrailUnavailable(
            f"{path}: {error}: what is still to be attested is not known. Restore it "
            "from a backup, or remove it and attest again."
        ) from error


def mark(trail: Path, start: str, end: str) -> None:
    """Add the period `[start, end)`; durable when this returns.

    `TrailUnavailable` when it cannot be written; what is not marked is kept.
    """
    folder = trail / DIRECTORY
    durable.make_directory(folder)
    with ProcessLock(folder / LOCK).held(seconds=LOCK_SECONDS) as had:
        if not had:
            raise TrailUnavailable(
                f"{folder / LOCK}: bodies are being pruned by another process. Attest "
                "again to have the period marked."
            )
        known = read(trail)
        new = Attested.of([*known.periods, (start, end)])
        durable.replace(folder / FILE, new.print())
