"""How soon pipelines are flagged, and whether products ever are: one table.

    python benchmarks/streams                 the whole, some minutes
    python benchmarks/streams --calls 300 --streams 3
    python benchmarks/streams --write DIR     streams as files for `detect --as-stream`

Thresholds were set on every other generator (`tuned`); the rest (`unseen`) were written
by the same hand before they were set. `fresh` ones were written afterwards, and nothing
was changed for them.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from fresh import FRESH_PIPELINES, FRESH_PRODUCTS
from pipelines import PIPELINES
from products import PRODUCTS
from row import Maker, Row
from texts import Pen

from affidavit.detect.behaviour.state import STATE_BYTES
from affidavit.detect.behaviour.stream import Line, Stream
from affidavit.detect.content import ContentDetector

THRESHOLD = 0.8
_ALL = PIPELINES | PRODUCTS | FRESH_PIPELINES | FRESH_PRODUCTS
WITHIN = 50


class Run(NamedTuple):
    """One stream, watched to its end or until it was flagged."""

    first: int | None
    """Number of the call that was flagged first."""
    highest: float
    microseconds: float
    """Of CPU a call, the answer's taking in included; content detection not."""
    why: tuple[str, ...]


def rows(maker: Maker, seed: str) -> Iterator[Row]:
    """The stream of one seed."""
    return maker(Pen(random.Random(seed)))


def _run(maker: Maker, seed: str, calls: int, options: argparse.Namespace) -> Run:
    """Watch one stream of so many calls."""
    stream = Stream()
    content = None if options.without_content else ContentDetector()
    highest, first, spent, why, number = 0.0, None, 0.0, (), 0
    for number, row in enumerate(islice(rows(maker, seed), calls), start=1):
        call = row.call
        findings = content(call) if content is not None else ()
        began = time.thread_time()
        seen = stream.see(Line(call, findings, row.output, f"{number:032x}"))
        spent += time.thread_time() - began
        if seen.score > highest:
            highest = seen.score
            why = seen.findings[0].rules if seen.findings else ()
        if first is None and seen.score >= THRESHOLD:
            first = number
    return Run(first, highest, 1e6 * spent / max(number, 1), why)


def main() -> None:
    """Print the table; leave with 1 when a product was flagged."""
    options = _options()
    if options.write:
        _write(Path(options.write), options.calls or 200)
        return
    print(f"state {STATE_BYTES:,} bytes a purpose; threshold {THRESHOLD}")
    shares = _pipelines(options)
    flagged, spent = _products(options)
    for half, (caught, number) in shares.items():
        share = f"{caught} of {number} streams ({caught / max(number, 1):.1%})"
        print(f"{half} pipelines flagged within {WITHIN} calls: {share}")
    cost = statistics.fmean(spent or [0])
    print(
        f"products flagged: {flagged} of {len(spent)}; mean cost {cost:.0f} µs a call"
    )
    sys.exit(1 if flagged else 0)


def _pipelines(options: argparse.Namespace) -> dict[str, list[int]]:
    """One line a pipeline; flagged streams and all streams of each half."""
    shares = {"tuned": [0, 0], "unseen": [0, 0], "fresh": [0, 0]}
    print(f"\n{'pipeline':26}{'half':8}{'flagged':>9}{'median':>8}{'least':>8}  why")
    for half, name, maker in _halves(PIPELINES, FRESH_PIPELINES, options):
        runs = [
            _run(maker, f"{options.seed} {name} {i}", WITHIN, options)
            for i in range(options.streams)
        ]
        caught = [run.first for run in runs if run.first is not None]
        shares[half][0] += len(caught)
        shares[half][1] += len(runs)
        median = statistics.median(caught) if caught else "-"
        worst = min(runs, key=lambda run: run.highest)
        said = f"{len(caught):>4}/{len(runs):<4}{median:>8}{worst.highest:>8.3f}"
        print(f"{name:26}{half:8}{said}  {', '.join(worst.why[:3])}")
    return shares


def _products(options: argparse.Namespace) -> tuple[int, list[float]]:
    """One line a product; how many were ever flagged, and what a call of each cost."""
    flagged, spent = 0, []
    print(f"\n{'product':26}{'half':8}{'flagged':>9}{'highest':>9}{'µs/call':>9}  why")
    for half, name, maker in _halves(PRODUCTS, FRESH_PRODUCTS, options):
        runs = [
            _run(maker, f"{options.seed} {name} {i}", options.calls or 10_000, options)
            for i in range(options.repeats)
        ]
        top = max(runs, key=lambda run: run.highest)
        caught = sum(run.first is not None for run in runs)
        flagged += caught > 0
        spent.append(statistics.fmean(run.microseconds for run in runs))
        said = f"{caught:>4}/{len(runs):<4}{top.highest:>9.3f}{spent[-1]:>9.0f}"
        print(f"{name:26}{half:8}{said}  {', '.join(top.why[:3])}", flush=True)
    return flagged, spent


def _halves(
    makers: dict[str, Maker], fresh: dict[str, Maker], options: argparse.Namespace
) -> Iterator[tuple[str, str, Maker]]:
    halves = itertools.cycle(("tuned", "unseen"))
    named = [(half, *item) for half, item in zip(halves, makers.items(), strict=False)]
    named += [("fresh", *item) for item in fresh.items()]
    return (each for each in named if not options.only or each[1] in options.only)


def _write(directory: Path, calls: int) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, maker in _ALL.items():
        with (directory / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for row in islice(rows(maker, name), calls):
                line = {
                    "messages": row.messages,
                    "params": row.params,
                    "output": row.output,
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=0, help="of each product's stream")
    parser.add_argument("--streams", type=int, default=20, help="of each pipeline")
    parser.add_argument(
        "--repeats", type=int, default=1, help="streams of each product"
    )
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", nargs="*", help="names of generators")
    parser.add_argument("--write", metavar="DIR")
    parser.add_argument(
        "--without-content", action="store_true", help="what the structure says alone"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
