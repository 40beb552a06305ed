"""One call after another into a state, and what the window says then.

`consider` only reads: what a call is, seen with the calls before it. `admit` takes it
into the window once it is decided, `conclude` takes its answer, whenever that comes.
`observe` is all three, for whoever has a whole call in hand. Knows the order of these
and no clock, lock or file: a state may be shared by threads and processes, and then two
calls that come at once may take one place. One of them is not seen, and nothing breaks.
"""

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from affidavit.calls import Finding
from affidavit.detect.behaviour import reuse, signals
from affidavit.detect.behaviour.cues import cues, reasons
from affidavit.detect.behaviour.features import (
    CallFeatures,
    OutcomeFeatures,
    Work,
    is_short,
    work,
)
from affidavit.detect.behaviour.reuse import Made
from affidavit.detect.behaviour.state import (
    COMPARED,
    COUNT,
    FIRST,
    LAST,
    MIXED,
    SCORE,
    WINDOW,
    State,
)
from affidavit.detect.behaviour.words import Key

IDLE_MS = 36 * 3_600_000
"""A window does not reach over a longer silence."""
CLOSE_LOOK = 96
"""Calls of a purpose that are all looked at. Afterwards `_BLOCK` calls in a row of each
`_OFTEN` or `_SELDOM` times as many are, until a score speaks against the purpose: in a
row, because an output comes back in one of the next calls."""
_BLOCK, _OFTEN, _SELDOM = 16, 2, 4
_JUDGED = 4
"""Seldom looked at, one call of so many is judged, and those between are as it was."""
_SUSPECT = 500
"""A score, in thousandths, from which every call is looked at."""
_FED = 350
"""Percent of calls fed by outputs, added up, from which they are looked at often."""
LEAST_CUED = 16
MOST_OF_FILE = 192
"""Answers of a batch that are learnt: the table holds about 300 of 100 words."""
_CUED = 4
_NOTHING = Made(
    runs=0,
    template=0,
    carried=0,
    returned=0,
    written=False,
    makers=(),
    pieces=0,
    items=(),
)


class Considered(NamedTuple):
    """One call, seen with those before it."""

    call: CallFeatures
    findings: tuple[Finding, ...]
    score: float
    made: Made | None
    """None for a call that was passed over: see `CLOSE_LOOK`."""
    runs: Sequence[int]


def consider(state: State, call: CallFeatures, key: Key) -> Considered:
    """What the window and this call say together. Changes nothing but a window that
    has been silent too long.
    """
    if call.at - state.header[LAST] > IDLE_MS and state.count:
        state.begin_window()
    count, blocks = state.count, _blocks(state)
    score = min(state.header[SCORE], 1000) / 1000
    findings: tuple[Finding, ...] = ()
    if blocks < _SELDOM or not count % _JUDGED:
        score, findings = signals.judge(state, call)
    if count // _BLOCK % blocks:
        return Considered(call, findings, score, None, ())
    made, runs = reuse.composition(state, call.text, key)
    return Considered(call, findings, score, made, runs)


def _blocks(state: State) -> int:
    """One block of so many is looked at."""
    if state.count < CLOSE_LOOK or state.header[SCORE] >= _SUSPECT:
        return 1
    return _OFTEN if sum(state.fed.tobytes()) >= _FED else _SELDOM


def admit(state: State, seen: Considered, identifier: str = "") -> int:
    """Take the call into the window; gives its number, for `conclude`."""
    number = state.header[COUNT]
    state.header[COUNT] = number + 1
    call, made = seen.call, seen.made or _NOTHING
    at = number % WINDOW
    if state.filled <= 1:
        state.header[FIRST] = number
    state.header[LAST] = call.at
    state.header[SCORE] = round(seen.score * 1000)
    state.at[at] = call.at
    state.whole[at], state.head[at] = call.whole, call.head
    state.system[at], state.hot[at] = call.form, call.hot
    state.seed[at], state.heat[at] = call.seed, call.heat
    _note_cues(state, call, number)
    state.source[at] = (made.makers[0] & 0xFFFF) if made.makers else 0
    state.number[at] = number & 0xFFFF
    state.asked[at] = round(call.asked * 100)
    state.fed[at] = fed = _fed(call, made)
    state.pool[at] = _pool(state, made) if fed else 0
    state.template[at] = 100 * made.template // made.runs if made.runs else 0
    state.looked[at] = seen.made is not None
    state.history[at] = call.history
    state.samples[at] = min(call.samples, 255)
    state.logprobs[at] = call.logprobs
    state.reasons[at] = call.effort
    state.answered[at] = state.limited[at] = state.short[at] = state.length[at] = 0
    state.flying[at] = 1
    state.call_name(number, identifier)
    if seen.made is not None:
        reuse.remember_input(state, seen.runs, made.items)
    return number


def _fed(call: CallFeatures, made: Made) -> int:
    if not made.fed:
        return 0
    look = work(call.text)
    match look:
        case Work.PROSE:
            return made.fed
        case Work.CODE:
            return made.fed // 3
        case Work.CHAT:
            return min(made.fed, 60)
        case Work.SCRATCHPAD:
            return 0
        case _:
            assert_never(look)


def _pool(state: State, made: Made) -> int:
    """`MIXED` where pieces of several outputs stand together with nothing new beside
    them; `COMPARED` where these were answers to one prompt.
    """
    if made.pieces < 2:
        return 0
    asked = [
        state.whole[number % WINDOW]
        for number in made.makers
        if state.number[number % WINDOW] == number & 0xFFFF
    ]
    return COMPARED if len(asked) > len(set(asked)) else MIXED


def _note_cues(state: State, call: CallFeatures, number: int) -> None:
    """The call's cues: all of the first calls', then of each `_CUED`th; those between
    have none of their own, unless they begin as one that has.
    """
    at, before = number % WINDOW, (number - 1) % WINDOW
    if number < LEAST_CUED or not number % _CUED:
        found = cues(call.text) | (cues(call.system) if call.system else 0)
        state.cues[at], state.cued[at] = found, 1
    elif state.head[before] == call.head:
        state.cues[at], state.cued[at] = state.cues[before], state.cued[before]
    else:
        state.cues[at] = state.cued[at] = 0


def conclude(state: State, number: int, outcome: OutcomeFeatures, key: Key) -> None:
    """Take the answer of call `number`."""
    text = "\n".join(outcome.texts)
    at = number % WINDOW
    if state.number[at] == number & 0xFFFF:
        state.flying[at] = 0
        state.limited[at] = min(outcome.limited, 255)
        words = outcome.tokens or len(text) // 5
        state.length[at] = min(words // max(1, len(outcome.texts)), 0xFFFF)
        state.answered[at] = bool(text)
        state.short[at] = bool(text) and all(map(is_short, outcome.texts))
        if state.looked[at] and reasons(text):
            state.reasons[at] |= 2
    if text and (state.looked[at] or state.number[at] != number & 0xFFFF):
        reuse.remember_output(state, text, number, key)


def learn(state: State, texts: Sequence[str], key: Key) -> None:
    """Take the answers of a batch, which came in one file: its first `MOST_OF_FILE`,
    so that what comes back in the next file's first lines is known.

    They are answers to no call of the window, and of one another: each has the number
    of a call that is no longer in it.
    """
    before = state.header[COUNT] - WINDOW
    for at, text in reversed(list(enumerate(texts[:MOST_OF_FILE], 1))):
        reuse.remember_output(state, text, before - at, key)


def observe(
    state: State,
    call: CallFeatures,
    outcome: OutcomeFeatures | None,
    key: Key,
    identifier: str = "",
) -> tuple[State, Considered]:
    """One whole call: what was known before it left, and the state after it."""
    seen = consider(state, call, key)
    number = admit(state, seen, identifier)
    if outcome is not None:
        conclude(state, number, outcome, key)
    return state, seen
