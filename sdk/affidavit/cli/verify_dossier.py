"""What `affidavit verify` says about an incident's dossier.

Knows the report, for people and for programs (docs/cli.md); how a dossier proves what
it does is `affidavit.verify.dossier`'s.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import (
    findings,
    handing,
    machine,
    output,
    pins,
    progress,
    verify_disclosure,
)
from affidavit.cli.trust import Trusted
from affidavit.cli.wording import count
from affidavit.errors import Invalid
from affidavit.verify.anchors import Pins
from affidavit.verify.dossier import DossierReport, archive, verify_dossier
from affidavit.verify.dossier.manifest import CALLS


def said(
    path: Path,
    trusted: Trusted,
    known: Path | None,
    pinned: Pins | None,
    anchor: Sequence[Path],
    *,
    as_json: bool,
) -> int:
    """Check and report; the exit code."""
    note = None if known is None else handing.checkpoint(known)
    try:
        with archive.opened(path) as folder, progress.shown("verifying") as tell:
            report = verify_dossier(
                folder,
                key=trusted.keys,
                known=note,
                pins=pinned,
                evidence=pins.evidence(folder / CALLS, anchor),
                progress=tell,
            )
    except Invalid as error:
        return verify_disclosure.refused(
            "dossier", path, trusted, error, as_json=as_json
        )
    if as_json:
        machine.emit(_framed(report, trusted))
    else:
        _say(path, report, trusted)
    return report.exit_code


def as_object(report: DossierReport) -> dict[str, Json]:
    """What a dossier shows, for programs."""
    return {
        "attachments": report.attachments,
        "calls": verify_disclosure.as_object(report.calls),
        "events": report.events,
        "files": report.files,
        "incident": report.incident,
        "narrative": report.narrative,
        "notices": report.notices,
        "other_incident_records": report.others,
        "plan": report.plan,
        "policies": report.policies,
        "policies_given": report.policies_given,
        "treatment": [each.as_json() for each in report.treatment],
        "unchecked": list(report.unchecked),
    }


def _framed(report: DossierReport, trusted: Trusted) -> dict[str, Json]:
    return as_object(report) | {
        "anchors": findings.anchors_as_json(report.calls.anchors),
        "artefact": "dossier",
        "key": str(trusted.keys),
        "key_source": machine.text(trusted.source),
        "more_problems": report.more_problems,
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "verdict": report.verdict.value,
    }


def _say(path: Path, report: DossierReport, trusted: Trusted) -> None:
    verdict = report.verdict
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say_pairs([*facts(report), ("key", f"{trusted.keys} ({trusted.source})")])
    first = report.first_bad
    rest = [each for each in report.problems if each is not first]
    findings.say_list_of_problems([first, *rest] if first else [], report.more_problems)
    findings.say_list("Not checked:", report.unchecked)


def facts(report: DossierReport) -> Iterable[tuple[str, str]]:
    """What the dossier has, as pairs for a person."""
    yield "incident", report.incident
    yield from verify_disclosure.facts(report.calls)
    for each in report.treatment:
        reason = f": {each.reason}" if each.reason else ""
        yield each.action, f"{count(each.records, 'body', 'bodies')}{reason}"
    reviewed = "by nobody" if report.plan is None else f"plan {report.plan}"
    yield "reviewed", reviewed
    yield "events", f"{report.events:,} records about it, {report.notices:,} documents"
    yield "policies", f"{report.policies:,} in force, {report.policies_given:,} given"
    yield "attached", f"{report.attachments:,} files"
    yield "narrative", "signed for this dossier" if report.narrative else "none"
