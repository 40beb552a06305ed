"""How JSON is looked into by whoever cannot trust its shape.

Knows objects, lists and text, and nothing of what any of them means.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OBJECT = (dict, Mapping)
"""What counts as a JSON object. `isinstance` asks from the left, and most are dicts:
asking `Mapping` alone takes three times as long."""
ARRAY = (list, tuple)


def inside(value: object, *keys: str) -> object:
    """What `keys` lead to, one within the other; None where they lead nowhere."""
    for key in keys:
        if not isinstance(value, OBJECT):
            return None
        value = value.get(key)
    return value


def items(value: object) -> Sequence[Mapping[str, Any]]:
    """The objects in a list; none for anything else."""
    if not isinstance(value, ARRAY):
        return ()
    return [item for item in value if isinstance(item, OBJECT)]


def strings(value: object, *, but: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every text in `value`, in order, at any depth; what stands under `but`, not."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, ARRAY):
            waiting.extend(reversed(node))
        elif isinstance(node, OBJECT):
            members = [each for key, each in node.items() if key not in but]
            waiting.extend(reversed(members))
