"""The mixin that makes an OpenAI client governed. It must stand first in the MRO.

Three places of the SDK's request loop are taken: `request`, entered once per logical
call, where the call is decided and the decision made durable; `_build_request`, where
each try is tagged; `_send_request`, the one place where bytes leave, which sends
nothing that no decision covers. Websockets are refused: no frame is governed yet.

A call's purpose, nearest first:

1. the `X-Declared-Purpose` header of the call (`extra_headers=`);
2. `client.with_purpose("…")`, and `with_options(purpose="…")` or `copy(purpose="…")`;
3. the innermost open scope, `with purpose("…")` or `@purpose("…")`;
4. the client's constructor: `purpose="…"`, else the header among `default_headers`;
5. the settings (`AFFIDAVIT_PURPOSE`).

What is said to a client at the call stands before what surrounds the call, and that
before what a client was born with.
"""

import sys
from contextvars import ContextVar
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from openai.lib.azure import BaseAzureClient

from affidavit.clients import _calls, _flight
from affidavit.clients._calls import Options, Site, header
from affidavit.clients._flight import Flight
from affidavit.clients._governor import Governor
from affidavit.clients._redirects import Hops
from affidavit.clients.errors import CallUngoverned, CallUnrecorded
from affidavit.errors import Unrecorded
from affidavit.purpose import HEADER, checked, current

POLICY_HEADER = "X-Policy-Digest"
"""Header that names the policy in force: `sha256:<hex>`."""

_HEADER = HEADER.lower()
_WEBSOCKET_READERS = ("openai.resources.", "openai._websocket", "openai.lib.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a client was told about purposes, and whom it asks."""

    governor: Governor
    born: str | None = None
    """Purpose of the constructor."""
    bound: str | None = None
    """Purpose of `with_purpose`, `with_options` or `copy`."""


_copied: ContextVar[Binding | None] = ContextVar("affidavit_copied", default=None)
"""Whose copy is being made. The original's `copy` calls the class with the arguments
that it knows, and a subclass of the user's need not accept ours: so they come this
way."""


def _default_governor() -> Governor:
    # Imported here and not on top: a client with a governor of its own reads no
    # settings.
    governor: Governor = import_module("affidavit.wiring").default_governor()
    return governor


if TYPE_CHECKING:

    class _Original:
        """What `super()` is: one of six classes of either major, hence `Any`."""

        _base_url: Any
        base_url: Any
        project: Any
        copy: Any
        request: Any
        auth_headers: Any
        _build_request: Any
        _client: Any
        _custom_headers: Any
        _prepare_url: Any
        _send_request: Any
        _websocket_query_params: Any

else:
    _Original = object


class Governed(_Original):
    """What sync and async clients share: everything that decides."""

    _affidavit: Binding
    _affidavit_site: tuple[object, Site] | None = None
    _affidavit_websockets: ClassVar[Literal["refuse", "send_ungoverned"]] = "refuse"
    _affidavit_is_plain: ClassVar[bool] = False
    """Whether `base_url` is openai's own property, so that it says `_base_url`."""
    _azure_deployment: str | None = None  # the original's; only Azure's clients set it

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        read = getattr(getattr(cls, "base_url", None), "fget", None)
        home = str(getattr(read, "__module__", None))
        cls._affidavit_is_plain = home.startswith("openai._")

    def __init__(
        self,
        *,
        purpose: str | None = None,
        affidavit: Governor | None = None,
        **arguments: Any,
    ) -> None:
        binding = _copied.get()
        born = checked(purpose) if purpose is not None else None
        super().__init__(**arguments)
        self._affidavit = binding or Binding(
            governor=affidavit or _default_governor(), born=born
        )

    def _affidavit_copy(
        self,
        *,
        purpose: str | None = None,
        affidavit: Governor | None = None,
        **changes: Any,
    ) -> Self:
        """The original's `copy`, with the purpose and the governor carried over.

        A purpose header among the new default headers counts as `purpose`.
        """
        if purpose is None:
            headers = changes.get("default_headers") or changes.get(
                "set_default_headers"
            )
            purpose = header(headers, _HEADER)
        binding = self._affidavit
        if affidavit is not None:
            binding = replace(binding, governor=affidavit)
        if purpose is not None:
            binding = replace(binding, bound=checked(purpose))
        token = _copied.set(binding)
        try:
            copied: Self = super().copy(**changes)
        finally:
            _copied.reset(token)
        return copied

    if not TYPE_CHECKING:  # each class shows type checkers what its original accepts
        copy = with_options = _affidavit_copy

    def with_purpose(self, purpose: str) -> Self:
        """A client like this one whose calls declare `purpose`; shares the connection.

        Only a header of the call itself is nearer. Raises `SettingsInvalid` for a name
        that no policy could hold.
        """
        return self._affidavit_copy(purpose=purpose)

    def _affidavit_consider(self, options: Options) -> Flight:
        """Decide the call that `options` describe."""
        governor = self._affidavit.governor
        purpose = self._affidavit_purpose(governor, options)
        call = _calls.call(
            options,
            self._affidavit_where(),
            purpose=purpose,
            project=header(self._custom_headers, "openai-project") or self.project,
            placed=self._affidavit_placed if self._azure_deployment else None,
        )
        return Flight(self, governor, governor.consider(call), purpose=purpose)

    def _affidavit_purpose(self, governor: Governor, options: Options) -> str | None:
        """The nearest purpose, as the module says, or `SettingsInvalid`."""
        told = self._affidavit
        found = header(options.headers, _HEADER)
        if found is None:
            # These three were checked when they were declared.
            declared = told.bound or current() or told.born
            if declared is not None:
                return declared
            found = header(self._custom_headers, _HEADER)
        if found is None:
            found = governor.default_purpose
        return checked(found) if found is not None else None

    def _affidavit_where(self) -> Site:
        # To read `base_url` of openai 3 is to import from a module: 14 k instructions.
        base_url = self._base_url if self._affidavit_is_plain else self.base_url
        known = self._affidavit_site
        if known is None or known[0] is not base_url:
            azure = isinstance(self, BaseAzureClient)
            known = base_url, Site.of(str(base_url), azure=azure)
            self._affidavit_site = known
        return known[1]

    def _affidavit_placed(self, url: str) -> str:
        """Azure sends some endpoints to a deployment and others beside it."""
        return str(self._prepare_url(url))

    def _build_request(self, options: Any, **arguments: Any) -> Any:
        request = super()._build_request(options, **arguments)
        # Here and not when sending: Bedrock signs the headers in between.
        flight = _flight.current(self)
        if flight is not None:
            _tag(request, flight)
        return request

    def _affidavit_hops(self, asked: object, arguments: dict[str, Any]) -> Hops:
        """The redirects of one sending. X.509 workload identity follows none."""
        bound = getattr(self, "workload_identity", None)
        if isinstance(bound, dict) and bound.get("type") == "x509":
            asked = False
        return Hops(self._client, asked, arguments)

    def _affidavit_attempt(self, request: Any) -> Flight:
        return _flight.covering(self, request)

    def _websocket_query_params(self, url: Any, extra_query: Any) -> Any:
        # openai 3 asks for these before every handshake.
        self._affidavit_refuse_websocket(str(url.copy_with(query=None)))
        return super()._websocket_query_params(url, extra_query)

    @property
    def auth_headers(self) -> dict[str, str]:
        # Both majors read these before every handshake, and openai 2 nothing else that
        # is ours; its REST requests take their headers from elsewhere.
        for depth in range(1, 4):
            frame = sys._getframe(depth)  # noqa: SLF001 - inspect's costs milliseconds
            reader = frame.f_globals.get("__name__", "")
            if reader.startswith(_WEBSOCKET_READERS):
                self._affidavit_refuse_websocket(reader)
        headers: dict[str, str] = super().auth_headers
        return headers

    def _affidavit_refuse_websocket(self, what: str) -> None:
        if self._affidavit_websockets == "refuse":
            raise CallUngoverned(
                f"The websocket ({what}) was not opened: what is said over it would "
                "escape the policy and the trail. Use the HTTP endpoints."
            )


def _tag(request: Any, flight: Flight) -> None:
    headers, governor = request.headers, flight.governor
    if governor.tags_requests:
        headers[POLICY_HEADER] = governor.policy_digest
        if flight.purpose is not None:
            headers[HEADER] = flight.purpose
    else:
        headers.pop(_HEADER, None)  # a header that declares is said to us, not to them


class GovernedSync(Governed):
    """Before `openai.OpenAI` and its kin."""

    def request(
        self,
        cast_to: Any,
        options: Any,
        *,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        flight = self._affidavit_consider(options)
        try:
            flight.governor.commit(flight.verdict)
        except Unrecorded as error:
            raise CallUnrecorded(*error.args) from error
        with flight:
            return super().request(
                cast_to, options, stream=stream, stream_cls=stream_cls
            )

    def _send_request(self, request: Any, *, stream: bool, **arguments: Any) -> Any:
        flight, hops = self._affidavit_attempt(request), None
        follow = arguments.get("follow_redirects")
        arguments["follow_redirects"] = False
        while True:
            began = flight.now()
            try:
                response = super()._send_request(request, stream=stream, **arguments)
            except BaseException as error:
                flight.failed(began, error)
                raise
            flight.answered(began, response, is_async=False)
            if response.next_request is None and hops is None:
                return response
            hops = hops or self._affidavit_hops(follow, arguments)
            hop = hops.after(response)
            if hop is None:
                return response
            response.close()
            request = hop


class GovernedAsync(Governed):
    """Before `openai.AsyncOpenAI` and its kin: differs by `await`."""

    async def request(
        self,
        cast_to: Any,
        options: Any,
        *,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        flight = self._affidavit_consider(options)
        try:
            await flight.governor.acommit(flight.verdict)
        except Unrecorded as error:
            raise CallUnrecorded(*error.args) from error
        with flight:
            return await super().request(
                cast_to, options, stream=stream, stream_cls=stream_cls
            )

    async def _send_request(
        self, request: Any, *, stream: bool, **arguments: Any
    ) -> Any:
        flight, hops = self._affidavit_attempt(request), None
        follow = arguments.get("follow_redirects")
        arguments["follow_redirects"] = False
        while True:
            began = flight.now()
            try:
                response = await super()._send_request(
                    request, stream=stream, **arguments
                )
            except BaseException as error:
                flight.failed(began, error)
                raise
            flight.answered(began, response, is_async=True)
            if response.next_request is None and hops is None:
                return response
            hops = hops or self._affidavit_hops(follow, arguments)
            hop = hops.after(response)
            if hop is None:
                return response
            await response.aclose()
            request = hop
