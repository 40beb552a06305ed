"""What one policy decision costs, in µs, measured in one run.

    python benchmarks/decision.py [--json]

Knows the shipped starter policy and a synthetic one of 14 checks. Each figure is the
median of repeated batches, in CPU time of one thread with the interpreter warm: the
decision alone, without the gate, the record or the client around it.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from affidavit.calls import Call, Finding
from affidavit.policy.engine import decide, explain
from affidavit.policy.loader import Policy, load, locate_packs

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


def microseconds(work: Callable[[], object]) -> float:
    """Median over batches of the mean time of one call, in µs."""
    work()
    means = []
    for _ in range(BATCHES):
        start = time.thread_time()
        for _ in range(BATCH):
            work()
        means.append((time.thread_time() - start) / BATCH * 1e6)
    return statistics.median(means)


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
        figures = measured(load(path), load(file))
    loading = milliseconds_to_load(path)
    if "--json" in sys.argv[1:]:
        print(json.dumps({"decision_us": figures, "load_ms": loading}))
        return
    for name, value in figures.items():
        print(f"{value:8.2f} µs  {name}")
    print(f"{loading:8.2f} ms  load starter.yaml and its pack, imports done")


if __name__ == "__main__":
    main()
