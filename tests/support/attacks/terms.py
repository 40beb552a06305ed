"""The words in which attacks are written down. Values only.

An `Attack` is data: who carries it out, what it does to a copy of a trail, what a
verification that knows nothing but the pinned key must say, and who else finds it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.attacks.ground import Ground


class Who(Enum):
    """What the attacker has. Each has what those before it have."""

    FILES = "the files"
    SECRET = "the trail's secret"
    KEY = "the signing key"


class Held(Enum):
    """What the verifier has, beside the pinned key. Made before the attack, and kept
    where the attacker cannot reach it, but for `PINS`.
    """

    KEY = "key"
    """Nothing else."""
    SECRET = "secret"
    """The trail's secret: its owner verifies."""
    OLDER = "older"
    """The checkpoint as it was when the attack began."""
    EARLIER = "earlier"
    """A checkpoint over the first half of the records."""
    WITNESS = "witness"
    """A witness's cosignature, as the witness itself kept it."""
    STAMP = "stamp"
    """A time stamp, kept elsewhere."""
    SIZE = "min-size"
    AGE = "max-age"
    PINS = "pins"
    """A witness's and an authority's key, and only the evidence that lies in the trail,
    where the attacker was.
    """


class Said(Enum):
    """What a verification says."""

    NAMED = "named"
    """Found, and the first bad record is told."""
    FOUND = "found"
    """Found; no one record is to be told."""
    UNDECIDED = "undecided"
    """Not enough to decide: exit code 2, never a clean bill."""
    NOTED = "noted"
    """Valid, and told as odd."""
    ON_TRUST = "on trust"
    """Valid on the word of a pinned witness or authority, whom the report names."""
    OUT_OF_REACH = "out of reach"
    """Valid, and said to be what such a verification cannot see."""
    MISSED = "missed"
    """Valid, and not a word. No attack may end so."""

    @property
    def clean(self) -> bool:
        """Whether the exit code is 0."""
        return self in {
            Said.NOTED,
            Said.ON_TRUST,
            Said.OUT_OF_REACH,
            Said.MISSED,
        }


class Unsuited(Exception):
    """The attack cannot be carried out on this trail; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the attacker touched: what a verification must point at."""

    index: int | None = None
    id: str | None = None
    faults: frozenset[tuple[str, int | None]] = frozenset()
    """`(fault, index)` that must be among the problems."""
    only: bool = False
    """Whether nothing else may be among them."""
    text: str = ""
    """What one of the problems, or notes, must contain."""


Perform = Callable[["Ground"], Mark]
"""Changes the copy; raises `Unsuited` before it changes anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack; `name` is unique."""

    name: str
    does: str
    """What the attacker does, in words that follow on "the attacker"."""
    who: Who
    perform: Perform
    said: Said
    """By a verifier who holds `judge`."""
    judge: Held = Held.KEY
    admits: str = ""
    """Where it is out of reach: what the report must say of it."""
    found_by: frozenset[Held] = field(default_factory=frozenset)
    """Where it is out of reach: who finds it, wherever the change lies. Checked against
    what happens. Whether an `EARLIER` checkpoint tells depends on that place.
    """
    with_secret: Said | None = None
    """What the trail's owner is told, where that differs."""
    history: str = ""
    """The failure of another log that it repeats."""


def marked(
    fault: str, index: int | None = None, name: str | None = None, **more: object
) -> Mark:
    """One problem, at the record that is to be named first."""
    return Mark(
        index=index,
        id=name,
        faults=frozenset({(fault, index)}),
        **more,  # type: ignore[arg-type]  # the other fields of `Mark`
    )
