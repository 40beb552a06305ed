"""What it costs to make records durable, beside what the disk and asyncio cost anyway.

    python benchmarks/writing.py [--rounds 25] [--directory .]

Ours and the floors run in turn, each round in the same directory; a figure is the
median of the rounds' ratios, with the lowest and highest. The records are those of a
chat completion with the starter policy, bytes and all. Floors: `pwrite` and `fdatasync`
of as many ready bytes into allocated, zeroed space, in Python and in C (floor.c, which
needs `cc`); in Python with the records encoded, hashed and sealed first; tasks that
wait for a thread which writes ready bytes; and the most that asyncio allows, tasks that
wait for bare futures which the loop settles when C has written.

CPU is of the whole process, user and system; commits excluded means less what the same
bytes cost to write without syncing.
"""

import argparse
import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from affidavit.calls import Attempt, Call, Ending, Outcome
from affidavit.durable import Durability
from affidavit.gate import Gate, Moment
from affidavit.keys import Ed25519Signer
from affidavit.policy.loader import load, locate_packs
from affidavit.trail import mounts, wal
from affidavit.trail import record as records
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.record import Kind, Labels, Record
from affidavit.trail.segment import Segment
from affidavit.trail.writer import Writer

TASKS = 256
ONE, BULK, PER_TASK = 100, 20_000, 20
IDENTITY = Identity(
    Ed25519Signer.from_seed(b"k" * 32), Secrets("benchmark.local/trail", b"s" * 32)
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one record took, in µs."""

    wall: float
    cpu: float


def calls(count: int) -> list[tuple[Record, Record]]:
    """Decision and outcome of chat completions, as the gate tells them."""
    gate = Gate(
        policy=load(locate_packs() / "starter.yaml"),
        detectors=(),
        labels=Labels(IDENTITY.secrets.label),
        content_key=IDENTITY.secrets.content,
        boot="0" * 36,
    )
    made = []
    for number in range(count):
        call = Call(
            endpoint="chat.completions",
            provider="openai",
            host="api.openai.com",
            model="gpt-5-mini",
            purpose="support.reply",
            safety_id=f"user-{number % 100}",
            parameters={"stream": False, "n": 1},
            content=b"x" * 600,
        )
        moment = Moment(time.time_ns(), time.monotonic_ns() // 10**6, os.urandom(10))
        verdict = gate.consider(call, moment)
        outcome = Outcome(
            ending=Ending.COMPLETE,
            attempts=(
                Attempt(status=200, request_id="req_" + "a" * 32, milliseconds=812),
            ),
            response_id="chatcmpl-" + "b" * 29,
            model="gpt-5-mini-2026-01-01",
            input_tokens=120,
            output_tokens=200,
            finish_reason="stop",
            output_bytes=900,
            output_digest=os.urandom(32),
        )
        told = gate.conclude(verdict, outcome, time.time_ns() // 10**6)
        made.append((verdict.record, told))
    return made


def a_writer(folder: Path, durability: Durability = Durability.COMMIT) -> Writer:
    """A writer as a trail has it, without whoever integrates."""
    directory = Path(tempfile.mkdtemp(dir=folder))
    kind = mounts.file_system(
        str(directory.resolve()), mounts.MOUNTS.read_text("utf-8", "surrogateescape")
    )
    return Writer(
        directory=directory,
        identity=IDENTITY,
        first_record=lambda: records.fresh(
            Kind.POLICY, {}, clock=time.time_ns, randomness=os.urandom
        ),
        boot="0" * 36,
        randomness=os.urandom,
        sealed_size=lambda: 1,
        durability=durability,
        make_segment=partial(Segment.create, through=mounts.writes_through(kind)),
    )


def timed(count: int, work: Callable[[], object]) -> Spent:
    """What each of `count` records took of `work`."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Spent(wall / count * 1e6, cpu / count * 1e6)


def cycled(items: Sequence[Record], count: int) -> Iterator[Record]:
    """`count` of `items`, over and over."""
    while count > 0:
        yield from islice(items, count)
        count -= len(items)


class Floor:
    """A file with its space allocated and zeroed, and the C program."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        self.program = folder / "floor"
        source = Path(__file__).with_name("floor.c")
        compiler = ["cc", "-O2", "-o", str(self.program), str(source)]
        subprocess.run(compiler, check=True)
        self._fd = os.open(folder / "bare", os.O_RDWR | os.O_CREAT, 0o600)
        self._space = max(ONE, TASKS) * 2 * size
        os.posix_fallocate(self._fd, 0, self._space)
        os.pwrite(self._fd, bytes(self._space), 0)
        os.fsync(self._fd)
        self._at = 0

    def commit(self, data: bytes, *, sync: bool = True) -> None:
        """Write `data` behind what was written, from the start once it is full."""
        if self._at + len(data) > self._space:
            self._at = 0
        os.pwrite(self._fd, data, self._at)
        if sync:
            os.fdatasync(self._fd)
        self._at += len(data)

    def in_python(self, count: int, *, sync: bool = True) -> Spent:
        """`count` records, each by itself."""
        data = b"x" * self.size

        def work() -> None:
            for _ in range(count):
                self.commit(data, sync=sync)

        return timed(count, work)

    def made_in_python(self, made: Sequence[Record], count: int) -> Spent:
        """The same, with the records made first: no queue, no lock, no room."""
        seal = wal.Sealer(IDENTITY.secrets.wal).seal
        salt, mac = bytes(records.SALT_BYTES), bytes(wal.MAC_BYTES)

        def work() -> None:
            after = mac
            for number, record in enumerate(cycled(made, count)):
                entry = records.encode(record, writer="w" * 11, seq=number, salt=salt)
                frame, after = seal(after, wal.payload(entry, salt, record.body))
                self.commit(frame)

        return timed(count, work)

    def in_c(self, batch: int, commits: int) -> float:
        """µs of wall time a record, so many a commit."""
        command = [self.program, self.folder / "c", self.size, batch, commits]
        done = subprocess.run(
            [*map(str, command)], check=True, capture_output=True, text=True
        )
        return float(done.stdout) / (batch * commits) * 1e6


def one_at_a_time(writer: Writer, made: Sequence[Record], count: int) -> Spent:
    """One caller, who waits for each record."""

    def work() -> None:
        for record in cycled(made, count):
            writer.append(record)

    return timed(count, work)


def in_bulk(writer: Writer, made: Sequence[Record]) -> Spent:
    """Handed in without waiting; durable at the end."""

    def work() -> None:
        for record in cycled(made, BULK):
            writer.note(record)
        writer.flush()

    return timed(BULK, work)


def by_tasks(writer: Writer, made: Sequence[Record]) -> tuple[Spent, float]:
    """`TASKS` tasks, each of which waits for each of its records; and how many records
    a commit had.
    """
    commits: list[None] = []
    writer.on_progress = lambda: commits.append(None)

    async def task() -> None:
        for record in cycled(made, PER_TASK):
            await writer.aappend(record)

    async def work() -> None:
        await asyncio.gather(*(task() for _ in range(TASKS)))

    count = TASKS * PER_TASK
    spent = timed(count, lambda: asyncio.run(work()))
    writer.on_progress = lambda: None
    return spent, count / len(commits)


class BareBatches:
    """What asyncio costs: tasks that wait for a thread which writes ready bytes."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._waiting: list[asyncio.Future[None]] = []
        self._any = threading.Condition()
        self._over = False

    def run(self) -> Spent:
        """`TASKS` tasks, as `by_tasks`."""
        thread = threading.Thread(target=self._commit)
        thread.start()
        spent = timed(TASKS * PER_TASK, lambda: asyncio.run(self._work()))
        with self._any:
            self._over = True
            self._any.notify()
        thread.join()
        return spent

    async def _work(self) -> None:
        await asyncio.gather(*(self._task() for _ in range(TASKS)))

    async def _task(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(PER_TASK):
            settled: asyncio.Future[None] = loop.create_future()
            with self._any:
                self._waiting.append(settled)
                if len(self._waiting) == 1:
                    self._any.notify()
            await settled

    def _commit(self) -> None:
        data = b"x" * self._floor.size
        while True:
            with self._any:
                while not self._waiting and not self._over:
                    self._any.wait()
                if self._over:
                    return
                batch, self._waiting = self._waiting, []
            self._floor.commit(data * len(batch))
            batch[0].get_loop().call_soon_threadsafe(_settle, batch)


class BareFutures:
    """The most that asyncio allows any SDK: tasks that wait for bare futures, which the
    loop itself settles when a C program has written and synced as many ready bytes. No
    thread, no lock, no record.
    """

    def __init__(self, floor: Floor) -> None:
        self._command = [floor.program, floor.folder / "f", floor.size, TASKS]
        self._waiting: list[asyncio.Future[None]] = []
        self._under_way: list[asyncio.Future[None]] = []
        self._due = False

    def run(self) -> Spent:
        """`TASKS` tasks, as `by_tasks`."""
        ours, its = socket.socketpair()
        command = [*map(str, self._command)]
        with ours, subprocess.Popen(command, stdin=its.fileno(), stdout=its.fileno()):
            its.close()
            self._program = ours.fileno()
            self._commit(0)
            os.read(self._program, 1)  # it has its space
            spent = timed(TASKS * PER_TASK, lambda: asyncio.run(self._work()))
            ours.close()
        return spent

    def _commit(self, count: int) -> None:
        os.write(self._program, count.to_bytes(4, sys.byteorder))

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._program, self._committed)
        await asyncio.gather(*(self._task() for _ in range(TASKS)))

    async def _task(self) -> None:
        for _ in range(PER_TASK):
            settled: asyncio.Future[None] = self._loop.create_future()
            self._waiting.append(settled)
            if not self._due and not self._under_way:
                self._due = True
                self._loop.call_soon(self._begin)  # with all who come in this turn
            await settled

    def _begin(self) -> None:
        self._due = False
        self._under_way, self._waiting = self._waiting, []
        self._commit(len(self._under_way))

    def _committed(self) -> None:
        os.read(self._program, 1)
        batch, self._under_way = self._under_way, []
        _settle(batch)
        if self._waiting:
            self._begin()


def _settle(batch: "list[asyncio.Future[None]]") -> None:
    for each in batch:
        each.set_result(None)


def told(name: str, values: Sequence[float], digits: int = 2) -> None:
    """One line: the median, and the span of the rounds."""
    low, middle, high = min(values), statistics.median(values), max(values)
    print(
        f"  {name:58} {middle:10,.{digits}f}"
        f"  ({low:,.{digits}f} to {high:,.{digits}f})",
        flush=True,
    )


def sizes(made: Sequence[tuple[Record, Record]]) -> int:
    """Print what a call takes on the disk; the mean frame in bytes."""
    entries, bodies, frames = [], [], []
    for number, record in enumerate(each for pair in made for each in pair):
        salt = os.urandom(records.SALT_BYTES)
        entry = records.encode(record, writer="w" * 11, seq=number, salt=salt)
        entries.append(entry)
        bodies.append(len(salt + record.body).to_bytes(4) + salt + record.body)
        frames.append(wal.FRAME_OVERHEAD + len(entry) + len(record.body))
    print("bytes")
    sealed = 2 * 2 + 2 * 32 * 256 // 255 + len(entries[0]) + len(entries[1])
    told("a call in the WAL, both records", [frames[0] + frames[1]], 0)
    told(
        "a call sealed: entries, bodies, tree",
        [sealed + len(bodies[0]) + len(bodies[1])],
        0,
    )
    told("an entry, decision", [len(entries[0])], 0)
    told("an entry, outcome", [len(entries[1])], 0)
    for name, each in (("bodies", bodies), ("entries", entries)):
        bundle = b"".join(each[:256])
        told(
            f"{name} of 256 records, deflated, of their size",
            [len(zlib.compress(bundle, 6)) / len(bundle)],
        )
    return round(statistics.mean(frames))


def measure_one(floor: Floor, made: Sequence[Record], rounds: int) -> None:
    """One caller at a time, commit durability and none."""
    durable = a_writer(floor.folder)
    cached = a_writer(floor.folder, Durability.PROCESS)
    one_at_a_time(durable, made, ONE)  # makes the file, warms the code
    one_at_a_time(cached, made, ONE)
    alone, hot = [], []
    for _ in range(rounds):
        ours = one_at_a_time(durable, made, ONE)
        bare, in_c = floor.in_python(ONE), floor.in_c(1, ONE)
        alone.append((ours, bare, floor.made_in_python(made, ONE), in_c))
        ours = one_at_a_time(cached, made, ONE)
        hot.append((ours, floor.in_python(ONE, sync=False)))
    durable.close()
    cached.close()
    print("one caller, each record on the disk before the next")
    told("µs a record", [ours.wall for ours, *_ in alone], 1)
    told("µs of bare pwrite and fdatasync, Python", [f.wall for _, f, *_ in alone], 1)
    told("rate, of the bare one in Python", [f.wall / o.wall for o, f, *_ in alone])
    told("rate, of the bare one in C", [c / o.wall for o, *_, c in alone])
    told(
        "rate, of records made and written bare",
        [m.wall / o.wall for o, _, m, _ in alone],
    )
    told("what those reach of the bare one", [f.wall / m.wall for _, f, m, _ in alone])
    told("µs of CPU beyond the bare one's", [o.cpu - f.cpu for o, f, *_ in alone], 1)
    print("one caller, commits excluded")
    told("µs of CPU a record", [o.cpu - f.cpu for o, f in hot], 1)


def measure_bulk(floor: Floor, made: Sequence[Record], rounds: int) -> None:
    """Many records that nobody waits for, one by one."""
    writer = a_writer(floor.folder)
    bulk = [in_bulk(writer, made) for _ in range(rounds)]
    writer.close()
    print("in bulk, durable at the end")
    told("records/s", [1e6 / each.wall for each in bulk], 0)
    told("µs of CPU a record, commits included", [each.cpu for each in bulk], 1)


def measure_tasks(floor: Floor, made: Sequence[Record], rounds: int) -> None:
    """Many tasks that all wait."""
    writer = a_writer(floor.folder)
    tasks = []
    for _ in range(rounds):
        spent, batch = by_tasks(writer, made)
        in_c = floor.in_c(round(batch), TASKS * PER_TASK // round(batch))
        threaded, bare = BareBatches(floor).run(), BareFutures(floor).run()
        tasks.append((spent, batch, in_c, threaded, bare))
    writer.close()
    print(f"{TASKS} tasks, each waits for each of its records")
    told("records/s", [1e6 / o.wall for o, *_ in tasks], 0)
    told("records a commit", [batch for _, batch, *_ in tasks], 0)
    told("µs of CPU a record", [o.cpu for o, *_ in tasks], 1)
    told("µs of CPU of tasks and ready bytes", [b.cpu for *_, b, _ in tasks], 1)
    told("µs of CPU of bare futures over a C writer", [f.cpu for *_, f in tasks], 1)
    told("rate, of tasks and ready bytes", [b.wall / o.wall for o, *_, b, _ in tasks])
    told(
        "rate, of bare futures over a C writer", [f.wall / o.wall for o, *_, f in tasks]
    )
    told("rate, of ready bytes in C, no tasks", [c / o.wall for o, _, c, *_ in tasks])
    told(
        "what the bare futures reach of ready bytes in C",
        [c / f.wall for _, _, c, _, f in tasks],
    )


def main() -> None:
    """Measure in a folder of its own on the disk of `--directory`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--directory", type=Path, default=Path())
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=arguments.directory))
    try:
        made = calls(128)
        floor = Floor(folder, sizes(made))
        flat = [each for pair in made for each in pair]
        for measure in (measure_one, measure_bulk, measure_tasks):
            measure(floor, flat, arguments.rounds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
