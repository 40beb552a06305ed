"""Counts until a budget is spent, in forked processes, and says what was granted.

    python counting.py STORE LIMIT CALLS PROCESSES

The first line names the processes; then comes a digit for each call, from all of them.
"""

import os
import sys
from pathlib import Path

from affidavit.counters.embedded import EmbeddedCounters
from affidavit.counters.remote import RemoteCounters
from affidavit.counters.store import Counters
from support.budgeted import NOON, an_ask


def store(place: str) -> Counters:
    if "://" in place:
        return RemoteCounters(place)
    return EmbeddedCounters(Path(place), boot="boot")


def count(place: str, limit: int, calls: int) -> None:
    counters = store(place)
    for _ in range(calls):
        grant = counters.take("t", [an_ask(1, limit)], (), force=False, now=NOON)
        # Told after it was taken: a kill in between takes more than is told.
        os.write(1, b"1" if grant.granted else b"0")


def main() -> None:
    place, limit, calls, processes = sys.argv[1], *map(int, sys.argv[2:])
    begin, go = os.pipe()
    children: list[int] = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(begin, 1)  # until all are there
            try:
                count(place, limit, calls)
            finally:
                os._exit(0)
        children.append(child)
    os.write(1, (" ".join(map(str, children)) + "\n").encode())
    os.close(go)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
