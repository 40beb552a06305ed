"""ML-DSA-44 lines on checkpoints (c2sp.org/tlog-cosignature, type 0x06).

Knows the message, subtree/v1 over the whole tree, and the key's text. A log puts such a
line beside its Ed25519 one, under the same name: who fears for Ed25519 pins both.
"""

import struct
from dataclasses import dataclass

from affidavit.errors import Malformed, SignatureInvalid
from affidavit.keys.mldsa import SIGNATURE_BYTES, MlDsaSigner, MlDsaVerifier
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import (
    NoteSignature,
    SignatureType,
    check_name,
    key_id,
    parse_vkey,
    print_vkey,
)

MAX_TIME = (1 << 63) - 1
MAX_NAME_BYTES = 255
_TIME = struct.Struct(">Q")
_LABEL = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class MlDsaKey:
    """A named ML-DSA-44 key for checkpoints, as `open_note` takes it."""

    name: str
    verifier: MlDsaVerifier

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """4 bytes that tell which key and algorithm made a signature."""
        return key_id(self.name, SignatureType.ML_DSA_44, self.verifier.public)

    def verify(self, signature: bytes, text: bytes) -> None:
        """Return when this key signed the checkpoint `text`, at its own time."""
        if len(signature) != _TIME.size + SIGNATURE_BYTES:
            raise SignatureInvalid(f"an ML-DSA-44 line of {len(signature)} bytes")
        (time,) = _TIME.unpack_from(signature)
        if time > MAX_TIME:
            raise SignatureInvalid(f"a signature of the impossible time {time}")
        try:
            head = Checkpoint.parse(text.decode())
            message = _message(head, self.name, time)
        except (Malformed, UnicodeDecodeError) as error:
            raise SignatureInvalid(f"signs no checkpoint: {error}") from error
        self.verifier.verify(signature[_TIME.size :], message)

    @classmethod
    def parse(cls, text: str) -> "MlDsaKey":
        """Read a vkey of type 0x06; anything else is `KeyUnusable`."""
        name, public = parse_vkey(text, SignatureType.ML_DSA_44)
        return cls(name, MlDsaVerifier(public))

    def __str__(self) -> str:
        return print_vkey(self.name, SignatureType.ML_DSA_44, self.verifier.public)


def sign_head(
    checkpoint: Checkpoint, signer: MlDsaSigner, *, time: int
) -> NoteSignature:
    """The log's own line for `checkpoint`; `time` in POSIX seconds."""
    if not 0 <= time <= MAX_TIME:
        raise Malformed(f"a checkpoint cannot be signed at the time {time}")
    name = checkpoint.origin
    key = MlDsaKey(name, signer.verifier)
    signature = signer.sign(_message(checkpoint, name, time))
    return NoteSignature(name, key.key_id, _TIME.pack(time) + signature)


def _message(checkpoint: Checkpoint, name: str, time: int) -> bytes:
    """Extension lines are not covered; checkpoints of trails have none."""
    start = _TIME.pack(0)
    return b"".join(
        (
            _LABEL,
            _named(name),
            _TIME.pack(time),
            _named(checkpoint.origin),
            start,
            _TIME.pack(checkpoint.size),
            checkpoint.root,
        )
    )


def _named(name: str) -> bytes:
    data = name.encode()
    if len(data) > MAX_NAME_BYTES:
        raise Malformed(f"a name of {len(data)} bytes cannot be signed over: {name!r}")
    return bytes([len(data)]) + data
