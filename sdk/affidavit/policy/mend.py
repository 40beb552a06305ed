"""What `policy check --fix` may do: take out waivers that set nothing aside.

Knows text and one promise: no call is decided otherwise afterwards. Only what decides
nothing is taken out, every other byte stays, comments included, and the result is read
again before anybody is given it. Reads and writes no file.
"""

from collections.abc import Iterable, Sequence

from affidavit.errors import Diagnostic
from affidavit.policy.report import Code, Report
from affidavit.policy.source import Node, parse, place_of, plain

MENDED = frozenset({Code.WAIVER_EXPIRED.value, Code.WAIVER_UNUSED.value})
"""Codes that can be mended: their waivers decide nothing any more."""


def mended(data: bytes, found: Iterable[Diagnostic]) -> bytes | None:
    """`data` without the waivers that `found` is about; None if nothing can be done.

    None too where taking them out of the text would change anything else.
    """
    root = parse(data, Report(""))
    indices = set() if root is None else _indices(root, found)
    if root is None or not indices:
        return None
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    items = _items(root)
    starts = [item.place.line - 1 for item in items]
    if not all(lines[start].lstrip().startswith("- ") for start in starts):
        return None  # a list in brackets: its items share lines with other things
    kept = list(lines)
    for index in sorted(indices, reverse=True):
        first, last = _span(lines, starts[index])
        del kept[first:last]
    if len(indices) == len(items):
        del kept[_key_line(root)]
    text = "".join(kept).encode()
    return text if _says(text, root, indices) else None


def _items(root: Node) -> Sequence[Node]:
    entries = root.value if isinstance(root.value, dict) else {}
    listed = entries["waivers"].node.value if "waivers" in entries else ()
    return listed if isinstance(listed, tuple) else ()


def _key_line(root: Node) -> int:
    return place_of(root, ("waivers",), key=True).line - 1


def _indices(root: Node, found: Iterable[Diagnostic]) -> set[int]:
    """Which waivers the findings stand in."""
    places = [item.place for item in _items(root)]
    return {
        max(i for i, place in enumerate(places) if place <= (each.line, each.column))
        for each in found
        if each.rule in MENDED and places and places[0] <= (each.line, each.column)
    }


def _span(lines: Sequence[str], first: int) -> tuple[int, int]:
    """The lines of the item that begins on `first`, without what only follows it."""
    indent = _indent(lines[first])
    last = first + 1
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if _indent(line) <= indent:
            break
        last = number + 1
    return first, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _says(text: bytes, root: Node, indices: set[int]) -> bool:
    """Whether `text` says what `root` says without those waivers, and no more."""
    read = parse(text, Report(""))
    wanted = plain(root)
    if read is None or not isinstance(wanted, dict):
        return False
    waivers = wanted.pop("waivers")
    left = [each for i, each in enumerate(waivers) if i not in indices]  # type: ignore[arg-type]  # a list: _items found them
    return plain(read) == ({**wanted, "waivers": left} if left else wanted)
