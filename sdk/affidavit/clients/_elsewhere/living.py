"""The clients that live in this process, found rather than kept track of.

Knows the garbage collector and openai's classes. A list of our own would miss exactly
those that matter: whoever escaped being noted would escape being counted.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from affidavit.canonical import Json
from affidavit.clients._elsewhere.twins import ROOTS
from affidavit.clients._governed import Governed


def living() -> list[Any]:
    """Every client object, governed or not, of a class that derives from openai's.

    Not those that `gc.freeze()` took away from the collector.
    """
    known: dict[int, bool] = {}
    found = []
    for each in gc.get_objects():
        kind = type(each)
        is_client = known.get(id(kind))
        if is_client is None:
            # By identity, and never asking the object: a proxy would go and build what
            # it stands for, and a metaclass may not even hash.
            is_client = known[id(kind)] = issubclass(kind, ROOTS)
        if is_client:
            found.append(each)
    return found


def classes() -> tuple[type, ...]:
    """Every class of clients that is there, private ones too; ours are left out."""
    seen: dict[type, None] = {}
    waiting = list(ROOTS)
    while waiting:
        kind = waiting.pop(0)
        if kind not in seen and not issubclass(kind, Governed):
            seen[kind] = None
            waiting.extend(kind.__subclasses__())
    return tuple(seen)


def described(is_governed: Callable[[Any], bool]) -> Iterator[Json]:
    """One object for each kind of client: its class, host, number, and whether it is
    governed.
    """
    kinds = Counter((*_name(each), _host(each), is_governed(each)) for each in living())
    for (module, name, host, governed), number in sorted(
        kinds.items(), key=lambda item: (item[0][3], str(item[0]))
    ):
        yield {
            "class": name,
            "count": number,
            "governed": governed,
            "host": host,
            "module": module,
        }


def _name(client: Any) -> tuple[str, str]:
    return str(type(client).__module__), type(client).__qualname__


def _host(client: Any) -> str | None:
    """Where its calls go, as far as a look at its attributes tells."""
    found = getattr(client.__dict__.get("_base_url"), "host", None)
    return found if isinstance(found, str) else None
