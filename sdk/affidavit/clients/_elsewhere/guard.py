"""What stands on openai's own client classes while `install` is in force.

Whatever reference a program holds to such a class or to one of its objects, it comes
through here: to be born, to make a call, to open a websocket. Knows the places in the
classes; who makes a client governed is the caller's business.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from affidavit.clients._governed import Governed
from affidavit.clients.errors import CallUngoverned

Adopt = Callable[[Any], bool]
"""Make a client governed. False when nothing is in force; raises `CallUngoverned` when
it cannot be done."""

_ABSENT = object()


def put_on(root: type, adopt: Adopt) -> Callable[[], None]:
    """Guard `root` and everything derived from it; return what undoes that.

    Undone exactly: what `root` did not define itself it does not define afterwards.
    What somebody put over ours meanwhile stays, and finds ours idle.
    """
    ours = {
        "__init__": _birth(root, adopt),
        "request": _call(root, adopt),
        "_send_request": _sending(root, adopt),
        "auth_headers": _headers(root, adopt),
    }
    if hasattr(root, "_websocket_query_params"):  # openai 3
        ours["_websocket_query_params"] = _handshake(root, adopt)
    before = {name: root.__dict__.get(name, _ABSENT) for name in ours}
    for name, guard in ours.items():
        setattr(root, name, guard)

    def take_off() -> None:
        for name, guard in ours.items():
            if root.__dict__.get(name) is not guard:
                continue
            if before[name] is _ABSENT:
                delattr(root, name)
            else:
                setattr(root, name, before[name])

    return take_off


def guards(kind: type, root: type) -> bool:
    """Whether nothing that a client of `kind` sends gets past what stands on `root`."""
    theirs = getattr(kind, "_send_request", None)
    return theirs is not None and theirs is root.__dict__.get("_send_request")


def _original(root: type, name: str) -> Callable[..., Any]:
    """What `root` does without us: its own method, else the one it inherits."""
    own: Callable[..., Any] | None = root.__dict__.get(name)
    if own is not None:
        return own
    inherited = getattr(root, name)

    # `super` and not `inherited`: another class may stand in between in a subclass.
    @wraps(inherited)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(super(root, self), name)(*args, **kwargs)

    return method


def _birth(root: type, adopt: Adopt) -> Callable[..., Any]:
    original = _original(root, "__init__")

    @wraps(original)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it is put in that place
        if not isinstance(self, Governed):
            # Told of already; a program may build a client that it never uses.
            with suppress(CallUngoverned):
                adopt(self)
        original(self, *args, **kwargs)

    return __init__


def _call(root: type, adopt: Adopt) -> Callable[..., Any]:
    original = _original(root, "request")

    @wraps(original)
    def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(self, Governed):
            return original(self, *args, **kwargs)
        began_here = type(self).request is root.__dict__.get("request")
        if not adopt(self):
            return original(self, *args, **kwargs)
        if not began_here:
            # Code of a subclass is under way, and would run again inside itself.
            raise CallUngoverned(
                f"This call of {_named(self)} was not sent: it began before the client "
                "was governed. It is now: make the call again."
            )
        return self.request(*args, **kwargs)

    return request


def _sending(root: type, adopt: Adopt) -> Callable[..., Any]:
    original = _original(root, "_send_request")

    @wraps(original)
    def _send_request(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(self, Governed) and adopt(self):
            raise CallUngoverned(
                f"This call of {_named(self)} was not sent: no decision covers it, "
                "because its class has a request loop of its own. Call "
                "`super().request()` there."
            )
        return original(self, *args, **kwargs)

    return _send_request


def _handshake(root: type, adopt: Adopt) -> Callable[..., Any]:
    name = "_websocket_query_params"
    original = _original(root, name)

    @wraps(original)
    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(self, Governed) and adopt(self):
            return getattr(self, name)(*args, **kwargs)
        return original(self, *args, **kwargs)

    return ask


def _headers(root: Any, adopt: Adopt) -> property:
    own = root.__dict__.get("auth_headers")

    def auth_headers(self: Any) -> Any:
        # Before every handshake of either major, and nothing else before openai 2's.
        if not isinstance(self, Governed) and adopt(self):
            return self.auth_headers
        if own is None:
            return super(root, self).auth_headers
        return own.__get__(self, type(self))

    return property(auth_headers)


def _named(client: Any) -> str:
    kind = type(client)
    return f"{kind.__module__}.{kind.__qualname__}"
