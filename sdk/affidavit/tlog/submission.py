"""What a log says to a witness, and how a witness decides (c2sp.org/tlog-witness).

Knows the body of `add-checkpoint` and the order of the specification's checks. Knows
nothing of HTTP, disks or clocks: what the witness has seen comes in as a value, and
whoever carries a decision out has made it durable before anyone hears of it.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from affidavit.errors import BrokenTrail, Malformed, SignatureInvalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE, verify_consistency
from affidavit.tlog.note import (
    MAX_NOTE_BYTES,
    Note,
    NoteSignature,
    VerifierKey,
    open_note,
    parse_note,
)

MAX_HASHES = 63
MAX_SUBMISSION_BYTES = 64 << 10
"""No checkpoint of a few dozen signatures comes near; what is longer is refused."""
SIZE_TYPE = "text/x.tlog.size"
"""Content type of the answer that tells the size that the witness has."""

Trust: TypeAlias = Mapping[str, Sequence[VerifierKey]]
"""Origin → the log's keys."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A new tree head, and why it extends the one of `old` entries. Unverified."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, verbatim."""

    def __post_init__(self) -> None:
        if not 0 <= self.old <= MAX_SIZE:
            raise Malformed(f"no log has {self.old} entries")
        if len(self.hashes) > MAX_HASHES:
            raise Malformed(f"a proof of {len(self.hashes)} hashes; 63 suffice for any")
        if any(len(each) != HASH_BYTES for each in self.hashes):
            raise Malformed(f"a proof's hashes have {HASH_BYTES} bytes each")
        if len(self.checkpoint) > MAX_NOTE_BYTES:
            raise Malformed("a checkpoint longer than any note")

    def encode(self) -> bytes:
        """The body of a request."""
        lines = [f"old {self.old}"]
        lines += [base64.b64encode(each).decode() for each in self.hashes]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "Submission":
        """Read a body; `Malformed` unless `encode` would print exactly it."""
        if len(data) > MAX_SUBMISSION_BYTES:
            raise Malformed(f"a submission of {len(data)} bytes")
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank or not head.isascii():
            raise Malformed("not a submission: no blank line before its checkpoint")
        first, *rest = head.decode("ascii").split("\n")
        word, _, number = first.partition(" ")
        if word != "old" or len(rest) > MAX_HASHES:
            raise Malformed("not a submission: `old N` and at most 63 hashes")
        parsed = cls(parse_size(number), tuple(map(_hash, rest)), checkpoint)
        if parsed.encode() != data:
            raise Malformed("a submission in no canonical form")
        return parsed


class Status(IntEnum):
    """The statuses of the specification, by the name of what they say."""

    COSIGNED = 200
    MALFORMED = 400
    UNTRUSTED = 403
    UNKNOWN = 404
    CONFLICT = 409
    INCONSISTENT = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a witness does not cosign."""

    status: Status
    because: str
    size: int | None = None
    """With `CONFLICT`, the size that the witness has."""
    signed: Checkpoint | None = None
    """A head that the log did sign and that contradicts: proof that it misbehaved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A head that the log signed and that extends the one seen before.

    Only `decide` makes one. Whoever cosigns it has persisted it before.
    """

    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]
    """The log's own lines, verified; others were dropped."""

    @property
    def note(self) -> Note:
        """The head with the log's verified lines, to add cosignatures to."""
        return Note(self.checkpoint.text, self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A head under the trusted signature of its log; nothing else is known of it."""

    submission: Submission
    checkpoint: Checkpoint
    signatures: tuple[NoteSignature, ...]


def authenticate(body: bytes, trust: Trust) -> Signed | Refusal:
    """The checks that need no memory: form, origin, signature, old size.

    They come first so that nobody without a trusted key can make a witness read or
    lock anything.
    """
    try:
        submission = Submission.parse(body)
        note = parse_note(submission.checkpoint)
    except Malformed as error:
        return Refusal(status=Status.MALFORMED, because=str(error))
    origin = note.text.partition("\n")[0]
    keys = trust.get(origin)
    if keys is None:
        return Refusal(status=Status.UNKNOWN, because=f"unknown log: {origin!r:.200}")
    try:
        opened = open_note(submission.checkpoint, keys)
        checkpoint = Checkpoint.parse(opened.text)
    except SignatureInvalid as error:
        return Refusal(status=Status.UNTRUSTED, because=str(error))
    except Malformed as error:
        # A head without entries has one possible root; the specification counts any
        # other as a tree that does not fit, not as a request that cannot be read.
        empty = note.text.split("\n")[1:2] == ["0"]
        status = Status.INCONSISTENT if empty else Status.MALFORMED
        return Refusal(status=status, because=str(error))
    if submission.old > checkpoint.size:
        because = f"old {submission.old} is more than the checkpoint's size"
        return Refusal(status=Status.MALFORMED, because=because)
    return Signed(
        submission=submission, checkpoint=checkpoint, signatures=opened.verified
    )


def decide(signed: Signed, seen: Checkpoint | None) -> Accepted | Refusal:
    """Whether `signed` extends what was `seen` of its log (None: nothing yet)."""
    submission, new = signed.submission, signed.checkpoint
    size, root = (0, EMPTY_ROOT) if seen is None else (seen.size, seen.root)
    if submission.old != size:
        return Refusal(
            status=Status.CONFLICT,
            because=f"the proof is from {submission.old}, this witness has {size}",
            size=size,
        )
    try:
        verify_consistency(size, root, new.size, new.root, submission.hashes)
    except BrokenTrail as error:
        return Refusal(
            status=Status.INCONSISTENT,
            because=str(error),
            signed=new if new.size == size and size else None,
        )
    return Accepted(checkpoint=new, signatures=signed.signatures)


def print_size(size: int) -> bytes:
    """The body of a conflict's answer."""
    return b"%d\n" % size


def read_size(body: bytes) -> int:
    """The size in a conflict's answer; `Malformed` unless `print_size` prints it."""
    text = body.decode("ascii", "replace")
    size = parse_size(text.removesuffix("\n"))
    if print_size(size) != body:
        raise Malformed(f"not a tree size: {text!r:.80}")
    return size


def parse_size(text: str) -> int:
    """A tree size in its one decimal form; else `Malformed`."""
    if len(text) > len(str(MAX_SIZE)) or not (text.isascii() and text.isdecimal()):
        raise Malformed(f"not a tree size: {text!r:.80}")
    return int(text)


def _hash(line: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed(f"not a hash in base64: {line!r:.80}") from error
