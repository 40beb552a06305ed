"""What looking at calls together costs: µs a call, before it leaves and afterwards.

    python benchmarks/behaviour.py

CPU time of the thread (`time.thread_time_ns`), p50 and p99, for a purpose that is new
(each call is looked at) and for one that has been busy (one block of calls in four is).
The last lines are a governor's whole decision with and without it, in one run.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from affidavit.calls import Attempt, Call, Ending, Outcome, Text
from affidavit.detect.behaviour import window
from affidavit.detect.behaviour.features import OutcomeFeatures, of_call
from affidavit.detect.behaviour.state import State
from affidavit.detect.behaviour.words import Key
from affidavit.wiring import Governor, read_settings
from affidavit.wiring.founding import found

sys.path.insert(0, str(Path(__file__).parent / "streams"))
from texts import Pen

KEY = Key.of(b"a benchmark's secret")
CALLS = 600
ENDED = Outcome(
    ending=Ending.COMPLETE,
    attempts=(Attempt(status=200, request_id=None, milliseconds=1),),
    output_digest=b"d" * 32,
)


def a_call(pen: Pen, size: int) -> Call:
    """A question under a template, of about `size` characters."""
    text = ""
    while len(text) < size:
        text += pen.paragraph() + "\n"
    return Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        model="gpt-4o-mini",
        purpose="support.reply",
        content=text.encode(),
        texts=(
            Text(role="system", value="You answer customers of a shop, politely."),
            Text(role="user", value=text[:size]),
        ),
    )


def timed(work: Callable[[], object], spent: list[float]) -> None:
    """One execution, in µs."""
    began = time.thread_time_ns()
    work()
    spent.append((time.thread_time_ns() - began) / 1000)


def told(name: str, spent: list[float]) -> None:
    """A line of the table."""
    cuts = statistics.quantiles(spent, n=100)
    mean = statistics.fmean(spent)
    print(f"{name:44}{cuts[49]:>8.0f}{cuts[98]:>8.0f}{mean:>8.0f}")


def of_window(size: int, *, busy: bool) -> None:
    """Before a call leaves, and what is done with its answer in another thread."""
    pen = Pen(random.Random(size))
    state, before, after = State(), list[float](), list[float]()
    first = window.CLOSE_LOOK + 64 if busy else 0
    calls = CALLS if busy else window.CLOSE_LOOK
    for number in range(first + calls):
        call, answer = a_call(pen, size), pen.document(1, 2)
        spent: tuple[list[float], list[float]] = (before, after)
        if number < first:
            spent = ([], [])
        taken: list[int] = []

        def look(call: Call = call, at: int = number, taken: list[int] = taken) -> None:
            features = of_call(call, (), at)
            if features is not None:
                seen = window.consider(state, features, KEY)
                taken.append(window.admit(state, seen))

        timed(look, spent[0])
        outcome = OutcomeFeatures((answer,))
        timed(partial(window.conclude, state, taken[0], outcome, KEY), spent[1])
    kind = "busy" if busy else "new"
    told(f"{size:,} characters, {kind}: before it leaves", before)
    told(f"{size:,} characters, {kind}: its answer", after)


def of_governor(*, watched: bool) -> None:
    """Deciding and concluding as a client has it done; the disk is left out."""
    pen, decided, ended = Pen(random.Random(3)), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(
            environ={}, directory=Path(folder), watch_behaviour=watched
        )
        found(settings, directory=Path(folder), observe=False)
        with Governor(settings=settings) as governor:
            for number in range(window.CLOSE_LOOK + CALLS):
                call, said = a_call(pen, 1000), (pen.document(1, 2),)
                mine: list[float] = [] if number < window.CLOSE_LOOK else decided
                began = time.thread_time_ns()
                verdict = governor.consider(call)
                mine.append((time.thread_time_ns() - began) / 1000)
                governor.commit(verdict)
                outcome = ENDED._replace(said=said)
                timed(partial(governor.conclude, verdict, outcome), ended)
    told(f"governor decides, 1,000, {'watched' if watched else 'not'}", decided)
    told(f"governor concludes, {'watched' if watched else 'not'}", ended)


def main() -> None:
    """Print the table."""
    print(f"{'µs':44}{'p50':>8}{'p99':>8}{'mean':>8}")
    for size in (250, 1000, 32_000):
        of_window(size, busy=False)
        of_window(size, busy=True)
    for watched in (False, True):
        of_governor(watched=watched)


if __name__ == "__main__":
    main()
