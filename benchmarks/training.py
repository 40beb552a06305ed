"""The weights of the detector's signs, fitted to labelled prompts, and the promise.

    python benchmarks/training.py PROMPTS.jsonl [--write PATH]

PROMPTS holds `{"text", "label", "subtype", "lang", "repo"}` lines. Each repository is
left out in turn: weights are fitted to the others and score its prompts. From all these
scores together come the threshold (the least at which at most `--promise` of the
negatives are flagged) and the table that docs/detection.md holds, with rules alone and
with rules and signs. With `--write`, weights fitted to all of it are written, numbers
without a text: the package's are `sdk/affidavit/detect/weights.py`.

Logistic regression by cyclic coordinate descent, each weight drawn to its author's
prior and kept on its side of zero. A repository counts by the square root of its
prompts: style that one source repeats must not carry the fit. Deterministic; seconds on
one core.
"""

import argparse
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from affidavit.calls import Call, Text
from affidavit.detect.content import THRESHOLD, ContentDetector
from affidavit.detect.match import Evidence, Matcher
from affidavit.detect.measure import Judged, Label, Share, measure
from affidavit.detect.passage import Passage, join
from affidavit.detect.signs import SIGNS
from affidavit.detect.signs.sign import Sign
from affidavit.detect.structure import ALONE, Weighing

SPREAD = 0.1
"""Variance of a weight about its prior: the less, the more prompts it takes to move."""
SWEEPS = 60
STRENGTH = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One prompt, read."""

    label: Label
    subtype: str
    language: str
    repository: str
    evidence: tuple[Evidence[Sign], ...]
    signs: frozenset[str]
    outright: float
    """The rules' score."""


def rows(path: Path) -> list[Row]:
    """Every prompt of the file."""
    matcher = Matcher[Sign](SIGNS)
    rules = ContentDetector(signs=())
    read = []
    for line in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        call = Call(
            endpoint="chat.completions",
            provider="openai",
            host="api.openai.com",
            texts=(Text(role="user", value=given["text"]),),
        )
        folded = join(call.texts)
        seen = matcher.look(folded)
        passage = Passage(call.texts, folded)
        found = () if seen is None else tuple(matcher.evidence(passage, seen))
        read.append(
            Row(
                label=Label(given["label"]),
                subtype=given["subtype"],
                language=given["lang"],
                repository=given["repo"],
                evidence=found,
                signs=frozenset(item.rule.id for item in found),
                outright=rules.assess(call).score,
            )
        )
    return read


def shares(sample: Sequence[Row]) -> list[float]:
    """How much each row counts: both labels the same in all, each repository by the
    square root of its rows.
    """
    sizes = Counter((row.repository, row.label) for row in sample)
    raw = [1 / math.sqrt(sizes[row.repository, row.label]) for row in sample]
    totals = {
        label: sum(w for w, row in zip(raw, sample, strict=True) if row.label is label)
        for label in (Label.POSITIVE, Label.NEGATIVE)
    }
    half = STRENGTH * len(sample) / 2
    return [w * half / totals[row.label] for w, row in zip(raw, sample, strict=True)]


def fit(sample: Sequence[Row]) -> tuple[float, dict[str, float]]:
    """Intercept and weights."""
    wanted = [float(row.label is Label.POSITIVE) for row in sample]
    counts = shares(sample)
    bearing = {
        sign.id: [at for at, row in enumerate(sample) if sign.id in row.signs]
        for sign in SIGNS
    }
    weights = {sign.id: sign.prior.value for sign in SIGNS}
    sums = [sum(weights[each] for each in row.signs) for row in sample]
    everything = range(len(sample))
    intercept = 0.0
    for _ in range(SWEEPS):
        step = _step(everything, sums, wanted, counts, slope=0.0, curve=0.0)
        intercept += step
        sums = [each + step for each in sums]
        for sign in SIGNS:
            at, old = bearing[sign.id], weights[sign.id]
            pull = (old - sign.prior.value) / SPREAD
            new = old + _step(at, sums, wanted, counts, slope=pull, curve=1 / SPREAD)
            new = min(0.0, new) if sign.prior.against else max(0.0, new)
            weights[sign.id] = new
            for row in at:
                sums[row] += new - old
    return intercept, weights


def _step(
    at: Iterable[int],
    sums: Sequence[float],
    wanted: Sequence[float],
    counts: Sequence[float],
    *,
    slope: float,
    curve: float,
) -> float:
    """One Newton step of one weight, damped: at most 1."""
    for row in at:
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, sums[row]))))
        slope += counts[row] * (chance - wanted[row])
        curve += counts[row] * chance * (1 - chance)
    return 0.0 if curve <= 0 else max(-1.0, min(1.0, -slope / curve))


@dataclass(frozen=True, slots=True)
class Summed:
    """What the signs of one row come to."""

    total: float
    """Log-odds of the best window, with the intercept."""
    alone: bool
    """Whether it is one sign without another."""


def summed(row: Row, intercept: float, weights: dict[str, float]) -> Summed:
    """The sum of the row's best window."""
    window = Weighing(weights).best(row.evidence)
    telling = sum(not item.rule.prior.against for item in window.evidence)
    return Summed(intercept + window.total, telling < 2)


def left_out(read: Sequence[Row]) -> list[Summed]:
    """Each row's sum by weights that never saw its repository."""
    sums = [Summed(0.0, alone=True)] * len(read)
    known = [row for row in read if row.label is not Label.GREY]
    for repository in sorted({row.repository for row in read}):
        fitted = fit([row for row in known if row.repository != repository])
        for at, row in enumerate(read):
            if row.repository == repository:
                sums[at] = summed(row, *fitted)
    return sums


def threshold(read: Sequence[Row], sums: Sequence[Summed], promise: float) -> float:
    """The least sum that at most `promise` of the negatives reach."""
    negative = [
        each
        for each, row in zip(sums, read, strict=True)
        if row.label is Label.NEGATIVE
    ]
    may = sorted((each.total for each in negative if not each.alone), reverse=True)
    highest_allowed = may[int(promise * len(negative))]
    return round(highest_allowed + 0.004, 3)  # scores are rounded: .7995 is 0.8


def told(title: str, read: Sequence[Row], scores: Sequence[float]) -> None:
    """Print the table of one way of scoring."""
    measured = measure(
        (
            Judged(label=r.label, score=s, subtype=r.subtype, language=r.language)
            for r, s in zip(read, scores, strict=True)
        ),
        THRESHOLD,
    )
    print(f"\n## {title}")
    auc = measured.auc
    print(f"AUC {auc:.3f}" if auc is not None else "AUC -")
    for name, share in (
        ("recall", measured.recall),
        ("precision", measured.precision),
        ("false positives", measured.false_positives),
        ("of look-alikes", measured.hard),
        ("grey, flagged", measured.grey),
        *((f"recall at {rate:.1%}", share) for rate, share in measured.recall_at),
    ):
        print(f"{name:<34}{spelled(share)}")
    for group in measured.languages + measured.subtypes:
        print(f"{group.label.value:<9} {group.name:<24}{spelled(group.flagged)}")
    for repository in sorted({row.repository for row in read}):
        of = [
            (row.label, score >= THRESHOLD)
            for row, score in zip(read, scores, strict=True)
            if row.repository == repository
        ]
        for label in (Label.POSITIVE, Label.NEGATIVE):
            hits = [flag for each, flag in of if each is label]
            if hits:
                share = Share(hits=sum(hits), of=len(hits))
                print(f"{label.value:<9} {repository:<38}{spelled(share)}")


def spelled(share: Share) -> str:
    """Count, share and interval."""
    if share.value is None or share.interval is None:
        return "-"
    low, high = share.interval
    return f"{share.hits:>4}/{share.of:<5}{share.value:7.1%}  [{low:.1%}, {high:.1%}]"


def written(intercept: float, weights: dict[str, float], at: float) -> str:
    """The module of weights."""
    lines = "".join(f'    "{k}": {round(v, 3)},\n' for k, v in sorted(weights.items()))
    return (
        '"""What each sign weighs beside others, in log-odds: made by '
        "`benchmarks/training.py`.\n\n"
        "Numbers only. They were fitted to labelled prompts by the command above; no "
        "text of\nthose prompts is here, nor could one be had back.\n"
        '"""\n\n'
        f"INTERCEPT = {round(intercept, 3)}\n"
        f"THRESHOLD = {at}\n"
        '"""The sum at which a score is 0.8."""\n'
        f"WEIGHTS: dict[str, float] = {{\n{lines}}}\n"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--promise", type=float, default=0.0095)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    read = rows(arguments.prompts)
    sums = left_out(read)
    at = threshold(read, sums, arguments.promise)
    weighing = Weighing({}, 0.0, at)
    together = [
        min(weighing.score(each.total), ALONE if each.alone else 1.0) for each in sums
    ]
    outright = [row.outright for row in read]
    told("rules only", read, outright)
    told("signs only, repositories left out", read, together)
    both = [max(pair) for pair in zip(outright, together, strict=True)]
    told("rules and signs, repositories left out", read, both)
    intercept, weights = fit([row for row in read if row.label is not Label.GREY])
    print(f"\nthreshold {at}, intercept {intercept:.3f}")
    if arguments.write:
        arguments.write.write_text(written(intercept, weights, at), encoding="utf-8")


if __name__ == "__main__":
    main()
