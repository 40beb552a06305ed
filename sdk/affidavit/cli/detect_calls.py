"""`affidavit detect FILE`: what each call of a file does, one JSON object a line."""

from collections.abc import Iterable, Sequence

import click

from affidavit.calls import Finding, Span
from affidavit.cli import arguments, machine, prompts
from affidavit.cli.progress import shown
from affidavit.cli.prompts import Prompt
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.detect.content import THRESHOLD, Assessment, ContentDetector

SOURCE = click.argument("source", type=arguments.PLACE, metavar="FILE|-")
AT = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=THRESHOLD,
    show_default=True,
    help="The score from which a call counts as flagged.",
)


@click.command(
    cls=TeachingCommand,
    name="calls",
    uses=(
        Use("affidavit detect FILE.jsonl", "one JSON object for each line"),
        Use("affidavit detect --explain FILE.jsonl", "for a person: words, and why"),
        Use("affidavit detect --as-stream FILE.jsonl", "what the lines do together"),
        Use("affidavit detect - < FILE.jsonl", "from standard input"),
    ),
    exits=Exits(
        "no line was flagged",
        "some line was flagged",
        "usage, or a line cannot be read: it is named, and nothing is printed",
    ),
)
@etiquette
@SOURCE
@AT
@click.option(
    "--as-stream",
    is_flag=True,
    help="The lines are one purpose's calls in order: judge what they do together.",
)
@click.option("--explain", is_flag=True, help="For a person: each finding's words.")
@click.option(
    "--exit-zero", is_flag=True, help="Leave with 0 though lines are flagged."
)
def command(
    *,
    source: str,
    threshold: float,
    as_stream: bool,
    explain: bool,
    exit_zero: bool,
) -> int:
    """Say what each call of FILE is doing, as a policy would be told.

    Each line of FILE is a JSON object with `text` or `messages`, and perhaps `id`,
    `params` (the request's other fields), `output` (what the model answered) and
    `purpose`. Each line of the result is one with `id`, `score`, `flagged` and
    `findings`.
    """
    given = prompts.read(source)
    assessed = _assessed(given)
    if as_stream:
        assessed = _in_sequence(given, assessed)
    if explain:
        from affidavit.cli.explaining import explained

        explained(given, assessed, threshold)
    else:
        for prompt, each in zip(given, assessed, strict=True):
            machine.emit_figures(as_json(prompt, each, threshold))
    flagged = any(each.score >= threshold for each in assessed)
    return 1 if flagged and not exit_zero else 0


def _assessed(given: Sequence[Prompt]) -> list[Assessment]:
    detector = ContentDetector()
    assessed: list[Assessment] = []
    with shown("calls read") as tell:
        for prompt in given:
            assessed.append(detector.assess(prompt.call))
            tell(len(assessed), len(given))
    return assessed


def _in_sequence(
    given: Sequence[Prompt], assessed: Sequence[Assessment]
) -> list[Assessment]:
    """What the lines up to each say together, besides what each says alone."""
    from affidavit.detect.behaviour.stream import Line, stream

    lines = (
        Line(prompt.call, alone.findings, prompt.output, str(prompt.id))
        for prompt, alone in zip(given, assessed, strict=True)
    )
    return [
        Assessment(
            score=max(alone.score, seen.score), findings=alone.findings + seen.findings
        )
        for alone, seen in zip(assessed, stream(lines), strict=True)
    ]


def as_json(prompt: Prompt, assessed: Assessment, threshold: float) -> object:
    """One line of the result."""
    return {
        "findings": [_finding(each) for each in assessed.findings],
        "flagged": assessed.score >= threshold,
        "id": prompt.id,
        "line": prompt.line,
        "purpose": prompt.call.purpose,
        "score": assessed.score,
        "unread": dict(prompt.call.unread),
    }


def _finding(finding: Finding) -> object:
    return {
        "activity": finding.activity,
        "detector": finding.detector,
        "kind": finding.kind,
        "notes": list(finding.notes),
        "rules": list(finding.rules),
        "score": finding.score,
        "spans": _spans(finding.spans),
    }


def _spans(spans: Iterable[Span]) -> object:
    return [{"end": s.end, "start": s.start, "text": s.text} for s in spans]
