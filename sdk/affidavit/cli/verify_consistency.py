"""What `affidavit verify` says about a proof that a trail only grew.

Knows the report, not how a proof proves (`tlog.submission`, `tlog.receipt`). The proof
comes as a witness takes it or as a COSE receipt; in either case it is held against a
checkpoint that the user kept, without which it proves nothing.
"""

from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output
from affidavit.cli.trail_consistency import said as in_words
from affidavit.cli.trust import Trusted
from affidavit.errors import BrokenTrail, Incomplete, Invalid
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.cose import FIRST_BYTES
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.merkle import Consistency, verify_consistency
from affidavit.tlog.receipt import verify_consistency_receipt
from affidavit.tlog.submission import Submission
from affidavit.verify import Verdict

FIRST_WORD = b"old "
UNCHECKED = (
    "What came after the newer tree: ask for a proof from there later.",
    "What the records say: hashes tell that none was changed, not what is in them.",
)


def said(
    path: Path, data: bytes, trusted: Trusted, older: Path | None, *, as_json: bool
) -> int:
    """Check and report; the exit code."""
    if older is None:
        raise Incomplete(
            f"{path}: proves that a trail extends an older checkpoint. Give the one "
            "that you kept with --older."
        )
    try:
        kept = open_checkpoint(handing.checkpoint(older), trusted.keys)
        evidence = _checked(data, kept, trusted.keys)
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    if as_json:
        machine.emit(_framed(trusted) | _told(evidence) | {"origin": kept.origin})
        return 0
    output.say(f"{path}: valid", colour=findings.COLOURS[Verdict.VALID])
    output.say_pairs(
        [
            ("origin", kept.origin),
            ("proved", in_words(evidence)),
            ("older root", evidence.old_root.hex()),
            ("newer root", evidence.new_root.hex()),
            ("key", f"{trusted.key} ({trusted.source})"),
        ]
    )
    findings.say_list("Not checked:", UNCHECKED)
    return 0


def _checked(data: bytes, kept: Checkpoint, key: Pinned) -> Consistency:
    if data.startswith(FIRST_BYTES):
        return verify_consistency_receipt(data, kept.size, kept.root, key)
    submission = Submission.parse(data)
    new = open_checkpoint(submission.checkpoint, key)
    if submission.old != kept.size:
        raise BrokenTrail(
            f"the proof is from {submission.old} records on, the checkpoint that was "
            f"kept is of {kept.size}: ask for a proof from there"
        )
    return verify_consistency(
        kept.size, kept.root, new.size, new.root, submission.hashes
    )


def _told(evidence: Consistency) -> dict[str, Json]:
    return {
        "new": {"root": evidence.new_root.hex(), "size": evidence.new_size},
        "old": {"root": evidence.old_root.hex(), "size": evidence.old_size},
        "verdict": Verdict.VALID.value,
    }


def _framed(trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "consistency",
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [],
        "unchecked": list(UNCHECKED),
    }


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = {
        "fault": "consistency",
        "message": machine.text(message),
    }
    return _framed(trusted) | {
        "problems": [problem],
        "verdict": Verdict.INVALID.value,
    }
