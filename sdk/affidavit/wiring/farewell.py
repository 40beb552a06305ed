"""The end of forked children, of which `atexit` does not hear.

`multiprocessing`, and `billiard` of Celery, leave their forked children with
`os._exit`. Both run finalisers of their own before that. Knows those two, as far as the
program has imported them; what there is to finish, the caller knows.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

_FORKERS = ("multiprocessing", "billiard")
_LAST = -100
"""Order among the finalisers: after those of the program, which may still call."""


def at_end_of_children(finish: Callable[[], None]) -> None:
    """Call `finish` at the end of each child that is forked from now on and ends by
    itself. One that is killed cannot be helped.
    """
    joined = False

    def join() -> None:
        nonlocal joined
        if not joined and any(name in sys.modules for name in _FORKERS):
            joined = True
            _join(import_module("multiprocessing.util"), finish)

    os.register_at_fork(before=join)


def _join(shared: Any, finish: Callable[[], None]) -> None:
    """`shared` is the module whose finalisers both run."""

    # Not now: a child forgets its parent's finalisers, then runs what is registered so.
    def begin(_: object) -> None:
        shared.Finalize(None, finish, exitpriority=_LAST)

    shared.register_after_fork(finish, begin)
