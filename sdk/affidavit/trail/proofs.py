"""Proofs that a trail's own tiles yield, for whoever hands out single records.

Knows where a record stands and which hashes prove it. What is made here is as true as
the tiles that it was made from: verify it before it is handed out (`tlog.proof`).
"""

import re
from collections.abc import Callable

from affidavit.errors import Incomplete, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import inclusion_proof
from affidavit.tlog.note import parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.tiles import subtree_reader
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


def inclusion(reader: TrailReader, index: int, entry: bytes) -> TlogProof:
    """That the checkpoint's tree holds `entry` at `index`; carries the entry along."""
    note = reader.checkpoint_bytes()
    size = Checkpoint.parse(parse_note(note).text).size
    try:
        subtrees = subtree_reader(reader.read, size)
        hashes = inclusion_proof(index, size, subtrees)
    except FileNotFoundError as error:
        raise TrailUnavailable(
            f"{error}: missing, and the checkpoint says that it exists. Restore it "
            "from a backup."
        ) from error
    return TlogProof(index=index, hashes=hashes, checkpoint=note, extra=entry)
