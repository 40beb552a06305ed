"""How hosts and origins are spelt, so that what no call could go to is not waited for.

Knows the form of a name and no list of names: who answers at a host is `providers`.
"""

import re

_ORIGIN = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?"
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_SCHEME = re.compile(r"\A[^/]*//")
_IN_BRACKETS = re.compile(r"\[([0-9a-f.]*:[0-9a-f:.]*)\](?::.*)?", re.IGNORECASE)


def is_origin(text: str) -> bool:
    """Whether it is an origin in its one spelling (RFC 6454 §6.2)."""
    scheme = text.partition(":")[0]
    usual = text.endswith(_DEFAULT_PORTS.get(scheme, "/"))
    return _ORIGIN.fullmatch(text) is not None and not usual


def host_within(pattern: str) -> str | None:
    """The host in a pattern that has more than one; None for a pattern of hosts alone.

    More is a scheme, a user, a port, a path, or a last dot: a call's host has none of
    them. One colon is a port's, because an IPv6 address has two at least.
    """
    authority = _SCHEME.sub("", pattern).partition("/")[0].rpartition("@")[2]
    bracketed = _IN_BRACKETS.fullmatch(authority)
    if bracketed is not None:
        host = bracketed[1]
    elif authority.count(":") == 1:
        host = authority.partition(":")[0]
    else:
        host = authority
    host = host.rstrip(".")
    return None if host == pattern else host
