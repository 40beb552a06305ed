"""Rules and signs made ready to be sought: one automaton, and the words they know.

Knows how both are compiled, once per process. Knows no call and no score.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from affidavit.detect.match import Matcher, used
from affidavit.detect.reading.shape import WORDS
from affidavit.detect.rule import Rule
from affidavit.detect.signs.sign import Sign
from affidavit.detect.vocabulary import Vocabulary

Sought: TypeAlias = Rule | Sign


@dataclass(frozen=True, slots=True, eq=False)
class Seeking:
    """What one set of rules and signs is sought with. Threads may share it."""

    matcher: Matcher[Sought]
    vocabulary: Vocabulary


def is_rule(sought: Sought) -> bool:
    """Whether it speaks for itself."""
    return isinstance(sought, Rule)


@lru_cache(maxsize=8)
def seeking_of(rules: tuple[Rule, ...], signs: tuple[Sign, ...]) -> Seeking:
    """One per set of rules and process: built when first needed."""
    sought: tuple[Sought, ...] = (*rules, *signs)
    literals = (
        literal
        for each in sought
        for clue in each.clues
        for terms in used(clue)
        for literal in terms.literals
    )
    return Seeking(Matcher[Sought](sought), Vocabulary((*literals, *WORDS)))
