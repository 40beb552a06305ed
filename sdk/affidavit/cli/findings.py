"""A trail's report, for people and for programs.

Knows how `verify.TrailReport` reads aloud and as JSON (docs/cli.md). Decides nothing:
the verdict is the report's.
"""

from collections.abc import Iterable, Sequence

from affidavit.canonical import Json
from affidavit.cli import machine, output
from affidavit.cli.trust import Trusted
from affidavit.cli.wording import count, moment
from affidavit.verify import Problem, TrailReport, Verdict
from affidavit.verify.report import AnchorReport, AnchorSeen, KeySpan, VerifiedBefore

COLOURS = {
    Verdict.VALID: output.GOOD,
    Verdict.INVALID: output.BAD,
    Verdict.INCOMPLETE: output.ODD,
}
LONG_KEY = 300
SHOWN = 50
"""Problems that a person is shown; JSON has all that were kept."""


def as_json(report: TrailReport, trusted: Trusted) -> dict[str, Json]:
    """The report's stable fields."""
    return {
        "anchors": anchors_as_json(report.anchors),
        "artefact": "trail",
        "bodies_pruned": report.bodies_pruned,
        "bodies_unexplained": report.bodies_unexplained,
        "checkpoint": report.checkpoint.decode("utf-8", "replace"),
        "clock_anomalies": report.clock_anomalies,
        "first_at": report.first_at,
        "key": str(trusted.key),
        "keys": [key_as_json(each) for each in report.keys],
        "key_source": machine.text(trusted.source),
        "last_at": report.last_at,
        "more_problems": report.more_problems,
        "notes": [machine.text(note) for note in report.notes],
        "origin": report.origin,
        "pending": report.pending,
        "problems": [problem_as_json(problem) for problem in report.problems],
        "records_checked": report.records_checked,
        "recoveries": report.recoveries,
        "root": report.root.hex(),
        "size": report.size,
        "unchecked": list(report.unchecked),
        "unknown_outcomes": list(report.unknown_outcomes),
        "unknown_recent": report.unknown_recent,
        "verdict": report.verdict.value,
        "verified_before": _verified_before(report.verified_before),
        "writers": report.writers,
    }


def _verified_before(before: VerifiedBefore | None) -> Json:
    if before is None:
        return None
    return {
        "at": before.at,
        "memory": machine.text(before.path),
        "root": before.root.hex(),
        "size": before.size,
    }


def anchors_as_json(found: AnchorReport | None) -> Json:
    """What others attested; null where nobody was pinned."""
    if found is None:
        return None
    return {
        "authorities": [_seen(each) for each in found.authorities],
        "covered": found.covered,
        "quorum": {"size": found.quorum_size, "wanted": found.wanted},
        "unpinned": found.unpinned,
        "witnesses": [_seen(each) for each in found.witnesses],
    }


def _seen(each: AnchorSeen) -> Json:
    return {
        "at": None if each.at is None else moment(each.at),
        "count": each.count,
        "name": machine.text(each.name),
        "size": each.size,
    }


def problem_as_json(problem: Problem) -> dict[str, Json]:
    """One problem; fields of the record are null where none is named."""
    return {
        "at": problem.at,
        "fault": problem.fault.value,
        "id": problem.id,
        "index": problem.index,
        "kind": problem.kind,
        "message": machine.text(problem.message),
    }


def say(report: TrailReport, trusted: Trusted) -> None:
    """The whole report: verdict, what was checked, what does not hold, what is open."""
    verdict = report.verdict
    output.say(f"{report.origin}: {verdict.value}", colour=COLOURS[verdict])
    output.say_pairs(_facts(report, trusted))
    say_problems(report)
    say_list("Not checked:", report.unchecked)
    say_list("Odd, and no proof of anything:", report.notes)


def _facts(report: TrailReport, trusted: Trusted) -> Iterable[tuple[str, str]]:
    yield from _keys(report, trusted)
    yield "sealed", f"{count(report.size, 'record')}, root {report.root.hex()}"
    if report.first_at is not None:
        yield "from, to", f"{report.first_at}, {report.last_at}"
    yield "pending", f"{count(report.pending, 'record')} not sealed yet"
    checked, writers = report.records_checked, report.writers
    yield "checked", f"{count(checked, 'record')} of {count(writers, 'writer')}"
    if (before := report.verified_before) is not None:
        yield "before", f"{count(before.size, 'record')} verified at {before.at}"
    if report.unknown_outcomes:
        recent = f", {report.unknown_recent} of them recent" * bool(
            report.unknown_recent
        )
        yield "no outcome", f"{count(len(report.unknown_outcomes), 'call')}{recent}"
    if report.bodies_pruned:
        bodies = count(report.bodies_pruned, "body", "bodies")
        lost = f", {report.bodies_unexplained:,} of them unexplained"
        yield "pruned", f"{bodies}{lost if report.bodies_unexplained else ''}"
    if report.anchors is not None:
        yield from _anchors(report.anchors)
    if report.recoveries:
        yield "recovered", count(report.recoveries, "torn tail")


def _anchors(found: AnchorReport) -> Iterable[tuple[str, str]]:
    for each in found.witnesses:
        yield "witness", anchored(each, "cosignature")
    for each in found.authorities:
        yield "time stamps", anchored(each, "token")


def _keys(report: TrailReport, trusted: Trusted) -> Iterable[tuple[str, str]]:
    for each in (*trusted.keys.keys, *trusted.keys.ml_dsa):
        yield "key", f"{_key(str(each))} ({trusted.source})"
    if len(report.keys) > 1:
        for span in report.keys:
            yield "signed by", _span(span)


def _key(vkey: str) -> str:
    """A verifier key; of one of 1,800 characters, what tells it from others."""
    return vkey if len(vkey) < LONG_KEY else "+".join(vkey.split("+", 2)[:2])


def _span(span: KeySpan) -> str:
    began = "from the beginning" if not span.since else f"since record {span.since}"
    state = f", until record {span.until}" if span.until is not None else ""
    if span.revoked is not None:
        state += f", revoked by record {span.revoked}: {span.reason}"
    return f"{_key(span.vkey)} {began}{state}{'' if span.pinned else ', not trusted'}"


def key_as_json(span: KeySpan) -> dict[str, Json]:
    """One key of a trail's history."""
    return {
        "at": span.at,
        "pinned": span.pinned,
        "reason": None if span.reason is None else machine.text(span.reason),
        "revoked": span.revoked,
        "since": span.since,
        "state": span.state,
        "until": span.until,
        "vkey": machine.text(span.vkey),
    }


def anchored(each: AnchorSeen, noun: str) -> str:
    """What one witness or authority attested, in words."""
    if each.at is None:
        return f"nothing by {each.name}"
    return (
        f"{count(each.count, noun)} by {each.name}, the largest of "
        f"{count(each.size, 'record')} at {moment(each.at)}"
    )


def say_problems(report: TrailReport) -> None:
    """What does not hold; the first bad record first."""
    first = report.first_bad
    rest = [each for each in report.problems if each is not first]
    say_list_of_problems([first, *rest] if first else [], report.more_problems)


def say_list_of_problems(problems: Sequence[Problem], more: int = 0) -> None:
    """What does not hold, `more` of it unnamed."""
    if not problems:
        return
    output.say("Problems:", colour=output.BAD)
    for problem in problems[:SHOWN]:
        output.say(f"  - {problem}")
    more += max(0, len(problems) - SHOWN)
    if more:
        output.say(f"  … and {count(more, 'more', 'more')}")


def say_list(heading: str, items: Iterable[str]) -> None:
    """Sentences below a heading; nothing when there are none."""
    listed = list(items)
    if listed:
        output.say(heading)
        for item in listed:
            output.say(f"  - {item}")
