"""What `affidavit verify` says about the answer to a challenge.

Knows the report, for people and for programs (docs/cli.md); how a response is checked
is `attest.challenge`'s.
"""

from pathlib import Path

from affidavit.attest.challenge import (
    MAX_BYTES,
    Answered,
    Challenge,
    verify_response,
)
from affidavit.attest.told import opened
from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output, verify_statement
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import Incomplete, Invalid
from affidavit.verify import Verdict


def said(
    path: Path,
    trusted: Trusted,
    challenge: Path | None,
    statement: Path | None,
    *,
    as_json: bool,
) -> int:
    """Check and report; the exit code. `Incomplete` without challenge and statement."""
    if challenge is None or statement is None:
        raise Incomplete(
            "An answer is held against what was asked, and about what: give your own "
            "--challenge, and the --statement that it is about."
        )
    try:
        asked = Challenge.parse(handing.read(challenge, MAX_BYTES))
        found = verify_response(
            handing.read(path, MAX_ENVELOPE_BYTES),
            challenge=asked,
            told=opened(verify_statement.read(statement), trusted.keys),
            key=trusted.keys,
        )
    except Invalid as error:
        _refuse(path, trusted, str(error), as_json=as_json)
        return error.exit_code
    if as_json:
        machine.emit(_as_json(found, trusted))
    else:
        _say(path, found, trusted)
    return _verdict(found).exit_code


def _verdict(found: Answered) -> Verdict:
    if found.looked.problems:
        return Verdict.INVALID
    lacking = found.withheld is not None or found.pruned
    return Verdict.INCOMPLETE if lacking else Verdict.VALID


def _unchecked(found: Answered) -> list[str]:
    said = []
    if found.withheld is not None:
        said.append(
            "What the records say: you asked for their bodies, and they are withheld. "
            f"The reason that is given and signed: {found.withheld}"
        )
    if found.pruned:
        said.append(f"What {found.pruned} of them say: their bodies were pruned.")
    return said


def _as_json(found: Answered, trusted: Trusted) -> dict[str, Json]:
    looked = found.looked
    return _framed(trusted) | {
        "bound": looked.bound if looked.decisions else None,
        "challenge": found.challenge.digest,
        "decisions": looked.decisions,
        "drawn": looked.drawn,
        "problems": [machine.text(each) for each in looked.problems],
        "pruned": found.pruned,
        "statement": found.challenge.statement,
        "unchecked": [machine.text(each) for each in _unchecked(found)],
        "verdict": _verdict(found).value,
        "violations": list(looked.violations),
        "withheld": None if found.withheld is None else machine.text(found.withheld),
    }


def _framed(trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "response",
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
    }


def _refuse(path: Path, trusted: Trusted, message: str, *, as_json: bool) -> None:
    if not as_json:
        output.say(f"{path}: invalid", colour=output.BAD)
        findings.say_list("Problems:", [message])
        return
    nothing: dict[str, Json] = dict.fromkeys(
        (
            "bound",
            "challenge",
            "decisions",
            "drawn",
            "pruned",
            "statement",
            "withheld",
        )
    )
    machine.emit(
        _framed(trusted)
        | nothing
        | {
            "problems": [machine.text(message)],
            "unchecked": [],
            "verdict": Verdict.INVALID.value,
            "violations": [],
        }
    )


def _say(path: Path, found: Answered, trusted: Trusted) -> None:
    looked, verdict = found.looked, _verdict(found)
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    amiss = len(looked.violations)
    output.say_pairs(
        [
            ("answers", f"your challenge {found.challenge.digest}"),
            ("statement", found.challenge.statement),
            ("drawn", f"{looked.drawn} records, {looked.decisions} of them decisions"),
            ("violations", f"{amiss}: calls that left and should have been stopped"),
            ("bound", _bound(found)),
            ("key", f"{trusted.key} ({trusted.source})"),
        ]
    )
    findings.say_list("Problems:", looked.problems)
    findings.say_list("Violations:", [f"record {each}" for each in looked.violations])
    findings.say_list("Not checked:", _unchecked(found))


def _bound(found: Answered) -> str:
    looked = found.looked
    if looked.all:
        return "none: every decision of the period was drawn"
    if not looked.decisions:
        return "none: no decision of the period was drawn"
    return (
        f"fewer than {looked.bound} % of all decisions, at 99 % confidence (binomial)"
    )
