"""A child that does one thing and is gone, whatever happens in it.

What raises in a child must not come back to pytest, which would run the rest of the
suite there; and the parent must hear of it.
"""

import os
import traceback
from collections.abc import Callable


def forked(work: Callable[[], object]) -> int:
    """Begin `work` in a child of this process; for `ended`."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - told on stderr, and by the status
            traceback.print_exc()
        finally:
            os._exit(status)
    return child


def ended(child: int) -> None:
    """Wait for the child; fails where its work did."""
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
