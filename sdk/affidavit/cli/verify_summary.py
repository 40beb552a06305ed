"""What `affidavit verify` says about an auditor's countersignature.

Knows the report. A countersignature says what its signer found; it is no verification
of one's own, and is only on the statement whose digest it names.
"""

from pathlib import Path

from affidavit.attest import summary
from affidavit.attest.summary import Summary
from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output, verify_statement
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES, Envelope
from affidavit.errors import BrokenTrail, Invalid
from affidavit.verify import Verdict

AGAIN = (
    "What the countersigner says was not verified again: `affidavit verify` on the "
    "statement does that."
)
ALONE = "Whether it is on the statement that you have: give that with --statement."


def said(path: Path, trusted: Trusted, statement: Path | None, *, as_json: bool) -> int:
    """Check and report; the exit code."""
    try:
        read = summary.read(
            handing.read(path, MAX_ENVELOPE_BYTES), trusted.keys.verifiers
        )
        if statement is not None:
            _must_be_on(read, statement)
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    unchecked = (AGAIN,) if statement is not None else (ALONE, AGAIN)
    if as_json:
        machine.emit(_framed(trusted) | _told(read) | {"unchecked": list(unchecked)})
        return 0
    output.say(f"{path}: valid", colour=findings.COLOURS[Verdict.VALID])
    output.say_pairs(
        [
            ("says", "PASSED" if read.passed else "FAILED"),
            ("checked", ", ".join(read.levels)),
            ("by", f"{read.verifier}, at {read.at}"),
            ("of", f"{read.origin}, statement {read.statement}"),
            ("key", f"{trusted.key} ({trusted.source})"),
        ]
    )
    findings.say_list("It names these problems:", _texts(read, "problems"))
    findings.say_list("Not checked by the countersigner:", _texts(read, "notChecked"))
    findings.say_list("Not checked:", unchecked)
    return 0


def _must_be_on(read: Summary, statement: Path) -> None:
    digest = summary.digest_of(Envelope.parse(verify_statement.read(statement)))
    if read.statement != digest:
        raise BrokenTrail(
            f"the countersignature is on the statement {read.statement}, and "
            f"{statement} is {digest}"
        )


def _texts(read: Summary, name: str) -> list[str]:
    told = read.details.get(name)
    return list(map(str, told)) if isinstance(told, list) else []


def _told(read: Summary) -> dict[str, Json]:
    return {
        "at": read.at,
        "by": read.verifier,
        "levels": list(read.levels),
        "origin": read.origin,
        "result": "PASSED" if read.passed else summary.FAILED,
        "statement": read.statement,
        "verdict": Verdict.VALID.value,
    }


def _framed(trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "countersignature",
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [],
    }


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = {
        "fault": "countersignature",
        "message": machine.text(message),
    }
    return _framed(trusted) | {
        "problems": [problem],
        "unchecked": [],
        "verdict": Verdict.INVALID.value,
    }
