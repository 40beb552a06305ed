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
from affidavit.tlog.proof import TlogProof
from affidavit.trail.record import decode
from affidavit.verify import Verdict

UNCHECKED = (
    "Whether there is another tree: hold the checkpoint against one that you kept.",
    "What the record is about: its entry names kind, time and effect only.",
)


def said(path: Path, data: bytes, trusted: Trusted, *, as_json: bool) -> int:
    """Check and report; the exit code."""
    try:
        proof = TlogProof.parse(data)
        if proof.extra is None:
            raise Incomplete(
                f"{path}: a proof without the entry that it proves. Ask for one that "
                "carries it, as `affidavit trail prove` writes it."
            )
        entry = decode(proof.extra)
        proven = proofs.verify_proof(proof, proof.extra, trusted.keys)
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    told = as_object(proof, proven, entry)
    if as_json:
        del told["proof"]
        machine.emit(_framed(trusted) | told | {"verdict": Verdict.VALID.value})
        return 0
    output.say(f"{path}: valid", colour=findings.COLOURS[Verdict.VALID])
    names = ("origin", "index", "size", "kind", "id", "at", "effect", "policy")
    output.say_pairs([(name, str(told[name])) for name in names if told[name]])
    output.say_pairs([("key", f"{trusted.key} ({trusted.source})")])
    findings.say_list("Not checked:", UNCHECKED)
    return 0


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
