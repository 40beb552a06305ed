"""Comments that set a rule aside: `# affidavit: allow C101 -- why`.

On the finding's own line, or alone on the line above it; `allow-file` is for the whole
file. Without a reason a waiver sets nothing aside. Knows the words, in a comment of any
language; which text is a comment, the language's reader says.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from affidavit.scan.code.facts import Facts, Finding, Spot, Waiver
from affidavit.scan.code.rules import UNWAIVABLE, Rule

MARK = "affidavit:"
_WAIVER = re.compile(
    r"affidavit:\s*(?P<scope>allow(?:-file)?)\b[ \t]*(?P<codes>[A-Za-z0-9, \t]*?)"
    r"\s*(?:--\s*(?P<reason>.*?))?\s*(?:\*/)?\s*",
    re.DOTALL,
)


def read(comment: str, at: Spot, target: int) -> Waiver | None:
    """The waiver that `comment` is, for line `target`; None for another comment."""
    start = comment.find(MARK)
    found = _WAIVER.fullmatch(comment, start) if start >= 0 else None
    if found is None:
        return None
    return Waiver(
        at=at,
        codes=tuple(found["codes"].replace(",", " ").split()),
        reason=(found["reason"] or "").strip(),
        target=0 if found["scope"] == "allow-file" else target,
    )


class Weighed(NamedTuple):
    """Findings that stand, and how many a waiver set aside."""

    findings: tuple[Finding, ...]
    waived: int


def weigh(facts: Facts, *, judged: frozenset[Rule]) -> Weighed:
    """Set aside what waivers cover, and say what is wrong with the waivers.

    `judged` are the rules that were looked for: a waiver for another one may be needed.
    """
    known = {each.value for each in Rule}
    standing: list[Finding] = []
    used: set[tuple[Waiver, str]] = set()
    for finding in facts.findings:
        uses = list(_covering(finding, facts.waivers))
        used.update(uses)
        if not uses:
            standing.append(finding)
    waived = len(facts.findings) - len(standing)
    for waiver in facts.waivers:
        standing += _faults(waiver, used, known, judged)
    return Weighed(tuple(standing), waived)


def _covering(
    finding: Finding, waivers: Iterable[Waiver]
) -> Iterator[tuple[Waiver, str]]:
    if finding.rule in UNWAIVABLE:
        return
    code, at = finding.rule.value, finding.at
    last = max(at.line, finding.last_line)
    for waiver in waivers:
        here = waiver.at.cell == at.cell and at.line <= waiver.target <= last
        if waiver.reason and code in waiver.codes and (here or not waiver.target):
            yield waiver, code


def _faults(
    waiver: Waiver,
    used: set[tuple[Waiver, str]],
    known: set[str],
    judged: frozenset[Rule],
) -> Iterator[Finding]:
    waivable = known - {each.value for each in UNWAIVABLE}
    for code in waiver.codes:
        if code not in waivable:
            why = "may not be waived" if code in known else "is no rule of the scan"
            yield Finding(
                rule=Rule.WAIVER_UNKNOWN, at=waiver.at, message=f"{code} {why}"
            )
        elif waiver.reason and (waiver, code) not in used and Rule(code) in judged:
            yield Finding(
                rule=Rule.WAIVER_UNUSED,
                at=waiver.at,
                message=f"nothing here needs a waiver for {code}",
                help="Take the comment out.",
            )
    if not waiver.codes:
        yield Finding(
            rule=Rule.WAIVER_UNKNOWN,
            at=waiver.at,
            message="a waiver that names no rule",
        )
    elif not waiver.reason:
        yield Finding(
            rule=Rule.WAIVER_NO_REASON,
            at=waiver.at,
            message=f"a waiver for {', '.join(waiver.codes)} without a reason",
            help="Say why after ` -- `. Until then it sets nothing aside.",
        )
