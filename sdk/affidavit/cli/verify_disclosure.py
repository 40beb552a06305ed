"""What `affidavit verify` says about a disclosure.

Knows the report, for people and for programs (docs/cli.md); how a package proves what
it does is `affidavit.verify.disclosure`'s.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output, pins, progress
from affidavit.cli.trust import Trusted
from affidavit.cli.wording import count
from affidavit.errors import Invalid
from affidavit.verify import Verdict
from affidavit.verify.anchors import Pins
from affidavit.verify.disclosure import DisclosureReport, verify_disclosure
from affidavit.verify.disclosure.manifest import By


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
        with progress.shown("verifying") as tell:
            report = verify_disclosure(
                path,
                key=trusted.keys,
                known=note,
                pins=pinned,
                evidence=pins.evidence(path, anchor),
                progress=tell,
            )
    except Invalid as error:
        return refused("disclosure", path, trusted, error, as_json=as_json)
    if as_json:
        machine.emit(_framed(report, trusted))
    else:
        _say(path, report, trusted)
    return report.exit_code


def as_object(report: DisclosureReport) -> dict[str, Json]:
    """What a disclosure shows, for programs."""
    selection = report.selection
    return {
        "contents": report.contents,
        "counts": report.counts.as_json(),
        "effects": _effects(report.effects),
        "labels": {each.field: each.value for each in selection.openings},
        "origin": report.origin,
        "range": {"end": report.end, "first": report.first},
        "root": report.root.hex(),
        "selected_by": selection.by.value,
        "selected_effects": _effects(report.selected_effects),
        "size": report.size,
        "unchecked": list(report.unchecked),
        "window": {"from": report.window.start, "to": report.window.end},
        "withheld_reasons": dict(report.reasons),
        "without_outcome": report.without_outcome,
    }


def _effects(counted: Mapping[tuple[str, str], int]) -> Json:
    return [
        {"count": counted[kind, effect], "effect": effect, "kind": kind}
        for kind, effect in sorted(counted)
    ]


def _framed(report: DisclosureReport, trusted: Trusted) -> dict[str, Json]:
    return as_object(report) | {
        "anchors": findings.anchors_as_json(report.anchors),
        "artefact": "disclosure",
        "key": str(trusted.keys),
        "key_source": machine.text(trusted.source),
        "more_problems": report.more_problems,
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "verdict": report.verdict.value,
    }


def refused(
    artefact: str, path: Path, trusted: Trusted, error: Invalid, *, as_json: bool
) -> int:
    """Of such a folder or file nothing is worth reporting but that it is none."""
    if as_json:
        machine.emit(_refused(artefact, trusted, str(error)))
    else:
        output.say(f"{path}: invalid", colour=output.BAD)
        findings.say_list("Problems:", [str(error)])
    return error.exit_code


def _refused(artefact: str, trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = dict.fromkeys(("at", "id", "index", "kind"))
    problem |= {"fault": "disclosure", "message": machine.text(message)}
    return {
        "artefact": artefact,
        "key": str(trusted.keys),
        "key_source": machine.text(trusted.source),
        "problems": [problem],
        "unchecked": [],
        "verdict": Verdict.INVALID.value,
    }


def _say(path: Path, report: DisclosureReport, trusted: Trusted) -> None:
    verdict = report.verdict
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say_pairs([*facts(report), ("key", f"{trusted.keys} ({trusted.source})")])
    first = report.first_bad
    rest = [each for each in report.problems if each is not first]
    findings.say_list_of_problems([first, *rest] if first else [], report.more_problems)
    findings.say_list("Why bodies are withheld:", _reasons(report.reasons))
    findings.say_list("Not checked:", report.unchecked)
    findings.say_list("Note:", report.notes)


def facts(report: DisclosureReport) -> Iterable[tuple[str, str]]:
    """What was asked and what there is, as pairs for a person."""
    counts, window = report.counts, report.window
    inside = count(counts.window, "record")
    matching = count(counts.selected, "record")
    root = f"{count(report.size, 'record')}, root {report.root.hex()}"
    states = (
        f"{counts.disclosed:,} disclosed",
        f"{counts.withheld:,} withheld",
        f"{counts.pruned:,} pruned",
        f"{counts.missing:,} missing",
    )
    yield "origin", report.origin
    yield "window", f"{window.start} to {window.end}, end not included"
    yield "asked for", asked(report)
    yield "there are", f"{inside} in the window, {counts.decisions:,} of them decisions"
    yield "match", f"{matching}, with {count(counts.outcomes, 'outcome')}"
    yield "bodies", ", ".join(states)
    if report.contents:
        yield "contents", f"{report.contents:,} revealed"
    if report.anchors is not None:
        for each in report.anchors.witnesses:
            yield "witness", findings.anchored(each, "cosignature")
        for each in report.anchors.authorities:
            yield "time stamps", findings.anchored(each, "token")
    yield "proved in", f"{root}; given are {report.first} to {report.end - 1}"


def asked(report: DisclosureReport) -> str:
    """The question, in words."""
    selection = report.selection
    match selection.by:
        case By.LABELS:
            return "decisions with " + " and ".join(
                f"{each.field} {each.value!r}" for each in selection.openings
            )
        case By.IDS:
            return count(len(selection.ids), "id")
        case By.NOTHING:
            return "volumes, times and effects; no record in particular"


def _reasons(reasons: Mapping[str, int]) -> Iterable[str]:
    for reason, number in sorted(reasons.items()):
        yield f"{number:,}: {reason}"
