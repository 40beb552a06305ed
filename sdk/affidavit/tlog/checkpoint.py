"""Tree heads as signed text (c2sp.org/tlog-checkpoint).

Knows the three header lines and extension lines. Knows nothing of files and clocks, and
cannot know whether two heads agree: whoever signs must have made the head durable
before, and must never sign two that no consistency proof joins.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Protocol

from affidavit.errors import Malformed, SignatureInvalid
from affidavit.keys import Signer
from affidavit.tlog.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from affidavit.tlog.note import OpenedNote, check_text, sign_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's name, its number of entries and their root; unsigned as such."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines, opaque; the specification advises against any."""

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            raise Malformed(f"a checkpoint of {self.size} entries: 0 to 2^63 - 1")
        if len(self.root) != HASH_BYTES:
            raise Malformed(f"a root has {HASH_BYTES} bytes, got {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Malformed("a checkpoint of no entries with a root of some")
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise Malformed("origin and extensions are lines that are not empty")
        check_text(self.text)

    @property
    def text(self) -> str:
        """The note text: what a log signs and a witness cosigns."""
        encoded = base64.b64encode(self.root).decode()
        lines = (self.origin, str(self.size), encoded, *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text; `Malformed` unless `text` would print exactly it."""
        match text.split("\n"):
            case [origin, size, root, *extensions, ""]:
                parsed = cls(origin, _size(size), _root(root), tuple(extensions))
            case _:
                raise Malformed(f"not a checkpoint of three lines: {text!r:.200}")
        if parsed.text != text:
            raise Malformed(f"a checkpoint in no canonical form: {text!r:.200}")
        return parsed


def sign(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The checkpoint as a note, signed under the key name that is its origin.

    A crash before these bytes are durable leaves nothing behind; once they were shown
    to anyone, no other root for this size may ever be signed.
    """
    return sign_note(checkpoint.text, [(checkpoint.origin, signer)])


class HeadKeys(Protocol):
    """A log's key, or all that a verifier pins of it (`logkeys`)."""

    @property
    def name(self) -> str:
        """The log's origin."""

    def open(self, data: bytes) -> OpenedNote:
        """The note in `data`, if they signed it."""


def open_checkpoint(data: bytes, vkey: HeadKeys) -> Checkpoint:
    """The checkpoint in a note that the log's key signed.

    `SignatureInvalid` when it did not, or when the origin is not the key's name;
    `Malformed` when it is no note or no checkpoint.
    """
    checkpoint = Checkpoint.parse(vkey.open(data).text)
    if checkpoint.origin != vkey.name:
        raise SignatureInvalid(
            f"the checkpoint is of {checkpoint.origin!r}, the trusted key is of "
            f"{vkey.name!r}: a log signs its own origin only"
        )
    return checkpoint


def _size(line: str) -> int:
    if len(line) > len(str(MAX_SIZE)) or not (line.isascii() and line.isdecimal()):
        raise Malformed(f"a tree size that is not a number: {line!r:.80}")
    return int(line)


def _root(line: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed(f"a root hash that is not base64: {line!r:.80}") from error
