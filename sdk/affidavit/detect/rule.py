"""What a rule is: literals that must stand near one another, and what that suggests.

Knows the shape of rules and refuses malformed ones. Knows no text to scan and none of
the rules themselves: those are listed in `detect.rules`.

A literal is written in plain words. `train*` matches the beginning of a word, anything
else whole words; in scripts that do not space their words it matches anywhere. Case,
markup and line breaks do not matter (see `detect.normalise`).

Every distance counts characters of folded text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from affidavit.findings import Activity

Reading: TypeAlias = Callable[[str, int, int], Iterator[tuple[tuple[int, int], ...]]]
"""Given `sentences.mark`'s text and a stretch of it: pieces of evidence, each as its
places, whatever the language. Linear in the stretch."""


class Language(Enum):
    """ISO 639-1 codes of the languages that rules are written for."""

    EN = "en"
    ZH = "zh"
    ID = "id"
    ES = "es"
    PT = "pt"
    FR = "fr"
    DE = "de"
    VI = "vi"
    RU = "ru"
    AR = "ar"
    HI = "hi"
    JA = "ja"
    KO = "ko"
    TR = "tr"


@dataclass(frozen=True, slots=True)
class Terms:
    """Literals of which any one will do."""

    literals: tuple[str, ...]

    def __or__(self, other: "Terms") -> "Terms":
        return Terms(tuple(dict.fromkeys(self.literals + other.literals)))


def terms(spelled: str) -> Terms:
    """`terms("generat* | create")`: literals between bars."""
    literals = tuple(literal.strip() for literal in spelled.split("|"))
    if not all(literals):
        raise ValueError(f"an empty literal would match everywhere: {spelled!r}")
    return Terms(literals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A term at most so many characters before or after the anchor; 0 is never."""

    terms: Terms
    before: int = 0
    after: int = 0
    topic: bool = False
    """As an exception: says whom or what the whole prompt is for."""

    def __post_init__(self) -> None:
        if self.before <= 0 and self.after <= 0:
            raise ValueError("a term that may stand neither before nor after")


def before(distance: int, what: Terms | str) -> Near:
    """`what` ends at most `distance` characters before the anchor."""
    return Near(terms=_terms(what), before=distance)


def after(distance: int, what: Terms | str) -> Near:
    """`what` starts at most `distance` characters after the anchor."""
    return Near(terms=_terms(what), after=distance)


def around(distance: int, what: Terms | str) -> Near:
    """`what` stands at most `distance` characters from the anchor."""
    return Near(terms=_terms(what), before=distance, after=distance)


def topic(distance: int, what: Terms | str) -> Near:
    """As `around`, for an exception that tells what the whole prompt is about."""
    return Near(terms=_terms(what), before=distance, after=distance, topic=True)


def _terms(what: Terms | str) -> Terms:
    return terms(what) if isinstance(what, str) else what


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One way, in one language, in which a rule shows itself."""

    language: Language
    anchor: Terms
    near: tuple[Near, ...] = ()
    """All must hold around one and the same anchor."""
    unless: tuple[Near, ...] = ()
    """None may hold around that anchor. One that stands in another sentence counts
    where the anchor's does not ask, or where it is the `topic` and the anchor's names
    no model."""
    pattern: str | None = None
    """Regular expression over folded text, sought only within `reach` of an anchor.
    Its repeats are bounded, so that a scan stays linear."""
    reading: Reading | None = None
    """As a pattern, for what no pattern over letters could say."""
    reach: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that a prompt can say, and how much saying it means."""

    id: str
    """`DG` and three digits; never given to another rule once released."""
    activity: Activity | None
    """None says nothing alone: it strengthens any activity that was recognised."""
    weight: float
    """0 to 1: how sure this alone would make a careful reader."""
    because: str
    """Why this is evidence, for whoever must explain a refusal."""
    clues: tuple[Clue, ...]
    matches: tuple[str, ...]
    """Prompts of our own in which the rule must fire."""
    ignores: tuple[str, ...]
    """Close look-alikes of our own in which it must not."""

    def __post_init__(self) -> None:
        if not 0 < self.weight < 1:
            raise ValueError(f"{self.id}: weight must lie between 0 and 1")
        if not self.clues:
            raise ValueError(f"{self.id}: a rule without clues never fires")

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages in which this rule can show itself, each once."""
        return tuple(dict.fromkeys(clue.language for clue in self.clues))
