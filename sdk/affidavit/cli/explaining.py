"""Findings for a person: the words that they rest on, marked where they stand, and why.

Knows rules by their identifiers and how a line is shown. Decides nothing.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from affidavit.calls import Call, Finding, Span
from affidavit.cli import output
from affidavit.cli.prompts import Prompt
from affidavit.cli.wording import count
from affidavit.detect.content import Assessment
from affidavit.detect.rules import RULES
from affidavit.detect.signs import SIGNS

WIDTH = 100
"""Columns of a text that are shown around what is marked."""
_BEFORE = 30
_BECAUSE = {rule.id: rule.because for rule in RULES} | {
    sign.id: sign.because for sign in SIGNS
}


def explained(
    given: Sequence[Prompt], assessed: Sequence[Assessment], threshold: float
) -> None:
    """Print every line that has a finding, and how many were flagged."""
    flagged = sum(each.score >= threshold for each in assessed)
    for prompt, each in zip(given, assessed, strict=True):
        if each.findings:
            _say(prompt, each, threshold)
    output.say(f"{count(len(given), 'call')} read: {flagged:,} flagged")


def _say(prompt: Prompt, assessed: Assessment, threshold: float) -> None:
    loud = assessed.score >= threshold
    output.say(
        f"line {prompt.line}, id {prompt.id}: score {assessed.score:.3f}, "
        f"{'flagged' if loud else 'not flagged'}",
        colour=output.BAD if loud else None,
    )
    for finding in assessed.findings:
        output.say(f"  {finding.kind} {finding.score:.3f}: {finding.activity}")
        for rule in finding.rules:
            output.say(f"    {rule}: {_BECAUSE.get(rule, 'of another version')}")
        for line in _frames(prompt.call, finding):
            output.say(f"    {line}")
    output.say()


def _frames(call: Call, finding: Finding) -> Iterator[str]:
    """Each line that holds a span, once, with all that is marked in it."""
    lines: dict[tuple[int, int], list[Span]] = {}
    for span in finding.spans:
        value = call.texts[span.text].value
        start = value.rfind("\n", 0, span.start) + 1
        lines.setdefault((span.text, start), []).append(span)
    for (number, start), spans in sorted(lines.items()):
        text = call.texts[number]
        end = text.value.find("\n", start)
        line = text.value[start : end if end >= 0 else len(text.value)]
        at = text.value.count("\n", 0, start) + 1
        yield f"--> text {number} ({text.role}), line {at}"
        yield from frame(line, [(s.start - start, s.end - start) for s in spans])


def frame(line: str, marks: Sequence[tuple[int, int]]) -> Iterator[str]:
    """`line`, cut around the first of `marks`, and a line that underlines them."""
    first = min(low for low, _ in marks)
    start = max(0, first - _BEFORE) if len(line) > WIDTH else 0
    stop = start + WIDTH
    lead, tail = "…" if start else "", "…" if stop < len(line) else ""
    marked = [False] * len(line[start:stop])
    for low, high in marks:
        for at in range(max(low, start), min(high, stop, len(line))):
            marked[at - start] = True
    shown = [c if c.isprintable() else " " for c in line[start:stop]]
    under = "".join(
        ("^" if hit else " ") * _width(c) for c, hit in zip(shown, marked, strict=True)
    )
    yield f"  | {lead}{''.join(shown)}{tail}"
    yield f"  | {' ' * len(lead)}{under}".rstrip()


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
