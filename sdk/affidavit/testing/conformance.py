"""The client classes as openai's own test suite runs against them.

Knows what that suite needs besides a governor that permits: websockets let through,
because it tests openai's frames and none is governed yet, and requests sent behind
the request loop, because it calls `_send_request` itself.
"""

from functools import update_wrapper
from typing import Any, ClassVar, Literal

import affidavit
from affidavit.calls import Call
from affidavit.clients._flight import Flight
from affidavit.clients.errors import CallUngoverned
from affidavit.testing.governor import MemoryGovernor

NAMES = ("OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI")


def conformance_classes() -> dict[str, type]:
    """The four classes by name, each ready to use without settings, policy or trail."""
    return {name: _permissive(name, getattr(affidavit, name)) for name in NAMES}


def _permissive(name: str, governed: Any) -> Any:
    class Permissive(governed):  # type: ignore[misc]  # a base that is chosen at run time
        _affidavit_websockets: ClassVar[Literal["send_ungoverned"]] = "send_ungoverned"

        def __init__(self, **arguments: Any) -> None:
            arguments.setdefault("purpose", "conformance")
            arguments.setdefault("affidavit", MemoryGovernor())
            super().__init__(**arguments)

        def _affidavit_attempt(self, request: Any) -> Flight:
            try:
                return super()._affidavit_attempt(request)  # type: ignore[no-any-return]
            except CallUngoverned:
                return _unasked(self, request)

    update_wrapper(Permissive.__init__, governed.__init__)  # it compares signatures
    # The user agent is the class's name, and the suite compares it.
    Permissive.__name__ = Permissive.__qualname__ = name
    return Permissive


def _unasked(client: Any, request: Any) -> Flight:
    governor = MemoryGovernor()
    url = str(request.url)
    call = Call(endpoint=f"other:{request.method} {url}", provider="other", host="")
    return Flight(client, governor, governor.consider(call), purpose=None)
