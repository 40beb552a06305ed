"""One use of a client's `connect`: which handshakes may leave, and what they carry.

Knows the client and what `connect` was told; says of each handshake what it asks for,
and that openai's objects really send through the connection that was decided.
"""

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from affidavit.clients._calls import Site, header, origin
from affidavit.clients._sockets import events, frames
from affidavit.clients._sockets.account import Account
from affidavit.clients._sockets.frames import Guard, Opens
from affidavit.clients._sockets.session import Opening, Session
from affidavit.clients.errors import CallUngoverned
from affidavit.purpose import HEADER

POLICY_HEADER = "X-Policy-Digest"
"""Header that names the policy in force: `sha256:<hex>`."""
_HTTP = {"ws": "http", "wss": "https"}


opening_client: ContextVar[object] = ContextVar("affidavit_opening", default=None)
"""The client that opens a governed websocket now."""


class Entrance(Opens):
    """One use of `connect`: which handshakes may leave, and what they carry."""

    def __init__(self, client: Any, asked: Mapping[str, Any]) -> None:
        self.client = client
        governor = client._affidavit.governor  # noqa: SLF001 - ours
        reconnects = asked.get("on_reconnecting") is not None
        self.session = Session(governor, reconnects=reconnects)
        self.guard = Guard(self.session, self)
        self._query: Mapping[str, Any] = {}
        self._model = asked.get("model")
        self._headers = asked.get("extra_headers")
        self._asked = False
        self._purpose: tuple[str | None] | None = None
        self.ask(asked.get("extra_query"), self._headers)

    def ask(self, query: Any, headers: Any) -> None:
        """What the next handshake is asked with; reconnecting may change it."""
        self._query = query if isinstance(query, Mapping) else {}
        self._headers = headers

    def prepare(self, manager: Any) -> tuple[Opening, Account | None]:
        """What the manager is about to open, and the account to admit first."""
        url = str(manager._prepare_url())  # noqa: SLF001 - the only one who knows
        model = self._query.get("model", self._model)
        if self._model:
            model = self.client._azure_deployment or model  # noqa: SLF001 - openai's
        opening = self._opening(url, model if isinstance(model, str) else None)
        self._asked = False
        return opening, self.session.opening(opening)

    def at(self, uri: Any) -> Opening:
        """What a handshake to this address asks for.

        The first after `prepare` may ask for something else than was foreseen, and is
        decided anew then. Another one is a redirect's hop: elsewhere, it is refused.
        """
        query = parse_qs(uri.query)
        models = query.get("model") or query.get("deployment") or []
        scheme = "wss" if uri.secure else "ws"
        opening = self._opening(
            f"{scheme}://{origin(scheme, uri.host, uri.port).partition('//')[2]}"
            f"{uri.path}",
            models[-1] if models else None,
        )
        decided, hops = self.session.opened, self._asked
        self._asked = True
        if hops and decided is not None and not self._may_hop(decided, opening):
            raise CallUngoverned(
                f"{decided.origin} redirects the websocket to {opening.origin}, for "
                "which nothing was decided, so it was not opened there. Set "
                "`websocket_base_url` to the host that shall serve it, or list both "
                "under `origins` in the policy."
            )
        return opening

    def _may_hop(self, decided: Opening, hop: Opening) -> bool:
        allows = self.session.governor.allows_origin
        return _same_place(decided.origin, hop.origin) or allows(hop.origin)

    def _opening(self, url: str, model: str | None) -> Opening:
        client, parts = self.client, urlsplit(url)
        place = f"{_HTTP.get(parts.scheme, parts.scheme)}://{parts.netloc}"
        base = getattr(client, "websocket_base_url", None) or client.base_url
        site = Site.of(place, azure=client._affidavit_where().provider == "azure")  # noqa: SLF001
        name = events.endpoint(parts.path, urlsplit(str(base)).path)
        return Opening(
            endpoint=name or f"other:GET {parts.path}",
            provider=site.provider,
            host=site.host,
            origin=site.origin,
            model=model,
            purpose=self._declared(),
            project=header(client._custom_headers, "openai-project")  # noqa: SLF001
            or client.project,
        )

    def _declared(self) -> str | None:
        """The purpose of the connection: what was declared when it was first opened.

        Whoever reads when it breaks may stand in another scope.
        """
        if self._purpose is None or header(self._headers, HEADER.lower()):
            asked = SimpleNamespace(headers=self._headers)
            governor = self.session.governor
            found = self.client._affidavit_purpose(governor, asked)  # noqa: SLF001
            self._purpose = (found,)
        return self._purpose[0]

    def tagged(self, headers: Any) -> Any:
        """The handshake's headers, with the purpose and the policy's digest."""
        from websockets.datastructures import Headers

        tagged, governor = Headers(headers or {}), self.session.governor
        for name in (HEADER, POLICY_HEADER):
            if name in tagged:
                del tagged[name]
        opened = self.session.opened
        if governor.tags_requests and opened is not None:
            tagged[POLICY_HEADER] = governor.policy_digest
            if opened.purpose is not None:
                tagged[HEADER] = opened.purpose
        return tagged

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around openai's own opening; what fails before the handshake is a try too."""
        session = self.session
        token, began, tries = (
            opening_client.set(self.client),
            session.now(),
            session.tries(),
        )
        try:
            yield
        except BaseException as error:
            if session.tries() == tries:
                session.tried(None, began, error=type(error).__name__)
            raise
        finally:
            opening_client.reset(token)

    def entered(self, connection: Any) -> Exception | None:
        """Look at what openai opened; an error that forbids its use, if any."""
        self.guard.flusher = None
        session = self.session
        inner = getattr(connection, "_connection", None)
        if not frames.guards(inner, session):
            session.tried(None, session.now(), error="CallUngoverned")
            escapes: Exception | None = self.client._affidavit_escapes(connection)  # noqa: SLF001
            return escapes
        self.guard.owner = weakref.ref(connection)
        weakref.finalize(connection, session.forgotten).atexit = False
        denied, session.deferred = session.deferred, None
        return denied


def _same_place(decided: str, actual: str) -> bool:
    """The same host and port, and no less protected."""
    there, here = urlsplit(decided), urlsplit(actual)
    if decided == actual:
        return True
    return there.hostname == here.hostname and (there.scheme, here.scheme) == (
        "http",
        "https",
    )
