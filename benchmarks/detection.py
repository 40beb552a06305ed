"""Cost of the content detector.

    python benchmarks/detection.py

Prints p50 and p99 in µs of processor time of an ordinary call of two messages, and at
1 KB and 32 KB beside two others in one run: plain `re` over the same literals and
patterns, and a linear model over hashed words and pairs of words (65,536 weights) in
plain Python. How good the detector is tell `affidavit detect evaluate` and
`benchmarks/training.py`.

`--calls N` makes N ordinary calls and prints nothing: run it for N and 2N under
`valgrind --tool=callgrind` for the instructions of one.
"""

import argparse
import re
import time
from array import array
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from zlib import crc32

from affidavit.calls import Call, Text
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
    text, whole_start, whole_end = spell((literal,))[literal]
    return (
        (r"\b" if whole_start else "") + re.escape(text) + (r"\b" if whole_end else "")
    )


def linear_model() -> Callable[[str], float]:
    """A linear model over hashed words and pairs: what such a layer would cost."""
    weights = array("f", bytes(4 << 16))

    def score(text: str) -> float:
        words = fold(text).encode().split()
        total = sum(weights[crc32(word) & 0xFFFF] for word in words)
        pairs = pairwise(words)
        return total + sum(weights[crc32(b, crc32(a)) & 0xFFFF] for a, b in pairs)

    return score


def microseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """p50 and p99 of `times` runs, in processor time: others may use the machine."""
    taken = []
    for _ in range(times):
        began = time.thread_time_ns()
        work()
        taken.append((time.thread_time_ns() - began) / 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def cost() -> None:
    """Print what a call costs, beside plain `re`."""
    detector, scan, model = ContentDetector(), plain_re(), linear_model()
    began = time.thread_time_ns()
    detector(call_of(("user", "first")))
    print(f"building the automaton: {(time.thread_time_ns() - began) / 1e6:.1f} ms")
    heads = ("detector p50", "p99", "plain re p50", "linear p50")
    print(f"{'text':<36}{heads[0]:>14}{heads[1]:>9}{heads[2]:>15}{heads[3]:>13}")
    for label, call, times in _cases():
        ours = microseconds(partial(detector, call), times)
        text = "\n".join(text.value for text in call.texts)
        plain, _ = microseconds(partial(scan, text), max(3, times // 100))
        linear, _ = microseconds(partial(model, text), times // 4)
        print(
            f"{label:<36}{ours[0]:>14.1f}{ours[1]:>9.1f}{plain:>15.1f}{linear:>13.1f}"
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


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, help="make so many ordinary calls")
    arguments = parser.parse_args()
    if arguments.calls is not None:
        detector, call = ContentDetector(), call_of(*ORDINARY)
        for _ in range(arguments.calls):
            detector(call)
        return
    cost()


if __name__ == "__main__":
    main()
