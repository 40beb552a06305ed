"""The client classes as openai's own test suite runs against them.

Knows what that suite needs: a purpose by default, a policy that permits every endpoint
by name, requests sent behind the request loop (it calls `_send_request` itself), and
mocks in the place of the websockets library, whose connections nobody can govern.
Decisions and outcomes go to a real trail, one a process, in a directory that the
process takes along when it ends.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache, update_wrapper
from pathlib import Path
from typing import Any

import affidavit
from affidavit.calls import Call
from affidavit.clients import _flight
from affidavit.clients._flight import Flight
from affidavit.clients._governed import GovernedAsync
from affidavit.clients.errors import CallUngoverned
from affidavit.wiring import Governor, read_settings
from affidavit.wiring.founding import found

NAMES = (
    "OpenAI",
    "AsyncOpenAI",
    "AzureOpenAI",
    "AsyncAzureOpenAI",
    "BedrockOpenAI",
    "AsyncBedrockOpenAI",
)
PURPOSE = "conformance"
_POLICY = f"""\
apiVersion: affidavit/v1
kind: Policy
name: conformance
mode: enforce
purposes:
  {PURPOSE}:
    description: openai's own tests of its client, against a provider on loopback
    models: ["*"]
    endpoints: ["*", "other:*"]
"""


def conformance_classes() -> dict[str, type]:
    """The six classes by name, ready to use without settings, policy or trail."""
    return {name: _permissive(name, getattr(affidavit, name)) for name in NAMES}


class _Anywhere(Governor):
    """Lets redirects lead anywhere: the suite checks that openai follows them."""

    def allows_origin(self, origin: str) -> bool:
        del origin
        return True


@cache
def permissive_governor() -> Governor:
    """The governor of this process: it permits what declares `PURPOSE`."""
    directory = Path(tempfile.mkdtemp(prefix="affidavit-conformance-"))
    policy = directory / "policies" / "policy.yaml"
    policy.parent.mkdir()
    policy.write_text(_POLICY, "utf-8")
    settings = read_settings(environ={}, directory=directory, purpose=PURPOSE)
    found(settings, directory=directory)
    governor, owner = _Anywhere(settings=settings), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked child must not take its parent's trail
            governor.close()
            shutil.rmtree(directory, ignore_errors=True)

    atexit.register(remove)
    return governor


def _permissive(name: str, governed: Any) -> Any:
    behind = _BehindAsync if issubclass(governed, GovernedAsync) else _BehindSync

    class Permissive(_Mocked, behind, governed):  # type: ignore[misc, valid-type]  # bases that are chosen at run time
        def __init__(self, **arguments: Any) -> None:
            arguments.setdefault("purpose", PURPOSE)
            arguments.setdefault("affidavit", permissive_governor())
            super().__init__(**arguments)

    update_wrapper(Permissive.__init__, governed.__init__)  # it compares signatures
    # The user agent is the class's name, and the suite compares it.
    Permissive.__name__ = Permissive.__qualname__ = name
    return Permissive


class _Mocked:
    """Lets openai's tests put mocks in the place of websockets, and ask a client for
    what only a handshake needs. What really connects is governed.
    """

    def _affidavit_opens(self, what: str) -> None:
        """Asked by a test, or by a connection that a mock will answer."""

    def _affidavit_escapes(self, connection: Any) -> CallUngoverned | None:
        inner = getattr(connection, "_connection", None)
        real = type(inner).__module__.startswith("websockets.")
        return super()._affidavit_escapes(connection) if real else None  # type: ignore[misc]


class _BehindSync:
    """Governs also what is sent behind the request loop."""

    def _send_request(self, request: Any, **arguments: Any) -> Any:
        if _flight.current(self) is not None:
            return super()._send_request(request, **arguments)  # type: ignore[misc]
        flight = _unasked(self, request)
        flight.governor.commit(flight.verdict)
        with flight:
            return super()._send_request(request, **arguments)  # type: ignore[misc]


class _BehindAsync:
    """The same for `async`: it differs by `await`."""

    async def _send_request(self, request: Any, **arguments: Any) -> Any:
        if _flight.current(self) is not None:
            return await super()._send_request(request, **arguments)  # type: ignore[misc]
        flight = _unasked(self, request)
        await flight.governor.acommit(flight.verdict)
        with flight:
            return await super()._send_request(request, **arguments)  # type: ignore[misc]


def _unasked(client: Any, request: Any) -> Flight:
    governor = permissive_governor()
    call = Call(
        endpoint=f"other:{request.method} {request.url.path}",
        provider="other",
        host=request.url.host,
        purpose=PURPOSE,
    )
    return Flight(client, governor, governor.consider(call), call)
