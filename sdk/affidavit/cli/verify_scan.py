"""What `affidavit verify` says about a statement about a scan of data.

Knows the report, for people and for programs (docs/cli.md); how such a statement is
checked is `scan.data.statement`'s.
"""

from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import Incomplete, Invalid
from affidavit.scan.data.files import files_at
from affidavit.scan.data.statement import ScanStatement, check, dataset_digest
from affidavit.verify import Verdict


def said(path: Path, trusted: Trusted, data: Path | None, *, as_json: bool) -> int:
    """Check and report; the exit code."""
    try:
        statement = check(
            handing.read(path, MAX_ENVELOPE_BYTES),
            key=trusted.keys,
            files=None if data is None else files_at(data),
        )
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    except OSError as error:
        raise Incomplete(
            f"{error.filename or data}: cannot be read ({error.strerror})."
        ) from error
    if as_json:
        machine.emit(_as_json(statement, trusted))
    else:
        _say(path, statement, trusted)
    return _verdict(statement).exit_code


def _verdict(statement: ScanStatement) -> Verdict:
    return Verdict.INVALID if statement.problems else Verdict.VALID


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    return {
        "artefact": "scan",
        "claim": None,
        "claims": None,
        "digest": None,
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [machine.text(message)],
        "scanned": None,
        "unchecked": [],
        "verdict": Verdict.INVALID.value,
    }


def _as_json(statement: ScanStatement, trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "scan",
        "claim": statement.predicate["claim"],
        "claims": statement.claims,
        "digest": dataset_digest(statement.report.files),
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [machine.text(each) for each in statement.problems],
        "scanned": statement.report.at,
        "unchecked": list(statement.unchecked),
        "verdict": _verdict(statement).value,
    }


def _say(path: Path, statement: ScanStatement, trusted: Trusted) -> None:
    verdict, report = _verdict(statement), statement.report
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say_pairs(
        [
            ("claims", statement.claims),
            ("scanned", report.at),
            ("rows", f"{report.rows:,} in {len(report.files):,} files"),
            ("data", f"sha256 {dataset_digest(report.files)}"),
            ("trails", ", ".join(f"{it.origin} ({it.size})" for it in report.trails)),
            ("key", f"{trusted.key} ({trusted.source})"),
        ]
    )
    for sentence in statement.predicate["claim"]:
        output.say(f"  {sentence}")
    findings.say_list("Problems:", statement.problems)
    findings.say_list("Not enough to decide:", statement.predicate["lacking"])
    findings.say_list("Exceptions:", statement.predicate["exceptions"])
    findings.say_list("Not checked:", statement.unchecked)
