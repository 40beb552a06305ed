"""Processes that call, for tests of what an incident does to all of them at once.

One program forks as many as it is told, each with a governor and a client of its own,
every other one asynchronous. A line on its stdin is put to all of them, and one line of
JSON comes back: for `call` what became of one call in each, for `until` (calls one
after the other until one is refused) when that was, in seconds of the machine's clock.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from support.cli import SDK, TESTS, environment

PURPOSE = "support.reply"


class Callers:
    """The processes, as a test talks to them."""

    def __init__(self, stdin: IO[str], stdout: IO[str]) -> None:
        self._stdin, self._stdout = stdin, stdout

    def ask(self, what: str) -> list[Any]:
        """What each of them says, in the order of their numbers."""
        self.tell(what)
        return self.told()

    def tell(self, what: str) -> None:
        print(what, file=self._stdin, flush=True)

    def told(self) -> list[Any]:
        said: list[Any] = json.loads(self._stdout.readline())
        return said


@contextmanager
def callers(project: Path, base_url: str, count: int) -> Iterator[Callers]:
    """`count` processes on the trail of `project`, all of them ready to call."""
    paths = os.pathsep.join((str(SDK), str(TESTS)))
    arguments = [sys.executable, "-m", "support.suspended", base_url, str(count)]
    with subprocess.Popen(
        arguments,
        cwd=project,
        env=environment({"PYTHONPATH": paths}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        found = Callers(running.stdin, running.stdout)
        assert found.told() == ["sent"] * count, "a first call of each is allowed"
        yield found
        running.stdin.close()
        assert running.wait(30) == 0


def _one(base_url: str, governor: Governor, *, is_async: bool) -> Callable[[], str]:
    """A function that makes one call, and says what became of it."""

    asked: Any = {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": "Where is my parcel?"}],
    }
    given: Any = {
        "api_key": "sandbox",
        "base_url": base_url,
        "purpose": PURPOSE,
        "affidavit": governor,
    }

    if is_async:
        runner, client = asyncio.Runner(), AsyncOpenAI(**given)

        def make() -> object:
            return runner.run(_asked(client, asked))
    else:
        made = OpenAI(**given).chat.completions

        def make() -> object:
            return made.create(**asked)

    def call() -> str:
        try:
            make()
        except PolicyDenied as denied:
            return denied.rule
        return "sent"

    return call


async def _asked(client: Any, asked: Any) -> object:
    return await client.chat.completions.create(**asked)


def _caller(base_url: str, number: int, stdin: int, stdout: int) -> None:
    call = _one(base_url, Governor(), is_async=bool(number % 2))
    with open(stdin) as questions, open(stdout, "w") as answers:
        print(json.dumps(call()), file=answers, flush=True)
        for question in questions:
            said: Any = call()
            if question == "until\n":
                while said == "sent":
                    time.sleep(0.005)
                    said = call()
                said = time.monotonic()
            print(json.dumps(said), file=answers, flush=True)


Line = tuple[int, IO[str]]
"""To one of the processes, and from it."""


def _forked(base_url: str, count: int) -> list[Line]:
    lines: list[Line] = []
    for number in range(count):
        (theirs, ours), (heard, said) = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.close(ours)
            for told, _ in lines:  # else none of them would see its end
                os.close(told)
            _caller(base_url, number, theirs, said)
            sys.exit(0)
        os.close(theirs)
        os.close(said)
        lines.append((ours, os.fdopen(heard)))
    return lines


def _answered(lines: Sequence[Line]) -> None:
    said = [json.loads(heard.readline()) for _, heard in lines]
    sys.stdout.write(f"{json.dumps(said)}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork them, and be their switchboard."""
    base_url, count = sys.argv[1], int(sys.argv[2])
    with Governor() as governor:  # what openai imports late is imported once
        for is_async in (False, True):
            _one(base_url, governor, is_async=is_async)()
    lines = _forked(base_url, count)
    _answered(lines)
    for question in sys.stdin:
        for told, _ in lines:
            os.write(told, question.encode())
        _answered(lines)
    for told, _ in lines:
        os.close(told)
    for _ in lines:
        os.wait()


if __name__ == "__main__":
    main()
