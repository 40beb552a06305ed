"""What a governed call costs beside the stock client's, in one run.

    python benchmarks/overhead.py [--rounds 5] [--calls 300] [--peers]

Stock and governed run in turn, each round in a process of its own, against the sandbox
in another process: the starter policy, detection and a durable trail are on; "process"
is the same with `durability = "process"`. A figure is the median of the rounds' ratios;
CPU is user and system time of the calling process, all of its threads, per call.

`--peers` measures other packages that stand between a program and the SDK in the same
run (`make bench-peers` makes the environment). None of them writes a durable record.
"""

import argparse
import asyncio
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

CHUNKS = 200
TASKS = 256
MESSAGES: Any = [
    {"role": "system", "content": "You are a helpful assistant."},
    {
        "role": "user",
        "content": "Summarise the following ticket in two lines: "
        + "the parcel arrived late and the box was open. " * 9,
    },
]
KINDS = ("stock", "governed", "process")
PEERS = ("langfuse", "guardrails", "cloakllm")
KEYWORDS: Any = {
    "name": "Keyword Filter",
    "config": {"keywords": ["forbidden-word"]},
}
GUARDS: Any = {
    "version": 1,
    "pre_flight": {"version": 1, "guardrails": [KEYWORDS]},
    "input": {"version": 1, "guardrails": []},
    "output": {"version": 1, "guardrails": []},
}
SCENARIOS = {
    "one call at a time": "sync",
    f"a stream of {CHUNKS} chunks": "stream",
    f"{TASKS} tasks at once": "tasks",
}


def clients(kind: str, base_url: str) -> tuple[Any, Any]:
    """A sync and an async client, stock, governed or a peer's."""
    settings: dict[str, Any] = {"base_url": base_url, "api_key": "k"}
    if kind in PEERS:
        return peers(kind, settings)
    if kind == "stock":
        import openai as module
    else:
        import affidavit as module  # type: ignore[no-redef]  # the drop-in, by design

        settings["purpose"] = "support.reply"
        if kind == "process":
            os.environ["AFFIDAVIT_DURABILITY"] = "process"
    return module.OpenAI(**settings), module.AsyncOpenAI(**settings)


def peers(kind: str, settings: dict[str, Any]) -> tuple[Any, Any]:
    """The same of another package, as its documentation sets it up, without a server
    of its own to report to.
    """
    logging.disable(logging.CRITICAL)
    if kind == "langfuse":
        module = import_module("langfuse.openai")
        return module.OpenAI(**settings), module.AsyncOpenAI(**settings)
    if kind == "guardrails":
        module = import_module("guardrails")
        return (
            module.GuardrailsOpenAI(config=GUARDS, **settings),
            module.GuardrailsAsyncOpenAI(config=GUARDS, **settings),
        )
    openai = import_module("openai")
    pair = openai.OpenAI(**settings), openai.AsyncOpenAI(**settings)
    for client in pair:
        import_module("cloakllm").enable_openai(client)
    return pair


def measured(call: Callable[[], object], count: int) -> tuple[float, float]:
    """CPU and wall seconds of one call, after a warm-up."""
    for _ in range(max(2, count // 10)):
        call()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(count):
        call()
    return (
        (time.process_time() - cpu) / count,
        (time.perf_counter() - wall) / count,
    )


async def measured_tasks(client: Any, count: int) -> tuple[float, float]:
    """The same for `TASKS` calls under way at once."""
    gate = asyncio.Semaphore(TASKS)

    async def ask() -> None:
        async with gate:
            await client.chat.completions.create(model="gpt-5", messages=MESSAGES)

    await asyncio.gather(*(ask() for _ in range(TASKS)))
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(count)))
    return (
        (time.process_time() - cpu) / count,
        (time.perf_counter() - wall) / count,
    )


def child(kind: str, scenario: str, base_url: str, calls: int) -> tuple[float, float]:
    """One round of one client, in a process of its own."""
    client, aclient = clients(kind, base_url)
    create = client.chat.completions.create
    chunked = {"X-Sandbox-Chunks": str(CHUNKS)}
    match scenario:
        case "sync":
            return measured(lambda: create(model="gpt-5", messages=MESSAGES), calls)
        case "stream":
            return measured(
                lambda: list(
                    create(
                        model="gpt-5",
                        messages=MESSAGES,
                        stream=True,
                        extra_headers=chunked,
                    )
                ),
                max(40, calls // 6),
            )
        case _:
            return asyncio.run(measured_tasks(aclient, calls))


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """The sandbox in another process; yields its base URL."""
    command = [sys.executable, "-m", "affidavit", "sandbox", "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if process.stdout is None:
        raise SystemExit("the sandbox has no output")
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def round_of(kind: str, scenario: str, base_url: str, calls: int, folder: Path) -> Any:
    """CPU and wall seconds a call, as the child prints them."""
    command = [sys.executable, __file__, "--child", kind, scenario, base_url]
    done = subprocess.run(
        [*command, "--calls", str(calls)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run every scenario and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("KIND", "SCENARIO", "URL"))
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(child(*arguments.child, arguments.calls)), flush=True)
        os._exit(0)
    kinds = KINDS + PEERS if arguments.peers else KINDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [sys.executable, "-m", "affidavit", "init"]
        subprocess.run(found, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with sandbox(folder) as url:
            for title, scenario in SCENARIOS.items():
                rounds = [
                    {
                        kind: round_of(kind, scenario, url, arguments.calls, folder)
                        for kind in kinds
                    }
                    for _ in range(arguments.rounds)
                ]
                report(title, rounds)


def report(title: str, rounds: list[dict[str, Any]]) -> None:
    """Print a line for the scenario, and one for each kind of client."""
    stock = statistics.median(each["stock"][0] for each in rounds) * 1e6
    print(f"{title} (stock: {stock:.0f} µs of CPU)")
    for kind in rounds[0]:
        if kind == "stock":
            continue
        cpu, wall = (
            [each[kind][i] / each["stock"][i] for each in rounds] for i in (0, 1)
        )
        print(
            f"  {kind:12} CPU {statistics.median(cpu):.2f}"
            f" ({min(cpu):.2f} to {max(cpu):.2f})"
            f"  wall {statistics.median(wall):.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
