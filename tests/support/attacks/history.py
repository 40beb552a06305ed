"""Histories that hold together, in place of the one that was: ends cut off, older
copies put back, the whole trail written anew.

With the real key these are perfect, and a verifier who sees them for the first time can
only say so. Whoever kept something from before finds them.
"""

import base64
import json
from collections.abc import Callable

from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey
from support import trails
from support.attacks.ground import WIDTH, Ground, Kept
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited, Who, marked

FORGER = Ed25519Signer.from_seed(b"f" * 32)
KEPT = frozenset({Held.OLDER, Held.WITNESS, Held.STAMP})
"""What finds a changed past."""
SHORTER = frozenset({Held.OLDER, Held.WITNESS, Held.STAMP, Held.SIZE, Held.AGE})
CUT = "cut back to an earlier checkpoint"
REWRITTEN = "rewritten whole by whoever holds its key"


def _more_than(ground: Ground, count: int) -> None:
    if ground.size <= count:
        raise Unsuited(f"has no more than {count} records")


def drop_last_three(ground: Ground) -> Mark:
    """Without the key: the checkpoint still tells how many there were."""
    last = (ground.size - 1) // WIDTH
    entries = ground.bundle(last)
    if len(entries) <= 3:
        raise Unsuited("has three records or fewer in its last bundle")
    ground.put_entries(last, entries[:-3])
    return marked("entry", ground.size - 3)


def drop_last_three_resealed(ground: Ground) -> Mark:
    _more_than(ground, 3)
    ground.seal(ground.records[:-3])
    return Mark()


def older_state(ground: Ground) -> Mark:
    """An older copy of everything, as a backup has it; taking one needs no key, making
    one for this suite does.
    """
    _more_than(ground, 1)
    ground.seal(ground.records[: ground.size // 2])
    return Mark()


def older_checkpoint(ground: Ground) -> Mark:
    """Only the file `checkpoint` is older; everything else stays."""
    _more_than(ground, 1)
    half = ground.size // 2
    leaves = [trails.leaf(each.entry) for each in ground.records[:half]]
    note = ground.note(half, trails.root(leaves))
    if half % WIDTH and not ground.at("tile/entries", half // WIDTH).exists():
        raise Unsuited("has no bundle there")
    (ground.path / "checkpoint").write_bytes(note)
    return Mark()


def older_state_file(ground: Ground) -> Mark:
    _more_than(ground, 1)
    half = ground.size // 2
    head = trails.root([trails.leaf(each.entry) for each in ground.records[:half]])
    path = ground.path / "state"
    told = json.loads(path.read_bytes())
    path.write_bytes(trails.canonical({**told, "root": head.hex(), "size": half}))
    return Mark(text="put back from an older copy")


def _changed(ground: Ground) -> list[Kept]:
    at = ground.find(
        lambda index, each: index > 0 and each.salted is not None, "body to change"
    )
    records = list(ground.records)
    records[at] = records[at].saying(purpose="harmless")
    return records


def rewrite(ground: Ground) -> Mark:
    ground.seal(_changed(ground))
    return Mark()


def rewrite_first_record(ground: Ground) -> Mark:
    records = list(ground.records)
    records[0] = records[0].saying(remark="as it always was")
    ground.seal(records)
    return Mark()


def relabel(ground: Ground) -> Mark:
    """The record tells another purpose, label included."""
    named = ground.named_by_pruning()
    at = ground.find(
        lambda index, each: "labels" in each.fields and index not in named,
        "labelled decision that no pruning record names",
    )
    records = list(ground.records)
    labels = {**records[at].fields["labels"], "purpose": "AAAAAAAAAAAAAAAAAAAAAA"}
    records[at] = records[at].saying(purpose="harmless").changed(labels=labels)
    ground.seal(records)
    return Mark()


def erase_call(ground: Ground) -> Mark:
    """One call is gone, its outcome too, and those behind it are numbered anew."""
    at = ground.find(lambda _, each: each.fields["kind"] == "decision", "decision")
    ground.may_shift(at)
    gone = ground.records[at].id
    writer = ground.records[at].fields["writer"]
    kept = []
    seq = 0
    for each in ground.records:
        if each.id == gone:
            continue
        own = each.fields["writer"] == writer
        kept.append(each.changed(seq=seq) if own else each)
        seq += own
    ground.seal(kept)
    return Mark()


def rewrite_other_key(ground: Ground) -> Mark:
    ground.seal(ground.records, signer=FORGER)
    return marked("checkpoint", only=True)


def rewrite_with_own_genesis(ground: Ground) -> Mark:
    """Whole in itself: genesis, checkpoint and key agree. The key is never taken from
    the trail.
    """
    key = str(VerifierKey(ground.origin, FORGER.verifier))
    records = list(ground.records)
    if records[0].salted is None:
        raise Unsuited("has no genesis body left")
    records[0] = records[0].saying(key=key)
    ground.seal(records, signer=FORGER)
    return Mark(
        index=0,
        id=records[0].id,
        faults=frozenset({("checkpoint", None), ("genesis", 0)}),
        only=True,
    )


def other_origin(ground: Ground) -> Mark:
    """The same company's other, harmless trail: same key, another name."""
    records = list(ground.records)
    if records[0].salted is None:
        raise Unsuited("has no genesis body left")
    name = ground.origin + "/harmless"
    records[0] = records[0].saying(origin=name)
    ground.seal(records, origin=name)
    return Mark(
        index=0,
        id=records[0].id,
        faults=frozenset({("checkpoint", None), ("genesis", 0)}),
    )


def edit_checkpoint(ground: Ground) -> Mark:
    path = ground.path / "checkpoint"
    lines = path.read_text("utf-8").split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    path.write_text("\n".join(lines), "utf-8")
    faults = frozenset({("checkpoint", None), ("root", None)})
    return Mark(faults=faults)


def replace_checkpoint(ground: Ground) -> Mark:
    """A true checkpoint, of another trail of as many records."""
    other = ground.other()
    note = trails.checkpoint(other.origin, ground.size, bytes(32), other.signer)
    (ground.path / "checkpoint").write_bytes(note)
    return marked("checkpoint")


def damage_checkpoint(ground: Ground) -> Mark:
    (ground.path / "checkpoint").write_bytes(b"nothing to see here\n")
    return Mark()


def _found(
    name: str,
    does: str,
    perform: Callable[[Ground], Mark],
    said: Said = Said.NAMED,
    who: Who = Who.FILES,
) -> Attack:
    return Attack(name=name, does=does, who=who, perform=perform, said=said)


def _hidden(
    name: str,
    does: str,
    perform: Callable[[Ground], Mark],
    admits: str,
    found_by: frozenset[Held],
    who: Who = Who.KEY,
) -> Attack:
    return Attack(
        name=name,
        does=does,
        who=who,
        perform=perform,
        said=Said.OUT_OF_REACH,
        admits=admits,
        found_by=found_by,
    )


ATTACKS = (
    _found("drop-last-three", "drops the last three records", drop_last_three),
    _hidden(
        "drop-last-three-resealed",
        "drops the last three records and signs the rest",
        drop_last_three_resealed,
        CUT,
        SHORTER,
    ),
    _hidden(
        "older-state",
        "puts an older copy of the whole trail back",
        older_state,
        CUT,
        SHORTER,
        Who.FILES,
    ),
    _hidden(
        "older-checkpoint",
        "puts an older checkpoint back",
        older_checkpoint,
        CUT,
        SHORTER,
        Who.FILES,
    ),
    _found(
        "older-state-file",
        "puts an older file `state` back",
        older_state_file,
        Said.NOTED,
    ),
    _hidden(
        "rewrite",
        "writes the whole trail anew with one body changed",
        rewrite,
        REWRITTEN,
        KEPT,
    ),
    _hidden(
        "rewrite-first-record",
        "writes the whole trail anew from its first record on",
        rewrite_first_record,
        REWRITTEN,
        KEPT,
    ),
    _hidden(
        "relabel",
        "moves a decision to another purpose, label included, and signs",
        relabel,
        REWRITTEN,
        KEPT,
    ),
    _hidden(
        "erase-call",
        "leaves no trace of one call and numbers the others anew",
        erase_call,
        REWRITTEN,
        KEPT | {Held.SIZE},
    ),
    _found(
        "rewrite-other-key",
        "writes the whole trail anew with another key",
        rewrite_other_key,
        Said.FOUND,
    ),
    _found(
        "rewrite-own-genesis",
        "writes it anew, with the other key in its first record",
        rewrite_with_own_genesis,
    ),
    _found(
        "other-origin",
        "shows another trail of the same key",
        other_origin,
        who=Who.KEY,
    ),
    _found(
        "edit-checkpoint",
        "edits the checkpoint and leaves its signature",
        edit_checkpoint,
        Said.FOUND,
    ),
    _found(
        "replace-checkpoint",
        "puts another trail's checkpoint in its place",
        replace_checkpoint,
        Said.FOUND,
    ),
    _found(
        "damage-checkpoint",
        "makes the checkpoint unreadable",
        damage_checkpoint,
        Said.UNDECIDED,
    ),
)
