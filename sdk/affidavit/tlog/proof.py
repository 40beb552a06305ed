"""One entry's inclusion in a log, as one file (c2sp.org/tlog-proof@v1).

Knows the text format and how its three parts prove one another. Knows nothing of tiles:
the hashes come from `merkle.inclusion_proof`, the checkpoint from whoever keeps it.
"""

import base64
import binascii
from dataclasses import dataclass

from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint, HeadKeys, open_checkpoint
from affidavit.tlog.merkle import (
    HASH_BYTES,
    MAX_SIZE,
    Inclusion,
    leaf_hash,
    verify_inclusion,
)
from affidavit.tlog.note import MAX_NOTE_BYTES, parse_note

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA_BYTES = 1 << 16
MAX_PROOF_BYTES = MAX_NOTE_BYTES + (1 << 17)
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An inclusion proof with the checkpoint that it leads to. Unverified."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, verbatim, with the witnesses' lines where there are any."""
    extra: bytes | None = None
    """Unauthenticated; None or not empty."""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            raise Malformed(f"no log has an entry {self.index}")
        if len(self.hashes) > _MAX_HASHES:
            raise Malformed(f"a proof of {len(self.hashes)} hashes; 63 suffice for any")
        if any(len(item) != HASH_BYTES for item in self.hashes):
            raise Malformed(f"a proof's hashes have {HASH_BYTES} bytes each")
        if self.extra is not None and not 0 < len(self.extra) <= MAX_EXTRA_BYTES:
            raise Malformed(f"extra data has 1 to {MAX_EXTRA_BYTES} bytes")
        Checkpoint.parse(parse_note(self.checkpoint).text)

    def encode(self) -> bytes:
        """The content of a `.tlog-proof` file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(item).decode() for item in self.hashes]
        head = "".join(f"{line}\n" for line in lines)
        return head.encode() + b"\n" + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a `.tlog-proof` file; `Malformed` unless `encode` would print it."""
        if len(data) > MAX_PROOF_BYTES:
            raise Malformed(f"a proof of {len(data)} bytes exceeds {MAX_PROOF_BYTES}")
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank or not head.isascii():
            raise Malformed("not a proof: no blank line before its checkpoint")
        match head.decode("ascii").split("\n"):
            case [_, extra, index, *hashes] if extra.startswith("extra "):
                parsed = cls(*_head(index, hashes), checkpoint, _base64(extra[6:]))
            case [_, index, *hashes]:
                parsed = cls(*_head(index, hashes), checkpoint)
            case _:
                raise Malformed("not a proof: its index is missing")
        if parsed.encode() != data:
            raise Malformed("a proof in no canonical form, or of an unknown version")
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEntry:
    """Evidence: the log signed `checkpoint`, whose tree holds the entry at `index`."""

    checkpoint: Checkpoint
    inclusion: Inclusion


def verify_proof(proof: TlogProof, entry: bytes, vkey: HeadKeys) -> ProvenEntry:
    """Check that the log of `vkey` holds `entry` (the bytes that were logged).

    `SignatureInvalid` when the log did not sign the checkpoint, `BrokenTrail` when the
    proof does not lead from the entry to it. Witnesses' lines are `witness`'s to check.
    """
    checkpoint = open_checkpoint(proof.checkpoint, vkey)
    inclusion = verify_inclusion(
        leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root
    )
    return ProvenEntry(checkpoint=checkpoint, inclusion=inclusion)


def _head(index: str, hashes: list[str]) -> tuple[int, tuple[bytes, ...]]:
    word, _, number = index.partition(" ")
    if word != "index" or not number.isdecimal() or len(number) > len(str(MAX_SIZE)):
        raise Malformed(f"not the index of a proof: {index!r:.80}")
    if len(hashes) > _MAX_HASHES:
        raise Malformed(f"a proof of {len(hashes)} hashes; 63 suffice for any")
    return int(number), tuple(_base64(line) for line in hashes)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed(f"not base64: {text!r:.80}") from error
