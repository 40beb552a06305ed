"""Following redirects hop by hop, so that no body goes where no decision sent it.

The SDK lets its HTTP client follow redirects, and a 307 to another host then delivers
the whole request there within one sending. Here each hop is asked for: a hop that
carries the body may only stay with the origin that the decision named.
"""

from collections.abc import MutableMapping
from typing import Any

from affidavit.clients.errors import CallUngoverned

_BODILESS = {"GET", "HEAD"}
_PORTS = {"http": 80, "https": 443}


class Hops:
    """The redirects of one sending, whose `arguments` follow none by themselves.

    `asked` is what they said of `follow_redirects` before.
    """

    def __init__(
        self, client: Any, asked: object, arguments: MutableMapping[str, Any]
    ) -> None:
        follow = asked if isinstance(asked, bool) else client.follow_redirects
        self._left: int = client.max_redirects if follow else 0
        self._history: list[Any] = []
        self._arguments = arguments

    def after(self, response: Any) -> Any | None:
        """The next request, or None when `response` is the last.

        Raises `CallUngoverned` for a hop that would carry the body to another origin.
        """
        if self._history:
            response.history = list(self._history)
        request = response.next_request
        if request is None or self._left <= 0:
            return None
        self._left -= 1
        here = response.request.url
        if not _same_origin(here, request.url):
            if request.method.upper() not in _BODILESS:
                raise CallUngoverned(
                    f"{here.host} redirects the request's body to {request.url.host}, "
                    "for which nothing was decided, so it was not sent there. Set "
                    "`base_url` to the host that shall serve the call."
                )
            # What we declare is no business of a third host.
            request.headers.pop("x-declared-purpose", None)
            request.headers.pop("x-policy-digest", None)
        # The HTTP client keeps or drops the Authorization header as the hop deserves;
        # its own `auth`, or a name in the URL, must not bring it back.
        self._arguments["auth"] = _as_it_is
        self._history.append(response)
        return request


def _as_it_is(request: Any) -> Any:
    return request


def _same_origin(here: Any, there: Any) -> bool:
    if here.host != there.host:
        return False
    if (here.scheme, there.scheme) == ("http", "https"):
        return True  # the same host, and better protected
    return here.scheme == there.scheme and _port(here) == _port(there)


def _port(url: Any) -> int | None:
    port: int | None = url.port or _PORTS.get(url.scheme)
    return port
