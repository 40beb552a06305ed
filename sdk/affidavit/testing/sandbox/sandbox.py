"""A loopback stand-in for the provider, for demos, for our tests and for users' own.

    with Sandbox() as sandbox:
        client = OpenAI(base_url=sandbox.base_url, api_key="sandbox")

Real sockets and the real shapes of OpenAI's and Azure's APIs, answers made from the
question, no key, no network and no cost. Knows nothing of policies, trails or openai.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    Download,
    Headers,
    Part,
    ReceivedRequest,
    Reply,
    Stream,
)
from affidavit.testing.sandbox.instructions import (
    Break,
    Instructions,
    call_key,
    instructions_in,
    tries_told,
)
from affidavit.testing.sandbox.memory import Memory, Queue, Tries
from affidavit.testing.sandbox.metering import Meter
from affidavit.testing.sandbox.provider import Plan, admit, plan, provided, stamped
from affidavit.testing.sandbox.routes import Asked, Match, Route, Unrouted, find
from affidavit.testing.sandbox.safety import Safety
from affidavit.testing.sandbox.server import HOST, Arrival, Server
from affidavit.testing.sandbox.sockets import Sockets
from affidavit.testing.sandbox.usage_pages import UsagePages

__all__ = [
    "Answer",
    "Asked",
    "Break",
    "Declined",
    "Download",
    "Headers",
    "Part",
    "ReceivedRequest",
    "Reply",
    "Route",
    "Sandbox",
    "Stream",
]

_MIB: Final = 1 << 20


def _serial() -> str:
    return secrets.token_hex(12)


class Sandbox:
    """An OpenAI-compatible server on 127.0.0.1, running between `start` and `close`.

    `port` 0 picks a free one. `routes` adds endpoints, which win over the sandbox's
    own. `remember` and `remember_bytes` bound what `requests` holds in memory;
    `most_body_bytes` and, for uploads, `most_form_bytes` what a body may have. `watch`
    is called with each request and its status, None when the connection is cut before
    one. `price_per_million` is what `organization/costs` says a million tokens cost, in
    US dollars. Files, batches, jobs and the like live as long as this object.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        routes: Sequence[Route] = (),
        remember: int = 100_000,
        remember_bytes: int = 256 * _MIB,
        most_body_bytes: int = 64 * _MIB,
        most_form_bytes: int = 1024 * _MIB,
        watch: Callable[[ReceivedRequest, int | None], None] | None = None,
        price_per_million: float = 0,
        clock: Callable[[], float] = time.time,
        new_serial: Callable[[], str] = _serial,
    ) -> None:
        self._wanted_port = port
        self._meter = Meter(clock)
        usage = UsagePages(self._meter, price=price_per_million)
        self._safety = Safety(clock, new_serial)
        own = (*usage.routes(), *self._safety.routes())
        self._routes = (
            *routes,
            *own,
            *provided(partial(self._meter.serve, batch=True)),
        )
        self._memory = Memory(most=remember, most_bytes=remember_bytes)
        self._most_body_bytes = most_body_bytes
        self._most_form_bytes = most_form_bytes
        self._watch = watch
        self._clock = clock
        self._new_serial = new_serial
        self._tries = Tries()
        self._queue = Queue()
        self._server: Server | None = None
        self._sockets: Sockets | None = None
        self._port: int | None = None

    def start(self) -> Self:
        """Listen and serve in threads; `SettingsInvalid` if the port cannot be had."""
        if self._server is not None:
            raise SettingsInvalid("this sandbox is running already: close it first.")
        self._start()
        return self

    def _start(self) -> Server:
        server = Server(
            self._wanted_port,
            self._respond,
            most_body_bytes=self._most_body_bytes,
            most_form_bytes=self._most_form_bytes,
        )
        server.start()
        if self._sockets is not None and self._sockets.closed:
            self._sockets = None  # of the time before the last `close`
        self._server, self._port = server, server.server_port
        return server

    def close(self) -> None:
        """End every connection, thread and socket. What arrived stays readable."""
        server, self._server = self._server, None
        if self._sockets is not None:
            self._sockets.close()
        if server is not None:
            server.close()

    def serve_forever(self) -> None:
        """Serve until `close` from another thread, or an interrupt, which is raised."""
        server = self._server or self._start()
        try:
            server.wait()
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The TCP port, kept after `close`; `SettingsInvalid` before `start`."""
        if self._port is None:
            raise SettingsInvalid(
                "the sandbox has no port yet. Use `with Sandbox() as sandbox:`, "
                "or call start()."
            )
        return self._port

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, which is also what Azure's clients call endpoint."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """What OpenAI's clients call `base_url`."""
        return f"{self.url}/v1"

    @property
    def sockets(self) -> Sockets:
        """The websockets, which listen on a port of their own from the first use on.

        What arrived stays readable after `close`. Raises `SettingsInvalid` without the
        `websockets` library.
        """
        if self._sockets is None:
            self._sockets = Sockets(
                new_serial=self._new_serial,
                clock=self._clock,
                billed=self._meter.turn,
            )
        return self._sockets

    @property
    def websocket_url(self) -> str:
        """What OpenAI's clients call `websocket_base_url`."""
        return self.sockets.url

    @property
    def safety(self) -> Safety:
        """The provider's safety notices: makes them, and signs webhooks that tell."""
        return self._safety

    @property
    def requests(self) -> list[ReceivedRequest]:
        """Every request that arrived, oldest first; refused and failed ones too."""
        return self._memory.requests()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many requests came for each endpoint; 0 for one that nobody called."""
        return self._memory.counts()

    def clear(self) -> None:
        """Forget requests, counts, and what `answer_next` still has waiting."""
        self._memory.clear()
        self._queue.clear()

    def answer_next(
        self,
        *,
        times: int = 1,
        status: int | None = None,
        retry_after: str | None = None,
        redirect: str | None = None,
        break_at: Break | None = None,
        delay_ms: int = 0,
        chunk_delay_ms: int = 0,
        chunks: int | None = None,
        text: str | None = None,
        json: Any = None,
    ) -> None:
        """Say what the next `times` authenticated requests get; calls queue up.

        The parameters are the `X-Sandbox-*` headers' (docs/sandbox.md), beside `text`,
        what the model says, and `json`, the whole body of the answer. A request that
        takes its answer from here has its own `X-Sandbox-*` headers ignored. Raises
        `SettingsInvalid` for values that cannot be.
        """
        instructions = Instructions(
            status=status,
            retry_after=retry_after,
            redirect=redirect,
            break_at=break_at,
            delay_ms=delay_ms,
            chunk_delay_ms=chunk_delay_ms,
            chunks=chunks,
            text=text,
            json=json,
        )
        self._queue.put(instructions, times)

    def _respond(self, arrival: Arrival) -> Plan:
        """Remember one request and decide its answer; runs in connections' threads."""
        begun = time.perf_counter()
        serial = self._new_serial()
        path, _, query = arrival.target.partition("?")
        found = find(self._routes, arrival.method, path)
        request = ReceivedRequest(
            method=arrival.method,
            path=path,
            query=_values(query),
            headers=arrival.headers,
            body=arrival.body,
            parts=arrival.parts,
            endpoint=found.endpoint,
            request_id=f"req_{serial}",
        )
        self._memory.add(request)
        planned = self._planned(request, arrival.declined, found, serial)
        if planned.break_at in (None, Break.MID_STREAM):
            self._meter.serve(request, planned.reply)
        if self._watch is not None:
            self._watch(request, _status(planned))
        return _stamped(planned, request, time.perf_counter() - begun)

    def _planned(
        self,
        request: ReceivedRequest,
        declined: Declined | None,
        found: Match | Unrouted,
        serial: str,
    ) -> Plan:
        try:
            if declined is not None:
                raise declined
            admit(request)
            instructions = self._instructions(request)
        except Declined as error:
            return Plan(reply=error.answer)
        return plan(request, found, instructions, now=int(self._clock()), serial=serial)

    def _instructions(self, request: ReceivedRequest) -> Instructions:
        waiting = self._queue.take()
        if waiting is not None:
            return waiting
        asked = instructions_in(request.headers)
        if asked.fail_times is None:
            return asked
        told = tries_told(request)
        earlier = self._tries.earlier(call_key(request)) if told is None else told
        return asked.for_try(earlier)


def _values(query: str) -> dict[str, str]:
    """Decoded; of a repeated name the last value, of one like `a[]` all of them."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        earlier = values.get(name)
        listed = name.endswith("[]") and earlier is not None
        values[name] = f"{earlier},{value}" if listed else value
    return values


def _status(planned: Plan) -> int | None:
    cut = planned.break_at in (Break.RESET, Break.BEFORE_RESPONSE)
    return None if cut else planned.reply.status


def _stamped(planned: Plan, request: ReceivedRequest, seconds: float) -> Plan:
    took = planned.delay_ms + int(seconds * 1000)
    reply = stamped(planned.reply, request_id=request.request_id, processing_ms=took)
    return replace(planned, reply=reply)
