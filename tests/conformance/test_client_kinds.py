"""A governed client beside the stock one, with each kind of HTTP client, over sockets.

The same is done with both, and what a program can observe must be equal: results,
requests, exceptions, hooks, proxies, mounts, timeouts and who closes what.
"""

import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import trio

import affidavit
from affidavit import Governor, PolicyDenied
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from support.faults import Arrived, FaultyProvider
from support.governed import MESSAGES
from support.http_client import library
from support.project import a_project

MAJOR = int(openai.__version__.partition(".")[0])
OURS = {"x-declared-purpose", "x-policy-digest"}

SYNC: dict[str, Any] = {
    "default": None,
    "library": library.Client,
    "DefaultHttpxClient": openai.DefaultHttpxClient,
}
ASYNC: dict[str, Any] = {
    "default": None,
    "library": library.AsyncClient,
    "DefaultAsyncHttpxClient": openai.DefaultAsyncHttpxClient,
    "DefaultAioHttpClient": openai.DefaultAioHttpClient,
}
if MAJOR > 2:  # which takes the older library's clients, too
    SYNC["httpx"], ASYNC["httpx"] = httpx.Client, httpx.AsyncClient

ERRORS: dict[str, tuple[type[BaseException], int]] = {
    "400": (openai.BadRequestError, 1),
    "401": (openai.AuthenticationError, 1),
    "403": (openai.PermissionDeniedError, 1),
    "404": (openai.NotFoundError, 1),
    "409": (openai.ConflictError, 1),
    "418": (openai.APIStatusError, 1),
    "422": (openai.UnprocessableEntityError, 1),
    "429": (openai.RateLimitError, 3),
    "500": (openai.InternalServerError, 3),
}
"""The exception, and how many requests it takes with two retries."""


@pytest.fixture
def provider() -> Iterator[FaultyProvider]:
    with FaultyProvider() as running:
        yield running


@pytest.fixture(params=SYNC)
def kind(request: pytest.FixtureRequest) -> Any:
    return SYNC[request.param]


@pytest.fixture(params=ASYNC)
def async_kind(request: pytest.FixtureRequest) -> Any:
    return ASYNC[request.param]


class Observed:
    """What a program sees of one client, in the order in which it sees it."""

    def __init__(self, provider: FaultyProvider, kind: Any, **options: Any) -> None:
        self.seen: list[object] = []
        self.hooked: list[object] = []
        self.provider = provider
        self._kind, self._options = kind, options
        self.http: Any = None

    def arguments(self, *, is_async: bool = False, **more: Any) -> dict[str, Any]:
        """For a client of either class; the HTTP client reports what goes through."""
        if self._kind is not None:
            request, response = (
                (self._arequest, self._aresponse)
                if is_async
                else (self._request, self._response)
            )
            hooks = {"request": [request], "response": [response]}
            self.http = self._kind(event_hooks=hooks, **self._options)
            more["http_client"] = self.http
        given = {"api_key": "k", "base_url": self.provider.base_url} | more
        return {name: value for name, value in given.items() if value is not None}

    def _request(self, request: Any) -> None:
        self.hooked.append((request.method, str(request.url), *plain(request.headers)))

    def _response(self, response: Any) -> None:
        self.hooked.append((response.status_code, str(response.request.url)))

    async def _arequest(self, request: Any) -> None:
        self._request(request)

    async def _aresponse(self, response: Any) -> None:
        self._response(response)

    def caught(self, error: openai.OpenAIError) -> None:
        """Note an exception, and all that openai lets one ask it."""
        self.seen += [type(error), str(error), type(error.__cause__)]
        for name in ("status_code", "request_id", "code", "body", "message"):
            self.seen.append(getattr(error, name, None))
        for name in ("request", "response"):
            self.seen.append(type(getattr(error, name, None)))

    def closed(self, client: Any) -> None:
        """Note what leaving the client's context has closed."""
        self.seen += [client.is_closed(), self.http is None or self.http.is_closed]

    def told(self) -> tuple[object, ...]:
        """All of it, with what the server saw; the next client starts afresh."""
        arrived = [summary(each) for each in self.provider.arrived.pop("", [])]
        return self.seen, self.hooked, arrived


def plain(headers: Any) -> Iterator[tuple[str, str]]:
    """Headers without ours and without what is new for each request."""
    for name, value in sorted(headers.items()):
        if name.lower() not in OURS | {"idempotency-key"}:
            yield name.lower(), value


def summary(arrived: Arrived) -> tuple[object, ...]:
    return arrived.method, arrived.path, arrived.body, *plain(arrived.headers)


def ask(client: Any, fault: str = "none", **arguments: Any) -> Any:
    return client.chat.completions.create(
        model="gpt",
        messages=MESSAGES,
        extra_headers={"x-fault": fault},
        **arguments,
    )


def each_way(observed: Observed, client: Any) -> None:
    """Call in every manner that the client offers."""
    answer = ask(client)
    raw = ask(client.with_raw_response)
    observed.seen += [answer.model_dump(), answer._request_id]
    observed.seen += [raw.status_code, raw.text, raw.request_id, dict(raw.headers)]
    observed.seen.append(raw.parse().model_dump())
    with ask(client, "stream", stream=True) as stream:
        observed.seen += [type(stream), [chunk.model_dump() for chunk in stream]]
    with ask(client, "stream", stream=True) as stream:
        observed.seen.append(next(iter(stream)).model_dump())
    with ask(client.with_streaming_response, "stream") as response:
        observed.seen += [response.status_code, list(response.iter_lines())]
    page = client.with_options(default_headers={"x-copied": "1"}).models.list()
    observed.seen.append(type(page))


async def each_async_way(observed: Observed, client: Any) -> None:
    answer = await ask(client)
    raw = await ask(client.with_raw_response)
    observed.seen += [answer.model_dump(), answer._request_id]
    observed.seen += [raw.status_code, raw.text, raw.request_id, dict(raw.headers)]
    observed.seen.append(raw.parse().model_dump())
    async with await ask(client, "stream", stream=True) as stream:
        observed.seen.append([chunk.model_dump() async for chunk in stream])
    async with await ask(client, "stream", stream=True) as stream:
        observed.seen.append((await anext(aiter(stream))).model_dump())
    async with ask(client.with_streaming_response, "stream") as response:
        observed.seen.append([line async for line in response.iter_lines()])
    page = await client.with_options(default_headers={"x-copied": "1"}).models.list()
    observed.seen.append(type(page))


def family(provider: FaultyProvider, name: str) -> dict[str, Any]:
    """What the constructor of the class `name` needs to reach the provider."""
    if "Azure" in name:
        return {"azure_endpoint": provider.origin, "api_version": "v", "base_url": None}
    return {"aws_region": "eu-west-1"} if "Bedrock" in name else {}


def compared(
    provider: FaultyProvider,
    kind: Any,
    use: Callable[[Observed, Any], None],
    *,
    name: str = "OpenAI",
    http: dict[str, Any] | None = None,
    **arguments: Any,
) -> MemoryGovernor:
    """Have `use` done with the stock class and with ours, and compare."""
    governor = MemoryGovernor()
    told = []
    for home, ours in ((openai, {}), (affidavit, governed(governor))):
        observed = Observed(provider, kind, **(http or {}))
        given = family(provider, name) | arguments | ours
        with getattr(home, name)(**observed.arguments(**given)) as client:
            use(observed, client)
        observed.closed(client)
        told.append(observed.told())
    assert told[0] == told[1]
    return governor


async def acompared(
    provider: FaultyProvider,
    kind: Any,
    use: Callable[[Observed, Any], Awaitable[None]],
    *,
    name: str = "AsyncOpenAI",
    http: dict[str, Any] | None = None,
    **arguments: Any,
) -> MemoryGovernor:
    governor = MemoryGovernor()
    told = []
    for home, ours in ((openai, {}), (affidavit, governed(governor))):
        observed = Observed(provider, kind, **(http or {}))
        given = family(provider, name) | arguments | ours
        constructor = getattr(home, name)
        async with constructor(**observed.arguments(is_async=True, **given)) as client:
            await use(observed, client)
        observed.closed(client)
        told.append(observed.told())
    assert told[0] == told[1]
    return governor


def governed(governor: MemoryGovernor) -> dict[str, Any]:
    return {"affidavit": governor, "purpose": "support"}


@pytest.mark.parametrize("name", ["OpenAI", "AzureOpenAI", "BedrockOpenAI"])
def test_each_way_to_call_is_the_stock_clients(
    provider: FaultyProvider, kind: Any, name: str
) -> None:
    governor = compared(provider, kind, each_way, name=name)
    assert len(governor.decisions) == len(governor.outcomes) == 6


@pytest.mark.parametrize("name", ["OpenAI", "AzureOpenAI", "BedrockOpenAI"])
async def test_each_async_way_to_call_is_the_stock_clients(
    provider: FaultyProvider, async_kind: Any, name: str
) -> None:
    governor = await acompared(
        provider, async_kind, each_async_way, name=f"Async{name}"
    )
    assert len(governor.decisions) == len(governor.outcomes) == 6


def test_each_error_is_the_stock_clients(provider: FaultyProvider, kind: Any) -> None:
    def fail(observed: Observed, client: Any) -> None:
        for fault, (error, requests) in ERRORS.items():
            with pytest.raises(openai.APIStatusError) as caught:
                ask(client, fault)
            observed.caught(caught.value)
            assert type(caught.value) is error
            assert sum(each.fault == fault for each in provider.arrived[""]) == requests

    compared(provider, kind, fail)


async def test_each_async_error_is_the_stock_clients(
    provider: FaultyProvider, async_kind: Any
) -> None:
    async def fail(observed: Observed, client: Any) -> None:
        for fault, (error, requests) in ERRORS.items():
            with pytest.raises(openai.APIStatusError) as caught:
                await ask(client, fault)
            observed.caught(caught.value)
            assert type(caught.value) is error
            assert sum(each.fault == fault for each in provider.arrived[""]) == requests

    await acompared(provider, async_kind, fail)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:  # taken, and nobody listens
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_timeouts_and_lost_connections_are_the_stock_clients(
    provider: FaultyProvider, kind: Any, closed_port: int
) -> None:
    nowhere = f"http://127.0.0.1:{closed_port}"

    def fail(observed: Observed, client: Any) -> None:
        with pytest.raises(openai.APITimeoutError) as timeout:
            ask(client, "silence", timeout=0.05)
        with pytest.raises(openai.APIConnectionError) as reset:
            ask(client, "reset")
        with pytest.raises(openai.APIConnectionError) as refused:
            ask(client.with_options(base_url=nowhere))
        for caught in (timeout, reset, refused):
            observed.caught(caught.value)

    compared(provider, kind, fail, max_retries=0)


async def test_async_timeouts_and_lost_connections_are_the_stock_clients(
    provider: FaultyProvider, async_kind: Any, closed_port: int
) -> None:
    nowhere = f"http://127.0.0.1:{closed_port}"

    async def fail(observed: Observed, client: Any) -> None:
        with pytest.raises(openai.APITimeoutError) as timeout:
            await ask(client, "silence", timeout=0.05)
        with pytest.raises(openai.APIConnectionError) as reset:
            await ask(client, "reset")
        with pytest.raises(openai.APIConnectionError) as refused:
            await ask(client.with_options(base_url=nowhere))
        for caught in (timeout, reset, refused):
            observed.caught(caught.value)

    await acompared(provider, async_kind, fail, max_retries=0)


def test_a_redirect_is_followed_as_the_users_client_would(
    provider: FaultyProvider, kind: Any
) -> None:
    def redirect(observed: Observed, client: Any) -> None:
        try:
            observed.seen.append(ask(client, "redirect-home").model_dump())
        except openai.APIStatusError as error:  # a bare HTTP client follows none
            observed.caught(error)

    compared(provider, kind, redirect)


async def test_a_redirect_is_followed_as_the_users_async_client_would(
    provider: FaultyProvider, async_kind: Any
) -> None:
    async def redirect(observed: Observed, client: Any) -> None:
        try:
            observed.seen.append((await ask(client, "redirect-home")).model_dump())
        except openai.APIStatusError as error:
            observed.caught(error)

    await acompared(provider, async_kind, redirect)


CUSTOM = [name for name, kind in SYNC.items() if kind is not None]
ASYNC_CUSTOM = [name for name, kind in ASYNC.items() if kind is not None]


@pytest.mark.parametrize("name", CUSTOM)
def test_the_users_proxy_and_timeout_are_used(
    provider: FaultyProvider, name: str
) -> None:
    def fail(observed: Observed, client: Any) -> None:
        ask(client, timeout=30)  # a busy machine needs more than the client's
        with pytest.raises(openai.APITimeoutError):
            ask(client, "silence")
        (first, second) = provider.arrived[""]
        assert first.path == second.path == "http://provider.test/v1/chat/completions"

    http = {"proxy": provider.origin, "timeout": 0.1}
    base_url = "http://provider.test/v1"
    compared(provider, SYNC[name], fail, http=http, max_retries=0, base_url=base_url)


@pytest.mark.parametrize("name", ASYNC_CUSTOM)
async def test_the_users_proxy_and_timeout_are_used_by_async_clients(
    provider: FaultyProvider, name: str
) -> None:
    async def fail(observed: Observed, client: Any) -> None:
        await ask(client, timeout=30)
        with pytest.raises(openai.APITimeoutError):
            await ask(client, "silence")
        (first, second) = provider.arrived[""]
        assert first.path == second.path == "http://provider.test/v1/chat/completions"

    http = {"proxy": provider.origin, "timeout": 0.1}
    base_url = "http://provider.test/v1"
    await acompared(
        provider, ASYNC[name], fail, http=http, max_retries=0, base_url=base_url
    )


def test_the_environments_proxy_is_used(
    provider: FaultyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", provider.origin)

    def use(observed: Observed, client: Any) -> None:
        observed.seen.append(ask(client).model_dump())
        assert provider.arrived[""][0].path.startswith("http://provider.test/")

    compared(provider, None, use, base_url="http://provider.test/v1")


@pytest.mark.parametrize("name", CUSTOM)
def test_the_users_mounts_are_used(provider: FaultyProvider, name: str) -> None:
    home = httpx if name == "httpx" else library
    through: list[str] = []

    class Recording(home.HTTPTransport):  # type: ignore[misc, name-defined]  # of either library
        def handle_request(self, request: Any) -> Any:
            through.append(str(request.url))
            return super().handle_request(request)

    def use(observed: Observed, client: Any) -> None:
        ask(client)
        list(ask(client, "stream", stream=True))
        observed.seen.append(list(through))
        through.clear()
        assert len(observed.seen[-1]) == 2  # type: ignore[arg-type]  # what was just put there

    compared(provider, SYNC[name], use, http={"mounts": {"http://": Recording()}})


def deny(_: object) -> tuple[Reason, ...]:
    return (Reason(rule="r", message="no"),)


@pytest.mark.parametrize("name", ["OpenAI", "AzureOpenAI", "BedrockOpenAI"])
def test_a_refused_call_opens_no_connection(
    provider: FaultyProvider, kind: Any, name: str
) -> None:
    governor = MemoryGovernor(deny)
    observed = Observed(provider, kind)
    given = observed.arguments(**family(provider, name), affidavit=governor)
    with getattr(affidavit, name)(**given) as client:
        for way in (client, client.with_raw_response, client.with_options(timeout=1)):
            with pytest.raises(PolicyDenied):
                ask(way)
        with pytest.raises(PolicyDenied):
            ask(client, stream=True)
        with pytest.raises(PolicyDenied), ask(client.with_streaming_response):
            pass
    assert (len(governor.decisions), governor.outcomes) == (5, [])
    assert (provider.connections, observed.hooked) == (0, [])


@pytest.mark.parametrize("name", ["OpenAI", "AzureOpenAI", "BedrockOpenAI"])
async def test_a_refused_async_call_opens_no_connection(
    provider: FaultyProvider, async_kind: Any, name: str
) -> None:
    governor = MemoryGovernor(deny)
    observed = Observed(provider, async_kind)
    given = family(provider, name) | {"affidavit": governor}
    constructor = getattr(affidavit, f"Async{name}")
    async with constructor(**observed.arguments(is_async=True, **given)) as client:
        for way in (client, client.with_raw_response, client.with_options(timeout=1)):
            with pytest.raises(PolicyDenied):
                await ask(way)
        with pytest.raises(PolicyDenied):
            await ask(client, stream=True)
        with pytest.raises(PolicyDenied):
            async with ask(client.with_streaming_response):
                pass
    assert (len(governor.decisions), governor.outcomes) == (5, [])
    assert (provider.connections, observed.hooked) == (0, [])


def test_a_copy_shares_the_users_client_and_a_new_one_replaces_it(
    provider: FaultyProvider, kind: Any
) -> None:
    def use(observed: Observed, client: Any) -> None:
        another = library.Client()
        copied, replaced = client.copy(), client.copy(http_client=another)
        observed.seen += [
            copied._client is client._client,
            replaced._client is another,
            type(copied) is type(client),
        ]
        replaced.close()
        observed.seen += [another.is_closed, client.is_closed()]

    compared(provider, kind, use)


def test_an_async_client_works_on_trio_too(
    provider: FaultyProvider, tmp_path: Path
) -> None:
    async def call(governor: Governor) -> None:
        async with affidavit.AsyncOpenAI(
            api_key="k",
            base_url=provider.base_url,
            affidavit=governor,
            purpose="support.reply",
        ) as client:
            answer = await client.chat.completions.create(
                model="gpt-4o", messages=MESSAGES
            )
            assert answer.id == "chatcmpl-1"
            with pytest.raises(PolicyDenied):
                await client.files.create(file=b"{}", purpose="batch")

    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        trio.run(call, governor)
    kinds = [each.entry.kind for each in TrailReader(settings.trail).records()]
    assert kinds.count(Kind.DECISION) == 2
    assert kinds.count(Kind.OUTCOME) == 1
