"""Following redirects hop by hop, so that nothing goes where no decision sent it.

The SDK lets its HTTP client follow redirects, and a 307 to another host then delivers
the whole request there within one sending. Here each hop is asked for: it stays with
the origin that the decision named, or goes to one that the policy lists.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from affidavit.clients import _calls
from affidavit.clients.errors import CallUngoverned


class Hops:
    """The redirects of one sending, whose `arguments` follow none by themselves.

    `asked` is what they said of `follow_redirects` before; `allows` says whether the
    policy lists an origin.
    """

    def __init__(
        self,
        client: Any,
        asked: object,
        arguments: MutableMapping[str, Any],
        *,
        allows: Callable[[str], bool],
    ) -> None:
        follow = asked if isinstance(asked, bool) else client.follow_redirects
        self._left: int = client.max_redirects if follow else 0
        self._history: list[Any] = []
        self._arguments = arguments
        self._allows = allows

    def after(self, response: Any) -> Any | None:
        """The next request, or None when `response` is the last.

        Raises `CallUngoverned` for a hop to an origin that nothing allows.
        """
        if self._history:
            response.history = list(self._history)
        request = response.next_request
        if request is None or self._left <= 0:
            return None
        self._left -= 1
        here, there = response.request.url, request.url
        if not _same_origin(here, there) and not self._allows(_origin(there)):
            raise CallUngoverned(
                f"{_origin(here)} redirects the request to {_origin(there)}, for which "
                "nothing was decided, so it was not sent there. Set `base_url` to the "
                "host that shall serve the call, or list both under `origins` in the "
                "policy."
            )
        # The HTTP client keeps or drops the Authorization header as the hop deserves;
        # its own `auth`, or a name in the URL, must not bring it back.
        self._arguments["auth"] = _as_it_is
        self._history.append(response)
        return request


_UPGRADED = {(here, there) for here in (None, 80) for there in (None, 443)}


def _as_it_is(request: Any) -> Any:
    return request


def _same_origin(here: Any, there: Any) -> bool:
    if _origin(here) == _origin(there):
        return True
    # The same host, and better protected: at the ports that both schemes have.
    return bool(
        here.host == there.host
        and (here.scheme, there.scheme) == ("http", "https")
        and (here.port, there.port) in _UPGRADED
    )


def _origin(url: Any) -> str:
    return _calls.origin(url.scheme, url.host, url.port)
