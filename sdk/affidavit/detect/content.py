"""What one call's own words say about it: requests to generate training data.

Knows how evidence becomes a score. Knows no policy: whether a score is too high is a
policy's to say. All texts of a call are scanned as one sequence, so that a system
prompt and the user's message that completes it are read together.

**Score of an activity**: noisy-or, `1 - Π(1 - weight)`, over the rules that fired for
it and the supporting rules, each rule once, rounded to 0.001. Supporting rules alone
make no finding. A rule that fired only inside what the assistant said or a tool
returned counts half: such a text is quoted, not asked, as when an agent reads a file
about fine-tuning.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod

from affidavit.calls import Call, Finding, Span, Text
from affidavit.detect.match import Evidence, Matcher, matcher_for
from affidavit.detect.normalise import Trace, fold, trace
from affidavit.detect.rule import Activity, Rule
from affidavit.detect.rules import RULES
from affidavit.detect.scan import Place

KIND = "dataset_generation"
DETECTOR = "content/1"
FLOOR = 0.3
"""Findings below this are not reported: ordinary prompts would fill the trail."""
SPANS = 12
"""A finding shows at most so many places: it is written into a signed record."""
QUOTED = 0.5
"""Share of its weight that a rule keeps when only quoted text made it fire."""

_QUOTED_ROLES = frozenset({"assistant", "tool"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fired:
    """The best evidence for one rule, and what it weighs here."""

    rule: Rule
    places: tuple[Place, ...]
    weight: float


class ContentDetector:
    """Recognises explicit requests to generate data for training models.

    Pure and safe to share between threads. The automaton is built at the first call,
    once per process and set of rules.
    """

    def __init__(self, rules: tuple[Rule, ...] = RULES) -> None:
        self._rules = rules
        self._matcher: Matcher | None = None

    def __call__(self, call: Call) -> tuple[Finding, ...]:
        """At most one finding per activity, highest score first. Raises nothing."""
        if not call.texts:
            return ()
        matcher = self._matcher
        if matcher is None:
            matcher = self._matcher = matcher_for(self._rules)
        joined = _Joined(call.texts)
        fired = _best(matcher, joined)
        findings = (_finding(*group, joined) for group in _by_activity(fired))
        return tuple(
            sorted(
                (finding for finding in findings if finding is not None),
                key=lambda finding: (-finding.score, finding.activity),
            )
        )


class _Joined:
    """A call's texts folded and put in sequence, and the way back to each."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._parts = [fold(text.value) for text in texts]
        self.folded = " ".join(self._parts)
        ends = accumulate(len(part) + 1 for part in self._parts)
        self._starts = [0, *ends][:-1]
        self._traces: dict[int, Trace] = {}

    def is_quoted(self, place: Place) -> bool:
        """Whether `place` begins in the assistant's or a tool's words."""
        return self._texts[self._part(place[0])].role in _QUOTED_ROLES

    def spans(self, place: Place) -> Iterator[Span]:
        """Where `place` lies in the original texts: one span a text."""
        start, end = place
        for part in range(self._part(start), self._part(end - 1) + 1):
            offset = self._starts[part]
            low = max(start - offset, 0)
            high = min(end - offset, len(self._parts[part]))
            if low < high:
                first, last = self._trace(part).original(low, high)
                yield Span(text=part, start=first, end=last)

    def _part(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _trace(self, part: int) -> Trace:
        if part not in self._traces:
            text = self._texts[part].value
            self._traces[part] = trace(text, self._parts[part])
        return self._traces[part]


def _best(matcher: Matcher, joined: _Joined) -> list[_Fired]:
    """Each rule once, with its first asked evidence, or else its first quoted one."""
    best: dict[str, _Fired] = {}

    def is_asked(item: Evidence) -> bool:
        return not joined.is_quoted(item.places[0])

    for item in matcher.evidence(joined.folded, settles=is_asked):
        rule, asked = item.rule, is_asked(item)
        if asked or rule.id not in best:
            weight = rule.weight if asked else rule.weight * QUOTED
            best[rule.id] = _Fired(rule=rule, places=item.places, weight=weight)
    return sorted(best.values(), key=lambda fired: (-fired.weight, fired.rule.id))


def _by_activity(fired: Sequence[_Fired]) -> Iterator[tuple[Activity, list[_Fired]]]:
    activities = dict.fromkeys(one.rule.activity for one in fired)
    for activity in activities:
        if activity is not Activity.SUPPORT:
            belongs = (activity, Activity.SUPPORT)
            yield activity, [one for one in fired if one.rule.activity in belongs]


def _finding(
    activity: Activity, fired: Sequence[_Fired], joined: _Joined
) -> Finding | None:
    score = round(1 - prod(1 - one.weight for one in fired), 3)
    if score < FLOOR:
        return None
    return Finding(
        kind=KIND,
        score=score,
        activity=activity.value,
        rules=tuple(one.rule.id for one in fired),
        spans=_spans(fired, joined),
        detector=DETECTOR,
    )


def _spans(fired: Sequence[_Fired], joined: _Joined) -> tuple[Span, ...]:
    places = dict.fromkeys(place for one in fired for place in one.places)
    spans = dict.fromkeys(span for place in places for span in joined.spans(place))
    return tuple(spans)[:SPANS]
