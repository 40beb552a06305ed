"""What an exception says about how a call ended.

Knows exceptions by the names of their classes, because httpx, httpx2, aiohttp, anyio
and both majors of openai each bring their own. Knows no call.
"""

from affidavit.calls import Ending, How

_KINDS = (
    # The first that fits counts: openai's timeout is a connection error to it too.
    (
        How.CANCELLED,
        {"CancelledError", "Cancelled", "KeyboardInterrupt", "SystemExit"},
    ),
    (How.TIMEOUT, {"APITimeoutError", "TimeoutException", "TimeoutError"}),
    (How.STATUS, {"APIStatusError"}),
    (How.BROKEN, {"APIConnectionError", "TransportError", "ClientError", "OSError"}),
)


def how(raised: type[BaseException]) -> How:
    """What ended a call that raised such an exception."""
    names = {base.__name__ for base in raised.__mro__}
    for kind, wanted in _KINDS:
        if not names.isdisjoint(wanted):
            return kind
    return How.FAILED


def ending(ended: How) -> Ending:
    """Whether it was the caller or a failure that ended the call."""
    if ended in (How.CANCELLED, How.CLOSED, How.COLLECTED):
        return Ending.ABANDONED
    return Ending.ERROR
