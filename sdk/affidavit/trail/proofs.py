"""Proofs that a trail's own tiles yield, for whoever hands out single records.

Knows where a record stands and which hashes prove it. What is made here is as true as
the tiles that it was made from: verify it before it is handed out (`tlog.proof`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from affidavit.errors import Incomplete, Malformed, SignatureInvalid
from affidavit.tlog.checkpoint import Checkpoint, HeadKeys, open_checkpoint
from affidavit.tlog.merkle import (
    HASH_BYTES,
    Subtrees,
    consistency_proof,
    inclusion_proof,
    prefix_root,
)
from affidavit.tlog.note import parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.tiles import Tile, subtree_reader
from affidavit.trail.anchors import COSIGNED, AnchorStore
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, decode

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def locate(
    reader: TrailReader,
    identifier: str,
    kind: Kind,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, bytes]:
    """Index and bytes of the sealed entry with this id and kind.

    Ids are searched for from the newest on. `Incomplete` when there is none under the
    checkpoint: it may not be sealed yet.
    """
    size = reader.head().size
    if _ID.fullmatch(identifier):
        wanted = f'"id":"{identifier}"'.encode()
        for start in range((size - 1) // 256 * 256, -1, -256):
            end = min(start + 256, size)
            if progress is not None:
                progress(size - start, size)
            for index, entry in reader.entries(start, end):
                if wanted in entry and decode(entry).kind is kind:
                    return index, entry
    raise Incomplete(
        f"{reader.path}: no {kind.value} {identifier[:64]!r} among the {size} sealed "
        "records. `affidavit trail show` lists ids; a record of the last second is "
        "sealed a second later."
    )


def cosigned(reader: TrailReader, index: int, key: HeadKeys) -> bytes | None:
    """The head of `key` over the record at `index` that most witnesses have cosigned,
    with their lines; of several the newest. None where there is none.

    A proof that leads to it is one that witnesses vouch for. Their lines are not
    checked here: they were before they were kept. `Malformed` and `TrailUnavailable`
    for evidence that cannot be read.
    """
    found, most = None, 0
    for name, note in AnchorStore.of(reader.path).cosigned(index):
        try:
            count = len(witnesses_of(note))
            if count > most and open_checkpoint(note, key).size > index:
                found, most = note, count
        except SignatureInvalid:
            continue  # of another key of the log's: a rotation lies between
        except Malformed as error:
            raise Malformed(f"{reader.path / name}/{COSIGNED}: {error}") from error
    return found


def witnesses_of(note: bytes) -> tuple[str, ...]:
    """Names on the lines of a checkpoint that are not its origin's; unchecked."""
    opened = parse_note(note)
    origin = Checkpoint.parse(opened.text).origin
    names = (each.name for each in opened.signatures)
    return tuple(dict.fromkeys(each for each in names if each != origin))


def inclusion(
    reader: TrailReader, index: int, entry: bytes, note: bytes | None = None
) -> TlogProof:
    """That a head's tree holds `entry` at `index`; carries the entry along.

    `note` is that head, a signed one of this trail's; by default its checkpoint.
    `BrokenTrail` when a tile is missing.
    """
    note = reader.checkpoint_bytes() if note is None else note
    size = Checkpoint.parse(parse_note(note).text).size
    # Each subtree of a smaller tree is one of the present tree, whose tiles are there.
    subtrees = _subtrees(reader, max(size, reader.head().size))
    hashes = inclusion_proof(index, size, subtrees)
    return TlogProof(index=index, hashes=hashes, checkpoint=note, extra=entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What the tiles say of two sizes of one trail. Unverified."""

    old_root: bytes
    """Root of the first records now, whatever it was when there were no others."""
    hashes: tuple[bytes, ...]
    """The consistency proof (RFC 6962 §2.1.2)."""


def consistency(reader: TrailReader, old: int, new: int) -> Extension:
    """That the first `new` records begin with the first `old`; both are sealed.

    `Incomplete` when the trail has not so many records, `BrokenTrail` when a tile is
    missing.
    """
    size = reader.head().size
    if not 0 <= old <= new <= size:
        raise Incomplete(
            f"{reader.path}: {size} records are sealed; there is no proof from {old} "
            f"to {new} of them."
        )
    subtrees = _subtrees(reader, size)  # of the present tree, as for one record
    return Extension(
        old_root=prefix_root(old, subtrees),
        hashes=consistency_proof(old, new, subtrees),
    )


def _subtrees(reader: TrailReader, size: int) -> Subtrees:
    """Those of the trail's tiles, whichever width they have grown to meanwhile."""

    def read(path: str) -> bytes:
        tile = Tile.parse(path)
        data, _ = reader.tile(tile)
        return data[: tile.width * HASH_BYTES]

    return subtree_reader(read, size)
