"""What a candidate policy over a long trail costs, in seconds and MiB, in one run.

    python benchmarks/replay.py [--decisions 1000000] [--jobs 2] [--dir FOLDER] [--json]

Builds a trail of that many decisions and as many outcomes with the writer's own
encoders in a temporary folder (about 1.5 GB for a million), runs `affidavit policy
replay` on it as a program of its own, and removes it. Seconds are wall clock from the
program's start to its end; MiB are the most that its main process, and the most that
any one of its workers, held resident. The load average says what else was running.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from verification import Synthetic

CANDIDATE = """\
apiVersion: affidavit/v1
kind: Policy
name: candidate
extends: [pack:openai-services-agreement]
purposes:
  support.reply: {models: ["gpt-5*"], endpoints: [chat.completions], owner: a@b.example}
  search.rank: {models: ["gpt-5.2"], endpoints: [chat.completions], owner: a@b.example}
  ops.triage: {models: ["gpt-5*"], endpoints: ["chat.*"], expires: 2026-03-01}
rules:
  - id: short-answers
    effect: deny
    any: [{parameter: {max_tokens: "> 4096"}}, {parameter: {n: "> 4"}}]
    message: Short answers only.
"""
MEASURE = """\
import re, resource, sys
from pathlib import Path
from affidavit.cli.main import run
if __name__ == "__main__":
    code = run(sys.argv[1:])
    # Not its own ru_maxrss: that counts what stood here before the program was.
    own = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(int(own[1]) / 1024, most / 1024, file=sys.stderr)
    sys.exit(code)
"""


def replayed(folder: Path, trail: Path, jobs: int) -> dict[str, float]:
    """One replay in a process of its own."""
    candidate, program = folder / "candidate.yaml", folder / "measure.py"
    candidate.write_text(CANDIDATE)
    program.write_text(MEASURE)
    begun = time.perf_counter()
    command = [sys.executable, str(program), "policy", "replay", "--json", "--quiet"]
    asked = [f"--policy={candidate}", f"--trail={trail}", f"--jobs={jobs}"]
    done = subprocess.run([*command, *asked], capture_output=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    told = json.loads(done.stdout)
    main, worker = map(float, done.stderr.split()[-2:])
    return {
        "jobs": jobs,
        "decisions": told["decisions"],
        "changed": told["changed"],
        "seconds": round(seconds, 2),
        "main_mib": round(main, 1),
        "worker_mib": round(worker, 1),
    }


def main() -> None:
    """Build, replay with one job and with several, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir) as name:
        folder = Path(name)
        Synthetic(folder / "trail").grow(2 * chosen.decisions + 16)
        load = os.getloadavg()[0]
        jobs = dict.fromkeys((1, chosen.jobs))
        rows = [replayed(folder, folder / "trail", each) for each in jobs]
    if chosen.json:
        print(json.dumps({"load": load, "rows": rows}))
        return
    for row in rows:
        print("  ".join(f"{name} {value:,}" for name, value in row.items()))
    print(f"load average before: {load:.2f}")


if __name__ == "__main__":
    main()
