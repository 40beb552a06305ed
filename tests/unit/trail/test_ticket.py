"""Who waits for a record is woken once, and told the first reason why it failed."""

import asyncio
import logging

import pytest

from affidavit.errors import TrailUnavailable
from affidavit.trail import wal
from affidavit.trail.record import Kind, Labels, encode
from affidavit.trail.ticket import Ticket, refuse, size, wake
from support.live import a_record, an_identity

FIRST, SECOND = TrailUnavailable("first"), TrailUnavailable("second")


def test_the_first_reason_stays() -> None:
    ticket = Ticket(a_record(), 1, waited_for=True)
    refuse(ticket, FIRST)
    refuse(ticket, SECOND)

    assert ticket.error is FIRST


def test_only_a_record_that_nobody_waits_for_is_logged_as_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        refuse(Ticket(a_record(), 1, waited_for=True), FIRST)
        assert caplog.text == ""
        refuse(Ticket(a_record(), -1, waited_for=False), SECOND)
    assert "second" in caplog.text


@pytest.mark.parametrize("body", [0, 500, 50_000])
def test_the_size_is_never_less_than_the_frame(body: int) -> None:
    record = a_record(Kind.DECISION, body)
    labels = Labels(b"l" * 32)
    full = type(record)(
        kind=record.kind,
        id=record.id,
        at=record.at,
        body=record.body,
        effect="observed",
        policy="ab" * 32,
        labels={name: labels.of(name, "x") for name in ("purpose", "model", "safety")},
    )
    entry = encode(full, writer="w" * 11, seq=10**9, salt=b"s" * 16)
    payload = wal.payload(entry, b"s" * 16, full.body)
    frame, _ = wal.seal(an_identity().secrets.wal, b"m" * 16, payload)

    assert size(full) >= len(frame)


async def test_those_who_wait_on_a_loop_are_woken_and_the_cancelled_left_alone() -> (
    None
):
    loop = asyncio.get_running_loop()
    waiting, cancelled = loop.create_future(), loop.create_future()
    cancelled.cancel()

    await asyncio.to_thread(wake, [waiting, cancelled])
    await asyncio.wait_for(waiting, 30)

    assert cancelled.cancelled()


def test_a_loop_that_is_closed_by_now_is_no_trouble() -> None:
    loop = asyncio.new_event_loop()
    waiting = loop.create_future()
    loop.close()

    wake([waiting])

    assert not waiting.done()
