"""What definitions of tools order the model to do, where they order anything.

Knows one definition at a time. Read together, or beside the messages, definitions say
in one breath what none of them means: an agent that may upload training data was not
told to. So each is read alone, and a rule counts only where the definition speaks to
the model as one who gives orders: "you must", "always", "before you answer".

The same definitions go out with each call of a program: what they say is kept.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from affidavit.calls import Text
from affidavit.detect.passage import Passage, join
from affidavit.detect.rule import Rule
from affidavit.detect.scan import Place
from affidavit.detect.seeking import Seeking, is_rule
from affidavit.findings import Activity

REACH = 160
"""Characters around a rule's place in which the model is spoken to."""
FLOOR = 0.8
"""A definition is not the place for hints: below this it says nothing."""
_KNOWN = 512
"""Definitions whose reading is kept, in one process."""

_SPEAKS = re.compile(
    r"\b(?:you (?:must|should|will|shall|are to|have to|need to|always)"
    r"|your (?:task|job|answers?|repl(?:y|ies)|outputs?|duty)"
    r"|always|ignore|in(?:stead| every answer| each answer)"
    r"|before (?:you )?(?:answer|reply|respond)\w*"
    r"|after (?:you )?(?:answer|reply|respond)\w*|do not (?:tell|mention|reveal)"
    r"|(?:anda|kamu) (?:harus|wajib)|selalu|abaikan|sebelum menjawab)\b"
    "|你必须|你要|你应该|务必|忽略|回答前|回答之前"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Something that a definition tells the model to do."""

    activity: Activity
    score: float
    rules: tuple[str, ...]
    places: tuple[Place, ...]
    """In characters of the definition."""


@lru_cache(maxsize=_KNOWN)
def orders(definition: str, seeking: Seeking) -> tuple[Order, ...]:
    """What `definition` orders, an activity at most once."""
    texts = (Text(role="tools", value=definition),)
    folded = join(texts)
    seen = seeking.matcher.look(folded)
    if seen is None or _SPEAKS.search(folded) is None:
        return ()
    passage = Passage(texts, folded)
    fired: dict[str, tuple[Rule, tuple[Place, ...]]] = {}
    for item in seeking.matcher.evidence(passage, seen.of(is_rule)):
        rule, (start, end) = item.rule, item.places[0]
        spoken = _SPEAKS.search(folded, max(0, start - REACH), end + REACH)
        if isinstance(rule, Rule) and rule.id not in fired and spoken:
            spans = (span for place in item.places for span in passage.spans(place))
            fired[rule.id] = rule, tuple((span.start, span.end) for span in spans)
    activities = dict.fromkeys(rule.activity for rule, _ in fired.values())
    told = (_order(each, fired) for each in activities if each is not None)
    return tuple(order for order in told if order.score >= FLOOR)


def _order(
    activity: Activity, fired: dict[str, tuple[Rule, tuple[Place, ...]]]
) -> Order:
    belonging = [
        each for each in fired.values() if each[0].activity in (activity, None)
    ]
    belonging.sort(key=lambda each: (-each[0].weight, each[0].id))
    return Order(
        activity=activity,
        score=round(1 - prod(1 - rule.weight for rule, _ in belonging), 3),
        rules=tuple(rule.id for rule, _ in belonging),
        places=tuple(place for _, places in belonging for place in places),
    )
