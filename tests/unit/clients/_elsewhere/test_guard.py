from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import openai
import pytest

from affidavit.clients._elsewhere import guard as _guard
from affidavit.clients._elsewhere.twins import adopt, release
from affidavit.clients._governed import Binding, Governed
from affidavit.clients.errors import CallUngoverned
from affidavit.testing import MemoryGovernor
from support.elsewhere import CAPTURED_INIT, OPENAI, ask, made
from support.http_client import Provider, library

ROOT = openai.OpenAI


class Adopting:
    """Says what it was asked, and governs what it is told to."""

    def __init__(self, *, works: bool = True) -> None:
        self.governor = MemoryGovernor()
        self.works = works
        self.asked = 0

    def __call__(self, client: Any) -> bool:
        self.asked += 1
        if self.works and not isinstance(client, Governed):
            adopt(client, Binding(governor=self.governor, fallback="p"))
        return self.works


def escaped(kind: type = ROOT) -> Any:
    client: Any = object.__new__(kind)
    arguments: Any = {"api_key": "k", "http_client": Provider().client, **OPENAI}
    CAPTURED_INIT(client, **arguments)
    return client


@pytest.fixture
def guarded() -> Iterator[Callable[[Adopting], None]]:
    undo: list[Callable[[], None]] = []
    yield lambda adopting: undo.append(_guard.put_on(ROOT, adopting))
    for each in undo:
        each()


def test_while_nothing_is_in_force_everything_passes(
    guarded: Callable[[Adopting], None],
) -> None:
    adopting = Adopting(works=False)
    guarded(adopting)
    client = made(ROOT, Provider())
    ask(client)

    assert adopting.asked > 1
    assert not isinstance(client, Governed)


def test_a_websockets_handshake_governs_before_it_is_asked_for(
    guarded: Callable[[Adopting], None],
) -> None:
    client = escaped()
    guarded(Adopting())
    assert client.auth_headers["Authorization"] == "Bearer k"
    assert isinstance(client, Governed)


@pytest.mark.skipif(
    openai.__version__.startswith("2."), reason="openai 2 has no such step"
)
def test_a_handshake_of_openai_3_governs_as_well(
    guarded: Callable[[Adopting], None],
) -> None:
    client = escaped()
    url = library.URL("wss://api.openai.com/v1/responses")
    before = client._websocket_query_params(url, {})
    adopting = Adopting(works=False)
    guarded(adopting)
    assert client._websocket_query_params(url, {}) == before
    adopting.works = True
    with suppress(CallUngoverned):  # what is governed may refuse it
        client._websocket_query_params(url, {})
    assert isinstance(client, Governed)
    release(client)


def test_a_loop_of_its_own_sends_nothing(guarded: Callable[[Adopting], None]) -> None:
    class Own(openai.OpenAI):
        def request(self, *args: Any, **kwargs: Any) -> Any:
            return self._send_request(args[1], stream=False)

    client = escaped(Own)
    guarded(Adopting())
    with pytest.raises(CallUngoverned, match="request loop of its own"):
        ask(client)


def test_what_is_put_over_ours_stays_and_what_we_put_goes(
    guarded: Callable[[Adopting], None],
) -> None:
    take_off = _guard.put_on(ROOT, Adopting(works=False))
    ours = ROOT.request

    def theirs(self: Any, *args: Any, **kwargs: Any) -> Any:
        return ours(self, *args, **kwargs)

    try:
        ROOT.request = theirs  # type: ignore[method-assign]  # as instrumentation does
        take_off()
        assert ROOT.request is theirs
        assert ask(made(ROOT, Provider())).id == "chatcmpl-1"
    finally:
        del ROOT.request

    assert ROOT.__init__ is CAPTURED_INIT
    assert "request" not in vars(ROOT)


def test_only_who_sends_through_us_is_guarded(
    guarded: Callable[[Adopting], None],
) -> None:
    class Own(openai.OpenAI):
        def _send_request(self, *args: Any, **kwargs: Any) -> Any:
            """Nothing."""

    assert not _guard.guards(int, ROOT)
    guarded(Adopting())

    assert _guard.guards(openai.AzureOpenAI, ROOT)
    assert not _guard.guards(Own, ROOT)
