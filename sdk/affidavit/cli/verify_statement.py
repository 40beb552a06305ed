"""What `affidavit verify` says about a statement.

Knows the report, for people and for programs (docs/cli.md); how a statement is checked
is `attest.recount`'s.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit import regular
from affidavit.attest import anchored, entries, sample, sigstore
from affidavit.attest.certificate.page import DOCTYPE, statement_in
from affidavit.attest.demands import Demands, answered
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.attest.statement import FILE_NAME
from affidavit.canonical import Json
from affidavit.cli import findings, machine, output, pins, plain, trusting
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES, Envelope
from affidavit.errors import Incomplete, Invalid
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from affidavit.verify.anchors import Pins

if TYPE_CHECKING:  # pydantic and a YAML parser are for those who have such a file
    from affidavit.attest.trust_file import Trust

NOTHING = Demands()


def said(
    path: Path,
    trusted: Trusted,
    trail: Path | None,
    pinned: Pins | None,
    anchor: Sequence[Path],
    *,
    as_json: bool,
    demands: Demands = NOTHING,
    believed: "Trust | None" = None,
) -> int:
    """Check and report; the exit code."""
    try:
        report, held = checked(
            path,
            trusted,
            trail=trail,
            pinned=pinned,
            anchor=anchor,
            demands=demands,
            believed=believed,
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
        machine.emit(_as_json(report, trusted) | {"checked": list(held)})
    else:
        _say(path, report, trusted)
        findings.say_list("Besides:", held)
        findings.say_list("What to do next:", plain.to_do(report, trusted))
    return report.exit_code


def checked(
    path: Path,
    trusted: Trusted,
    *,
    trail: Path | None,
    pinned: Pins | None,
    anchor: Sequence[Path],
    demands: Demands,
    believed: "Trust | None" = None,
) -> tuple[StatementReport, Sequence[str]]:
    """What is found of the statement at `path`, and sentences on what was demanded and
    holds. Raises `Invalid` when it is none that the trusted key signed.
    """
    given = entries.beside(path) if trail is None and path.is_dir() else None
    source = trail or given
    reader = None if source is None else TrailReader(source)
    data = read(path)
    report = verify_statement(
        data,
        key=trusted.keys,
        now=datetime.now(UTC),
        trail=reader,
        pins=pinned,
        evidence=() if source is None else pins.evidence(source, anchor),
        bodies=given is None,
    )
    folder = path if path.is_dir() else None
    envelope = Envelope.parse(data)
    report, held = answered(report, envelope, demands, folder=folder, trail=reader)
    wanted = believed is not None and bool(believed.content.sample) and reader is None
    report, drawn = sample.answered(
        report, envelope, folder=folder, pins=pinned, demanded=wanted
    )
    if believed is None:
        return report, (*held, *drawn)
    from affidavit.attest import trust_checks

    report, besides = trust_checks.answered(
        report,
        believed,
        now=datetime.now(UTC),
        kept=trusting.kept(believed),
        trail=reader,
    )
    return report, (*held, *drawn, *besides)


def read(path: Path) -> bytes:
    """The statement at `path`, a file, folder or certificate; `Incomplete` for none."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        with regular.opened(file) as opened:
            data = opened.read(MAX_ENVELOPE_BYTES + 1)
    except FileNotFoundError as error:
        raise Incomplete(
            f"{path}: neither a statement, nor a folder with {FILE_NAME}, nor a trail "
            "(a folder with `checkpoint`), nor anything else to verify."
        ) from error
    except OSError as error:
        raise Incomplete(f"{file}: cannot be read ({error.strerror}).") from error
    if sigstore.is_bundle(data):
        return sigstore.opened(data)[0]
    return statement_in(data) if data.startswith(DOCTYPE) else data


def _kept(report: StatementReport) -> Json:
    """What the statement says of its contract, if it has one."""
    contract = report.predicate.get("contract")
    return contract.get("result") if isinstance(contract, Mapping) else None


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = dict.fromkeys(("at", "id", "index", "kind"))
    problem |= {"fault": "statement", "message": machine.text(message)}
    return {
        "anchors": None,
        "artefact": "statement",
        "checked": [],
        "claim": None,
        "contract": None,
        "exceptions": None,
        "lacking": [],
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "origin": None,
        "period": None,
        "problems": [problem],
        "root": None,
        "sample": None,
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
        "contract": _kept(report),
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "lacking": list(report.lacking),
        "origin": report.head.origin,
        "period": {"from": report.period.start, "to": report.period.end},
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "root": report.head.root.hex(),
        "sample": _looked(report),
        "size": report.head.size,
        "trail": None if trail is None else findings.as_json(trail, trusted),
        "unchecked": list(report.unchecked),
        "verdict": report.verdict.value,
    }


def _looked(report: StatementReport) -> Json:
    """What drawn records said."""
    looked = report.looked
    if looked is None:
        return None
    return {
        "all": looked.all,
        "bodies": looked.bodies,
        "bound": looked.bound if looked.decisions else None,
        "decisions": looked.decisions,
        "drawn": looked.drawn,
        "violations": list(looked.violations),
    }


def _promised(report: StatementReport) -> Sequence[tuple[str, str]]:
    kept = _kept(report)
    return () if kept is None else (("contract", f"{kept}, by these figures"),)


def _say(path: Path, report: StatementReport, trusted: Trusted) -> None:
    verdict = report.verdict
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say(plain.means(report))
    output.say_pairs(
        [
            ("claims", report.claim.value),
            *_promised(report),
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
    findings.say_list("Checked:", plain.checked(report, trusted))
    exceptions = report.predicate["exceptions"]
    if isinstance(exceptions, list):
        findings.say_list("It names these exceptions:", map(str, exceptions))
    findings.say_list("Demanded, and not there:", report.lacking)
    findings.say_list("Not checked:", report.unchecked)
