"""Which names a set of patterns tells apart, with one name of each kind.

Pure. Reads patterns as `globs` does: shell patterns in small letters. Two names are of
one kind when the same patterns fit both; every kind that any name of printable ASCII
belongs to is found, by walking the product of the patterns' automata. Knows no policy.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from affidavit.errors import AffidavitError

MOST_STATES = 60_000
"""Of the automaton; about a second. Patterns with many stars multiply."""
_UNIVERSE = "abcdefghijklmnopqrstuvwxyz0123456789-._:/ " + "".join(
    chr(code) for code in range(33, 127) if not chr(code).isalnum()
)
_STAR = "*"
_LED = "acme"
"""What a name begins with where a pattern leaves its beginning open."""


class TooLarge(AffidavitError):
    """There is more to tell apart than can be gone through; the message says what."""

    exit_code = 2


def kinds(
    patterns: Iterable[str], *, prefer: Iterable[str] = (), within: str = "*"
) -> tuple[str, ...]:
    """One name for every kind, those of `prefer` first; only such as fit `within`.

    Raises `TooLarge` where the patterns combine in too many ways.
    """
    listed = list(dict.fromkeys(p.lower() for p in (within, *patterns)))
    machine = _Machine(listed)
    found: dict[int, str] = {}
    named = [_LED + each for each in map(_plainest, listed) if each[:1] in (".", "-")]
    for name in (*prefer, *named, *map(_plainest, listed)):
        signature = machine.run(name.lower()) & machine.accepting
        if name and signature & machine.first:
            found.setdefault(signature, name)
    for signature, name in machine.walk():
        if signature & machine.first:
            found.setdefault(signature, name)
    return tuple(found.values())


def _plainest(pattern: str) -> str:
    """A name that fits, as short as the pattern lets it be."""
    return "".join(_some(part) for part, _ in _parts(pattern))


def _some(part: str) -> str:
    if not part.startswith("["):
        return "a" if part == "?" else part[-1]
    return next((c for c in _UNIVERSE if _fits(part, c)), "a")


class _Machine:
    """All patterns at once: bit i of a state says that place i is reached.

    The places of one pattern lie side by side, so that reading a character is a shift;
    a star is a place that every character leads back to. `first` is the accepting place
    of the first pattern.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._start = self._loops = self.accepting = self.first = 0
        places: list[str | None] = []
        for pattern in patterns:
            self._start |= 1 << len(places)
            if _starts_with_star(pattern):
                self._loops |= 1 << len(places)
            for part, starred in _parts(pattern):
                places.append(part)
                if starred:
                    self._loops |= 1 << len(places)
            self.accepting |= 1 << len(places)
            self.first = self.first or self.accepting
            places.append(None)
        self._places = places
        self._parts = self._by_part()
        self._letters = self._alphabet()

    def _by_part(self) -> dict[str, int]:
        """By what one character must fit, the places where it must."""
        parts: dict[str, int] = {}
        for index, part in enumerate(self._places):
            if part is not None:
                parts[part] = parts.get(part, 0) | 1 << index
        return parts

    def _alphabet(self) -> dict[str, int]:
        """By character, the places that it leads on from; one for each such set."""
        letters: dict[int, str] = {}
        for char in _UNIVERSE:
            letters.setdefault(_leading(self._parts, char), char)
        return {char: on for on, char in letters.items()}

    def run(self, name: str) -> int:
        """The state after reading `name`."""
        state = self._start
        for char in name:
            state = self._step(state, _leading(self._parts, char))
        return state

    def _step(self, state: int, on: int) -> int:
        return (state & on) << 1 | state & self._loops

    def walk(self) -> Iterator[tuple[int, str]]:
        """What is accepted together, and the shortest name of each, shortest first."""
        seen = {self._start}
        told: set[int] = set()
        waiting = deque([(self._start, "")])
        while waiting:
            state, name = waiting.popleft()
            for char, on in self._letters.items():
                after = self._step(state, on)
                signature = after & self.accepting
                if signature not in told:
                    told.add(signature)
                    yield signature, name + char
                if after not in seen:
                    seen.add(after)
                    waiting.append((after, name + char))
                if len(seen) > MOST_STATES:
                    raise TooLarge(
                        f"{len(self._places):,} places of patterns combine in more "
                        f"than {MOST_STATES:,} ways. Ask about one purpose at a time "
                        "(--purpose), or write patterns with fewer stars."
                    )


def _leading(parts: dict[str, int], char: str) -> int:
    on = 0
    for part, places in parts.items():
        if _fits(part, char):
            on |= places
    return on


def _starts_with_star(pattern: str) -> bool:
    return pattern.startswith(_STAR)


_TOKEN = re.compile(r"(\[!?+\]?+[^\]]*\]|[^*])(\**)", re.DOTALL)


def _parts(pattern: str) -> Iterator[tuple[str, bool]]:
    """Each character, `?` or `[…]` that one character must fit; and if a star follows.

    A bracket that is never closed stands for itself, as in `fnmatch`.
    """
    for found in _TOKEN.finditer(pattern.lstrip(_STAR)):
        part = found[1]
        yield ("\\" + part if part == "[" else part), bool(found[2])


def _fits(part: str, char: str) -> bool:
    if part == "?":
        return True
    if part.startswith("["):
        return _listed(part[1:-1], char)
    return part[-1] == char


def _listed(inside: str, char: str) -> bool:
    negated = inside.startswith("!")
    members = inside[1:] if negated else inside
    found, index = False, 0
    while index < len(members):
        if members[index + 1 : index + 2] == "-" and index + 2 < len(members):
            found |= members[index] <= char <= members[index + 2]
            index += 3
        else:
            found |= members[index] == char
            index += 1
    return found is not negated
