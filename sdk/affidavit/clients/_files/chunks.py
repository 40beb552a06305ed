"""Uploads in parts that this process has begun: how far each was read.

Knows which parts the provider took, in which order they were inspected, and the state
to go on from. Knows no policy. What a part means depends on the parts before it, so a
part that was inspected while another was on its way is a stray: nobody saw its lines
where they stand in the file. Needs no lock, so that a fork leaves none behind.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from affidavit.clients._files.summary import Summary
from affidavit.clients._governor import Governor

MOST_UPLOADS = 256
MOST_CARRIED = 32 << 20
"""Bytes of incomplete lines that all open uploads may keep together."""


class Position:
    """A file up to the end of one part."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self._free = [True]  # popped by the part that goes on from here, atomically

    def claim(self) -> bool:
        """Whether nobody else goes on from here; from now on somebody does."""
        try:
            return self._free.pop()
        except IndexError:
            return False


@dataclass(slots=True, eq=False)
class Upload:
    """One upload in parts."""

    position: Position
    order: list[str] = field(default_factory=list)
    """Parts that the provider took, in the order in which they were inspected."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each part."""

    def accept(self, part: str, digest: str, base: Position, reached: Position) -> None:
        """The provider took `part`, which was inspected from `base` to `reached`."""
        self.digests[part] = digest
        if base is self.position and base.claim():
            self.position = reached
            self.order.append(part)


class Chunks:
    """The open uploads of one governor, by the provider's identifier."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Upload] = OrderedDict()

    def begin(self, name: str, summary: Summary) -> None:
        """The provider opened an upload."""
        self._open[name] = Upload(position=Position(summary))
        self.trim()

    def find(self, name: str) -> Upload | None:
        """The upload, if it was begun here and is still open."""
        return self._open.get(name)

    def forget(self, name: str) -> None:
        """The upload is complete or cancelled."""
        self._open.pop(name, None)

    def trim(self) -> None:
        """Give up the oldest uploads beyond the bounds: they must be begun again."""
        uploads = list(self._open.items())
        carried = sum(upload.position.summary.carried for _, upload in uploads)
        excess = len(uploads) - MOST_UPLOADS
        for name, upload in uploads[:-1]:
            if excess <= 0 and carried <= MOST_CARRIED:
                return
            self.forget(name)
            excess -= 1
            carried -= upload.position.summary.carried


_of_governors: WeakKeyDictionary[Governor, Chunks] = WeakKeyDictionary()


def of(governor: Governor) -> Chunks:
    """Uploads belong to a governor: any client that asks it may send their parts."""
    return _of_governors.setdefault(governor, Chunks())
