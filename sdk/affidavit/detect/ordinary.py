"""What a call is doing that is no reproach: one finding for each ordinary activity.

Knows the rules of `detect.activities`. Asked only where a purpose names its activities:
elsewhere nobody would read the answer, and a trail would be full of it. What is quoted,
or only offered to the model, is not what a call does.
"""

from functools import lru_cache

from affidavit.calls import Call, Finding, Span
from affidavit.detect.activities import RULES
from affidavit.detect.match import Evidence, Matcher
from affidavit.detect.passage import Passage, join
from affidavit.detect.rule import Rule
from affidavit.detect.standing import heard, quoted
from affidavit.findings import Activity, Kind

DETECTOR = "ordinary/1"
_EVALUATES = frozenset({Activity.BENCHMARK_ANSWER, Activity.BENCHMARK_JUDGE})
_SPANS = 4


def ordinary(call: Call) -> tuple[Finding, ...]:
    """At most one finding per activity, surest first. Raises nothing."""
    texts = heard(call)
    folded = join(texts) if texts else ""
    matcher = _matcher()
    seen = matcher.look(folded)
    if seen is None:
        return ()
    passage = Passage(texts, folded)
    spoken = quoted(call)
    best: dict[str, tuple[Rule, tuple[Span, ...]]] = {}

    def asked(item: Evidence[Rule]) -> bool:
        return passage.part(item.places[0][0]) not in spoken

    for item in matcher.evidence(passage, seen, settles=asked):
        if asked(item):
            spans = [span for place in item.places for span in passage.spans(place)]
            best.setdefault(item.rule.id, (item.rule, tuple(spans[:_SPANS])))
    found = [_finding(rule, spans) for rule, spans in best.values()]
    return tuple(sorted(found, key=lambda each: (-each.score, each.activity)))


def _finding(rule: Rule, spans: tuple[Span, ...]) -> Finding:
    activity = rule.activity or Activity.REPLY
    kind = Kind.MODEL_EVALUATION if activity in _EVALUATES else Kind.ACTIVITY
    return Finding(
        kind=kind.value,
        score=rule.weight,
        activity=activity.value,
        rules=(rule.id,),
        spans=spans,
        detector=DETECTOR,
    )


@lru_cache(maxsize=1)
def _matcher() -> Matcher[Rule]:
    """Built when first needed."""
    return Matcher[Rule](RULES)
