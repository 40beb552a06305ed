"""Cosignatures: what somebody else saw of a log, and when (c2sp.org/tlog-cosignature).

Knows cosignature/v1 (Ed25519, type 0x04). Knows nothing of HTTP, and does not decide
whether to cosign: a witness first checks that the tree only grew, then signs here.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from affidavit.errors import Malformed, SignatureInvalid
from affidavit.keys import SIGNATURE_BYTES, Signer, Verifier
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import (
    NoteSignature,
    SignatureType,
    check_name,
    key_id,
    open_note,
    parse_vkey,
    print_vkey,
)

MAX_TIME = (1 << 63) - 1
_TIME = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's name and key, as `open_note` and `open_cosignatures` take it."""

    name: str
    verifier: Verifier

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """4 bytes; differ from those of the same key used for plain notes."""
        return key_id(self.name, SignatureType.COSIGNATURE, self.verifier.public)

    def verify(self, signature: bytes, text: bytes) -> None:
        """Return when this is the witness's cosignature of `text`, at its own time."""
        time, raw = split_cosignature(signature)
        self.verifier.verify(raw, _message(text, time))

    @classmethod
    def parse(cls, text: str) -> "WitnessKey":
        """Read a vkey of type 0x04; anything else is `KeyUnusable`."""
        name, public = parse_vkey(text, SignatureType.COSIGNATURE)
        return cls(name, Verifier(public))

    def __str__(self) -> str:
        return print_vkey(self.name, SignatureType.COSIGNATURE, self.verifier.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """Evidence: at `time` this was the largest consistent tree the witness had seen."""

    witness: str
    time: int
    """POSIX seconds, by the witness's clock."""
    checkpoint: Checkpoint


def cosign(
    checkpoint: Checkpoint, name: str, signer: Signer, *, time: int
) -> NoteSignature:
    """The witness `name`'s signature line for `checkpoint`; `time` in POSIX seconds.

    Whoever calls must have persisted, before, that this is the largest tree seen.
    """
    if not 0 <= time <= MAX_TIME:
        raise Malformed(f"a cosignature cannot be of the time {time}")
    key = WitnessKey(name, signer.verifier)
    signature = signer.sign(_message(checkpoint.text.encode(), time))
    return NoteSignature(name, key.key_id, _TIME.pack(time) + signature)


def open_cosignatures(
    data: bytes, witnesses: Sequence[WitnessKey]
) -> tuple[Cosignature, ...]:
    """The cosignatures of trusted witnesses on a checkpoint; one per witness.

    `SignatureInvalid` when none of them signed or one line does not verify. Does not
    check the log's own signature: `open_checkpoint` does.
    """
    note = open_note(data, witnesses)
    checkpoint = Checkpoint.parse(note.text)
    return tuple(
        Cosignature(
            witness=signature.name,
            time=split_cosignature(signature.signature)[0],
            checkpoint=checkpoint,
        )
        for signature in note.verified
    )


def split_cosignature(signature: bytes) -> tuple[int, bytes]:
    """POSIX seconds and the 64-byte signature; else `SignatureInvalid`."""
    if len(signature) != _TIME.size + SIGNATURE_BYTES:
        raise SignatureInvalid(f"a cosignature of {len(signature)} bytes instead of 72")
    (time,) = _TIME.unpack_from(signature)
    if time > MAX_TIME:
        raise SignatureInvalid(f"a cosignature of the impossible time {time}")
    return time, signature[_TIME.size :]


def _message(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text
