"""The sockets of the webhook receiver: one path, one method, one bounded body.

Knows what of a request the receiver is shown, and how each request that is none is
answered. Sockets and their limits are `listening`'s.
"""

from collections.abc import Callable, Mapping

from affidavit.incident.receiver import Answer, Receiver
from affidavit.listening import (
    EXCHANGE_SECONDS,
    MAX_CONNECTIONS,
    BoundedServer,
    Exchanges,
    Tell,
)
from affidavit.trail.notices import MAX_DOCUMENT_BYTES

PATH = "/webhook"

Told = Callable[[Answer], None]


class WebhookServer(BoundedServer):
    """Listens from construction on; `SettingsInvalid` when the address is not to be
    had.
    """

    noun = "receiver"

    def __init__(
        self,
        address: tuple[str, int],
        receiver: Receiver,
        *,
        tell: Tell,
        told: Told,
        path: str = PATH,
        exchange_seconds: float = EXCHANGE_SECONDS,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        """`told` hears of every delivery, before it is answered."""
        self.receiver, self.told, self.path = receiver, told, path
        super().__init__(
            address,
            _Connection,
            tell=tell,
            exchange_seconds=exchange_seconds,
            max_connections=max_connections,
        )


class _Connection(Exchanges):
    """One connection to the receiver."""

    server: WebhookServer
    server_version = "affidavit-incident"

    def do_POST(self) -> None:  # noqa: N802 - the name that `http.server` calls
        """A delivery."""
        if self.path != self.server.path:
            self.say(404, b"no such thing here\n", close=True)
            return
        length = self.length(MAX_DOCUMENT_BYTES)
        if length is None:
            status, told = self._unbounded()
            self.say(status, f"{told}\n".encode(), told=told, close=True)
            return
        payload = self.body(length)
        if payload is None:
            return
        with self.server.answering():
            answer = self.server.receiver.deliver(payload, self._single())
            self.server.told(answer)
            self.say(answer.status, answer.text.encode(), told=answer.told)

    def _unbounded(self) -> tuple[int, str]:
        given = self.headers.get_all("content-length") or []
        if not given and self.headers.get("transfer-encoding") is None:
            return 411, "a Content-Length is missing"
        if len(given) == 1 and given[0].strip().isdecimal():
            return 413, f"more than {MAX_DOCUMENT_BYTES} bytes"
        return 400, "no such body"

    def _single(self) -> Mapping[str, str]:
        """Headers that came once: of one that came twice nobody knows which counts."""
        found: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            found.setdefault(name.lower(), []).append(value)
        return {name: values[0] for name, values in found.items() if len(values) == 1}

    def do_GET(self) -> None:  # noqa: N802 - as above
        """Nothing is to be had here."""
        self.close_connection = True  # a body, if there is one, is not read
        if self.path == self.server.path:
            self.say(405, b"POST only\n", told="not a POST")
        else:
            self.say(404, b"no such thing here\n")
