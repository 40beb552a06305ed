"""A moment is of now, and its random bytes are given once."""

import os
import threading
import time
from collections import Counter

from affidavit.trail.record import ID_BYTES
from affidavit.wiring.moments import AHEAD, Moments
from support.forked import ended, forked


def test_a_moment_is_of_now() -> None:
    before = time.monotonic_ns() // 1_000_000
    moment = Moments(lambda: 17, os.urandom)()

    assert moment.nanoseconds == 17
    assert before <= moment.monotonic <= time.monotonic_ns() // 1_000_000


def test_bytes_are_never_given_twice() -> None:
    moments = Moments(time.time_ns, os.urandom)
    given = [moments().random for _ in range(3 * AHEAD + 1)]

    assert {len(each) for each in given} == {ID_BYTES}
    assert len(set(given)) == len(given)


def test_one_system_call_serves_many() -> None:
    asked: list[int] = []

    def randomness(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    moments = Moments(time.time_ns, randomness)
    for _ in range(AHEAD):
        moments()
    assert asked == [AHEAD * ID_BYTES]


def test_threads_never_share_a_piece() -> None:
    moments, given = Moments(time.time_ns, os.urandom), list[bytes]()
    threads = [
        threading.Thread(
            target=lambda: given.extend(moments().random for _ in range(2000))
        )
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert Counter(given).most_common(1)[0][1] == 1


def test_a_forked_child_draws_anew() -> None:
    moments = Moments(time.time_ns, os.urandom)
    moments()
    read, write = os.pipe()
    ended(forked(lambda: os.write(write, b"".join(bytes_of(moments)))))
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    theirs = {data[at : at + ID_BYTES] for at in range(0, len(data), ID_BYTES)}

    assert len(theirs) == AHEAD
    assert not theirs & set(bytes_of(moments))


def bytes_of(moments: Moments) -> list[bytes]:
    return [moments().random for _ in range(AHEAD)]
