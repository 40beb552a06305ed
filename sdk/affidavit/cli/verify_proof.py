"""What `affidavit verify` says about the proof of one record.

Knows the report, not how a proof proves (`tlog.proof`).
"""

from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, machine, output
from affidavit.cli.trail_prove import as_object
from affidavit.cli.trust import Trusted
from affidavit.errors import Incomplete, Invalid
from affidavit.tlog import proof as proofs
from affidavit.tlog.note import parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.witness import open_cosignatures
from affidavit.trail.record import decode
from affidavit.verify import Verdict
from affidavit.verify.anchors import Pins

UNCHECKED = (
    "Whether there is another tree: hold the checkpoint against one that you kept.",
    "What the record is about: its entry names kind, time and effect only.",
)


def said(
    path: Path, data: bytes, trusted: Trusted, pinned: Pins | None, *, as_json: bool
) -> int:
    """Check and report; the exit code. Of `pinned`, the witnesses count."""
    try:
        proof = TlogProof.parse(data)
        if proof.extra is None:
            raise Incomplete(
                f"{path}: a proof without the entry that it proves. Ask for one that "
                "carries it, as `affidavit trail prove` writes it."
            )
        entry = decode(proof.extra)
        proven = proofs.verify_proof(proof, proof.extra, trusted.keys)
        seen = () if pinned is None else _seen(proof.checkpoint, pinned)
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    missing = [] if pinned is None else _missing(seen, pinned)
    verdict = Verdict.INCOMPLETE if missing else Verdict.VALID
    told = as_object(proof, proven, entry)
    if as_json:
        del told["proof"]
        framed = _framed(trusted) | {"unchecked": [*missing, *UNCHECKED]}
        machine.emit(
            framed | told | {"witnessed": list(seen), "verdict": verdict.value}
        )
        return verdict.exit_code
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    names = ("origin", "index", "size", "kind", "id", "at", "effect", "policy")
    output.say_pairs([(name, str(told[name])) for name in names if told[name]])
    output.say_pairs([("key", f"{trusted.key} ({trusted.source})")])
    if seen:
        output.say_pairs([("seen by", ", ".join(seen))])
    findings.say_list("Not checked:", [*missing, *UNCHECKED])
    return verdict.exit_code


def _seen(checkpoint: bytes, pinned: Pins) -> tuple[str, ...]:
    """The pinned witnesses who cosigned; `SignatureInvalid` where a line of theirs
    does not verify.
    """
    lines = {(each.name, each.key_id) for each in parse_note(checkpoint).signatures}
    there = [each for each in pinned.witnesses if (each.name, each.key_id) in lines]
    if not there:
        return ()
    return tuple(each.witness for each in open_cosignatures(checkpoint, there))


def _missing(seen: tuple[str, ...], pinned: Pins) -> list[str]:
    if len(seen) >= pinned.wanted:
        return []
    wanted = f"{pinned.wanted} pinned witnesses must have cosigned, {len(seen)} did"
    return [f"{wanted}. Ask for a proof made after the log's next anchoring."]


def _framed(trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "proof",
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [],
        "unchecked": list(UNCHECKED),
    }


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = {"fault": "proof", "message": machine.text(message)}
    return _framed(trusted) | {
        "problems": [problem],
        "verdict": Verdict.INVALID.value,
    }
