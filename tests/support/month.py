"""A month of a sandbox's calls, governed and around it, with a clock of its own.

Every call goes over a loopback socket and is metered by the sandbox that served it;
only the days are the clock's. What goes around the trail is planted as it comes about.
"""

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import openai
import orjson

from affidavit import Governor, OpenAI
from affidavit.testing import Sandbox
from affidavit.testing.sandbox.instructions import Break
from affidavit.testing.sandbox.metering import DEFAULT_PROJECT, key_id
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.founding import found

MESSAGES: Any = [{"role": "user", "content": "Where is my parcel?"}]
POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: house
purposes:
  support.reply:
    owner: support@acme.example
    models: ["*"]
    endpoints: ["*"]
  usage.read:
    owner: compliance@acme.example
    models: ["*"]
    endpoints: ["admin.organization.*"]
"""
FIRST = datetime(2027, 1, 1, 9, tzinfo=UTC)
DAYS = 31
LAST_DAY = "2027-01-31"

Gaps = dict[tuple[str, str], tuple[int, int]]
"""Day of the month and cause → requests uncovered and in excess."""


class Clock:
    """The provider's, and the recording machine's: 2 ms later at each look."""

    def __init__(self) -> None:
        self.at = FIRST
        self.behind = timedelta(0)
        """How far the recording machine's clock is behind the provider's."""
        self._looks = count()

    def seconds(self) -> float:
        return self.at.timestamp()

    def nanoseconds(self) -> int:
        begun = int((self.at - self.behind).timestamp())
        return begun * 1_000_000_000 + next(self._looks) * 2_000_000

    def day(self, number: int) -> None:
        self.set(FIRST + timedelta(days=number - 1))

    def set(self, at: datetime) -> None:
        self.at = at
        self._looks = count()


@dataclass(slots=True)
class Month:
    """One month under way."""

    root: Path
    sandbox: Sandbox
    clock: Clock
    planted: Gaps = field(default_factory=dict)
    covered: int = 0
    """Calls and lines that were governed, and answered."""

    def stock(self, **more: Any) -> openai.OpenAI:
        """A client that nobody governs."""
        arguments = {"api_key": "k", "max_retries": 0, **more}
        return openai.OpenAI(
            base_url=self.sandbox.base_url,
            websocket_base_url=self.sandbox.websocket_url,
            **arguments,
        )

    def governed(self, governor: Governor, **more: Any) -> OpenAI:
        """A client of a governed program."""
        arguments = {"api_key": "k", "max_retries": 0, **more}
        return OpenAI(
            base_url=self.sandbox.base_url,
            websocket_base_url=self.sandbox.websocket_url,
            affidavit=governor,
            purpose="support.reply",
            **arguments,
        )

    def governor(self, name: str) -> tuple[Governor, Settings]:
        """A governor over a trail of its own, founded now."""
        folder = self.root / name
        (folder / "policies").mkdir(parents=True)
        (folder / "policies" / "policy.yaml").write_text(POLICY)
        settings = read_settings(environ={}, directory=folder)
        found(settings, directory=folder, clock=self.clock.nanoseconds)
        return Governor(settings=settings, clock=self.clock.nanoseconds), settings


def governed_key() -> str:
    """The id under which the provider bills the governed programs' key."""

    class Request:
        headers: Mapping[str, str] = {"authorization": "Bearer k"}

    return key_id(Request())  # type: ignore[arg-type]  # it looks at headers only


def ask(client: openai.OpenAI, times: int, model: str = "gpt-4o-mini") -> None:
    """So many plain questions."""
    for _ in range(times):
        client.chat.completions.create(model=model, messages=MESSAGES)


def play(
    root: Path, sandbox: Sandbox, clock: Clock, *, calls: int, threads: int
) -> Month:
    """A month of about `calls` governed calls, and all that is planted."""
    month = Month(root, sandbox, clock)
    _before_the_trail(month)
    clock.day(2)
    governor, _ = month.governor("main")
    per_day = calls // (DAYS - 1)
    with governor, ThreadPoolExecutor(threads) as pool:
        client = month.governed(governor)
        for day in range(2, DAYS + 1):
            clock.day(day)
            shares = [per_day // threads] * threads
            shares[0] += per_day % threads
            list(pool.map(lambda share: _usual(client, share), shares))
            month.covered += per_day
            _plant(month, governor, day)
    return month


def _usual(client: OpenAI, calls: int) -> None:
    for number in range(calls):
        match number % 10:
            case 0:
                client.embeddings.create(model="text-embedding-3-small", input="parcel")
            case 1:
                client.responses.create(model="gpt-5", input="Where is it?")
            case 2 | 3:
                stream = client.chat.completions.create(
                    model="gpt-5-mini",
                    messages=MESSAGES,
                    stream=True,
                    stream_options={"include_usage": True},
                )
                list(stream)
            case _:
                ask(client, 1)


def _before_the_trail(month: Month) -> None:
    month.clock.day(1)
    ask(month.stock(), 30)
    month.planted["01", "before-trail"] = (30, 0)


def _plant(month: Month, governor: Governor, day: int) -> None:
    plant = {
        5: _another_key,
        9: _billed_twice,
        12: _unasked_turns,
        15: _another_project,
        16: _a_lost_trail,
        18: _another_name,
        20: _around_midnight,
        22: _cut_off,
        24: _failed,
        26: _batch,
        28: _a_script,
    }.get(day)
    if plant is not None:
        plant(month, governor)


def _another_key(month: Month, _: Governor) -> None:
    ask(month.stock(api_key="somebody-elses"), 40)
    month.planted["05", "other-key"] = (40, 0)


def _billed_twice(month: Month, governor: Governor) -> None:
    """The provider makes an answer, the connection breaks, the client tries again."""
    client = month.governed(governor, max_retries=1)
    for _ in range(5):
        month.sandbox.answer_next(break_at=Break.MID_STREAM)
        ask(client, 1)
    month.covered += 5
    month.planted["09", "retries"] = (5, 0)


def _turns(client: openai.OpenAI, times: int) -> None:
    with client.realtime.connect(model="gpt-realtime") as socket:
        for _ in range(times):
            socket.send({"type": "response.create"})
            while socket.recv().type != "response.done":
                pass


def _unasked_turns(month: Month, governor: Governor) -> None:
    _turns(month.governed(governor), 3)
    _turns(month.stock(), 12)
    month.covered += 3
    month.planted["12", "websockets"] = (12, 0)


def _another_project(month: Month, _: Governor) -> None:
    other, _settings = month.governor("other")
    with other:
        ask(month.governed(other, project="proj_other"), 35)
    month.planted["15", "other-project"] = (35, 0)


def _a_lost_trail(month: Month, _: Governor) -> None:
    lost, _settings = month.governor("lost")
    with lost:
        ask(month.governed(lost), 20, model="gpt-4.1")
    shutil.rmtree(month.root / "lost")
    month.planted["16", "never-recorded"] = (20, 0)


def _another_name(month: Month, governor: Governor) -> None:
    """An answer that names no model, billed under its snapshot."""
    client = month.governed(governor)
    for _ in range(8):
        client.audio.speech.create(model="gpt-4.1-mini", voice="alloy", input="parcel")
    month.planted["18", "model-name"] = (8, 8)


def _around_midnight(month: Month, governor: Governor) -> None:
    """Decided before midnight, served after it."""
    clock = month.clock
    clock.set(FIRST.replace(day=21, hour=0, minute=0, second=1))
    clock.behind = timedelta(seconds=10)
    ask(month.governed(governor), 15)
    clock.behind = timedelta(0)
    month.planted["20", "midnight"] = (0, 15)
    month.planted["21", "midnight"] = (15, 0)


def _cut_off(month: Month, governor: Governor) -> None:
    client = month.governed(governor)
    for _ in range(6):
        stream = client.chat.completions.create(
            model="gpt-4o", messages=MESSAGES, stream=True
        )
        next(iter(stream))
        stream.close()
    month.covered += 6
    month.planted["22", "cut-off"] = (0, 0)


def _failed(month: Month, governor: Governor) -> None:
    client = month.governed(governor)
    for _ in range(8):
        month.sandbox.answer_next(status=500)
        try:
            ask(client, 1)
        except openai.InternalServerError:
            continue
        raise AssertionError("the sandbox answered")
    month.planted["24", "failed"] = (0, 8)


def _batch(month: Month, governor: Governor) -> None:
    """Governed, line by line: no gap at all."""
    client = month.governed(governor)
    body = {"model": "gpt-4o", "messages": MESSAGES}
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    lines = [orjson.dumps({**line, "custom_id": str(number)}) for number in range(50)]
    file = client.files.create(file=("a.jsonl", b"\n".join(lines)), purpose="batch")
    client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    month.covered += 50


def _a_script(month: Month, _: Governor) -> None:
    """The same key, project and model, from a program that nobody governs."""
    ask(month.stock(), 5)
    month.planted["28", "unexplained"] = (5, 0)


def arguments(sandbox: Sandbox) -> Iterator[str]:
    """Of `affidavit reconcile` for the month."""
    yield from ("reconcile", "--from", "2027-01-01", "--to", LAST_DAY, "--fetch")
    yield from ("--base-url", sandbox.base_url, "--purpose", "usage.read")
    yield from ("--project", DEFAULT_PROJECT, "--governed-key", governed_key())
    yield "--json"


def gaps_in(told: Mapping[str, Any]) -> Gaps:
    """Every difference that was found, by day and cause."""
    found: Gaps = {}
    for cell in told["cells"]:
        short = cell["requests"]["uncovered"] > 0
        for one in cell["likely"]:
            place = cell["day"][-2:], one["cause"]
            before = found.get(place, (0, 0))
            more = (one["requests"], 0) if short else (0, one["requests"])
            found[place] = (before[0] + more[0], before[1] + more[1])
    return found
