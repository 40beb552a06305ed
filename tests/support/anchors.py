"""Witnesses and authorities on loopback, and logs to show them."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from affidavit.anchors.server import WitnessServer
from affidavit.anchors.witness import Witness
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.merkle import consistency_proof, leaf_hashes, root_of
from affidavit.tlog.note import VerifierKey
from affidavit.tlog.submission import Submission
from affidavit.tlog.witness import WitnessKey
from support import vectors

LOG = vectors.key("log")
KEY = VerifierKey(LOG.name, LOG.signer.verifier)
WITNESS = vectors.key("witness")
WITNESS_KEY = WitnessKey(WITNESS.name, WITNESS.signer.verifier)
NOW = 1_700_000_000


class Log:
    """A log in memory; `history` sets another one's entries apart."""

    def __init__(self, size: int, history: str = "") -> None:
        entries = [b"entry-%d" % index for index in range(size)]
        if history:
            entries = [each + history.encode() for each in entries]
        self.leaves = leaf_hashes(entries)

    def head(self, size: int) -> Checkpoint:
        return Checkpoint(LOG.name, size, root_of(self.leaves[:size]))

    def note(self, size: int) -> bytes:
        return sign(self.head(size), LOG.signer)

    def prove(self, old: int, new: int) -> tuple[bytes, ...]:
        def subtree(level: int, index: int) -> bytes:
            return root_of(self.leaves[index << level : (index + 1) << level])

        return consistency_proof(old, new, subtree)

    def body(self, old: int, new: int) -> bytes:
        return Submission(old, self.prove(old, new), self.note(new)).encode()


def a_witness(
    state: Path,
    *,
    clock: Callable[[], float] = lambda: float(NOW),
    lock_seconds: float = 5.0,
) -> Witness:
    """The vectors' witness, for the vectors' log."""
    return Witness(
        name=WITNESS.name,
        signer=WITNESS.signer,
        trust={LOG.name: [KEY]},
        state=state,
        clock=clock,
        lock_seconds=lock_seconds,
    )


@contextmanager
def served(
    witness: Witness, *, exchange_seconds: float = 15.0, max_connections: int = 64
) -> Iterator[tuple[WitnessServer, list[str]]]:
    """The witness on a free port of loopback, and its access log."""
    told: list[str] = []
    server = WitnessServer(
        ("127.0.0.1", 0),
        witness,
        tell=told.append,
        exchange_seconds=exchange_seconds,
        max_connections=max_connections,
    )
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield server, told
    finally:
        server.shutdown()
        thread.join()
        server.close()


@dataclass
class Received:
    """One request that a `Replying` server got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "text/plain"
    before: Callable[[], object] = lambda: None
    """Called before anything is answered."""


@dataclass
class Replying:
    """A server that answers as it is told."""

    url: str
    received: list[Received] = field(default_factory=list)


@contextmanager
def replying(answer: Callable[[Received], Reply]) -> Iterator[Replying]:
    """Serve `answer` on loopback."""
    seen: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            got = Received(self.command, self.path, headers, self.rfile.read(length))
            seen.append(got)
            reply = answer(got)
            reply.before()
            try:
                self.send_response(reply.status)
                self.send_header("content-type", reply.kind)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                self.close_connection = True

        do_POST = do_PUT = do_GET = handle_any  # noqa: N815 - the base class asks so

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield Replying(f"http://127.0.0.1:{server.server_port}", seen)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Authority:
    """A real time-stamping authority: `openssl ts` with keys of its own."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        arguments = "-reply -config ts.cnf -queryfile query -out response"
        openssl(self.folder, "ts", *arguments.split())
        return (self.folder / "response").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[Replying]:
        """RFC 3161 §3.4 on loopback; one request at a time."""
        one = threading.Lock()

        def answer(got: Received) -> Reply:
            with one:
                kind = "application/timestamp-reply"
                return Reply(body=self.reply(got.body), kind=kind)

        with replying(answer) as server:
            yield server


def openssl(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, check=True
    )


_CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def an_authority(folder: Path, *, purpose: str = "critical,timeStamping") -> Authority:
    """Make keys, a root and a signing certificate for `purpose`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serial").write_text("01\n")
    (folder / "ts.cnf").write_text(_CONFIG)
    (folder / "extensions").write_text(
        f"extendedKeyUsage={purpose}\nkeyUsage=critical,digitalSignature\n"
        "basicConstraints=CA:FALSE\n"
    )
    for name in ("ca", "tsa"):
        _run(folder, f"ecparam -name prime256v1 -genkey -noout -out {name}.key")
    _run(
        folder,
        "req -x509 -new -key ca.key -out ca.pem -days 3650 -subj /CN=Root "
        "-addext basicConstraints=critical,CA:TRUE "
        "-addext keyUsage=critical,keyCertSign,cRLSign",
    )
    _run(folder, "req -new -key tsa.key -out tsa.csr -subj /CN=Authority")
    _run(
        folder,
        "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
        "-out tsa.pem -days 3650 -extfile extensions",
    )
    return Authority(folder)


def _run(folder: Path, line: str) -> None:
    openssl(folder, *line.split())
