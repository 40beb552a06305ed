"""`affidavit detect evaluate`: how good the detector is on labelled prompts."""

from collections.abc import Iterator, Sequence

import click

from affidavit.cli import arguments, machine, output, prompts
from affidavit.cli.detect_calls import AT, SOURCE
from affidavit.cli.progress import shown
from affidavit.cli.prompts import Prompt, PromptUnclear
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.detect.content import DETECTOR, ContentDetector
from affidavit.detect.measure import Group, Judged, Label, Measured, Share, measure

_LABELS = ", ".join(label.value for label in Label)


@click.command(
    cls=TeachingCommand,
    name="evaluate",
    uses=(
        Use("affidavit detect evaluate FILE.jsonl", "at the threshold that is shipped"),
        Use("affidavit detect evaluate FILE.jsonl --json", "for a program"),
    ),
    exits=Exits(
        "measured, whatever the figures",
        "does not occur",
        "usage, or a line cannot be read: it is named",
    ),
)
@etiquette
@SOURCE
@AT
@arguments.as_json
def command(*, source: str, threshold: float, as_json: bool) -> int:
    """Measure the detector on the prompts of FILE.

    Lines are those of `affidavit detect`, each with a `label`: `positive`, `negative`
    or `grey` (which depends on the purpose, and is counted apart), and perhaps a
    `subtype` and a `lang`. Negatives whose subtype begins with `hard:` are look-alikes.
    """
    judged = list(_judged(prompts.read(source), source))
    measured = measure(judged, threshold)
    if as_json:
        machine.emit_figures(_as_json(measured, len(judged)))
    else:
        _say(measured, len(judged))
    return 0


def _judged(given: Sequence[Prompt], source: str) -> Iterator[Judged]:
    labels = [_label(prompt, source) for prompt in given]
    detector = ContentDetector()
    with shown("prompts read") as tell:
        for done, (prompt, label) in enumerate(zip(given, labels, strict=True)):
            yield Judged(
                label=label,
                score=detector.assess(prompt.call).score,
                subtype=str(prompt.fields.get("subtype") or "-"),
                language=str(prompt.fields.get("lang") or "-"),
            )
            tell(done + 1, len(given))


def _label(prompt: Prompt, source: str) -> Label:
    try:
        return Label(prompt.fields.get("label"))
    except ValueError as error:
        raise PromptUnclear(
            f"{source}:{prompt.line}: label is {prompt.fields.get('label')!r}; it must "
            f"be one of {_LABELS}."
        ) from error


def _as_json(measured: Measured, lines: int) -> object:
    return {
        "detector": DETECTOR,
        "grey": _share(measured.grey),
        "hard": _share(measured.hard),
        "languages": _grouped(measured.languages),
        "lines": lines,
        "overall": {
            "auc": _rounded(measured.auc),
            "f1": _rounded(measured.f1),
            "false_positive_rate": _rounded(measured.false_positives.value),
            "false_positive_rate_interval": _interval(measured.false_positives),
            "false_positives": measured.false_positives.hits,
            "hard_false_positive_rate": _rounded(measured.hard.value),
            "negatives": measured.false_positives.of,
            "positives": measured.recall.of,
            "precision": _rounded(measured.precision.value),
            "precision_interval": _interval(measured.precision),
            "recall": _rounded(measured.recall.value),
            "recall_at_false_positive_rate": {
                str(rate): {
                    "interval": _interval(share),
                    "recall": _rounded(share.value),
                }
                for rate, share in measured.recall_at
            },
            "recall_interval": _interval(measured.recall),
            "true_positives": measured.recall.hits,
        },
        "subtypes": _grouped(measured.subtypes),
        "threshold": measured.threshold,
    }


def _grouped(groups: Sequence[Group]) -> object:
    """By name, then by label."""
    told: dict[str, dict[str, object]] = {}
    for group in groups:
        told.setdefault(group.name, {})[group.label.value] = _share(group.flagged)
    return told


def _share(share: Share) -> dict[str, object]:
    return {
        "flagged": share.hits,
        "interval": _interval(share),
        "lines": share.of,
        "share": _rounded(share.value),
    }


def _interval(share: Share) -> list[float] | None:
    interval = share.interval
    return None if interval is None else [round(each, 4) for each in interval]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _say(measured: Measured, lines: int) -> None:
    output.say(
        f"{lines:,} prompts, {DETECTOR}, flagged at a score of {measured.threshold} or "
        "more; 95% intervals (Wilson)"
    )
    output.say()
    rows = [
        ("recall", measured.recall),
        ("precision", measured.precision),
        ("false positives", measured.false_positives),
        ("– of look-alikes", measured.hard),
        ("grey, flagged", measured.grey),
        *(
            (f"recall at {rate:.1%} false positives", share)
            for rate, share in measured.recall_at
        ),
    ]
    shown_rows = [_row(name, share) for name, share in rows]
    for name, value in (("F1", measured.f1), ("AUC", measured.auc)):
        shown_rows.append((name, "", "-" if value is None else f"{value:.3f}", ""))
    output.say_table(("", "flagged", "share", "interval"), shown_rows)
    for heading, groups in (
        ("subtype", measured.subtypes),
        ("language", measured.languages),
    ):
        output.say()
        output.say_table(
            ("label", heading, "flagged", "share", "interval"),
            [(g.label.value, *_row(g.name, g.flagged)) for g in groups],
        )


def _row(name: str, share: Share) -> tuple[str, str, str, str]:
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return name, f"{share.hits} of {share.of}", "-", "-"
    low, high = interval
    return (
        name,
        f"{share.hits} of {share.of}",
        f"{value:.1%}",
        f"[{low:.1%}, {high:.1%}]",
    )
