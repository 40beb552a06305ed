"""What one call's own words say about it: requests to generate training data.

Knows how evidence becomes a score. Knows no policy: whether a score is too high is a
policy's to say. All texts of a call are scanned as one sequence, so that a system
prompt and the user's message that completes it are read together.

**Score of an activity**: noisy-or, `1 - Π(1 - weight)`, over the rules that fired for
it and the supporting rules, each rule once, rounded to 0.001. Supporting rules alone
make no finding. A rule that fired only in quoted texts (`detect.standing`) counts half.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from affidavit.calls import Call, Finding, Span
from affidavit.detect.match import Evidence, Matcher, matcher_for
from affidavit.detect.passage import Passage, join
from affidavit.detect.rule import Rule
from affidavit.detect.rules import RULES
from affidavit.detect.scan import Hit, Place
from affidavit.detect.standing import heard, quoted
from affidavit.findings import Activity, Kind

KIND = Kind.DATASET_GENERATION.value
DETECTOR = "content/1"
FLOOR = 0.3
"""Findings below this are not reported: ordinary prompts would fill the trail."""
SPANS = 12
"""A finding shows at most so many places: enough for a reader to judge it."""
QUOTED = 0.5
"""Share of its weight that a rule keeps when only quoted text made it fire."""


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
        texts = heard(call)
        if not texts:
            return ()
        matcher = self._matcher
        if matcher is None:
            matcher = self._matcher = matcher_for(self._rules)
        folded = join(texts)
        hits = matcher.hits(folded)
        if hits is None:
            return ()
        return _findings(matcher, Passage(texts, folded), hits, quoted(call))


def _findings(
    matcher: Matcher, passage: Passage, hits: Sequence[Hit], spoken: frozenset[int]
) -> tuple[Finding, ...]:
    fired = _best(matcher, passage, hits, spoken)
    findings = (_finding(*group, passage) for group in _by_activity(fired))
    return tuple(
        sorted(
            (finding for finding in findings if finding is not None),
            key=lambda finding: (-finding.score, finding.activity),
        )
    )


def _best(
    matcher: Matcher, passage: Passage, hits: Sequence[Hit], spoken: frozenset[int]
) -> list[_Fired]:
    """Each rule once, with its first asked evidence, or else its first quoted one."""
    best: dict[str, _Fired] = {}

    def is_asked(item: Evidence) -> bool:
        return not spoken or passage.part(item.places[0][0]) not in spoken

    for item in matcher.evidence(passage, hits, settles=is_asked):
        rule, asked = item.rule, is_asked(item)
        if asked or rule.id not in best:
            weight = rule.weight if asked else rule.weight * QUOTED
            best[rule.id] = _Fired(rule=rule, places=item.places, weight=weight)
    return sorted(best.values(), key=lambda fired: (-fired.weight, fired.rule.id))


def _by_activity(fired: Sequence[_Fired]) -> Iterator[tuple[Activity, list[_Fired]]]:
    activities = dict.fromkeys(one.rule.activity for one in fired)
    for activity in activities:
        if activity is not None:
            belongs = (activity, None)
            yield activity, [one for one in fired if one.rule.activity in belongs]


def _finding(
    activity: Activity, fired: Sequence[_Fired], passage: Passage
) -> Finding | None:
    score = round(1 - prod(1 - one.weight for one in fired), 3)
    if score < FLOOR:
        return None
    return Finding(
        kind=KIND,
        score=score,
        activity=activity.value,
        rules=tuple(one.rule.id for one in fired),
        spans=_spans(fired, passage),
        detector=DETECTOR,
    )


def _spans(fired: Sequence[_Fired], passage: Passage) -> tuple[Span, ...]:
    places = dict.fromkeys(place for one in fired for place in one.places)
    spans = dict.fromkeys(span for place in places for span in passage.spans(place))
    return tuple(spans)[:SPANS]
