"""What a running process knows of suspensions: changes at once, and no guesses."""

import errno
import mmap
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from affidavit.calls import Line
from affidavit.errors import Reason
from affidavit.incident import board
from affidavit.incident.model import Target
from affidavit.incident.suspended import Suspension
from affidavit.incident.switch import POLL_MILLISECONDS, UNREADABLE, Switch
from support.forked import ended, forked
from support.incidents import EVERYTHING, PURPOSE, USER
from support.project import a_call

ORIGIN = "acme.example/trail"
Derive = Callable[[], Iterable[Suspension]]


def suspension(target: Target) -> Suspension:
    at = "2026-11-23T08:00:00.000Z"
    return Suspension(incident="i1", at=at, target=target, reason="A letter came.")


def nothing() -> tuple[Suspension, ...]:
    return ()


def suspend(trail: Path, target: Target = PURPOSE) -> None:
    board.add(trail, ORIGIN, nothing, [suspension(target)])


def switch(trail: Path, derive: Derive = nothing) -> Switch:
    return Switch(trail, ORIGIN, derive)


def rules(reasons: Iterable[Reason]) -> list[str]:
    return [each.rule for each in reasons]


def test_nothing_is_touched_before_the_first_call(tmp_path: Path) -> None:
    switch(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_suspension_counts_for_the_very_next_call(tmp_path: Path) -> None:
    running = switch(tmp_path)
    assert running.reasons(a_call(), 5) == ()

    suspend(tmp_path)
    assert rules(running.reasons(a_call(), 5)) == ["incident:i1"]

    board.remove(tmp_path, ORIGIN, nothing, "i1", [PURPOSE])
    assert running.reasons(a_call(), 5) == ()


def test_a_switch_that_is_made_later_knows_it_too(tmp_path: Path) -> None:
    suspend(tmp_path)

    assert rules(switch(tmp_path).reasons(a_call(), 0)) == ["incident:i1"]


def test_without_a_list_the_records_are_asked(tmp_path: Path) -> None:
    found = switch(tmp_path, lambda: [suspension(PURPOSE)])

    assert rules(found.reasons(a_call(), 0)) == ["incident:i1"]


def test_a_forked_child_learns_of_it(tmp_path: Path) -> None:
    running = switch(tmp_path)
    assert running.reasons(a_call(), 0) == ()
    ready, go = os.pipe()

    def learn() -> None:
        os.read(ready, 1)
        assert running.reasons(a_call(), 0) != ()

    child = forked(learn)
    suspend(tmp_path)
    os.write(go, b"x")

    ended(child)


def test_a_list_that_changed_without_the_counter_is_seen_soon(tmp_path: Path) -> None:
    # Whoever suspended was killed between the list and the counter.
    running = switch(tmp_path)
    running.reasons(a_call(), 0)
    counter = tmp_path / "incidents" / "generation"
    before = counter.read_bytes()
    suspend(tmp_path)
    with counter.open("r+b") as file:
        file.write(before)

    assert running.reasons(a_call(), POLL_MILLISECONDS) != ()


def test_files_that_were_put_back_are_found_again(tmp_path: Path) -> None:
    running = switch(tmp_path)
    running.reasons(a_call(), 0)
    for each in (tmp_path / "incidents").iterdir():
        each.unlink()
    assert running.reasons(a_call(), POLL_MILLISECONDS) == ()

    suspend(tmp_path)
    assert running.reasons(a_call(), POLL_MILLISECONDS) != ()


@pytest.mark.parametrize("data", [b"", b"{}"])
def test_a_list_that_cannot_be_read_stops_every_call_until_it_can(
    tmp_path: Path, data: bytes
) -> None:
    suspend(tmp_path, USER)
    running = switch(tmp_path)
    listed = tmp_path / "incidents" / "suspended"
    good = listed.read_bytes()
    assert running.reasons(a_call(), 0) == ()

    listed.write_bytes(data)
    (reason,) = running.reasons(a_call(), POLL_MILLISECONDS)
    assert reason.rule == UNREADABLE
    assert "doctor" in (reason.remedy or "")

    listed.write_bytes(good)
    assert running.reasons(a_call(), POLL_MILLISECONDS) == ()


def test_a_counter_that_was_cut_off_stops_every_call(tmp_path: Path) -> None:
    suspend(tmp_path, USER)
    (tmp_path / "incidents" / "generation").write_bytes(b"")

    assert rules(switch(tmp_path).reasons(a_call(), 0)) == [UNREADABLE]


def test_a_trail_that_is_gone_stops_every_call(tmp_path: Path) -> None:
    assert rules(switch(tmp_path / "none").reasons(a_call(), 0)) == [UNREADABLE]


def test_the_lines_of_a_file_are_looked_at_one_by_one(tmp_path: Path) -> None:
    suspend(tmp_path, USER)
    lines = [
        Line(number=1, call=a_call()),
        Line(number=2, call=a_call(safety_id="user-17")),
        Line(number=3, problem="it is no JSON"),
        Line(number=4, call=a_call(safety_id="user-17")),
        Line(number=5, call=a_call(safety_id="user-17")),
    ]
    watched = switch(tmp_path).watching(lines, 0)

    assert list(watched) == lines
    (reason,) = watched.reasons
    assert reason.message.startswith("line 2 and 2 more: Safety identifier user-17")


def test_threads_see_each_change_whole(tmp_path: Path) -> None:
    running, over = switch(tmp_path), threading.Event()
    call = a_call()

    def hammer() -> None:
        while not over.wait(0.0001):
            running.reasons(call, 0)

    threads = [threading.Thread(target=hammer) for _ in range(2)]
    for each in threads:
        each.start()
    try:
        for _ in range(5):
            suspend(tmp_path)
            assert all(running.reasons(call, 0) for _ in range(5))
            board.remove(tmp_path, ORIGIN, nothing, "i1", [PURPOSE])
            assert not any(running.reasons(call, 0) for _ in range(5))
    finally:
        over.set()
        for each in threads:
            each.join()


def test_a_file_system_that_maps_nothing_is_looked_at_on_each_call(
    tmp_path: Path,
) -> None:
    def no_mapping(*_: object, **__: object) -> mmap.mmap:
        raise OSError(errno.ENODEV, "not supported")

    running = Switch(tmp_path, ORIGIN, nothing, mapping=no_mapping)
    assert running.reasons(a_call(), 0) == ()
    suspend(tmp_path)
    assert running.reasons(a_call(), 0) != ()


def test_all_is_stopped_where_everything_is(tmp_path: Path) -> None:
    suspend(tmp_path, EVERYTHING)

    assert switch(tmp_path).reasons(a_call(purpose=None), 0) != ()
