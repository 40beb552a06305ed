"""What becomes of one delivery of a webhook.

Knows the order: bounded, then verified, then read, then suspended and recorded, and
only then answered. A provider tries again whatever is not answered with 2xx, so what
could not be recorded is not taken. Knows no socket.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from affidavit.errors import AffidavitError, Invalid, Malformed
from affidavit.incident import intake, notice, search
from affidavit.incident.desk import Desk, Opening
from affidavit.incident.intake import Fetch, Intake
from affidavit.incident.model import Channel, Delivery
from affidavit.incident.notice import EVENTS
from affidavit.trail.reader import TrailReader

Verify = Callable[[bytes, Mapping[str, str]], None]
"""Payload and headers, names in lower case; raises `Invalid`."""
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over the wire, and what the log says."""

    status: int
    text: str
    told: str
    opening: Opening | None = None
    """What was opened, if anything."""
    unfetched: str | None = None


class Receiver:
    """Takes deliveries, one at a time."""

    def __init__(self, desk: Desk, verify: Verify, fetch: Fetch | None) -> None:
        """`fetch` asks for the document that an event names; None for nobody does."""
        self._desk, self._verify, self._fetch = desk, verify, fetch
        self._taken: dict[str, None] = {}
        """Deliveries that were dealt with, by `webhook-id`."""
        self._one = threading.Lock()

    def remember(self) -> None:
        """Learn from the trail which deliveries were recorded before."""
        for each in self._desk.book().incidents.values():
            for document in each.opened.documents:
                if document.delivery is not None:
                    self._note(document.delivery)

    def deliver(self, payload: bytes, headers: Mapping[str, str]) -> Answer:
        """Deal with one; never raises what is ours."""
        try:
            told = intake.delivery(headers)
            self._verify(payload, headers)
        except Malformed as error:
            return Answer(status=400, text="not a webhook\n", told=str(error))
        except Invalid as error:
            return Answer(status=401, text="not verified\n", told=str(error))
        except AffidavitError as error:
            return Answer(status=503, text="not now\n", told=str(error))
        with self._one:
            return self._take(payload, told)

    def _take(self, payload: bytes, delivery: Delivery) -> Answer:
        if delivery.id in self._taken:
            return Answer(status=200, text="taken before\n", told="taken before")
        kind = notice.event_type(payload)
        if kind is not None and kind not in EVENTS:
            self._note(delivery)
            return Answer(status=200, text="not ours\n", told=f"passed over {kind}")
        try:
            received = notice.read(payload, Channel.WEBHOOK, delivery)
        except Malformed as error:
            return Answer(status=400, text="not a notice\n", told=str(error))
        try:
            taken = intake.taken(received, self._fetch)
            opening = self._open(taken, delivery)
        except AffidavitError as error:
            return Answer(status=503, text="not recorded\n", told=str(error))
        self._note(delivery)
        return Answer(
            status=200,
            text="taken\n",
            told=f"incident {opening.incident}",
            opening=opening,
            unfetched=taken.unfetched,
        )

    def _open(self, taken: Intake, delivery: Delivery) -> Opening:
        named = (*taken.notice.requests, *taken.notice.responses)
        reader = TrailReader(self._desk.path)
        return self._desk.open(
            taken.opened(),
            identifier=intake.identifier(delivery, taken.notice),
            search=lambda: search.calls(
                reader, named, since=intake.since(taken.notice)
            ),
        )

    def _note(self, delivery: Delivery) -> None:
        self._taken[delivery.id] = None
        if len(self._taken) > MAX_REMEMBERED:
            del self._taken[next(iter(self._taken))]
