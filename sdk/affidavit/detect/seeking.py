"""Rules and signs made ready to be sought: one automaton, and the words they know.

Knows how both are compiled, once per process. Knows no call and no score.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

from affidavit.detect.match import Matcher, used
from affidavit.detect.reading.shape import WORDS
from affidavit.detect.rule import Rule
from affidavit.detect.signs.sign import Sign
from affidavit.detect.vocabulary import Vocabulary

Sought: TypeAlias = Rule | Sign


class Seeking:
    """What one set of rules and signs is sought with. Threads may share it."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        self._sought = sought
        self.matcher = Matcher[Sought](sought)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words they know: built when the first text is in disguise."""
        literals = {
            literal
            for each in self._sought
            for clue in each.clues
            for terms in used(clue)
            for literal in terms.literals
        }
        return Vocabulary({*literals, *WORDS})


def is_rule(sought: Sought) -> bool:
    """Whether it speaks for itself."""
    return isinstance(sought, Rule)


@lru_cache(maxsize=8)
def seeking_of(rules: tuple[Rule, ...], signs: tuple[Sign, ...]) -> Seeking:
    """One per set of rules and process: built when first needed."""
    return Seeking((*rules, *signs))
