"""The sockets of a witness: what each request of c2sp.org/tlog-witness is handed to.

Knows paths, methods and how long a submission may be. Sockets and their limits are
`listening`'s; what a request is answered with is the witness's.
"""

from affidavit.anchors.witness import Reply, Witness
from affidavit.listening import (
    EXCHANGE_SECONDS,
    MAX_CONNECTIONS,
    BoundedServer,
    Exchanges,
    Tell,
)
from affidavit.tlog.submission import MAX_SUBMISSION_BYTES


class WitnessServer(BoundedServer):
    """Listens from construction on; `SettingsInvalid` when the address is not to be
    had. Its `url` is the submission prefix.
    """

    noun = "witness"

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        *,
        tell: Tell,
        exchange_seconds: float = EXCHANGE_SECONDS,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.witness = witness
        super().__init__(
            address,
            _Connection,
            tell=tell,
            exchange_seconds=exchange_seconds,
            max_connections=max_connections,
        )


class _Connection(Exchanges):
    """One connection to the witness."""

    server: WitnessServer
    server_version = "affidavit-witness"

    def do_POST(self) -> None:  # noqa: N802 - the name that `http.server` calls
        """`/add-checkpoint`, and nothing else."""
        if self.path != "/add-checkpoint":
            self._say(Reply(status=404, body=b"POST /add-checkpoint\n"), close=True)
            return
        length = self.length(MAX_SUBMISSION_BYTES)
        if length is None:
            told = f"a Content-Length of at most {MAX_SUBMISSION_BYTES}\n".encode()
            self._say(Reply(status=400, body=told, told="no such body"), close=True)
            return
        body = self.body(length)
        if body is None:
            return
        with self.server.answering():
            self._say(self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:  # noqa: N802 - as above
        """`/<sha256 of origin>/checkpoint`, for monitors."""
        if self.headers.get("content-length") is not None:
            self.close_connection = True  # its body is not read
        match self.path.split("/"):
            case ["", digest, "checkpoint"]:
                self._say(self.server.witness.checkpoint(digest))
            case _:
                self._say(Reply(status=404, body=b"no such thing here\n"))

    def _say(self, reply: Reply, *, close: bool = False) -> None:
        self.say(
            reply.status, reply.body, kind=reply.kind, told=reply.told, close=close
        )
