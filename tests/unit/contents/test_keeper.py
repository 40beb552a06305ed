"""Answers reach the store soon, at the end at the latest, and never hold anybody up."""

import os
import threading
import time
from pathlib import Path

import pytest

from affidavit.contents import ContentStore, Keeper, Part, keeper
from affidavit.errors import TrailUnavailable
from affidavit.trail.record import new_id

ID = new_id(1_795_348_800_000, bytes(10))


def a_keeper(path: Path) -> Keeper:
    return Keeper(
        ContentStore(
            path / "content", origin="a", store_key=bytes(32), randomness=os.urandom
        )
    )


def test_a_request_is_kept_when_the_call_returns(tmp_path: Path) -> None:
    keeping = a_keeper(tmp_path)
    keeping.keep(ID, b"asked")
    assert keeping.store.get(ID, Part.REQUEST) == b"asked"
    keeping.close()


def test_an_answer_is_kept_without_anybody_asking(tmp_path: Path) -> None:
    keeping = a_keeper(tmp_path)
    keeping.keep(ID, b"asked")
    keeping.note(ID, b"answered")
    deadline = time.monotonic() + 30
    while keeping.store.get(ID, Part.RESPONSE) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert keeping.store.get(ID, Part.RESPONSE) == b"answered"
    keeping.close()


def test_closing_keeps_what_waits_and_twice_is_once(tmp_path: Path) -> None:
    keeping = a_keeper(tmp_path)
    keeping.note(ID, b"answered")
    keeping.close()
    keeping.close()
    assert keeping.store.get(ID, Part.RESPONSE) == b"answered"
    keeping.store.close()


def test_a_request_that_cannot_be_kept_raises(tmp_path: Path) -> None:
    (tmp_path / "content").write_text("in the way")
    with pytest.raises(TrailUnavailable):
        a_keeper(tmp_path).keep(ID, b"asked")


def test_an_answer_that_cannot_be_kept_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "content").write_text("in the way")
    keeping = a_keeper(tmp_path)
    keeping.note(ID, b"answered")
    keeping.close()
    assert ID in caplog.text
    assert "not kept" in caplog.text


def test_answers_beyond_the_bound_are_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeping = a_keeper(tmp_path)
    keeping.note(ID, bytes(keeper.MOST_BYTES + 1))
    keeping.note(ID, b"one more")
    assert "wait to be written" in caplog.text
    keeping.flush()
    keeping.note(ID, b"and now there is room")
    keeping.close()
    assert keeping.store.get(ID, Part.RESPONSE) == b"and now there is room"


def test_threads_share_one_that_writes(tmp_path: Path) -> None:
    keeping = a_keeper(tmp_path)
    before = threading.active_count()
    threads = [
        threading.Thread(target=keeping.keep, args=(ID, b"asked")) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert threading.active_count() == before + 1
    keeping.close()


def test_a_forked_child_keeps_its_own_answers(tmp_path: Path) -> None:
    keeping = a_keeper(tmp_path)
    keeping.keep(ID, b"asked")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            keeping.keep(ID, b"asked again")
            keeping.note(ID, b"the child's answer")
            keeping.close()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert keeping.store.get(ID, Part.RESPONSE) == b"the child's answer"
    keeping.close()
