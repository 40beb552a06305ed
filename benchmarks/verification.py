"""What verifying a trail costs beside its floor, in one run.

    python benchmarks/verification.py [--records 200000] [--jobs 2] [--rounds 3]
                                      [--dir FOLDER] [--json]

Builds a trail of calls with the writer's own encoders in a temporary folder (about
730 bytes a record: 7.3 GB for ten million), verifies it in processes of their own, and
removes it. The floor is what no verifier can leave out: each bundle read and split,
each entry hashed, each tile hashed to its parent. CPU is user and system time of the
process and its workers; figures of one kind are the best of the rounds. The last lines
are an incremental verification of 1,000 new records on top: alone, and with everything
from the start of the interpreter to its end.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.keys import Ed25519Signer
from affidavit.tlog.merkle import EMPTY_ROOT, leaf_hashes, root_of
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail import record
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Labels, Record
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage
from affidavit.verify import Verdict, verify_trail
from affidavit.verify.look import Spread
from affidavit.verify.memory import Memory

ORIGIN = "bench.example/trails/verification"
BATCH = 1 << 15
POLICY = "5a" * 32
BEGUN = 1_772_442_000_000
WRITERS = 8


class Synthetic:
    """Calls as eight processes record them, through the writer's own encoders."""

    def __init__(self, path: Path) -> None:
        self.identity = identity()
        self.storage = Storage(path, self.identity)
        self.state = State(origin=ORIGIN, size=0, root=EMPTY_ROOT)
        self._random = random.Random(4).randbytes
        self._labels = Labels(self.identity.secrets.label)
        self._writers = [record.new_writer(self._random) for _ in range(WRITERS)]
        self._seqs = dict.fromkeys(self._writers, 0)
        self._clock = BEGUN
        self._records = self._all()

    def grow(self, size: int) -> None:
        """Extend the trail to `size` records under a new checkpoint."""
        while self.state.size < size:
            count = min(BATCH, size - self.state.size)
            leaves = list(islice(self._records, count))
            self.state = self.storage.extend(self.state, leaves, {})
        self.storage.publish(self.state)

    def _all(self) -> Iterator[Leaf]:
        key = str(self.identity.verifier)
        genesis: dict[str, Json] = {
            "origin": ORIGIN,
            "key": key,
            "tool": {"name": "affidavit"},
        }
        yield self._leaf(self._writers[0], Kind.GENESIS, genesis)
        for writer in self._writers:
            body: dict[str, Json] = {
                "name": "house",
                "digest": POLICY,
                "mode": "enforce",
            }
            yield self._leaf(writer, Kind.POLICY, body, policy=POLICY)
        number = 0
        while True:
            # A commit's worth of one writer, then of the next: as integration has it.
            writer = self._writers[number % WRITERS]
            calls = []
            for _ in range(8):
                number += 1
                name = self._id()
                calls.append(name)
                yield self._decision(writer, name, number)
            for name in calls:
                yield self._outcome(writer, name)

    def _decision(self, writer: str, name: str, number: int) -> Leaf:
        told: dict[str, str] = {
            "endpoint": "chat.completions",
            "model": f"gpt-5.{number % 3}",
            "project": "proj_a",
            "purpose": ("support.reply", "search.rank", "ops.triage")[number % 3],
            "safety": f"user-{number % 997}",
        }
        body: dict[str, Json] = {
            **told,
            "boot": "8d3d1a52-9e2a-4c53-9a4a-0a3df0f3fbd0",
            "content": {"bytes": 812, "commitment": canonical.text(self._random(32))},
            "findings": [],
            "host": "api.openai.com",
            "mode": "enforce",
            "mono": number * 20,
            "parameters": {"max_tokens": 512, "n": 1, "stream": True},
            "provider": "openai",
            "reasons": [],
            "shadow": [],
            "warnings": [],
        }
        return self._leaf(
            writer,
            Kind.DECISION,
            body,
            name=name,
            effect="permit",
            policy=POLICY,
            labels={field: self._labels.of(field, told[field]) for field in told},
        )

    def _outcome(self, writer: str, name: str) -> Leaf:
        request = self._random(12).hex()
        attempt: Json = {"ms": 412, "request_id": f"req_{request}", "status": 200}
        body: dict[str, Json] = {
            "attempts": [attempt],
            "finish": "stop",
            "model": "gpt-5.1-2026-02-01",
            "output": {"bytes": 401, "commitment": canonical.text(self._random(32))},
            "response": f"chatcmpl-{request}",
            "usage": {"input": 180, "output": 90},
        }
        return self._leaf(writer, Kind.OUTCOME, body, name=name, effect="complete")

    def _id(self) -> str:
        self._clock += 7
        return record.new_id(self._clock, self._random(record.ID_BYTES))

    def _leaf(
        self,
        writer: str,
        kind: Kind,
        body: dict[str, Json],
        *,
        name: str | None = None,
        **fields: Any,
    ) -> Leaf:
        self._clock += 1
        data = canonical.dumps(body)
        at = record.stamp(self._clock)
        made = Record(kind, name or self._id(), at, data, **fields)
        salt, seq = self._random(record.SALT_BYTES), self._seqs[writer]
        self._seqs[writer] = seq + 1
        return Leaf(record.encode(made, writer=writer, seq=seq, salt=salt), salt + data)


def floor(path: Path) -> None:
    """Read, split, hash and climb: nothing is compared and nothing is understood."""
    reader = TrailReader(path)
    size = reader.head().size
    roots = []
    for first in range(0, size, TILE_WIDTH):
        width = min(size - first, TILE_WIDTH)
        entries = reader.entry_bundle(first // TILE_WIDTH, width)
        roots.append(root_of(leaf_hashes(entries)))
    while len(roots) > 1:
        roots = [
            root_of(roots[at : at + TILE_WIDTH])
            for at in range(0, len(roots), TILE_WIDTH)
        ]


def whole(path: Path, *, bodies: bool, jobs: int) -> None:
    """All that `trail verify` checks; a trail that is not valid is no figure."""
    report = verify_trail(
        TrailReader(path),
        key=identity().verifier,
        now=datetime.now(UTC),
        bodies=bodies,
        spread=Spread(jobs=jobs, worth=1),
    )
    if report.verdict is not Verdict.VALID:
        raise SystemExit(f"not valid: {report.first_bad}")


def incremental(path: Path, folder: Path) -> int:
    """On top of what `folder` remembers; how many records were looked at."""
    memory = Memory(folder)
    with memory.held():
        report = verify_trail(
            TrailReader(path),
            key=identity().verifier,
            now=datetime.now(UTC),
            memory=memory,
        )
    if report.verdict is not Verdict.VALID:
        raise SystemExit(f"not valid: {report.first_bad}")
    return report.records_checked


def identity() -> Identity:
    """The trail's: a fixed key, so that any process knows it."""
    signer = Ed25519Signer.from_seed(bytes(range(32)))
    return Identity(signer, Secrets(ORIGIN, bytes(32)))


def worker(path: Path, what: str, jobs: int) -> None:
    """Do one thing in this process and print what it took."""
    work: dict[str, Callable[[], object]] = {
        "floor": lambda: floor(path),
        "entries": lambda: whole(path, bodies=False, jobs=jobs),
        "bodies": lambda: whole(path, bodies=True, jobs=jobs),
        "incremental": lambda: incremental(path, path.with_name("memory")),
    }
    cpu, wall = _cpu(), time.perf_counter()
    looked = work[what]()
    print(
        json.dumps(
            {
                "cpu": _cpu() - cpu,
                "wall": time.perf_counter() - wall,
                "mib": _peak(),
                "looked": looked,
            }
        )
    )


def _peak() -> float:
    """MiB; `ru_maxrss` would be that of the process that started this one."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _cpu() -> float:
    own, theirs = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime


def measured(path: Path, what: str, jobs: int = 1) -> dict[str, float]:
    """`worker`, in a fresh interpreter; `total` is its whole life."""
    begun = time.perf_counter()
    arguments = ["--worker", what, "--dir", str(path), "--jobs", str(jobs)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE
    )
    found: dict[str, float] = json.loads(done.stdout)
    return {**found, "total": time.perf_counter() - begun}


def best(rounds: list[dict[str, float]], by: str) -> dict[str, float]:
    """The round that took least."""
    return min(rounds, key=lambda each: each[by])


def run(folder: Path, records: int, jobs: int, rounds: int) -> dict[str, Any]:
    """Every figure, of a trail of so many records in `folder`."""
    path = folder / "trail"
    trail = Synthetic(path)
    began = time.perf_counter()
    trail.grow(records)
    built = time.perf_counter() - began
    kinds = [("floor", 1), ("entries", 1), ("bodies", 1), ("bodies", jobs)]
    taken: dict[tuple[str, int], list[dict[str, float]]] = {each: [] for each in kinds}
    for _ in range(rounds):
        for kind in kinds:  # in turn: what else the machine does falls on all of them
            taken[kind].append(measured(path, *kind))
    base, entries, bodies, shared = (taken[kind] for kind in kinds)
    per_cpu = {
        name: records / best(each, "cpu")["cpu"]
        for name, each in (("floor", base), ("entries", entries), ("bodies", bodies))
    }
    first = measured(path, "incremental")
    trail.grow(records + 1000)
    again = measured(path, "incremental")
    if again["looked"] != 1000:
        raise SystemExit(f"incremental looked at {again['looked']} records")
    return {
        "records": records,
        "built_seconds": built,
        "per_cpu_second": per_cpu,
        "of_the_floor": {
            name: per_cpu[name] / per_cpu["floor"] for name in ("entries", "bodies")
        },
        "jobs": jobs,
        "wall_per_second": {
            "1": records / best(bodies, "wall")["wall"],
            str(jobs): records / best(shared, "wall")["wall"],
        },
        "gain_of_jobs": best(bodies, "wall")["wall"] / best(shared, "wall")["wall"],
        "peak_mib": {
            "1": max(each["mib"] for each in bodies),
            str(jobs): max(each["mib"] for each in shared),
            "incremental, first": first["mib"],
            "incremental": again["mib"],
        },
        "incremental_seconds": again["wall"],
        "incremental_with_start_seconds": again["total"],
    }


def show(found: dict[str, Any]) -> None:
    """The figures, for a person."""
    print(f"{found['records']:,} records, built in {found['built_seconds']:.0f} s")
    for name, rate in found["per_cpu_second"].items():
        share = found["of_the_floor"].get(name)
        told = f", {share:.2f} of the floor" if share else ""
        print(f"{name:>12}: {rate:>9,.0f} records a CPU second{told}")
    for jobs, rate in found["wall_per_second"].items():
        print(f"{'jobs ' + jobs:>12}: {rate:>9,.0f} records a second, bodies too")
    print(f"{'gain':>12}: {found['gain_of_jobs']:.2f} with {found['jobs']} jobs")
    for name, peak in found["peak_mib"].items():
        print(f"peak memory, {name}: {peak:.0f} MiB")
    print(
        f"1,000 more: {found['incremental_seconds']:.3f} s, "
        f"{found['incremental_with_start_seconds']:.3f} s with the interpreter's start"
    )


def main() -> None:
    """Build, measure, remove."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, help="build under this folder")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        worker(given.dir, given.worker, given.jobs)
        return
    with tempfile.TemporaryDirectory(dir=given.dir) as folder:
        found = run(Path(folder), given.records, given.jobs, given.rounds)
    print(json.dumps(found)) if given.json else show(found)


if __name__ == "__main__":
    main()
