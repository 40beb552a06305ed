"""What a sign is: a trait of a prompt, without a weight of its own.

Knows the shape of signs. What one weighs beside others is worked out from labelled
prompts (`detect.weights`), and no sign carries a text of theirs.
"""

from dataclasses import dataclass
from enum import Enum

from affidavit.detect.rule import Clue, Language, Near, Terms, terms
from affidavit.findings import Activity


class Prior(Enum):
    """What its author would give a sign before any prompt was counted: log-odds.

    Training moves a weight away from here as far as prompts give reason to. A sign that
    none of them bears keeps it.
    """

    STRONG = 1.0
    PLAIN = 0.6
    SLIGHT = 0.35
    AGAINST = -0.4
    """Ordinary prompts say it: its weight is never above zero, others' never below."""
    CONTRARY = -2.5
    """The whole prompt is then about something else."""

    @property
    def against(self) -> bool:
        """Whether it speaks for an ordinary prompt."""
        return self.value < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Something that a prompt can say or be, and what it would be a part of."""

    id: str
    """`SG` and three digits; never given to another sign once released."""
    activity: Activity | None
    """What it speaks for; None, where it goes with any."""
    because: str
    clues: tuple[Clue, ...]
    matches: tuple[str, ...]
    """Prompts of our own that bear it."""
    prior: Prior = Prior.PLAIN

    def __post_init__(self) -> None:
        if not self.clues:
            raise ValueError(f"{self.id}: a sign without clues is never seen")


def en(anchor: str | Terms, *near: Near, unless: tuple[Near, ...] = ()) -> Clue:
    """A clue in English."""
    return _clue(Language.EN, anchor, near, unless)


def zh(anchor: str | Terms, *near: Near, unless: tuple[Near, ...] = ()) -> Clue:
    """A clue in Chinese, simplified or not."""
    return _clue(Language.ZH, anchor, near, unless)


def _clue(
    language: Language,
    anchor: str | Terms,
    near: tuple[Near, ...],
    unless: tuple[Near, ...],
) -> Clue:
    return Clue(
        language=language,
        anchor=terms(anchor) if isinstance(anchor, str) else anchor,
        near=near,
        unless=unless,
    )
