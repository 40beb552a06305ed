"""From a notice to an incident that can be opened.

Knows which of a notice's documents to hold against which, and what to say as the reason
where nobody gives one. Fetching and verifying come in as functions: they are the
clients' affair.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from affidavit.errors import AffidavitError, Malformed
from affidavit.incident import notice as notices
from affidavit.incident.model import (
    Channel,
    Delivery,
    Document,
    Form,
    Notice,
    Opened,
    Target,
)
from affidavit.incident.notice import Received
from affidavit.trail.record import ID_BYTES, new_id, parse_moment, stamp

Fetch = Callable[[Form, str], bytes]
"""A document by its form and id; raises `AffidavitError`."""
SEARCHED = timedelta(days=2)
"""How long before a notice the calls that it names are looked for."""
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_LONGEST_HEADER = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What came in, read."""

    notice: Notice
    documents: tuple[Document, ...]
    unfetched: str | None = None
    """Why the document that an event names could not be had."""

    def opened(
        self, *, reason: str | None = None, more: Sequence[Target] = ()
    ) -> Opened:
        """The incident to open: what the notice names is suspended, and `more`."""
        suspends = dict.fromkeys((*notices.targets(self.notice), *more))
        return Opened(
            notice=self.notice,
            reason=reason or notices.summary(self.notice),
            documents=self.documents,
            suspends=tuple(suspends),
        )


def taken(received: Received, fetch: Fetch | None = None) -> Intake:
    """A document, and the one that it names where that can be fetched."""
    documents, named = (received.document,), received.names
    if named is None:
        return Intake(notice=received.notice, documents=documents)
    if fetch is None:
        told = f"{named[0].value} {named[1]} was not fetched"
        return Intake(notice=received.notice, documents=documents, unfetched=told)
    try:
        other = asked(fetch, *named)
    except AffidavitError as error:
        return Intake(notice=received.notice, documents=documents, unfetched=str(error))
    return Intake(
        notice=notices.joined(received, other),
        documents=(*documents, other.document),
    )


def asked(fetch: Fetch, form: Form, identifier: str) -> Received:
    """A document of the provider's API; raises as `fetch` and `notice.read` do."""
    received = notices.read(fetch(form, identifier), Channel.FETCHED)
    if (received.document.form, received.notice.reference) != (form, identifier):
        raise Malformed(
            f"asked for {form.value} {identifier}, and was given "
            f"{received.document.form.value} {received.notice.reference}"
        )
    return received


def delivery(headers: Mapping[str, str]) -> Delivery:
    """The headers of a webhook, names in lower case; `Malformed` without one."""
    found = [headers.get(name, "") for name in _HEADERS]
    for name, value in zip(_HEADERS, found, strict=True):
        if not value.strip() or len(value) > _LONGEST_HEADER or not value.isascii():
            raise Malformed(f"no header {name} that a webhook has")
    seconds = found[1]
    if not seconds.isdecimal() or len(seconds) > 11:
        raise Malformed("no webhook-timestamp in Unix seconds")
    return Delivery(id=found[0], timestamp=seconds, signature=found[2])


def identifier(of: Delivery, notice: Notice) -> str:
    """The id of the incident that a delivery opens: the same for each try of it, so
    that none opens a second one.

    Its time is the event's: the provider stamps each try with a time of its own.
    """
    made = 0 if notice.at is None else parse_moment(notice.at).timestamp()
    digest = sha256(b"affidavit webhook\0" + of.id.encode()).digest()
    return new_id(int(made) * 1000, digest[:ID_BYTES])


def since(notice: Notice) -> str | None:
    """From when on to look for the calls that a notice names; None for all."""
    at = notice.start or notice.at
    if at is None:
        return None
    moment = parse_moment(at) - SEARCHED
    return stamp(int(moment.timestamp() * 1000))
