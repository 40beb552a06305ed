"""What is kept comes back; what is shredded never does, from no copy of the files."""

import multiprocessing
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.contents import ContentStore, Part, State, content_path
from affidavit.errors import Incomplete, Malformed, TrailUnavailable
from affidavit.trail.record import new_id

NOON = 1_795_348_800_000
"""2026-11-22T12:00:00Z, in ms."""
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = b"nobody else may read this sentence"


def an_id(number: int = 0, milliseconds: int = NOON) -> str:
    return new_id(milliseconds, number.to_bytes(10, "big"))


def a_store(path: Path, key: bytes = bytes(32)) -> ContentStore:
    return ContentStore(
        path / "trail.content", origin="a.test", store_key=key, randomness=os.urandom
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ContentStore]:
    with closing(a_store(tmp_path)) as opened:
        yield opened


def everything(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.rglob("*") if file.is_file())


def test_it_stands_beside_the_trail(tmp_path: Path) -> None:
    assert content_path(tmp_path / "trail") == tmp_path / "trail.content"


def test_both_parts_of_a_call_come_back(store: ContentStore) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    store.put(an_id(), Part.RESPONSE, b"an answer")
    assert store.get(an_id(), Part.REQUEST) == SECRET
    assert store.get(an_id(), Part.RESPONSE) == b"an answer"
    assert store.state(an_id()) is State.KEPT


def test_another_process_with_the_same_secret_reads_it(
    store: ContentStore, tmp_path: Path
) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    with closing(a_store(tmp_path)) as other:
        assert other.get(an_id(), Part.REQUEST) == SECRET


def test_nothing_readable_is_on_the_disk(store: ContentStore) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    assert SECRET not in everything(store.path)
    store.close()
    assert SECRET not in everything(store.path)


def test_only_its_owner_may_open_the_files(store: ContentStore) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    for path in (store.path, *store.path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_another_secret_opens_nothing(store: ContentStore, tmp_path: Path) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    with (
        closing(a_store(tmp_path, key=bytes([1] * 32))) as other,
        pytest.raises(Malformed, match="the key of"),
    ):
        other.get(an_id(), Part.REQUEST)


def test_what_was_never_kept_is_said_to_be_so(store: ContentStore) -> None:
    assert store.get(an_id(), Part.REQUEST) is None
    assert store.state(an_id()) is State.NEVER
    store.put(an_id(), Part.REQUEST, b"")
    assert store.get(an_id(), Part.RESPONSE) is None
    assert store.state(an_id(1)) is State.NEVER
    # Another day of the same month: its keys are in a file that is there.
    assert store.get(an_id(2, NOON + 86_400_000), Part.REQUEST) is None


def test_a_shredded_content_is_gone_and_said_to_be(store: ContentStore) -> None:
    for number in range(3):
        store.put(an_id(number), Part.REQUEST, SECRET)
    assert store.shred([an_id(0), an_id(1), an_id(9)], at=NOW) == [an_id(0), an_id(1)]
    assert store.get(an_id(0), Part.REQUEST) is None
    assert store.state(an_id(0)) is State.SHREDDED
    assert store.get(an_id(2), Part.REQUEST) == SECRET
    assert store.shred([an_id(0)], at=NOW) == []


def test_shredding_what_was_never_kept_makes_no_files(store: ContentStore) -> None:
    assert store.shred([an_id()], at=NOW) == []
    assert not store.path.exists()


def test_a_backup_of_the_sealed_files_does_not_bring_it_back(
    store: ContentStore, tmp_path: Path
) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    store.close()
    shutil.copytree(store.path / "sealed", tmp_path / "backup")
    store.shred([an_id()], at=NOW)
    store.close()
    shutil.rmtree(store.path / "sealed")
    shutil.copytree(tmp_path / "backup", store.path / "sealed")
    assert store.get(an_id(), Part.REQUEST) is None


def test_the_key_s_bytes_are_overwritten(store: ContentStore) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    store.close()
    with closing(sqlite3.connect(store.path / "keys" / "2026-11.db")) as database:
        ((wrapped,),) = database.execute("select wrapped from keys")
    with closing(sqlite3.connect(store.path / "sealed" / "2026-11-22.db")) as database:
        ((sealed,),) = database.execute("select data from sealed")
    before = everything(store.path)
    assert wrapped in before
    assert sealed in before
    store.shred([an_id()], at=NOW)
    after = everything(store.path)
    assert wrapped not in after
    assert sealed not in after


def test_an_answer_that_comes_after_the_shredding_is_dropped(
    store: ContentStore,
) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    store.shred([an_id()], at=NOW)
    store.put(an_id(), Part.RESPONSE, SECRET)
    assert store.state(an_id()) is State.SHREDDED
    assert store.get(an_id(), Part.RESPONSE) is None


def test_a_content_that_was_swapped_with_another_is_noticed(
    store: ContentStore,
) -> None:
    store.put(an_id(0), Part.REQUEST, b"first")
    store.put(an_id(1), Part.REQUEST, b"other")
    store.close()
    with closing(sqlite3.connect(store.path / "sealed" / "2026-11-22.db")) as database:
        database.execute(
            "update sealed set data = (select data from sealed where id = ?) "
            "where id = ?",
            (an_id(1), an_id(0)),
        )
        database.commit()
    with pytest.raises(Malformed, match="Restore the file"):
        store.get(an_id(0), Part.REQUEST)


def test_each_day_has_a_file_and_is_counted(store: ContentStore) -> None:
    store.put(an_id(0), Part.REQUEST, SECRET)
    store.put(an_id(0), Part.RESPONSE, SECRET)
    store.put(an_id(1, NOON + 86_400_000), Part.REQUEST, SECRET)
    days = [(held.day, held.contents) for held in store.held()]
    assert days == [("2026-11-22", 2), ("2026-11-23", 1)]
    assert all(held.size > 0 for held in store.held())


def test_many_days_do_not_keep_many_files_open(store: ContentStore) -> None:
    for day in range(12):
        store.put(an_id(day, NOON + day * 86_400_000), Part.REQUEST, SECRET)
    descriptors = [
        os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd")
        if os.path.exists(f"/proc/self/fd/{fd}")
    ]
    ours = {name for name in descriptors if str(store.path) in name}
    assert len({name.partition(".db")[0] for name in ours}) <= 8
    assert store.get(an_id(), Part.REQUEST) == SECRET


@pytest.mark.parametrize("identifier", ["", "no", "zzzzzzzz-zzzz", "f" * 32])
def test_what_is_no_identifier_is_named(store: ContentStore, identifier: str) -> None:
    with pytest.raises(Incomplete, match="not a record's identifier"):
        store.get(identifier, Part.REQUEST)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "trail.content").write_text("in the way")
    with (
        closing(a_store(tmp_path)) as store,
        pytest.raises(TrailUnavailable, match=r"trail\.content"),
    ):
        store.put(an_id(), Part.REQUEST, SECRET)


def test_a_damaged_file_is_named_with_its_remedy(store: ContentStore) -> None:
    store.put(an_id(), Part.REQUEST, SECRET)
    store.close()
    (store.path / "keys" / "2026-11.db").write_bytes(b"no database at all" * 99)
    with pytest.raises(TrailUnavailable, match="keep_content"):
        store.get(an_id(), Part.REQUEST)


def _writes(path: Path, worker: int) -> None:
    with closing(a_store(path)) as store:
        for number in range(20):
            store.put(an_id(worker * 1000 + number), Part.REQUEST, SECRET)


def test_processes_share_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_writes, args=(tmp_path, n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    with closing(a_store(tmp_path)) as store:
        assert [worker.exitcode for worker in workers] == [0, 0, 0]
        assert sum(held.contents for held in store.held()) == 60


def test_a_forked_child_opens_the_files_anew(store: ContentStore) -> None:
    store.put(an_id(0), Part.REQUEST, SECRET)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            store.put(an_id(1), Part.REQUEST, b"the child's")
            code = 0 if store.get(an_id(0), Part.REQUEST) == SECRET else 2
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert store.get(an_id(1), Part.REQUEST) == b"the child's"
