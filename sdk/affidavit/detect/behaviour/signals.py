"""What speaks for a pipeline that makes data, signal by signal, and together.

Knows the columns of a window and what each of them is worth. A signal is a function of
a `Window`; `SIGNALS` lists them. Weights and ramps were tuned on half of the generators
of `benchmarks/streams` and reported on the other (docs/behaviour.md).

**Score**: noisy-or, `1 - Π(1 - strength)`, rounded to 0.001.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from math import prod
from typing import NamedTuple

from affidavit.calls import Finding
from affidavit.detect.behaviour.cues import CUES, PRODUCT
from affidavit.detect.behaviour.features import CallFeatures
from affidavit.detect.behaviour.state import COMPARED, WINDOW, State
from affidavit.findings import Kind

KIND = Kind.DATASET_PIPELINE.value
DETECTOR = "behaviour/1"
FLOOR = 0.5
"""Findings below this are not reported."""
LEAST_POOLS = 3
LEAST_CALLS = 10
"""A window with fewer calls says nothing."""
BY_CHANCE = 1.5
"""Calls too many that a sample of a few may hold."""
EXAMPLES = 3
LABEL_TOKENS = 24
LONG_TOKENS = 60
"""From here on an answer is long: a text, not a label."""


class Signal(NamedTuple):
    """One thing that speaks for a pipeline."""

    name: str
    strength: float
    """0 to 1."""
    note: Callable[[], str] = str
    """Counts, for a person; and calls by their records' identifiers."""


class Window:
    """The last calls of a purpose, and the one that is considered."""

    def __init__(self, state: State, call: CallFeatures, calls: int) -> None:
        self.state, self.call, self.calls = state, call, calls

    def share(self, total: float) -> float:
        """Of the window's calls."""
        return total / self.calls

    def examples(self, column: Sequence[int]) -> str:
        """Some calls of the window in which `column` is not 0, by their records."""
        state = self.state
        names = (state.name(state.number[at]) for at in range(WINDOW) if column[at])
        shown = list(islice(filter(None, names), EXAMPLES))
        return f" ({', '.join(shown)})" if shown else ""

    @cached_property
    def looked(self) -> int:
        """Calls whose words were looked at; at least 1."""
        return sum(self.state.looked.tobytes()) or 1

    @cached_property
    def long(self) -> float:
        """Share of the calls with long answers, or with room for one where none was
        read.
        """
        lengths = self.state.length.tolist()
        known = WINDOW - lengths.count(0)
        if known:
            return sum(1 for each in lengths if each >= LONG_TOKENS) / known
        return 0.6 if self.call.most >= 2 * LONG_TOKENS else 0.0

    @cached_property
    def labels(self) -> bool:
        """Whether answers are labels and grades: those make no training text."""
        answered = sum(self.state.answered.tolist())
        if not answered:
            return 0 < self.call.most <= LABEL_TOKENS
        return sum(self.state.short) / answered >= 0.7

    @cached_property
    def sweep(self) -> float:
        """How far the calls are one template over many slots: 0 to 1."""
        state, calls = self.state, self.calls
        same = _most(state.head.tolist()[:calls], 4) / calls
        system = (
            _most([each for each in state.system.tolist()[:calls] if each], 1) / calls
        )
        template = sum(state.template.tobytes()) / 100 / self.looked
        form = max(ramp(same, 0.3, 0.8), ramp(template, 0.1, 0.35), 0.9 * system)
        distinct = len(set(state.whole.tolist()[:calls])) / calls
        return form * distinct * (1 - self.share(sum(state.history.tobytes())))


def _most(values: Sequence[int], kinds: int) -> int:
    """How many of `values` are among the `kinds` most frequent ones."""
    return sum(sorted(Counter(values).values())[-kinds:])


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, straight between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def judge(state: State, call: CallFeatures) -> tuple[float, tuple[Finding, ...]]:
    """Score, and the finding that it is, if it is one."""
    calls = state.filled
    if calls < LEAST_CALLS:
        return 0.0, ()
    window = Window(state, call, calls)
    spoken = [signal(window) for signal in SIGNALS]
    spoken = [each for each in spoken if each.strength > 0.01]
    score = round(1 - prod(1 - each.strength for each in spoken), 3)
    if score < FLOOR:
        return score, ()
    spoken.sort(key=lambda each: -each.strength)
    return score, (
        Finding(
            kind=KIND,
            score=score,
            activity=spoken[0].name,
            rules=tuple(each.name for each in spoken),
            detector=DETECTOR,
            notes=tuple(each.note() for each in spoken),
        ),
    )


def output_reuse(window: Window) -> Signal:
    """Inputs are made of the purpose's own earlier outputs, and of nothing new."""
    state = window.state
    looked = window.looked
    chance = BY_CHANCE if looked < window.calls else 0.0
    share = (sum(state.fed.tobytes()) / 100 - chance) / looked
    fed = WINDOW - state.fed.tobytes().count(0)
    strength = 0.88 * ramp(share, 0.16, 0.4) if fed >= 5 else 0.0
    if strength <= 0.01:
        return Signal("output_reuse", 0.0)
    sources = {
        state.source[at] for at in range(WINDOW) if state.fed[at] and state.source[at]
    }
    return Signal(
        "output_reuse",
        strength,
        lambda: (
            f"{fed} of {looked} calls bring back outputs of {len(sources)} earlier "
            f"calls with nothing new beside them{window.examples(state.fed)}"
        ),
    )


def output_pool(window: Window) -> Signal:
    """Pieces of several earlier outputs stand together in one input, as in a pool that
    examples are drawn from.
    """
    state = window.state
    mixed = WINDOW - state.pool.tolist().count(0)
    share = mixed / window.looked
    return Signal(
        "output_pool",
        0.4 * ramp(share, 0.2, 0.6) if mixed >= LEAST_POOLS else 0.0,
        lambda: (
            f"{mixed} calls put pieces of two or more earlier outputs side by side"
            + window.examples(state.pool)
        ),
    )


def answers_compared(window: Window) -> Signal:
    """Several answers to one prompt come back together, to be judged."""
    state = window.state
    compared = [pool == COMPARED for pool in state.pool.tolist()]
    times = sum(compared)
    share = times / window.looked
    return Signal(
        "answers_compared",
        0.8 * ramp(share, 0.06, 0.18) if times >= LEAST_POOLS else 0.0,
        lambda: (
            f"{times} calls hold several of the purpose's answers to one prompt"
            + window.examples(compared)
        ),
    )


def many_samples(window: Window) -> Signal:
    """Several answers to each prompt, and long ones."""
    state = window.state
    many = sum(1 for each in state.samples.tolist() if each >= 4)
    share = window.share(many)
    if share < 0.3:
        return Signal("many_samples", 0.0)
    mean = sum(each for each in state.samples.tolist() if each >= 4) / many
    strength = ramp(share, 0.3, 0.8) * (0.35 + 0.5 * ramp(mean, 3, 8))
    strength *= 0.3 + 0.7 * window.long
    return Signal(
        "many_samples",
        strength,
        lambda: (
            f"{many} of {window.calls} calls ask for {mean:.0f} answers each"
            + window.examples([each >= 4 for each in state.samples.tolist()])
        ),
    )


def repeated_prompts(window: Window) -> Signal:
    """The same prompt again and again for long answers, perhaps with other seeds."""
    state = window.state
    counts = Counter(each for each in state.whole.tolist() if each)
    again = sum(count for count in counts.values() if count >= 4)
    share = window.share(again)
    if share < 0.3:
        return Signal("repeated_prompts", 0.0)
    varied = len(set(state.seed.tolist())) + len(set(state.heat.tolist())) >= 6
    strength = ramp(share, 0.3, 0.8) * (0.8 if varied else 0.55) * window.long
    return Signal(
        "repeated_prompts",
        strength,
        lambda: (
            f"{again} of {window.calls} calls repeat a prompt at least three times"
            + (", with seeds or temperatures that vary" if varied else "")
            + window.examples([counts[each] >= 4 for each in state.whole.tolist()])
        ),
    )


def logprobs_of_texts(window: Window) -> Signal:
    """Probabilities of the words of long answers: what a smaller model learns from."""
    state = window.state
    asked = sum(1 for each in state.logprobs.tolist() if each)
    share = window.share(asked)
    if share < 0.3:
        return Signal("logprobs_of_texts", 0.0)
    most = max(state.logprobs) - 1
    strength = ramp(share, 0.3, 0.8) * (0.55 + 0.32 * ramp(most, 0, 3)) * window.long
    return Signal(
        "logprobs_of_texts",
        strength,
        lambda: (
            f"{asked} of {window.calls} calls ask for probabilities ({most} "
            f"alternatives) of long answers{window.examples(state.logprobs)}"
        ),
    )


def asked_for_data(window: Window) -> Signal:
    """Call after call asks for data, if only faintly."""
    state = window.state
    asked = sum(1 for each in state.asked.tolist() if each >= 30)
    share = window.share(asked)
    if share < 0.3:
        return Signal("asked_for_data", 0.0)
    mean = sum(each for each in state.asked.tolist() if each >= 30) / asked / 100
    labels = 0.35 if window.labels else 1.0
    strength = ramp(share, 0.3, 0.8) * (1 - (1 - mean) ** 2) * labels
    return Signal(
        "asked_for_data",
        min(strength, 0.95),
        lambda: (
            f"{asked} of {window.calls} calls ask for training data by their words "
            f"(mean score {mean:.2f})"
            + window.examples([each >= 30 for each in state.asked.tolist()])
        ),
    )


def _set(bits: int) -> Iterator[int]:
    """Places of the bits of a cue that are set."""
    bits &= (1 << len(CUES)) - 1
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def said_by_all(window: Window) -> Signal:
    """Words that each call of the window says, which pipelines say."""
    state = window.state
    counts = [0] * len(CUES)
    for bits, times in Counter(state.cues.tolist()).items():
        for at in _set(bits):
            counts[at] += times
    cued = sum(state.cued.tobytes()) or 1
    said = [(cue, counts[at]) for at, cue in enumerate(CUES) if cue.weight > 0]
    loud = [cue.weight * ramp(times / cued, 0.25, 0.8) for cue, times in said]
    strength = 1 - prod(1 - each for each in loud)
    strength *= 0.35 + 0.65 * window.sweep
    readers = counts[PRODUCT.bit_length() - 1] / cued
    strength *= 1 - 0.75 * ramp(readers, 0.4, 0.8)
    if window.labels:
        strength *= 0.5
    told = [f"{cue.name} ({times})" for cue, times in said if times / cued >= 0.4]
    if strength < 0.1:
        return Signal("said_by_all", 0.0)
    return Signal(
        "said_by_all",
        min(strength, 0.9),
        lambda: (
            f"of {cued} calls, alike in form, most say words of "
            + ", ".join(told)
            + window.examples(state.cues)
        ),
    )


def reasoning_harvest(window: Window) -> Signal:
    """Long written-out reasoning, prompt after prompt, outside any conversation."""
    state = window.state
    shown = sum(1 for each in state.reasons.tolist() if each & 2)
    share = shown / window.looked
    if share < 0.4:
        return Signal("reasoning_harvest", 0.0)
    effort = window.share(sum(1 for each in state.reasons.tolist() if each & 1))
    strength = ramp(share, 0.4, 0.8) * window.long * window.sweep
    strength *= 0.5 + 0.2 * effort
    return Signal(
        "reasoning_harvest",
        strength,
        lambda: (
            f"{shown} of {window.looked} answers write out their reasoning"
            + window.examples([each & 2 for each in state.reasons.tolist()])
        ),
    )


def swept_parameters(window: Window) -> Signal:
    """Seeds and temperatures that change from call to call."""
    state = window.state
    seeds = len({each for each in state.seed.tolist() if each})
    heats = len({each for each in state.heat.tolist() if each})
    share = max(window.share(seeds), window.share(4 * heats) if heats >= 4 else 0)
    return Signal(
        "swept_parameters",
        0.3 * ramp(share, 0.3, 0.8),
        lambda: (
            f"{seeds} seeds and {heats} temperatures in {window.calls} calls"
            + window.examples(state.seed if seeds else state.heat)
        ),
    )


def at_the_limit(window: Window) -> Signal:
    """As fast as the provider lets it: many calls at once, and calls turned away."""
    state = window.state
    turned = sum(1 for each in state.limited.tolist() if each)
    flying = sum(
        1
        for flying, at in zip(state.flying.tolist(), state.at.tolist(), strict=True)
        if flying and abs(window.call.at - at) < 120_000
    )
    strength = 0.2 * ramp(window.share(turned), 0.05, 0.3)
    strength = max(strength, 0.15 * ramp(flying, 24, 56))
    return Signal(
        "at_the_limit",
        strength,
        lambda: (
            f"{turned} of {window.calls} calls met the rate limit, "
            f"{flying} are under way"
            + window.examples(state.limited if turned else state.flying)
        ),
    )


def hot_sweep(window: Window) -> Signal:
    """One template over many slots, outside any conversation, at a temperature for
    variety: supports others.
    """
    often = sum(window.state.hot.tobytes())
    hot = window.share(often)
    return Signal(
        "hot_sweep",
        0.35 * ramp(hot, 0.4, 0.9) * window.sweep,
        lambda: (
            f"{often} of {window.calls} calls, alike in form, ask for variety by heat"
            + window.examples(window.state.hot)
        ),
    )


SIGNALS: tuple[Callable[[Window], Signal], ...] = (
    output_reuse,
    output_pool,
    answers_compared,
    asked_for_data,
    said_by_all,
    logprobs_of_texts,
    many_samples,
    repeated_prompts,
    reasoning_harvest,
    swept_parameters,
    hot_sweep,
    at_the_limit,
)
