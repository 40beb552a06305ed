"""What one policy decision costs, in µs, beside other languages' engines, in one run.

    python benchmarks/decision.py [--json]

Knows the shipped starter policy, a synthetic one of 14 checks, one of a CEL expression,
and the six rules that `tests/conformance/judges` has in three languages; there the
figures are means over its 13 cases, as each engine is asked in Python, policies and
entities parsed before. `cedarpy`, `regopy` and `cel-python` are measured where they are
installed, and said to be missing where not; the CEL engines are handed the same
expression and the same values. Each figure is the median of repeated batches, in CPU
time of one thread with the interpreter warm: the decision alone, without the gate, the
record or the client around it.
"""

import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from affidavit.calls import Call, Finding
from affidavit.policy.engine import decide, explain
from affidavit.policy.loader import Policy, load, locate_packs

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support import judges

BATCH, BATCHES = 2_000, 15
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CALL = Call(
    endpoint="responses",
    provider="openai",
    host="api.openai.com",
    model="gpt-5-mini",
    purpose="support.reply",
    parameters={"stream": True, "n": 1},
)
FINDING = Finding(
    kind="dataset_generation",
    score=0.91,
    activity="self_instruct",
    rules=("DG001", "DG007"),
    detector="content/1",
)
FOURTEEN_CHECKS = """\
apiVersion: affidavit/v1
kind: Policy
name: fourteen
purposes:
  support.reply: {models: ["gpt-5*"], endpoints: [responses], data: [customer_pii]}
rules:
  - {id: a, effect: deny, message: m, all: [{model: "gpt-4*", endpoint: "realtime*"}]}
  - {id: b, effect: deny, message: m, all: [{provider: azure, host: "*.example.com"}]}
  - {id: c, effect: deny, message: m, any: [{finding: {dataset_generation: ">= 0.8"}}]}
  - {id: d, effect: deny, message: m, all: [{activity: "self_*"}]}
  - {id: e, effect: review, message: m, any: [{parameter: {n: "> 1"}}]}
  - {id: f, effect: deny, message: m, any: [{parameter: {logprobs: true}}]}
  - {id: g, effect: deny, message: m, any: [{trains_model: {kind: generative}}]}
  - {id: h, effect: deny, message: m, any: [{evaluates_model: {competing: true}}]}
  - {id: i, effect: warn, message: m, all: [{data: health, safety_id: absent}]}
  - {id: j, effect: deny, message: m, any: [{purpose: "research.*"}]}
"""


CEL = (
    'request.model.startsWith("gpt-4") || finding.dataset_generation >= 0.8 && '
    'purpose.name != "research.classifier"'
)
ONE_EXPRESSION = f"""\
apiVersion: affidavit/v1
kind: Policy
name: expression
purposes:
  support.reply: {{models: ["gpt-5*"], endpoints: [responses]}}
rules:
  - {{id: a, effect: deny, message: m, any: [{{when: '{CEL}'}}]}}
"""
SLOW_BATCH = 100
"""Of engines that take milliseconds."""


def microseconds(work: Callable[[], object], batch: int = BATCH) -> float:
    """Median over batches of the mean time of one call, in µs."""
    work()
    means = []
    for _ in range(BATCHES):
        start = time.thread_time()
        for _ in range(batch):
            work()
        means.append((time.thread_time() - start) / batch * 1e6)
    return statistics.median(means)


def judged() -> dict[str, float | None]:
    """A decision by each language of the judges; None where its engine is missing."""
    cases = list(judges.listed())
    figures: dict[str, float | None] = {}
    for name, module, make in (
        ("six rules, affidavit", "affidavit", judges.ours),
        ("six rules, cedarpy", "cedarpy", judges.cedar),
        ("six rules, regopy", "regopy", judges.rego),
    ):
        figures[name] = None
        if find_spec(module) is not None:
            ask = partial(_next, make(), itertools.cycle(cases))
            figures[name] = microseconds(ask, len(cases) * 8)
    return figures


def _next(judge: judges.Judge, turn: Iterator[judges.Case]) -> object:
    return judge(next(turn))


def expressions(directory: Path) -> dict[str, float | None]:
    """A decision that hangs on one CEL expression, and the expression elsewhere."""
    file = directory / "expression.yaml"
    file.write_text(ONE_EXPRESSION)
    ours: float | None = None
    if find_spec("cel_expr_python") is not None:
        policy = load(file)
        ours = microseconds(lambda: decide(policy, CALL, (), now=NOW))
    return {
        "one CEL expression, affidavit, the whole decision": ours,
        "the expression alone, cel-python": _cel_python(),
    }


def _cel_python() -> float | None:
    if find_spec("celpy") is None:
        return None
    import celpy  # type: ignore[import-not-found]  # in the peers' environment only

    environment = celpy.Environment()
    program = environment.program(environment.compile(CEL))

    def ask() -> object:
        # What is known of a call anew for each: that is what a decision is.
        values = {
            "request": {"model": CALL.model},
            "finding": {"dataset_generation": 0.0},
            "purpose": {"name": CALL.purpose},
        }
        return program.evaluate(celpy.json_to_cel(values))

    return microseconds(ask, SLOW_BATCH)


def milliseconds_to_load(path: Path) -> float:
    """Median time to load a policy with what it extends, in ms, imports done."""
    load(path)
    times = []
    for _ in range(BATCHES):
        start = time.thread_time()
        load(path)
        times.append((time.thread_time() - start) * 1e3)
    return statistics.median(times)


def measured(starter: Policy, fourteen: Policy) -> dict[str, float]:
    """Every figure, by what it is of."""
    other = replace(CALL, model="text-embedding-3-small")
    found = (FINDING,)
    return {
        "starter, permitted": microseconds(lambda: decide(starter, CALL, (), now=NOW)),
        "starter, refused by a rule": microseconds(
            lambda: decide(starter, CALL, found, now=NOW)
        ),
        "starter, refused by the purpose's lists": microseconds(
            lambda: decide(starter, other, (), now=NOW)
        ),
        "14 checks, permitted": microseconds(
            lambda: decide(fourteen, CALL, (), now=NOW)
        ),
        "starter, permitted, with the full trace": microseconds(
            lambda: explain(starter, CALL, (), now=NOW)
        ),
    }


def main() -> None:
    """Print the figures, one a line, or one JSON object with `--json`."""
    path = locate_packs() / "starter.yaml"
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "policy.yaml")
        file.write_text(FOURTEEN_CHECKS)
        figures: dict[str, float | None] = dict(measured(load(path), load(file)))
        figures |= expressions(Path(directory)) | judged()
    loading = milliseconds_to_load(path)
    if "--json" in sys.argv[1:]:
        print(json.dumps({"decision_us": figures, "load_ms": loading}))
        return
    for name, value in figures.items():
        shown = "not installed" if value is None else f"{value:8.2f} µs"
        print(f"{shown:>13}  {name}")
    print(f"{loading:10.2f} ms  load starter.yaml and its pack, imports done")


if __name__ == "__main__":
    main()
