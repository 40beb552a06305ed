"""What a disclosure takes: one purpose's calls in a day of many others.

    python benchmarks/disclosure.py [--calls 100000] [--asked 500] [--whole]

Builds a trail through the writer's own encoders: the day, and a tenth of it before and
after, as eight processes record them. Then makes and checks the package, each step in a
process of its own, and prints seconds, MiB and the step's largest resident memory.
Packed is the folder as tar.gz. `--whole` gives all entries of the trail.
"""

import argparse
import json
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from affidavit import canonical
from affidavit.attest.disclosure import Question, disclose
from affidavit.canonical import Json
from affidavit.keys import Ed25519Signer
from affidavit.tlog.merkle import EMPTY_ROOT
from affidavit.trail import record
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Labels, Record
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage
from affidavit.verify.disclosure import DisclosureReport, verify_disclosure
from affidavit.verify.disclosure.manifest import Selection, Window

ORIGIN = "bench.example/trails/disclosure"
ASKED = "research.distillation"
DAY = 1_772_409_600_000
"""2026-03-02, midnight UTC, in ms."""
DAY_MS = 86_400_000
POLICY = "5a" * 32
WRITERS = 8
BATCH = 1 << 15
IDENTITY = Identity(
    Ed25519Signer.from_seed(bytes(range(32))), Secrets(ORIGIN, bytes(32))
)


class Day:
    """Records of eight processes; each `every`th call of the day was asked for."""

    def __init__(self, calls: int, asked: int) -> None:
        self._calls, self._every = calls, calls // asked
        self._random = random.Random(4).randbytes
        self._labels = Labels(IDENTITY.secrets.label)
        self._writers = [record.new_writer(self._random) for _ in range(WRITERS)]
        self._seqs = dict.fromkeys(self._writers, 0)

    def leaves(self) -> Iterator[Leaf]:
        """All of them, in order."""
        tenth = self._calls // 10
        begun = DAY - DAY_MS // 10
        key = str(IDENTITY.verifier)
        genesis: Json = {"origin": ORIGIN, "key": key, "tool": {"name": "affidavit"}}
        yield self._leaf(self._writers[0], Kind.GENESIS, genesis, at=begun)
        for writer in self._writers:
            policy: Json = {"name": "house", "digest": POLICY, "mode": "enforce"}
            yield self._leaf(writer, Kind.POLICY, policy, at=begun, policy=POLICY)
        for number in range(-tenth, self._calls + tenth):
            at = DAY + number * DAY_MS // self._calls
            yield from self._call(number, at)

    def _call(self, number: int, at: int) -> Iterator[Leaf]:
        writer = self._writers[number % WRITERS]
        asked = number % self._every == 0
        told = {
            "endpoint": "chat.completions",
            "model": f"gpt-5.{number % 3}",
            "project": "proj_a",
            "purpose": ASKED if asked else ("support.reply", "rank")[number % 2],
            "safety": f"user-{number % 997}",
        }
        body: dict[str, Json] = {
            **told,
            "boot": "8d3d1a52-9e2a-4c53-9a4a-0a3df0f3fbd0",
            "content": {"bytes": 812, "commitment": canonical.text(self._random(32))},
            "host": "api.openai.com",
            "mode": "enforce",
            "mono": number + DAY_MS,
            "parameters": {"max_tokens": 512, "n": 1, "stream": True},
            "provider": "openai",
            "reasons": [],
        }
        name = record.new_id(at, self._random(record.ID_BYTES))
        labels = {field: self._labels.of(field, told[field]) for field in told}
        yield self._leaf(
            writer,
            Kind.DECISION,
            body,
            at=at,
            name=name,
            effect="permit",
            policy=POLICY,
            labels=labels,
        )
        outcome: dict[str, Json] = {
            "attempts": [{"ms": 412, "request_id": f"req_{number}", "status": 200}],
            "finish": "stop",
            "model": "gpt-5.1-2026-02-01",
            "output": {"bytes": 401, "commitment": canonical.text(self._random(32))},
            "response": f"chatcmpl-{number}",
            "usage": {"input": 180, "output": 90},
        }
        yield self._leaf(
            writer, Kind.OUTCOME, outcome, at=at + 412, name=name, effect="complete"
        )

    def _leaf(
        self,
        writer: str,
        kind: Kind,
        body: Json,
        *,
        at: int,
        name: str | None = None,
        effect: str | None = None,
        policy: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Leaf:
        data = canonical.dumps(body)
        made = Record(
            kind=kind,
            id=name or record.new_id(at, self._random(record.ID_BYTES)),
            at=record.stamp(at),
            body=data,
            effect=effect,
            policy=policy,
            labels=labels or {},
        )
        salt, seq = self._random(record.SALT_BYTES), self._seqs[writer]
        self._seqs[writer] = seq + 1
        entry = record.encode(made, writer=writer, seq=seq, salt=salt)
        return Leaf(entry, salt + data)


def build(path: Path, calls: int, asked: int) -> int:
    """Write the trail; how many records it has."""
    storage = Storage(path, IDENTITY)
    state = State(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    leaves = Day(calls, asked).leaves()
    while batch := list(islice(leaves, BATCH)):
        state = storage.extend(state, batch, {})
    storage.publish(state)
    return state.size


def make(folder: Path, *, whole: bool) -> DisclosureReport:
    """The step that writes the package, its own check included."""
    labels = Labels(IDENTITY.secrets.label)
    question = Question(
        window=Window(record.stamp(DAY), record.stamp(DAY + DAY_MS)),
        selection=Selection.of_labels([labels.opening("purpose", ASKED)]),
        whole=whole,
    )
    trail = TrailReader(folder / "trail")
    return disclose(trail, IDENTITY, question, folder / "answer")


def take(step: str, folder: Path, *, whole: bool) -> None:
    """One step, in a process of its own; prints what it counted and took."""
    if step == "disclose":
        report = make(folder, whole=whole)
    else:
        report = verify_disclosure(folder / "answer", key=IDENTITY.verifier)
    if report.exit_code:
        raise SystemExit(f"does not hold: {report.first_bad}")
    counts = report.counts.as_json()
    print(json.dumps({"counts": counts, "cpu": time.process_time(), "kib": resident()}))


def resident() -> int:
    """This process's largest resident memory, in KiB. Not `ru_maxrss`, which begins
    with that of the process that started this one.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(e.split()[1]) for e in status.splitlines() if "VmHWM" in e)


def measured(step: str, folder: Path, *, whole: bool) -> str:
    """Run a step in its own process; what it counted."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    begun = time.perf_counter()
    done = subprocess.run(
        command + ["--whole"] * whole, stdout=subprocess.PIPE, check=True
    )
    seconds = time.perf_counter() - begun
    told = json.loads(done.stdout)
    print(
        f"{step:<10} {seconds:6.2f} s  {told['cpu']:6.2f} CPU-s  "
        f"{told['kib'] / 1024:6.0f} MiB resident"
    )
    return json.dumps(told["counts"])


def size(path: Path) -> float:
    """Of a file or folder, in MiB."""
    files = [path] if path.is_file() else [e for e in path.rglob("*") if e.is_file()]
    return sum(each.stat().st_size for each in files) / 2**20


def main() -> None:
    """Build, make, check, pack."""
    options = argparse.ArgumentParser()
    options.add_argument("--calls", type=int, default=100_000)
    options.add_argument("--asked", type=int, default=500)
    options.add_argument("--whole", action="store_true")
    options.add_argument("--step", choices=["disclose", "verify"])
    options.add_argument("--folder", type=Path)
    told = options.parse_args()
    if told.step:
        take(told.step, told.folder, whole=told.whole)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = build(folder / "trail", told.calls, told.asked)
        print(f"trail      {records} records, {size(folder / 'trail'):.1f} MiB")
        measured("disclose", folder, whole=told.whole)
        counts = measured("verify", folder, whole=told.whole)
        print(f"counted    {counts}")
        parts = {each.name: size(each) for each in (folder / "answer").iterdir()}
        print(f"package    {size(folder / 'answer'):.1f} MiB, of it")
        for part, mebibytes in sorted(parts.items(), key=lambda each: -each[1]):
            print(f"           {mebibytes:8.3f} MiB {part}")
        with tarfile.open(folder / "answer.tar.gz", "w:gz") as archive:
            archive.add(folder / "answer", "answer")
        print(f"packed     {size(folder / 'answer.tar.gz'):.1f} MiB")


if __name__ == "__main__":
    main()
