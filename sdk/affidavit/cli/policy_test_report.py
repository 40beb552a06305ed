"""What running a policy's tests came to, for a person, a program, a pull request, CI.

Knows four shapes and nothing of how cases are run.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import click

from affidavit.canonical import Json
from affidavit.cli import diagnostics, machine, output
from affidavit.cli.wording import count
from affidavit.errors import Reason
from affidavit.policy.coverage import SORTS, Coverage, Covered, Total
from affidavit.policy.suite import Outcome

if TYPE_CHECKING:
    from affidavit.cli.policy_test import Results

_NOUNS = {
    "rules": "rules, matched and not",
    "branches": "conditions and keys, yes and no",
    "purposes": "purposes, permitted and refused",
    "waivers": "waivers, used and over",
    "expiries": "last days, before and after",
    "total": "total",
}


def say(shape: str, made: "Results", *, coverage: bool, least: float | None) -> None:
    """Print results in one of four shapes."""
    printers: Mapping[str, Callable[[], None]] = {
        "text": lambda: _say_text(made, coverage=coverage, least=least),
        "json": lambda: machine.emit(as_json(made)),
        "github": lambda: _say_github(made, least=least),
        "junit": lambda: _say_junit(made),
    }
    printers[shape]()


def _say_text(made: "Results", *, coverage: bool, least: float | None) -> None:
    for outcome in made.failed:
        output.say(
            f"FAILED {outcome.case.name} [{outcome.case.where}]", colour=output.BAD
        )
        for line in _details(outcome):
            output.say(f"  {line}")
        output.say()
    if coverage:
        for name, each in made.coverage.items():
            _say_coverage(name, each)
    passed = len(made.outcomes) - len(made.failed)
    said = f"{passed:,} passed, {len(made.failed):,} failed"
    covered = ", ".join(
        f"{each.totals()['total'].percent:.0f} % covered"
        for each in made.coverage.values()
    )
    colour = output.BAD if made.failed or made.diagnostics else output.GOOD
    output.say(f"{count(len(made.outcomes), 'case')}: {said}; {covered}", colour=colour)
    for line in _thin(made, least):
        output.say(line, colour=output.BAD)


def _details(outcome: Outcome) -> Iterator[str]:
    for miss in outcome.misses:
        yield f"expected {miss.what} {miss.expected}"
        yield f"     got {'':{len(miss.what)}} {miss.got}"
    decision = outcome.explanation.decision
    for heading, reasons in (
        ("because", decision.reasons),
        ("warning", decision.warnings),
        ("shadow", decision.shadow),
    ):
        for reason in reasons:
            yield f"{heading} {reason}"
            if reason.evidence:
                yield f"  evidence: {reason.evidence}"
    for finding in outcome.findings:
        yield f"finding {finding.kind} {finding.score:.3f}, {finding.activity}"


def _thin(made: "Results", least: float | None) -> Iterator[str]:
    for name, each in made.coverage.items():
        percent = each.totals()["total"].percent
        if least is not None and percent < least:
            yield f"{name}: {percent:.1f} % covered, and {least:g} % is wanted"


def _say_coverage(name: str, coverage: Coverage) -> None:
    output.say(f"Coverage of {name}")
    missing = [covered for covered in coverage.points() if covered.missing]
    rows = [
        (
            covered.point.name,
            _seen(covered),
            " and ".join(covered.missing),
            covered.point.where,
        )
        for covered in missing
    ]
    if rows:
        output.say_table(("", "seen", "never seen", "where"), rows)
        output.say()
    output.say_pairs(_totals(coverage.totals()))
    output.say()


def _seen(covered: Covered) -> str:
    sides = (*zip(covered.point.sides, covered.counts, strict=True),)
    told = (*sides, ("unknown", covered.unknown))
    return ", ".join(f"{side} {number:,}×" for side, number in told if number) or "-"


def _totals(totals: Mapping[str, Total]) -> Iterator[tuple[str, str]]:
    for key in (*SORTS, "total"):
        total = totals[key]
        if total.of:
            yield _NOUNS[key], f"{total.percent:5.1f} %  {total.shown} of {total.of}"


def as_json(made: "Results") -> dict[str, Json]:
    """Every case and every point."""
    return {
        "cases": [_case(outcome) for outcome in made.outcomes],
        "coverage": [
            {
                "points": [_point(covered) for covered in each.points()],
                "policy": machine.text(name),
                "totals": {
                    key: {
                        "of": total.of,
                        "percent": f"{total.percent:.1f}",
                        "shown": total.shown,
                    }
                    for key, total in each.totals().items()
                },
            }
            for name, each in made.coverage.items()
        ],
        "diagnostics": [diagnostics.as_json(each) for each in made.diagnostics],
        "failed": len(made.failed),
        "passed": len(made.outcomes) - len(made.failed),
    }


def _case(outcome: Outcome) -> dict[str, Json]:
    decision = outcome.explanation.decision
    return {
        "day": outcome.day.isoformat(),
        "effect": decision.effect.value,
        "line": outcome.case.line,
        "misses": [
            {
                "expected": machine.text(miss.expected),
                "got": machine.text(miss.got),
                "what": miss.what,
            }
            for miss in outcome.misses
        ],
        "name": machine.text(outcome.case.name),
        "passed": outcome.passed,
        "path": machine.text(outcome.case.file),
        "reasons": [_reason(reason) for reason in decision.reasons],
        "shadow": [_reason(reason) for reason in decision.shadow],
        "warnings": [_reason(reason) for reason in decision.warnings],
    }


def _reason(reason: Reason) -> dict[str, Json]:
    return {
        "evidence": None if reason.evidence is None else machine.text(reason.evidence),
        "message": machine.text(reason.message),
        "rule": reason.rule,
        "where": None if reason.where is None else machine.text(reason.where),
    }


def _point(covered: Covered) -> dict[str, Json]:
    pairs = zip(covered.point.sides, covered.counts, strict=True)
    return {
        "counts": dict(pairs) | {"unknown": covered.unknown},
        "missing": list(covered.missing),
        "name": machine.text(covered.point.name),
        "sort": covered.point.sort,
        "where": machine.text(covered.point.where),
    }


def _say_github(made: "Results", *, least: float | None) -> None:
    for outcome in made.failed:
        text = "\n".join(_details(outcome))
        place = (
            f"file={diagnostics.escaped(str(outcome.case.file), inside=True)},"
            f"line={outcome.case.line},"
            f"title={diagnostics.escaped(outcome.case.name, inside=True)}"
        )
        output.say(f"::error {place}::{diagnostics.escaped(text)}")
    for line in _thin(made, least):
        output.say(f"::error ::{diagnostics.escaped(line)}")


def _say_junit(made: "Results") -> None:
    """JUnit's XML, as CI servers read it: a suite a file, a failure a case."""
    root = ET.Element(
        "testsuites",
        name="affidavit policy test",
        tests=str(len(made.outcomes)),
        failures=str(len(made.failed)),
        errors=str(len(made.diagnostics)),
    )
    files = dict.fromkeys(str(outcome.case.file) for outcome in made.outcomes)
    for file in files:
        outcomes = [each for each in made.outcomes if str(each.case.file) == file]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_clean(file),
            tests=str(len(outcomes)),
            failures=str(sum(not each.passed for each in outcomes)),
        )
        for outcome in outcomes:
            _junit_case(suite, outcome)
    for each in made.diagnostics:
        suite = ET.SubElement(root, "testsuite", name=_clean(each.path), errors="1")
        case = ET.SubElement(suite, "testcase", name=_clean(each.rule), time="0")
        ET.SubElement(case, "error", message=_clean(str(each)))
    ET.indent(root)
    click.echo(ET.tostring(root, encoding="unicode", xml_declaration=True))


def _junit_case(suite: ET.Element, outcome: Outcome) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        name=_clean(outcome.case.name),
        classname=_clean(str(outcome.case.file)),
        file=_clean(str(outcome.case.file)),
        line=str(outcome.case.line),
        time="0",
    )
    if outcome.misses:
        first = outcome.misses[0]
        message = f"{first.what}: expected {first.expected}, got {first.got}"
        failure = ET.SubElement(case, "failure", message=_clean(message))
        failure.text = _clean("\n".join(_details(outcome)))


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold (§2.2)."""
    return "".join(
        c if c in "\n\t" or (c.isprintable() and c not in "\ufffe\uffff") else "?"
        for c in text
    )
