"""What one call's own words say about it: requests to generate training data.

Knows how evidence becomes a score. Knows no policy: whether a score is too high is a
policy's to say. All texts of a call are scanned as one sequence, so that a system
prompt and the user's message that completes it are read together.

**Rules** say it outright. Score of an activity: noisy-or, `1 - Π(1 - weight)`, over the
rules that fired for it and the supporting rules, each rule once, rounded to 0.001.
Supporting rules alone make no finding. A rule that fired only in quoted texts
(`detect.standing`) counts half.

**Signs** (`detect.structure`) say it together; those in quoted texts do not count.
Where both speak for one activity, the higher score is the finding's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from affidavit.calls import Call, Finding, Span, Text
from affidavit.detect import structure
from affidavit.detect.disguise import Revealed, revealed, suspected
from affidavit.detect.match import Evidence, Matcher, Seen
from affidavit.detect.normalise import fold
from affidavit.detect.offered import Order, orders
from affidavit.detect.passage import Passage, join, run_on
from affidavit.detect.rule import Rule
from affidavit.detect.rules import RULES
from affidavit.detect.scan import Place
from affidavit.detect.seeking import Seeking, Sought, is_rule, seeking_of
from affidavit.detect.signs import SIGNS
from affidavit.detect.signs.sign import Sign
from affidavit.detect.split import FEWEST, rejoined
from affidavit.detect.standing import OFFERED, heard, quoted
from affidavit.detect.structure import Weighing, Window
from affidavit.detect.vocabulary import Vocabulary
from affidavit.findings import Activity, Kind

KIND = Kind.DATASET_GENERATION.value
DETECTOR = "content/2"
FLOOR = 0.3
"""Findings below this are not reported: ordinary prompts would fill the trail."""
THRESHOLD = 0.8
"""The score from which our policies, and `affidavit detect`, ask for an answer."""
SPANS = 12
"""A finding shows at most so many places: enough for a reader to judge it."""
QUOTED = 0.5
"""Share of its weight that a rule keeps when only quoted text made it fire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What one call's words say, below FLOOR too."""

    score: float
    """Highest of any `dataset_generation`, 0 to 1; 0 where nothing speaks for it."""
    findings: tuple[Finding, ...]


NOTHING = Assessment(score=0.0, findings=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fired:
    """The best evidence for one rule, and what it weighs here."""

    rule: Rule
    places: tuple[Place, ...]
    weight: float


class ContentDetector:
    """Recognises requests to generate data for training models, explicit or not.

    Pure and safe to share between threads. The automaton is built at the first call,
    once per process and set of rules.
    """

    def __init__(
        self,
        rules: tuple[Rule, ...] = RULES,
        signs: tuple[Sign, ...] = SIGNS,
        weighing: Weighing | None = None,
    ) -> None:
        self._sought = rules, signs
        self._seeking: Seeking | None = None
        self._weighing = weighing or Weighing()

    def __call__(self, call: Call) -> tuple[Finding, ...]:
        """At most one finding per activity, highest score first. Raises nothing."""
        return self._read(call, structure.FLOOR).findings

    def assess(self, call: Call) -> Assessment:
        """The same findings, with a score for calls that have none."""
        return self._read(call, 0.0)

    def _read(self, call: Call, least: float) -> Assessment:
        """`call` read; signs that cannot reach a score of `least` are not sought."""
        texts = heard(call)
        if not texts:
            return NOTHING
        if texts is not call.texts:
            return self._with_offered(call, texts, least)
        return self._heard(call, texts, least)

    def _with_offered(
        self, call: Call, texts: Sequence[Text], least: float
    ) -> Assessment:
        """The call, and what definitions of tools order the model to do."""
        read = self._heard(call, texts, least)
        known = {each.activity for each in read.findings}
        ordered = [
            each
            for each in _offered(call, seeking_of(*self._sought))
            if each.activity not in known
        ]
        if not ordered:
            return read
        scores = (read.score, *(each.score for each in ordered))
        findings = sorted((*read.findings, *ordered), key=_order)
        return Assessment(score=max(scores), findings=tuple(findings))

    def _heard(self, call: Call, texts: Sequence[Text], least: float) -> Assessment:
        """`texts` read as what `call` says."""
        seeking = self._seeking
        if seeking is None:
            seeking = self._seeking = seeking_of(*self._sought)
        raw = run_on(texts)
        folded = fold(raw)
        origins: dict[int, Revealed] = {}
        if suspected(raw, folded):
            texts, origins = _uncovered(texts, seeking.vocabulary)
            folded = join(texts)
        read = self._passage(seeking, Passage(texts, folded, origins), call, least)
        if len(texts) < FEWEST or read.score >= THRESHOLD:
            return read
        pieces = rejoined(texts, quoted(call), seeking.vocabulary)
        if pieces is None:
            return read
        texts, mended = pieces
        passage = Passage(texts, join(texts), origins | mended)
        again = self._passage(seeking, passage, call, least)
        return max(read, again, key=lambda each: each.score)

    def _passage(
        self, seeking: Seeking, passage: Passage, call: Call, least: float
    ) -> Assessment:
        matcher = seeking.matcher
        seen = matcher.look(passage.folded)
        if seen is None:
            return NOTHING
        # One clue of one sign, of which none counts alone: the usual case.
        alone = len(seen.checks) == 1 and not is_rule(seen.checks[0].rule)
        if alone and least > structure.ALONE:
            return NOTHING
        if self._weighing.most(_signs_of(seen)) < least:
            seen = seen.of(is_rule)
            if not seen.checks:
                return NOTHING
        return self._judged(matcher, passage, seen, quoted(call))

    def _judged(
        self,
        matcher: Matcher[Sought],
        passage: Passage,
        seen: Seen[Sought],
        spoken: frozenset[int],
    ) -> Assessment:
        rules, signs = _gathered(matcher, passage, seen, spoken)
        window = self._weighing.best(signs)
        scores = [_score(fired) for _, fired in _by_activity(rules)]
        if window.evidence:
            scores.append(self._weighing.of(window))
        found = {each.activity: each for each in _outright(rules, passage)}
        together = self._together(window, passage)
        if together is not None:
            known = found.get(together.activity)
            found[together.activity] = _merged(known, together)
        return Assessment(
            score=max(scores, default=0.0),
            findings=tuple(sorted(found.values(), key=_order)),
        )

    def _together(self, window: Window, passage: Passage) -> Finding | None:
        """What signs say together, for the activity that most of them speak for."""
        score = self._weighing.of(window)
        if score < structure.FLOOR:
            return None
        weigh = self._weighing.weight
        told = sorted(
            (item for item in window.evidence if weigh(item.rule) > 0),
            key=lambda item: (-weigh(item.rule), item.rule.id),
        )
        totals: dict[Activity, float] = {}
        for item in told:
            activity = item.rule.activity or Activity.TRAINING_DATA
            share = weigh(item.rule) if item.rule.activity else 0.0
            totals[activity] = totals.get(activity, 0.0) + share
        return Finding(
            kind=KIND,
            score=score,
            activity=max(totals, key=lambda each: totals[each]).value,
            rules=tuple(item.rule.id for item in told),
            spans=_spans([place for item in told for place in item.places], passage),
            detector=DETECTOR,
        )


def _signs_of(seen: Seen[Sought]) -> Iterator[Sign]:
    return (rule for rule in seen.rules if isinstance(rule, Sign))


def _order(finding: Finding) -> tuple[float, str]:
    return -finding.score, finding.activity


def _merged(outright: Finding | None, together: Finding) -> Finding:
    """One finding of two for one activity: the higher score, all rules and places."""
    if outright is None:
        return together
    first, second = sorted((outright, together), key=lambda each: -each.score)
    return replace(
        first,
        rules=first.rules + second.rules,
        spans=tuple(dict.fromkeys(first.spans + second.spans))[:SPANS],
    )


def _gathered(
    matcher: Matcher[Sought],
    passage: Passage,
    seen: Seen[Sought],
    spoken: frozenset[int],
) -> tuple[list[_Fired], list[Evidence[Sign]]]:
    """Each rule once, with its first asked evidence or else its first quoted one, and
    all asked evidence of signs.
    """
    best: dict[str, _Fired] = {}
    signs: list[Evidence[Sign]] = []

    def is_asked(item: Evidence[Sought]) -> bool:
        return not spoken or passage.part(item.places[0][0]) not in spoken

    def settles(item: Evidence[Sought]) -> bool:
        return isinstance(item.rule, Rule) and is_asked(item)

    for item in matcher.evidence(passage, seen, settles=settles):
        rule, asked = item.rule, is_asked(item)
        if isinstance(rule, Sign):
            if asked:
                signs.append(Evidence(rule=rule, places=item.places))
        elif asked or rule.id not in best:
            weight = rule.weight if asked else rule.weight * QUOTED
            best[rule.id] = _Fired(rule=rule, places=item.places, weight=weight)
    fired = sorted(best.values(), key=lambda fired: (-fired.weight, fired.rule.id))
    return fired, signs


def _by_activity(fired: Sequence[_Fired]) -> Iterator[tuple[Activity, list[_Fired]]]:
    activities = dict.fromkeys(one.rule.activity for one in fired)
    for activity in activities:
        if activity is not None:
            belongs = (activity, None)
            yield activity, [one for one in fired if one.rule.activity in belongs]


def _score(fired: Sequence[_Fired]) -> float:
    return round(1 - prod(1 - one.weight for one in fired), 3)


def _outright(fired: Sequence[_Fired], passage: Passage) -> Iterator[Finding]:
    for activity, group in _by_activity(fired):
        score = _score(group)
        if score >= FLOOR:
            yield Finding(
                kind=KIND,
                score=score,
                activity=activity.value,
                rules=tuple(one.rule.id for one in group),
                spans=_spans([p for one in group for p in one.places], passage),
                detector=DETECTOR,
            )


def _spans(places: Sequence[Place], passage: Passage) -> tuple[Span, ...]:
    spans = dict.fromkeys(
        span for place in dict.fromkeys(places) for span in passage.spans(place)
    )
    return tuple(spans)[:SPANS]


def _uncovered(
    texts: Sequence[Text], vocabulary: Vocabulary
) -> tuple[Sequence[Text], dict[int, Revealed]]:
    """What disguised texts say, each under its own number."""
    origins = {
        at: said
        for at, text in enumerate(texts)
        if (said := revealed(text.value, vocabulary)) is not None
    }
    if not origins:
        return texts, origins
    clear = [
        text._replace(value=origins[at].value) if at in origins else text
        for at, text in enumerate(texts)
    ]
    return clear, origins


def _offered(call: Call, seeking: Seeking) -> Iterator[Finding]:
    """A finding for each activity that a definition orders, once."""
    told: dict[Activity, Finding] = {}
    for at, text in enumerate(call.texts):
        if text.role == OFFERED:
            for order in orders(text.value, seeking):
                told.setdefault(order.activity, _of_order(order, at))
    yield from told.values()


def _of_order(order: Order, text: int) -> Finding:
    return Finding(
        kind=KIND,
        score=order.score,
        activity=order.activity.value,
        rules=order.rules,
        spans=tuple(Span(text=text, start=a, end=b) for a, b in order.places[:SPANS]),
        detector=DETECTOR,
    )
