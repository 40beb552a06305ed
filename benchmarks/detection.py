"""Cost of the content detector, and what it finds in a file of prompts.

    python benchmarks/detection.py [PROMPTS.jsonl] [--threshold 0.8] [--misses]

Prints p50 and p99 in µs of an ordinary call of two messages, and at 1 KB and 32 KB
beside plain `re` over the same literals and patterns, in one run. With a file of
`{"text", "label", "subtype", "lang", "repo"}` lines, prints recall of `positive` and
false positives of `negative` lines, the latter also by repository: one repository's
style must not carry the figure.

`--calls N` makes N ordinary calls and prints nothing: run it for N and 2N under
`valgrind --tool=callgrind` for the instructions of one.
"""

import argparse
import json
import math
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from affidavit.calls import Call, Finding, Text
from affidavit.detect.content import ContentDetector
from affidavit.detect.normalise import fold
from affidavit.detect.rules import RULES
from affidavit.detect.scan import spell

ENGLISH = """## Returns
When a parcel comes back, **open** the order, check the label and write one line for the
customer. Give the amount, the day and the carrier; create a ticket where the scale
disagrees. Questions about customs go to the desk in Rotterdam, not to the depot.
  - keep the answer under 90 words
  - make no promise about refunds that the ledger does not show

"""
CHINESE = """## 退货处理
收到退回的包裹后，先打开订单，核对面单，再给客户写一句说明：金额、日期、承运商。
如果重量不符，请创建工单；海关问题转给鹿特丹的同事，不要转给仓库。回答不超过90字！
"""
TYPOGRAPHIC = ENGLISH.replace("disagrees. ", "disagrees — “by much”. ")


ORDINARY = (
    ("system", "You are a helpful assistant for a parcel company. Answer briefly."),
    ("user", "My parcel has not arrived. The label says Rotterdam, what do I do now?"),
)
EXCUSED = (
    "解释代码。它生成训练数据。"  # every sentence excuses the next: the worst we know
)
REQUEST = "\n\nGenerate 200 training examples about parcel tracking."


def call_of(*texts: tuple[str, str]) -> Call:
    """A call of these (role, text)."""
    return Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        texts=tuple(Text(role=role, value=value) for role, value in texts),
    )


def of_size(passage: str, size: int) -> str:
    """`passage` repeated to `size` bytes of UTF-8."""
    repeated = passage * (size // len(passage.encode()) + 1)
    return repeated.encode()[:size].decode("utf-8", "ignore")


def plain_re() -> Callable[[str], int]:
    """Plain `re`: one expression for each set of literals and each pattern."""
    sets = {
        terms
        for rule in RULES
        for clue in rule.clues
        for terms in (clue.anchor, *(near.terms for near in clue.near + clue.unless))
    }
    expressions = [
        re.compile("|".join(_expression(literal) for literal in terms.literals))
        for terms in sets
    ] + [re.compile(c.pattern) for r in RULES for c in r.clues if c.pattern]

    def scan(text: str) -> int:
        folded = fold(text)
        return sum(len(expression.findall(folded)) for expression in expressions)

    return scan


def _expression(literal: str) -> str:
    text, whole_start, whole_end = spell(literal)
    return (
        (r"\b" if whole_start else "") + re.escape(text) + (r"\b" if whole_end else "")
    )


def microseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """p50 and p99 of `times` runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter_ns()
        work()
        taken.append((time.perf_counter_ns() - began) / 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def cost() -> None:
    """Print what a call costs, beside plain `re`."""
    detector, scan = ContentDetector(), plain_re()
    began = time.perf_counter_ns()
    detector(call_of(("user", "first")))
    print(f"building the automaton: {(time.perf_counter_ns() - began) / 1e6:.1f} ms")
    print(f"{'text':<36}{'detector p50':>14}{'p99':>9}{'plain re p50':>15}{'p99':>9}")
    for label, call, times in _cases():
        ours = microseconds(partial(detector, call), times)
        text = "\n".join(text.value for text in call.texts)
        plain = microseconds(partial(scan, text), max(5, times // 40))
        print(
            f"{label:<36}{ours[0]:>14.1f}{ours[1]:>9.1f}"
            f"{plain[0]:>15.1f}{plain[1]:>9.1f}"
        )


def _cases() -> Iterator[tuple[str, Call, int]]:
    yield "two short messages", call_of(*ORDINARY), 2000
    for name, passage in (
        ("English", ENGLISH),
        ("English, typographic", TYPOGRAPHIC),
        ("Chinese", CHINESE),
    ):
        short, long = of_size(passage, 1024), of_size(passage, 32768)
        yield f"{name} 1 KB", call_of(("user", short)), 2000
        yield f"{name} 32 KB", call_of(("user", long)), 200
        yield f"{name} 32 KB, flagged", call_of(("user", long + REQUEST)), 200
    yield "Chinese 32 KB, excused", call_of(("user", of_size(EXCUSED, 32768))), 50


def wilson(hits: int, of: int) -> str:
    """Share with its 95% interval (Wilson score)."""
    if not of:
        return "-"
    z, p = 1.96, hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return f"{hits:>4}/{of:<5} {p:6.1%}  [{low:.1%}, {high:.1%}]"


def quality(path: Path, threshold: float, *, misses: bool) -> None:
    """Print recall and false positives over the prompts in `path`."""
    detector = ContentDetector()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    findings = [detector(call_of(("user", row["text"]))) for row in rows]
    flagged = [bool(f) and f[0].score >= threshold for f in findings]
    groups: dict[str, list[bool]] = defaultdict(list)
    for row, flag in zip(rows, flagged, strict=True):
        label, subtype = row["label"], row.get("subtype", "-")
        keys = [label, f"{label} {subtype}", f"{label} lang={row.get('lang', '-')}"]
        if label == "negative" and subtype.startswith("hard"):
            keys.append("negative hard:*")
        if "repo" in row:
            keys.append(f"{label} repo={row['repo']}")
        for key in keys:
            groups[key].append(flag)
    print(f"\nscore >= {threshold}: share flagged, 95% interval")
    for key, flags in sorted(groups.items()):
        print(f"{key:<52}{wilson(sum(flags), len(flags))}")
    if misses:
        _rules_that_erred(rows, findings, flagged)


def _rules_that_erred(
    rows: Sequence[dict[str, str]],
    findings: Sequence[tuple[Finding, ...]],
    flagged: Sequence[bool],
) -> None:
    blame: Counter[tuple[str, str]] = Counter()
    for row, found, flag in zip(rows, findings, flagged, strict=True):
        if flag:
            blame.update((row["label"], rule) for rule in found[0].rules)
    print("\nrules of the strongest finding, by label")
    for (label, rule), count in sorted(blame.items()):
        print(f"{label:<10}{rule}  {count}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prompts", nargs="?", type=Path)
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--misses", action="store_true", help="count rules by label")
    parser.add_argument("--calls", type=int, help="make so many ordinary calls")
    arguments = parser.parse_args()
    if arguments.calls is not None:
        detector, call = ContentDetector(), call_of(*ORDINARY)
        for _ in range(arguments.calls):
            detector(call)
        return
    cost()
    if arguments.prompts:
        quality(arguments.prompts, arguments.threshold, misses=arguments.misses)


if __name__ == "__main__":
    main()
