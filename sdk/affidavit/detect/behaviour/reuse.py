"""What an input is made of: template, what was said before, earlier outputs, new words.

Knows the tables of runs. A run is *template* when it stood in the inputs of many calls,
*carried* when it stood in an earlier input, *returned* when it stood in an earlier
output and comes back for the first time, and *new* otherwise. What decides is not that
outputs come back, which they do in every product with a conversation, but that they
come back with nothing new beside them: then nobody outside feeds the stream.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from affidavit.detect.behaviour import words
from affidavit.detect.behaviour.state import ITEMS, MADE, SEEN, WINDOW, State
from affidavit.detect.behaviour.words import Key

RECENT = 4096
"""Calls for which an output is remembered: a slot beyond that is taken for empty."""
NEW_RUNS = 5
"""Runs in a row that are new where known passages only meet one another; one more, and
somebody has written something."""
LEAST_RETURNED = 4
LEAST_BESIDE_CARRIED = 5
_ALLOWED = 4
_ALLOWED_A_SEAM = 3
_PASSAGE = 4
"""Known runs in a row that make a passage."""
POOL_SHARE = 4
"""Returned runs of one output that count as a piece of it."""
_LONGEST_SLOT = 8
_MOST_BESIDE_ITEM = 40
_LABEL_CHARACTERS = 48


class Made(NamedTuple):
    """The composition of one input."""

    runs: int
    """All that were looked at."""
    template: int
    carried: int
    returned: int
    written: bool
    """Whether somebody wrote something for it: more is new than where known passages
    meet one another."""
    makers: tuple[int, ...]
    """Calls whose outputs came back, the one with most first."""
    pieces: int
    """Of how many earlier outputs at least a piece came back."""
    items: tuple[int, ...]
    """Lines of earlier outputs that came back as a whole, for the first time."""

    @property
    def fed(self) -> int:
        """How far the call is fed by earlier outputs alone: 0 to 100."""
        beside = self.carried
        if self.written:
            return 0
        if self.returned < LEAST_RETURNED:
            return 100 if self.items and beside <= _MOST_BESIDE_ITEM else 0
        if self.returned >= 0.4 * (self.returned + beside):
            return 100
        return 50 if self.returned >= LEAST_BESIDE_CARRIED else 0


def composition(state: State, text: str, key: Key) -> tuple[Made, list[int]]:
    """What `text` is made of; and those of its runs that `remember_input` has to
    remember.
    """
    floor = max(3, state.filled // 8)
    template = carried = total = 0
    written = False
    makers: Counter[int] = Counter()
    fresh: list[int] = []
    slots: list[Sequence[bytes]] = []
    now = state.count
    for piece in words.spoken(text, words.MOST_READ):
        found = words.runs(piece, key)
        total += len(found)
        kinds, unknown = _kinds(state, found, floor, makers)
        fresh += unknown
        template += kinds.count(_TEMPLATE)
        carried += kinds.count(_CARRIED)
        written = written or _written(kinds)
        if now:
            slots += _slots(piece, kinds)
    returned = makers.total()
    lines, listers = _items(state, slots, key, now)
    makers.update(listers)
    return (
        Made(
            total,
            template,
            carried,
            returned,
            # What is new may be one short slot, which an item then explains.
            written and not (lines and total - template <= _LONGEST_SLOT + 4),
            tuple(number for number, _ in makers.most_common(4)),
            sum(1 for count in makers.values() if count >= POOL_SHARE),
            lines,
        ),
        fresh,
    )


_TEMPLATE, _CARRIED, _RETURNED, _NEW = range(4)
_ENOUGH = WINDOW // 8
"""Calls in whose inputs a run stood that is template in any window."""
_OF_NEW = re.compile(b"%c+" % _NEW)
_OF_PASSAGES = re.compile(b"[^%c]{%d,}" % (_NEW, _PASSAGE))
_OF_SLOTS = re.compile(b"[^%c]+" % _TEMPLATE)


def _kinds(
    state: State, found: Sequence[int], floor: int, makers: Counter[int]
) -> tuple[bytearray, list[int]]:
    """One kind for each run, and the runs that are to be remembered of this input;
    counts in `makers` whose output came back.
    """
    now = state.count
    seen, often, made = state.seen, state.often, state.made
    times = bytes([often[at] if seen[at := run % SEEN] == run else 0 for run in found])
    fresh = [run for run, count in zip(found, times, strict=True) if count < _ENOUGH]
    kinds = bytearray(times.translate(_by_times(floor)))
    for at, run in enumerate(found):
        if not times[at] and made[run % MADE] == run:
            kinds[at] = _RETURNED
            makers[now - ((now - state.maker[run % MADE]) & 0xFFFF)] += 1
    return kinds, fresh


@cache
def _by_times(floor: int) -> bytes:
    """In how many calls a run stood → its kind, as far as inputs tell."""
    carried = bytes([_CARRIED]) * (floor - 1)
    return (bytes([_NEW]) + carried).ljust(256, bytes([_TEMPLATE]))


def _written(kinds: bytearray) -> bool:
    """Whether more is new than known passages make where they meet."""
    new = kinds.count(_NEW)
    if new <= min(NEW_RUNS, _ALLOWED):
        return False
    if max(map(len, _OF_NEW.findall(kinds))) > NEW_RUNS:
        return True
    passages = len(_OF_PASSAGES.findall(kinds))
    return new > _ALLOWED + _ALLOWED_A_SEAM * max(passages - 1, 0)


def _slots(piece: Sequence[bytes], kinds: bytearray) -> list[Sequence[bytes]]:
    """The words between stretches of template, where these are few."""
    found: list[Sequence[bytes]] = []
    end = len(kinds)
    for stretch in _OF_SLOTS.finditer(kinds):
        start, stop = stretch.span()
        first = 0 if start == 0 else start + 2
        last = len(piece) if stop == end else stop
        if 0 < last - first <= _LONGEST_SLOT and (start or stop < end):
            found.append(piece[first:last])
            # Less than three words of a template at an end are not told from the slot.
            if start == 0:
                found += [piece[1:last], piece[2:last]]
            if stop == end:
                found += [piece[first : last - 1], piece[first : last - 2]]
    return found


def _items(
    state: State, slots: Sequence[Sequence[bytes]], key: Key, now: int
) -> tuple[tuple[int, ...], Counter[int]]:
    """The lines of earlier outputs that stand in `text`, and whose they were."""
    sought = {words.item(slot, key) for slot in slots if slot}
    listers: Counter[int] = Counter()
    came = tuple(item for item in sought if state.items[item % ITEMS] == item)
    for item in came:
        listers[now - ((now - state.lister[item % ITEMS]) & 0xFFFF)] += 1
    return came, listers


def remember_input(state: State, fresh: Sequence[int], items: Sequence[int]) -> None:
    """The runs of an input that `composition` gave are known from now on, and its items
    came back.
    """
    for item in items:
        state.items[item % ITEMS] = 0
    seen, often = state.seen, state.often
    for run in set(fresh):
        at = run % SEEN
        if seen[at] == run:
            if often[at] < 255:
                often[at] += 1
        else:
            seen[at], often[at] = run, 1


def remember_output(state: State, text: str, number: int, key: Key) -> None:
    """The runs and lines of an output, made by call `number`."""
    made, maker, name = state.made, state.maker, number & 0xFFFF
    for piece in words.spoken(text, words.MOST_LEARNT):
        for run in words.runs(piece, key):
            at = run % MADE
            made[at], maker[at] = run, name
    if len(text) < _LABEL_CHARACTERS:
        return  # a label comes back everywhere
    for item in words.items(text, key):
        at = item % ITEMS
        state.items[at], state.lister[at] = item, name
