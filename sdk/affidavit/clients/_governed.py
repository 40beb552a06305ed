"""The mixin that makes an OpenAI client governed. It must stand first in the MRO.

Three places of the SDK's request loop are taken: `request`, entered once per logical
call, where the call is decided and the decision made durable; `_build_request`, where
each try is tagged; `_send_request`, the one place where bytes leave, which sends
nothing that no decision covers. Websockets are `_sockets`' business.

A call's purpose, nearest first:

1. the `X-Declared-Purpose` header of the call (`extra_headers=`);
2. `client.with_purpose("…")`, and `with_options(purpose="…")` or `copy(purpose="…")`;
3. the innermost open scope, `with purpose("…")` or `@purpose("…")`;
4. the client's constructor: `purpose="…"`, else the header among `default_headers`;
5. `install(purpose="…")`, for a client that was made elsewhere;
6. the settings (`AFFIDAVIT_PURPOSE`).

What is said to a client at the call stands before what surrounds the call, and that
before what a client was born with.
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import anyio.to_thread
from openai.lib.azure import BaseAzureClient

from affidavit.clients import _calls, _flight
from affidavit.clients._calls import Options, Site, header
from affidavit.clients._files import uploads as _uploads
from affidavit.clients._flight import Flight
from affidavit.clients._governor import Governor, default_governor, offer_opinions
from affidavit.clients._redirects import Hops
from affidavit.clients._sockets import GovernedSockets
from affidavit.clients._sockets.entrance import POLICY_HEADER
from affidavit.clients.errors import unrecorded
from affidavit.errors import SettingsInvalid, Unrecorded
from affidavit.purpose import HEADER, checked, current

_HEADER = HEADER.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What a client was told about purposes, and whom it asks."""

    governor: Governor
    born: str | None = None
    """Purpose of the constructor."""
    bound: str | None = None
    """Purpose of `with_purpose`, `with_options` or `copy`."""
    fallback: str | None = None
    """Purpose of `install`, for clients that are made elsewhere."""


_copied: ContextVar[Binding | None] = ContextVar("affidavit_copied", default=None)
"""Whose copy is being made. The original's `copy` calls the class with the arguments
that it knows, and a subclass of the user's need not accept ours: so they come this
way."""


if TYPE_CHECKING:

    class _Original:
        """What `super()` is: one of six classes of either major, hence `Any`."""

        _base_url: Any
        base_url: Any
        project: Any
        copy: Any
        request: Any
        _build_request: Any
        _client: Any
        _custom_headers: Any
        _prepare_url: Any
        _send_request: Any
        _send_with_auth_retry: Any
        _workload_identity_auth: Any

else:
    _Original = object


class Governed(GovernedSockets, _Original):
    """What sync and async clients share: everything that decides."""

    _affidavit: Binding
    _affidavit_site: tuple[object, Site] | None = None
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
        if binding is not None:
            _copied.set(None)  # for this client, and not for others that it builds
        born = checked(purpose) if purpose is not None else None
        super().__init__(**arguments)
        self._affidavit = binding or Binding(governor=_given(affidavit), born=born)
        offer_opinions(self._affidavit.governor)

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
        if call.endpoint not in _uploads.ENDPOINTS:
            return Flight(self, governor, governor.consider(call), call)
        cargo = _uploads.consider(call, options, governor, self._affidavit_where())
        return Flight(self, governor, cargo.verdict, cargo.call, cargo)

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
            found = told.fallback or governor.default_purpose
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
        flight = _flight.current(self)
        if flight is None:
            return super()._build_request(options, **arguments)
        # Before each try: the caller's objects, or a hook's, may have changed since.
        flight.holds(options)
        request = super()._build_request(options, **arguments)
        if isinstance(self, BaseAzureClient):
            flight.reaches(_calls.deployment(request.url.raw_path.decode("ascii")))
        # Here and not when sending: Bedrock signs the headers in between.
        _tag(request, flight)
        return request

    def _affidavit_hops(self, asked: object, arguments: dict[str, Any]) -> Hops:
        """The redirects of one sending. X.509 workload identity follows none."""
        bound = getattr(self, "workload_identity", None)
        if isinstance(bound, dict) and bound.get("type") == "x509":
            asked = False
        allows = self._affidavit.governor.allows_origin
        return Hops(self._client, asked, arguments, allows=allows)

    def _send_with_auth_retry(
        self, request: Any, *, retried: bool = False, **arguments: Any
    ) -> Any:
        # Below `_send_request`: with an exchanged token, a 401 is tried once again.
        if self._workload_identity_auth is not None:
            self._affidavit_attempt(request).sends(again=retried)
        return super()._send_with_auth_retry(request, retried=retried, **arguments)

    def _affidavit_attempt(self, request: Any) -> Flight:
        return _flight.covering(self, request)


def _given(governor: Governor | None) -> Governor:
    """What a constructor was given, or the default one; `SettingsInvalid` for what
    governs nothing.
    """
    if governor is None:
        return default_governor()
    if not callable(getattr(governor, "consider", None)):
        raise SettingsInvalid(
            f"affidavit={governor!r:.80} is no governor. Give `affidavit.Governor(…)`, "
            "or leave it out for the one of the settings."
        )
    return governor


def _tag(request: Any, flight: Flight) -> None:
    headers, governor = request.headers, flight.governor
    if governor.tags_requests:
        headers[POLICY_HEADER] = flight.policy_digest
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
            flight.decided(flight.governor.commit(flight.verdict))
        except Unrecorded as error:
            flight.unload()
            raise unrecorded(error) from error
        except BaseException as error:
            flight.never_left(error)  # cancelled: the decision may be durable by now
            raise
        with flight:
            options = flight.sending(options)
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
            try:
                hop = hops.after(response)
            except BaseException:
                response.close()  # or the pool never has its connection back
                raise
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
        if _uploads.may_wait(options):
            flight = await anyio.to_thread.run_sync(self._affidavit_consider, options)
        else:
            flight = self._affidavit_consider(options)
        try:
            flight.decided(await flight.governor.acommit(flight.verdict))
        except Unrecorded as error:
            flight.unload()
            raise unrecorded(error) from error
        except BaseException as error:
            flight.never_left(error)  # cancelled: the decision may be durable by now
            raise
        with flight:
            options = flight.sending(options)
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
            try:
                hop = hops.after(response)
            except BaseException:
                await response.aclose()
                raise
            if hop is None:
                return response
            await response.aclose()
            request = hop
