"""One record on its way to the disk, and who waits for it.

Knows sizes and wake-ups. When to write is `writer`'s business.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from affidavit.errors import AffidavitError, TrailUnavailable
from affidavit.trail import wal
from affidavit.trail.record import Record

_AROUND_BODY = wal.FRAME_OVERHEAD + 1024
"""What a record takes beside its body, at most: frame and entry."""
_log = logging.getLogger("affidavit.trail")


@dataclass(eq=False, slots=True)
class Ticket:
    """One record on its way to the disk."""

    record: Record | Callable[[], Record]
    """Or what makes it, once: asked by whoever writes, and not by whoever hands it
    in."""
    owes: int
    """Outcomes that will follow: 1 a decision that lets a call leave, -1 its
    outcome."""
    waited_for: bool
    waiter: "asyncio.Future[None] | None" = None
    """Whom to wake on an event loop."""
    done: bool = False
    error: AffidavitError | None = None


def wake(awaited: "list[asyncio.Future[None]]") -> None:
    """Wake who waits on event loops: once for each loop, whatever the batch's size."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiter in awaited:
        waiting.setdefault(waiter.get_loop(), []).append(waiter)
    for loop, waiters in waiting.items():
        # The loop may be closed by now: then nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_let_go, waiters)


def _let_go(waiters: "list[asyncio.Future[None]]") -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


def refuse(ticket: Ticket, error: AffidavitError) -> None:
    """Settle `ticket` as not recorded; the first reason stays."""
    ticket.error = ticket.error or error
    if not ticket.waited_for:
        _log.error("a record that nobody waits for is lost: %s", error)


def size(record: Record) -> int:
    """Bytes that the frame of `record` takes at most."""
    return _AROUND_BODY + len(record.body)


def record_of(ticket: Ticket) -> Record | None:
    """The record, made now if it was not yet; None, and refused, when that fails."""
    record = ticket.record
    if isinstance(record, Record):
        return record
    try:
        record = ticket.record = record()
    except Exception as error:  # noqa: BLE001 - one that fails must not keep others out
        refuse(ticket, TrailUnavailable(f"a record could not be made: {error!r}"))
        return None
    return record
