"""Addresses of providers in a text: which host it names, and who answers there.

Knows how an address begins. Whose a host is, `providers` says.
"""

import re
from typing import NamedTuple

from affidavit import providers

UNKNOWN = "\0"
"""Stands for what a text holds and nobody can see: `f"https://{name}.example"`."""

_ADDRESS = re.compile(
    r"(?:(?:https?|wss?)://)?(?:[^\s/@]*@)?"
    r"(?P<host>[\0A-Za-z0-9](?:[\0A-Za-z0-9.-]*[\0A-Za-z0-9])?)"
    r"(?::[0-9]{1,5})?(?:[/?#\s\"'].*|)",
    re.DOTALL,
)
_ANYWHERE = re.compile(r"(?:https?|wss?)://[^\s\"'<>`)\]}]+")


class Address(NamedTuple):
    """A provider's host, as a text names it."""

    host: str
    provider: str


def provider_in(text: str) -> Address | None:
    """The provider whose address `text` begins with; None for any other text."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        return None
    host = found["host"].lower().rstrip(".")
    # A label that nobody can see may be any; a host that is all unseen is nobody's.
    provider = providers.of(host.replace(UNKNOWN, "x"))
    if provider == providers.UNKNOWN:
        return None
    return Address(host.replace(UNKNOWN, "*"), provider)


def provider_anywhere(text: str) -> Address | None:
    """The first provider whose address stands anywhere in `text`, as in a command."""
    found = map(provider_in, _ANYWHERE.findall(text))
    return next((each for each in found if each is not None), None)
