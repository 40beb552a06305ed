"""Durable when acknowledged; one commit for all who wait; fail closed after a
failure."""

import asyncio
import os
import resource
import secrets
import signal
import threading
import time
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest

from affidavit.durable import Durability
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import segment, wal
from affidavit.trail.chain import OUTCOME_BYTES, MakeSegment
from affidavit.trail.record import MAX_BODY_BYTES, Kind, Record, decode, stamp
from affidavit.trail.segment import Segment
from affidavit.trail.writer import (
    DENSE_SECONDS,
    GATHERED,
    MOST_NOTED,
    PORTION,
    Writer,
)
from support.live import a_policy_record, a_record, an_identity


def a_writer(
    directory: Path,
    *,
    durability: Durability = Durability.COMMIT,
    sealed_size: Callable[[], int] = lambda: 1,
    make_segment: MakeSegment = Segment.create,
    elapsed: Callable[[], float] = time.monotonic,
) -> Writer:
    return Writer(
        directory=directory,
        identity=an_identity(),
        first_record=a_policy_record,
        boot="boot",
        randomness=secrets.token_bytes,
        sealed_size=sealed_size,
        durability=durability,
        make_segment=make_segment,
        elapsed=elapsed,
    )


def written(directory: Path) -> list[wal.Frame]:
    frames: list[wal.Frame] = []
    for path in sorted(directory.glob("*.wal")):
        data = path.read_bytes()
        header, frame = wal.header(data)
        mac = header.after
        for found in wal.scan(data, frame.end):
            wal.authenticate(an_identity().secrets.wal, mac, found)
            mac = found.mac
            frames.append(found)
    return frames


def waits_for_the_disk(writer: Writer) -> bool:
    return writer._chain.unsynced


def ids(directory: Path) -> list[str]:
    return [decode(frame.entry).id for frame in written(directory)]


def an_outcome(of: Record) -> Record:
    return Record(
        kind=Kind.OUTCOME, id=of.id, at=stamp(0), body=b"{}", effect="complete"
    )


def test_an_acknowledged_record_is_in_the_file_behind_the_policy(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path)
    record = a_record()
    writer.append(record)

    entries = [decode(frame.entry) for frame in written(tmp_path)]
    assert [entry.kind for entry in entries] == [Kind.POLICY, Kind.DECISION]
    assert entries[1].id == record.id
    assert [entry.seq for entry in entries] == [0, 1]
    writer.close()


def test_a_writer_that_records_nothing_makes_no_file(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.close(lambda count: a_record(Kind.CLOSE))

    assert list(tmp_path.iterdir()) == []


def test_where_surviving_the_process_is_enough_nobody_waits_for_the_disk(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path, durability=Durability.PROCESS)
    record = a_record()

    writer.append(record)

    assert record.id in ids(tmp_path)
    assert waits_for_the_disk(writer)
    writer.flush()
    assert not waits_for_the_disk(writer)
    writer.close()


def test_by_default_an_acknowledged_record_is_on_the_disk(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append(a_record())
    assert not waits_for_the_disk(writer)
    writer.close()


def test_a_noted_record_outlives_the_process_once_it_is_written(tmp_path: Path) -> None:
    record = a_record()
    child = os.fork()
    if child == 0:
        writer = a_writer(tmp_path)
        writer.append(record, owes_outcome=True)
        writer.note(an_outcome(record))
        writer.write()
        writer.write()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)

    assert ids(tmp_path)[1:] == [record.id, record.id]


def noting(writer: Writer, record: Record, made: list[str]) -> None:
    """Hand in what makes the outcome of `record`, and tells when that is asked."""

    def make() -> Record:
        made.append(record.id)
        return an_outcome(record)

    writer.note(make)


def test_while_commits_are_dense_outcomes_wait_for_company(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, elapsed=lambda: 0.0)
    records = [a_record() for _ in range(GATHERED + 2)]
    made: list[str] = []

    for record in records[:GATHERED]:
        writer.append(record, owes_outcome=True)
        assert made == []
        noting(writer, record, made)
    writer.append(records[-2], owes_outcome=True)
    assert made == [record.id for record in records[:GATHERED]]

    noting(writer, records[-2], made)
    writer.append(records[-1])
    assert len(made) == GATHERED
    writer.write()
    assert made[-1] == records[-2].id
    writer.close()


def test_a_commit_after_a_while_takes_every_outcome_along(tmp_path: Path) -> None:
    times = count(step=2 * DENSE_SECONDS)
    writer, record = a_writer(tmp_path, elapsed=lambda: next(times)), a_record()
    made: list[str] = []

    writer.append(record, owes_outcome=True)
    noting(writer, record, made)
    writer.append(a_record())

    assert made == [record.id]
    writer.close()


def test_what_is_noted_needs_no_lock_that_its_thread_may_hold(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    record = a_record()
    writer.append(record)
    with writer._mutex:  # where an allocation may start the garbage collector
        writer.note(an_outcome(record))
    writer.close()
    assert ids(tmp_path)[1:] == [record.id, record.id]


def test_threads_lose_and_repeat_nothing(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    records = [[a_record() for _ in range(25)] for _ in range(8)]

    def append(mine: list[Record]) -> None:
        for record in mine:
            writer.append(record, owes_outcome=True)
            writer.note(an_outcome(record))

    threads = [threading.Thread(target=append, args=(mine,)) for mine in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    entries = [decode(frame.entry) for frame in written(tmp_path)]
    assert [entry.seq for entry in entries] == list(range(1 + 2 * 8 * 25))
    decided = [entry.id for entry in entries if entry.kind is Kind.DECISION]
    told = [entry.id for entry in entries if entry.kind is Kind.OUTCOME]
    assert sorted(decided) == sorted(told) == sorted(r.id for m in records for r in m)


async def test_tasks_share_commits_and_lose_nothing(tmp_path: Path) -> None:
    commits: list[int] = []
    writer = a_writer(tmp_path)
    writer.on_progress = lambda: commits.append(1)
    records = [a_record() for _ in range(200)]

    await asyncio.gather(*(writer.aappend(record) for record in records))
    for record in records:
        writer.note(an_outcome(record))
    writer.close()

    found = ids(tmp_path)[1:]
    assert sorted(found[:200]) == sorted(record.id for record in records)
    assert found[200:] == [record.id for record in records]
    assert len(commits) < 100


async def test_a_cancelled_task_leaves_the_others_their_commit(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    cancelled = asyncio.ensure_future(writer.aappend(a_record()))
    await asyncio.sleep(0)
    cancelled.cancel()
    await writer.aappend(a_record())
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    writer.close()

    assert len(ids(tmp_path)) == 3


def test_a_forked_child_begins_its_own_chain(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append(a_record())
    child = os.fork()
    if child == 0:
        writer.append(a_record())
        writer.close()
        os._exit(0)
    os.waitpid(child, 0)
    writer.append(a_record())
    writer.close()

    entries = [decode(frame.entry) for frame in written(tmp_path)]
    chains = {entry.writer for entry in entries}
    assert len(chains) == 2
    lengths = sorted(sum(e.writer == chain for e in entries) for chain in chains)
    assert lengths == [2, 3]


def test_a_record_too_large_is_refused_and_harms_no_other(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)

    with pytest.raises(Malformed, match="over the limit"):
        writer.append(a_record(size=MAX_BODY_BYTES))
    writer.append(a_record())
    writer.close()

    assert [decode(f.entry).seq for f in written(tmp_path)] == [0, 1]


def test_a_folder_that_is_gone_refuses_and_is_tried_again(tmp_path: Path) -> None:
    directory = tmp_path / "wal"
    writer = a_writer(directory)

    with pytest.raises(TrailUnavailable, match="ENOENT"):
        writer.append(a_record())
    directory.mkdir()
    writer.append(a_record())
    writer.close()

    assert len(ids(directory)) == 2


def test_after_a_failed_write_nothing_more_is_acknowledged(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append(a_record())
    assert writer._chain.file is not None
    os.close(writer._chain.file._fd)

    with pytest.raises(TrailUnavailable, match="EBADF"):
        writer.append(a_record())
    with pytest.raises(TrailUnavailable, match="EBADF"):
        writer.append(a_record())
    assert len(ids(tmp_path)) == 2


def test_a_failure_that_is_not_ours_acknowledges_nothing_either(tmp_path: Path) -> None:
    def out_of_memory() -> int:
        raise MemoryError

    writer = a_writer(tmp_path, sealed_size=out_of_memory)

    with pytest.raises(MemoryError):
        writer.append(a_record())
    with pytest.raises(TrailUnavailable, match="MemoryError"):
        writer.append(a_record())


def test_on_a_full_disk_no_call_leaves_and_outcomes_still_fit(tmp_path: Path) -> None:
    """A file size limit stands for a full disk: the kernel refuses to allocate."""
    calls = 8
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_until_full(tmp_path, calls, write))
    os.close(write)
    told = os.read(read, 1000).decode()
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0, told
    assert "EFBIG" in told
    entries = [decode(frame.entry) for frame in written(tmp_path)]
    decided = [entry.id for entry in entries if entry.kind is Kind.DECISION]
    assert len(decided) > calls
    assert [e.id for e in entries if e.kind is Kind.OUTCOME] == decided


def _until_full(directory: Path, calls: int, write: int) -> int:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = segment.FIRST_BYTES + 1000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    writer = a_writer(directory)
    sent: list[Record] = []
    try:
        while True:
            record = a_record(size=900)
            writer.append(record, owes_outcome=True)
            sent.append(record)
            if len(sent) > calls:
                writer.note(an_outcome(sent.pop(0)))
    except TrailUnavailable as error:
        os.write(write, str(error).encode())
    for record in sent:
        outcome = an_outcome(record)
        writer.note(
            Record(
                kind=outcome.kind,
                id=outcome.id,
                at=outcome.at,
                effect="complete",
                body=b"x" * (OUTCOME_BYTES - 1200),
            )
        )
    writer.close()
    return 0


def test_a_full_segment_is_followed_by_another_in_the_same_chain(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path)
    writer.append(a_record())
    assert writer._chain.file is not None
    first = writer._chain.file.path
    writer._chain.file._end += segment.LIMIT_BYTES
    writer._chain.file._allocated += segment.LIMIT_BYTES
    writer.append(a_record())
    writer.close()

    one, two = sorted(tmp_path.glob("*.wal"))
    assert one == first
    header, _ = wal.header(two.read_bytes())
    *_, last = wal.scan(one.read_bytes(), wal.header(one.read_bytes())[1].end)
    assert (header.segment, header.first, header.after) == (1, 2, last.mac)
    assert len(written(tmp_path)) == 3


def test_closing_writes_the_last_record_and_refuses_what_comes_after(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path)
    counts: list[int] = []

    def last(count: int) -> Record:
        counts.append(count)
        return a_record(Kind.CLOSE)

    writer.append(a_record())
    writer.close(last)

    assert counts == [3]
    assert decode(written(tmp_path)[-1].entry).kind is Kind.CLOSE
    with pytest.raises(TrailUnavailable, match="closed"):
        writer.append(a_record())
    with pytest.raises(TrailUnavailable, match="closed"):
        writer.note(a_record())


async def test_what_was_noted_is_written_by_the_next_flush(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    record = a_record()
    await writer.aappend(record, owes_outcome=True)
    writer.note(an_outcome(record))
    assert len(ids(tmp_path)) == 2

    writer.flush()
    writer.flush()

    assert len(ids(tmp_path)) == 3
    writer.close()


class SlowSegment(Segment):
    """A file on a disk that takes its time."""

    SECONDS = 0.4

    def sync(self) -> None:
        time.sleep(self.SECONDS)
        super().sync()


class HeldSegment(Segment):
    """A file on a disk that hangs from `hold` on, until it is let go."""

    free_to_sync = threading.Event()
    at_disk = threading.Event()
    portions: ClassVar[list[int]] = []

    @classmethod
    def hold(cls) -> None:
        cls.free_to_sync.clear()
        cls.at_disk.clear()
        cls.portions.clear()

    def append(self, frames: bytes, *, durable: bool = False) -> bool:
        self.portions.append(sum(1 for _ in wal.scan(frames)))
        return super().append(frames, durable=durable)

    def sync(self) -> None:
        self.at_disk.set()
        assert self.free_to_sync.wait(30)
        super().sync()


async def longest_stall(until: "asyncio.Future[object]") -> float:
    """How long the loop did nothing, at the longest, before `until` was done."""
    worst, before = 0.0, time.monotonic()
    while not until.done():
        await asyncio.sleep(0.002)
        now = time.monotonic()
        worst, before = max(worst, now - before), now
    return worst


async def test_a_slow_disk_never_holds_up_the_event_loop(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, make_segment=SlowSegment.create)

    async def call() -> None:
        record = a_record()
        await writer.aappend(record, owes_outcome=True)
        writer.note(an_outcome(record))

    async def calls() -> None:
        await call()
        await asyncio.gather(*(call() for _ in range(50)))

    thread = threading.Thread(target=lambda: writer.append(a_record()))
    thread.start()
    stall = await longest_stall(asyncio.ensure_future(calls()))
    thread.join()

    assert stall < SlowSegment.SECONDS / 2
    closing = asyncio.to_thread(writer.close, lambda count: a_record(Kind.CLOSE))
    assert await longest_stall(asyncio.ensure_future(closing)) < SlowSegment.SECONDS / 2
    assert len(ids(tmp_path)) == 1 + 2 * 51 + 1 + 1


async def test_what_comes_while_the_writer_closes_is_refused_at_once(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path, make_segment=HeldSegment.create)
    HeldSegment.hold()
    under_way = asyncio.ensure_future(writer.aappend(a_record()))
    await asyncio.to_thread(HeldSegment.at_disk.wait)
    closing = asyncio.ensure_future(asyncio.to_thread(writer.close))
    while not writer._closed:  # noqa: ASYNC110 - its thread tells nobody
        await asyncio.sleep(0.001)

    with pytest.raises(TrailUnavailable, match="closed"):
        await writer.aappend(a_record())
    with pytest.raises(TrailUnavailable, match="closed"):
        writer.note(a_record())
    assert not closing.done()
    HeldSegment.free_to_sync.set()
    await under_way
    await closing


async def test_a_child_forked_while_the_disk_hangs_writes_its_own_chain(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path, make_segment=HeldSegment.create)
    HeldSegment.hold()
    under_way = asyncio.ensure_future(writer.aappend(a_record()))
    await asyncio.to_thread(HeldSegment.at_disk.wait)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it has threads: yes
        child = os.fork()
    if child == 0:
        writer.make_segment = Segment.create
        writer.forked()
        writer.append(a_record())
        writer.close()
        os._exit(0)
    _, status = await asyncio.to_thread(os.waitpid, child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert not under_way.done()
    HeldSegment.free_to_sync.set()
    await under_way
    writer.close()
    assert len({decode(frame.entry).writer for frame in written(tmp_path)}) == 2


def test_whoever_notes_more_than_is_kept_in_memory_writes_it(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    records = [a_record() for _ in range(MOST_NOTED + 1)]
    for record in records:
        writer.note(record)

    assert ids(tmp_path)[1:] == [record.id for record in records[:-1]]
    assert [ticket.record for ticket in writer._noted] == records[-1:]
    writer.close()


async def test_on_a_loop_the_committing_thread_writes_what_is_too_much(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path)
    await writer.aappend(a_record())
    for _ in range(MOST_NOTED):
        writer.note(a_record())
    while writer._noted:  # noqa: ASYNC110 - its thread tells nobody
        await asyncio.sleep(0.001)
    writer.close()

    assert len(ids(tmp_path)) == 2 + MOST_NOTED


def test_the_thread_that_holds_the_lock_may_note_any_number(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    with writer._mutex:  # where an allocation may start the garbage collector
        for _ in range(MOST_NOTED + 1):
            writer.note(a_record())
    writer.close()

    assert len(ids(tmp_path)) == 1 + MOST_NOTED + 1


def test_a_commit_takes_no_more_than_a_portion_and_hands_over_the_rest(
    tmp_path: Path,
) -> None:
    writer = a_writer(tmp_path, make_segment=HeldSegment.create)
    HeldSegment.hold()
    thread = threading.Thread(target=lambda: writer.append(a_record()))
    thread.start()
    HeldSegment.at_disk.wait()
    records = [a_record() for _ in range(2 * PORTION + 7)]
    for record in records:
        writer.note(record)  # returns, although nothing can be written
    HeldSegment.free_to_sync.set()
    thread.join()
    writer.flush()

    assert HeldSegment.portions == [2, PORTION, PORTION, 7]
    assert ids(tmp_path)[2:] == [record.id for record in records]
    writer.close()


def test_a_flush_waits_for_the_commit_that_is_under_way(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, make_segment=HeldSegment.create)
    HeldSegment.hold()
    appending = threading.Thread(target=lambda: writer.append(a_record()))
    appending.start()
    HeldSegment.at_disk.wait()
    writer.note(a_record())
    flushing = threading.Thread(target=writer.flush)
    flushing.start()
    HeldSegment.free_to_sync.set()
    appending.join()
    flushing.join()

    assert len(ids(tmp_path)) == 3
    assert not waits_for_the_disk(writer)
    writer.close()


def test_after_a_failure_what_was_noted_is_not_written_either(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append(a_record())
    writer.note(a_record())
    assert writer._chain.file is not None
    fd = os.dup(writer._chain.file._fd)
    os.close(writer._chain.file._fd)
    with pytest.raises(TrailUnavailable):
        writer.append(a_record())
    os.dup2(fd, writer._chain.file._fd)  # as a disk that came back
    os.close(fd)
    writer.flush()
    writer.close()

    assert len(ids(tmp_path)) == 2


async def test_a_caller_who_commits_alone_wakes_no_other_thread(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    await writer.aappend(a_record())
    while not writer._idle:  # noqa: ASYNC110 - its thread tells nobody
        await asyncio.sleep(0.001)
    woken: list[bool] = []
    for _ in range(20):
        writer.append(a_record())
        woken.append(not writer._idle)
    await writer.aappend(a_record())
    writer.close()

    assert not any(woken)
    assert len(ids(tmp_path)) == 1 + 22


async def test_the_committing_thread_ends_with_its_writer(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    await writer.aappend(a_record())
    writer.close()

    assert writer._committer is not None
    await asyncio.to_thread(writer._committer.join, 30)
    assert not writer._committer.is_alive()
