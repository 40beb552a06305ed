"""How far a long piece of work has come: on a terminal, and only after two seconds.

Knows stderr and a clock that is given. What is counted is the caller's affair.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from affidavit.cli import output

PATIENCE_SECONDS = 2.0

Tell = Callable[[int, int], None]
"""Done, and how many in all."""


@contextmanager
def shown(
    what: str,
    *,
    listens: bool | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Tell]:
    """A function to tell progress to; it draws a bar with a rate and the time left.

    `listens` says whether a terminal does; by default stderr is asked.
    """
    if listens is None:
        listens = sys.stderr.isatty() and not output.quiet()
    begun = clock()
    with ExitStack() as stack:
        bar: list[Any] = []

        def tell(done: int, total: int) -> None:
            if not listens or clock() - begun < PATIENCE_SECONDS:
                return
            if not bar:
                bar.append(stack.enter_context(_bar()))
                bar.append(bar[0].add_task(what, total=total))
            bar[0].update(bar[1], completed=done, total=total)

        yield tell


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=Console(
            file=sys.stderr,
            force_terminal=True,  # whether one listens was settled before
            no_color=not output.coloured(sys.stderr),
        ),
        transient=True,
    )
