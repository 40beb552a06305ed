"""A month of sandbox calls against its bill: gaps found, seconds, MiB, in one run.

    python benchmarks/reconciliation.py [--calls 100000] [--threads 4] [--json]

Every call is made by a governed client over a loopback socket and metered by the
sandbox that serves it, in this process; only the days are a clock's. Gaps of ten kinds
are planted as they come about, beside a governed batch, which is none
(tests/support/month.py). Then `affidavit reconcile --fetch` holds the bill against the
trail: its seconds are wall clock of that command alone, MiB are what this process held
resident at most, sandbox and all. Exit code 1 when a gap was missed, or one named that
was not planted. The load average says what else was running.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from affidavit.testing import Sandbox
from support.cli import invoke
from support.month import Clock, arguments, gaps_in, play


def resident() -> float:
    """The most MiB that this process ever held."""
    own = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(own[1]) / 1024 if own else 0.0


def measured(folder: Path, calls: int, threads: int) -> dict[str, object]:
    """One month, played and reconciled."""
    clock = Clock()
    with Sandbox(clock=clock.seconds, remember=1000) as sandbox:
        begun = time.perf_counter()
        month = play(folder, sandbox, clock, calls=calls, threads=threads)
        played = time.perf_counter() - begun
        before = resident()
        begun = time.perf_counter()
        done = invoke(
            *arguments(sandbox),
            cwd=folder / "main",
            env={"OPENAI_ADMIN_KEY": "admin"},
        )
        took = time.perf_counter() - begun
    if done.code != 1:
        sys.exit(f"reconcile said {done.code}: {done.err}")
    found, requests = gaps_in(done.json), done.json["requests"]
    return {
        "calls": month.covered,
        "seconds_playing": round(played, 1),
        "seconds_reconciling": round(took, 2),
        "mib_before": round(before),
        "mib_most": round(resident()),
        "requests": requests,
        "coverage": done.json["coverage"],
        "planted": len(month.planted),
        "found": {f"{day} {cause}": both for (day, cause), both in found.items()},
        "missed": sorted(map(str, month.planted.keys() - found.keys())),
        "false": sorted(map(str, found.keys() - month.planted.keys())),
        "wrong": sorted(
            str(place)
            for place in month.planted.keys() & found.keys()
            if month.planted[place] != found[place]
        ),
        "covered_as_planted": requests["covered"] == month.covered,
        "load": [round(each, 1) for each in os.getloadavg()],
    }


def main() -> int:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = measured(Path(folder), given.calls, given.threads)
    if given.json:
        print(json.dumps(told))
    else:
        for name, value in told.items():
            print(f"{name:22} {value}")
    return int(bool(told["missed"] or told["false"] or told["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
