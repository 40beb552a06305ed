"""What `affidavit verify` says about a statement.

Knows the report, for people and for programs (docs/cli.md); how a statement is checked
is `attest.recount`'s.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from affidavit.attest import anchored, entries
from affidavit.attest.certificate.page import DOCTYPE, statement_in
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.attest.statement import FILE_NAME
from affidavit.canonical import Json
from affidavit.cli import findings, machine, output, pins
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import Incomplete, Invalid
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from affidavit.verify.anchors import Pins


def said(
    path: Path,
    trusted: Trusted,
    trail: Path | None,
    pinned: Pins | None,
    anchor: Sequence[Path],
    *,
    as_json: bool,
) -> int:
    """Check and report; the exit code."""
    given = entries.beside(path) if trail is None and path.is_dir() else None
    source = trail or given
    try:
        report = verify_statement(
            _read(path),
            key=trusted.keys,
            now=datetime.now(UTC),
            trail=None if source is None else TrailReader(source),
            pins=pinned,
            evidence=() if source is None else pins.evidence(source, anchor),
            bodies=given is None,
        )
    except Invalid as error:
        # Nothing in such a file is worth reporting but that it is none.
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    if as_json:
        machine.emit(_as_json(report, trusted))
    else:
        _say(path, report, trusted)
    return report.exit_code


def _read(path: Path) -> bytes:
    file = path / FILE_NAME if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_ENVELOPE_BYTES + 1)
    except FileNotFoundError as error:
        raise Incomplete(
            f"{path}: neither a statement, nor a folder with {FILE_NAME}, nor a trail "
            "(a folder with `checkpoint`), nor anything else to verify."
        ) from error
    except OSError as error:
        raise Incomplete(f"{file}: cannot be read ({error.strerror}).") from error
    return statement_in(data) if data.startswith(DOCTYPE) else data


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = dict.fromkeys(("at", "id", "index", "kind"))
    problem |= {"fault": "statement", "message": machine.text(message)}
    return {
        "anchors": None,
        "artefact": "statement",
        "claim": None,
        "exceptions": None,
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "origin": None,
        "period": None,
        "problems": [problem],
        "root": None,
        "size": None,
        "trail": None,
        "unchecked": [],
        "verdict": Verdict.INVALID.value,
    }


def _as_json(report: StatementReport, trusted: Trusted) -> dict[str, Json]:
    trail = report.trail
    return {
        "anchors": report.predicate.get("anchors"),
        "artefact": "statement",
        "claim": report.claim.value,
        "exceptions": report.predicate["exceptions"],
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "origin": report.head.origin,
        "period": {"from": report.period.start, "to": report.period.end},
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "root": report.head.root.hex(),
        "size": report.head.size,
        "trail": None if trail is None else findings.as_json(trail, trusted),
        "unchecked": list(report.unchecked),
        "verdict": report.verdict.value,
    }


def _say(path: Path, report: StatementReport, trusted: Trusted) -> None:
    verdict = report.verdict
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say_pairs(
        [
            ("claims", report.claim.value),
            ("origin", report.head.origin),
            (
                "period",
                f"{report.period.start} to {report.period.end}, end not included",
            ),
            ("tree head", f"{report.head.size} records, root {report.head.root.hex()}"),
            ("key", f"{trusted.key} ({trusted.source})"),
            ("anchors", anchored.in_words(report.predicate.get("anchors"))),
            ("recounted", "no" if report.trail is None else "every figure"),
        ]
    )
    findings.say_list_of_problems(report.problems)
    exceptions = report.predicate["exceptions"]
    if isinstance(exceptions, list):
        findings.say_list("It names these exceptions:", map(str, exceptions))
    findings.say_list("Not checked:", report.unchecked)
