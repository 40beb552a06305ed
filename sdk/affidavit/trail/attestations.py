"""Which attestations of a trail were made: what the next one goes on from.

Files under `attestations/` of the trail, one for each statement; outside of the tree,
so that attesting leaves the trail as it was and the same period gives the same
statement. Unsigned but for the checkpoint within: losing one costs a proof, forging one
shows in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from affidavit import canonical, durable
from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.trail.record import parse_moment

DIRECTORY = "attestations"
VERSION = 1
MAX_BYTES = 64 << 10
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One attestation."""

    start: str
    end: str
    """The period, half-open, as records print times."""
    statement: str
    """SHA-256 of the statement's payload, hex."""
    size: int
    root: bytes
    checkpoint: bytes
    """The tree head's signed note."""

    def print(self) -> bytes:
        """The file."""
        return canonical.dumps(
            {
                "v": VERSION,
                "period": {"from": self.start, "to": self.end},
                "statement": self.statement,
                "size": self.size,
                "root": self.root.hex(),
                "checkpoint": self.checkpoint.decode(),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Remembered":
        """Read exactly what `print` prints, else `Malformed`."""
        match canonical.loads(data):
            case {
                "v": 1,
                "period": {"from": str(start), "to": str(end)},
                "statement": str(statement),
                "size": int(size),
                "root": str(root),
                "checkpoint": str(note),
            } if _HEX.fullmatch(statement) and _HEX.fullmatch(root) and start < end:
                parse_moment(start)
                parse_moment(end)
                read = cls(
                    start=start,
                    end=end,
                    statement=statement,
                    size=size,
                    root=bytes.fromhex(root),
                    checkpoint=note.encode(),
                )
            case _:
                raise Malformed("not an attestation that a trail remembers")
        head = Checkpoint.parse(parse_note(read.checkpoint).text)
        if read.print() != data or (head.size, head.root) != (read.size, read.root):
            raise Malformed("an attestation in another form, or of another tree head")
        return read

    @property
    def name(self) -> str:
        """The file's: sorted by name is sorted by the period's end."""
        return f"{_plain(self.end)}-{_plain(self.start)}-{self.statement[:16]}.json"


def _plain(at: str) -> str:
    return re.sub(r"[^0-9TZ]", "", at)


def remember(trail: Path, attestation: Remembered) -> None:
    """Note it; durable when this returns. `TrailUnavailable` when it cannot be."""
    folder = trail / DIRECTORY
    durable.make_directory(folder)
    # A crash leaves a file of another name, and the attestation not remembered.
    durable.replace(folder / attestation.name, attestation.print(), mode=0o644)


def before(trail: Path, start: str) -> Remembered | None:
    """The first of the latest period that ended at `start` or sooner, else None.

    The first, so that attesting that period once more does not change what a later
    one goes on from. Files that cannot be read count as missing: they prove nothing.
    """
    found = [each for each in _all(trail) if each.end <= start]
    latest = max((each.end for each in found), default=None)
    of_latest = [each for each in found if each.end == latest]
    return min(of_latest, key=lambda each: (each.size, each.name), default=None)


def _all(trail: Path) -> Iterator[Remembered]:
    for path in sorted((trail / DIRECTORY).glob("*.json")):
        try:
            with path.open("rb") as file:
                yield Remembered.parse(file.read(MAX_BYTES))
        except (OSError, Malformed):
            continue
