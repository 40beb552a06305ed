"""Runs the programs beside this file, two at a time, and says how far they are."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import affidavit
from support.cli import environment
from support.crashing.saying import say

WORKERS = 2
_EVERY_SECONDS = 15.0
_HERE = Path(__file__).parent
_TESTS = _HERE.parents[1]
_SDK = Path(affidavit.__file__).parents[1]


def _begin(program: str, arguments: Sequence[str]) -> "subprocess.Popen[str]":
    path = os.pathsep.join(map(str, (_SDK, _TESTS)))
    return subprocess.Popen(
        [sys.executable, str(_HERE / program), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONPATH": path},
    )


def results(program: str, shares: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Every JSON line of every share, each share a process; all must end well."""
    lines: SimpleQueue[str] = SimpleQueue()
    running = [_begin(program, share) for share in shares]
    readers = [Thread(target=_pass_on, args=(each, lines)) for each in running]
    found: list[dict[str, Any]] = []
    try:
        for each in readers:
            each.start()
        found += map(json.loads, _until_all_ended(lines, len(running), shares[0][0]))
    finally:
        for process, reader in zip(running, readers, strict=True):
            process.kill()
            reader.join()
    for process in running:
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait() == 0, said
        process.stderr.close()
    return found


def _pass_on(process: "subprocess.Popen[str]", lines: "SimpleQueue[str]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    process.wait()
    lines.put("")


def _until_all_ended(
    lines: "SimpleQueue[str]", running: int, name: str
) -> Iterator[str]:
    count, told, began = 0, time.monotonic(), time.monotonic()
    while running:
        line = lines.get()
        if not line:
            running -= 1
            continue
        yield line
        count += 1
        if time.monotonic() - told > _EVERY_SECONDS:
            told = time.monotonic()
            say(f"{name}: {count} after {told - began:.0f} s")
    say(f"{name}: {count} in {time.monotonic() - began:.0f} s")


def bad(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results that tell of a problem."""
    return [each for each in found if each.get("problems")]
