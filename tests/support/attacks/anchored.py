"""Attacks on the evidence itself: cosignatures and time stamps that lie in the trail.

The attacker holds the signing key and has rewritten history; before, a witness and an
authority had seen it, and what they attested lies in the trail's `anchors` folder,
where he can change it. `Held.PINS` is a verifier who trusts their keys and has no other
copy.
"""

import shutil
from pathlib import Path

from support.attacks.ground import Ground
from support.attacks.history import rewrite_first_record
from support.attacks.terms import Attack, Held, Mark, Perform, Said, Unsuited, Who
from support.attacks.watch import STRANGER, WITNESS, keep_in

ANCHORED = frozenset({Held.OLDER, Held.WITNESS, Held.STAMP})


def _evidence(ground: Ground) -> Path:
    """What others attested, put where the trail keeps it; nothing else lies there."""
    shutil.rmtree(ground.path / "anchors", ignore_errors=True)
    return keep_in(ground.path, ground.watch.seen(ground.checkpoint))


def _rewritten(ground: Ground) -> bytes:
    rewrite_first_record(ground)
    return ground.checkpoint


def evidence_left(ground: Ground) -> Mark:
    _evidence(ground)
    _rewritten(ground)
    return Mark(faults=frozenset({("history", None)}), only=True)


def cosignature_forged(ground: Ground) -> Mark:
    folder = _evidence(ground)
    note = _rewritten(ground)
    forged = bytearray(WITNESS.cosigned(note))
    forged[-8] ^= 1
    _only(folder, cosigned=bytes(forged))
    return Mark(faults=frozenset({("anchor", None)}), only=True)


def cosignature_replayed(ground: Ground) -> Mark:
    """A true line of the witness, under a head that it never saw."""
    folder = _evidence(ground)
    line = (folder / "cosigned").read_bytes().rsplit(b"\n", 2)[1]
    _only(folder, cosigned=_rewritten(ground) + line + b"\n")
    return Mark(faults=frozenset({("anchor", None)}), only=True)


def cosigned_by_a_stranger(ground: Ground) -> Mark:
    folder = _evidence(ground)
    _only(folder, cosigned=STRANGER.cosigned(_rewritten(ground)))
    return Mark()


def evidence_removed(ground: Ground) -> Mark:
    _evidence(ground)
    _rewritten(ground)
    shutil.rmtree(ground.path / "anchors")
    return Mark()


def stamp_of_another_tree(ground: Ground) -> Mark:
    """A true token, beside a checkpoint that it is not over."""
    folder = _evidence(ground)
    if ground.watch.authority is None:
        raise Unsuited("no time-stamping authority on this machine")
    (token,) = folder.glob("*.tsr")
    data = token.read_bytes()
    _only(folder, checkpoint=_rewritten(ground))
    token.write_bytes(data)
    return Mark(faults=frozenset({("anchor", None)}), only=True)


def _only(folder: Path, **files: bytes) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def witness_equivocates(ground: Ground) -> Mark:
    """The witness signs the second history too, and an authority that never saw the
    first one stamps it.
    """
    _evidence(ground)
    note = _rewritten(ground)
    shutil.rmtree(ground.path / "anchors")
    keep_in(ground.path, ground.watch.seen(note))
    return Mark()


def _on_evidence(name: str, does: str, perform: Perform, said: Said) -> Attack:
    return Attack(
        name=name,
        does=f"rewrites history and {does}",
        who=Who.KEY,
        perform=perform,
        said=said,
        judge=Held.PINS,
        found_by=ANCHORED,
    )


ATTACKS = (
    _on_evidence(
        "evidence-left",
        "leaves the evidence as it was",
        evidence_left,
        Said.FOUND,
    ),
    _on_evidence(
        "cosignature-forged",
        "puts a made-up cosignature on it",
        cosignature_forged,
        Said.FOUND,
    ),
    _on_evidence(
        "cosignature-replayed",
        "moves a true cosignature to it",
        cosignature_replayed,
        Said.FOUND,
    ),
    _on_evidence(
        "cosigned-by-stranger",
        "has it cosigned by a witness of his own",
        cosigned_by_a_stranger,
        Said.UNDECIDED,
    ),
    _on_evidence(
        "evidence-removed",
        "removes the evidence",
        evidence_removed,
        Said.UNDECIDED,
    ),
    _on_evidence(
        "stamp-of-another-tree",
        "puts another tree's time stamp beside it",
        stamp_of_another_tree,
        Said.FOUND,
    ),
    _on_evidence(
        "witness-equivocates",
        "has the witness cosign both",
        witness_equivocates,
        Said.ON_TRUST,
    ),
)
