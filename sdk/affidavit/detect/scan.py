"""Where literals stand in a folded text: one pass of one automaton for all of them.

Knows literals, word boundaries and places. Knows no rule, no call and no score.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from ahocorasick_rs import AhoCorasick, Implementation

from affidavit.detect.normalise import fold_lines
from affidavit.detect.rule import Terms

Place = tuple[int, int]
"""Start and end, in characters of folded text."""

Hit = tuple[int, int, int]
"""Number of a literal, start and end: its letters stand there, perhaps in a word."""

Spelling = tuple[str, bool, bool]
"""A folded literal, and whether its start and its end must be a word's."""

# Letters and digits of scripts that put spaces between words: a literal that begins or
# ends in one matches only where the word does. Thai and the scripts after it are not.
_SPACED_LETTERS = frozenset(
    chr(point) for point in range(0x0E00) if chr(point).isalnum()
)


class Occurrences:
    """Where literals stand in one text.

    The places of a whole set are gathered on demand: a common verb belongs to dozens of
    sets, of which a text needs few.
    """

    __slots__ = ("_by_literal", "_gathered", "_literals_of", "present")

    def __init__(
        self,
        by_literal: Mapping[int, Sequence[Place]],
        literals_of: Sequence[Sequence[int]],
        present: frozenset[int],
    ) -> None:
        self._by_literal = by_literal
        self._literals_of = literals_of
        self._gathered: dict[int, Sequence[Place]] = {}
        self.present = present
        """Numbers of the sets of terms of which something occurs."""

    def of(self, number: int) -> Sequence[Place]:
        """Places of any literal of set `number`, by start."""
        places = self._gathered.get(number)
        if places is None:
            known = self._by_literal
            lists = [known[one] for one in self._literals_of[number] if one in known]
            places = self._gathered[number] = sorted(chain.from_iterable(lists))
        return places


class Scanner:
    """Sets of terms, compiled. Immutable after construction; threads may share it."""

    def __init__(self, sets: Sequence[Terms]) -> None:
        numbers: dict[Spelling, int] = {}
        spelt = spell(literal for terms in sets for literal in terms.literals)
        self._literals_of = [
            tuple(
                numbers.setdefault(spelling, len(numbers))
                for spelling in dict.fromkeys(map(spelt.__getitem__, terms.literals))
            )
            for terms in sets
        ]
        self._edges = tuple((start, end) for _, start, end in numbers)
        self._sets_of: list[list[int]] = [[] for _ in numbers]
        for number, literals in enumerate(self._literals_of):
            for literal in literals:
                self._sets_of[literal].append(number)
        # A DFA of these literals has 25 MB. It is no faster in a loop, and three times
        # slower where a call's other work has emptied the caches.
        self._automaton = AhoCorasick(
            [text for text, _, _ in numbers],
            implementation=Implementation.ContiguousNFA,
        )

    @property
    def sets_of(self) -> Sequence[Sequence[int]]:
        """For each literal's number, the numbers of the sets that hold it."""
        return self._sets_of

    def of(self, number: int) -> Sequence[int]:
        """Numbers of the literals of set `number`."""
        return self._literals_of[number]

    def hits(self, folded: str) -> list[Hit]:
        """Every literal's letters, whole words or not. One pass, in the automaton."""
        return self._automaton.find_matches_as_indexes(folded, overlapping=True)

    def occurrences(self, folded: str, hits: Iterable[Hit]) -> Occurrences:
        """Those of `hits`, which are `hits(folded)`, that stand as their literal asks.

        Linear in the number of hits.
        """
        found = self.found(folded, hits)
        present = frozenset(chain.from_iterable(map(self._sets_of.__getitem__, found)))
        return Occurrences(found, self._literals_of, present)

    def found(self, folded: str, hits: Iterable[Hit]) -> dict[int, list[Place]]:
        """The places of `occurrences`, by literal."""
        found: dict[int, list[Place]] = {}
        spaced, edges = _SPACED_LETTERS, self._edges
        padded = f"{folded} "  # so that the letter before and after always exists
        for literal, start, end in hits:
            whole_start, whole_end = edges[literal]
            if (whole_end and padded[end] in spaced) or (
                whole_start and padded[start - 1] in spaced
            ):
                continue
            if literal in found:
                found[literal].append((start, end))
            else:
                found[literal] = [(start, end)]
        return found


def spell(literals: Iterable[str]) -> dict[str, Spelling]:
    """How each of `literals` is sought: `train*` leaves the end of the word open.

    Folded together: there are thousands, and it is at the first call that they are.
    """
    each = tuple(dict.fromkeys(literals))
    folded = fold_lines("\n".join([literal.removesuffix("*") for literal in each]))
    return {
        literal: _spelt(literal, text)
        for literal, text in zip(each, folded, strict=True)
    }


def _spelt(literal: str, text: str) -> Spelling:
    if not text:
        raise ValueError(f"literal {literal!r} folds to nothing and would match always")
    open_end = literal.endswith("*")
    return (
        text,
        text[0] in _SPACED_LETTERS,
        not open_end and text[-1] in _SPACED_LETTERS,
    )
