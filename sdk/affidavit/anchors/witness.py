"""A witness: what it remembers of each log, and what it therefore signs.

Knows its folder, one file a log, and that nothing is signed away before that file is
durable:

    <state>/witness               this witness's verifier key: nobody else's state
    <state>/<log>/checkpoint      the largest head cosigned, with both lines
    <state>/<log>/lock            held while a request is decided
    <state>/<log>/contradicting/  heads that prove the log's misbehaviour

<log> is SHA-256 of its origin, in hex.

A crash before the file leaves the old head, and nobody has heard of the new one. A
crash after it, before the answer, leaves a head that the log asks for again. Knows
nothing of HTTP but the statuses that the specification names.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from affidavit import durable
from affidavit.durable import ProcessLock
from affidavit.errors import AffidavitError, Invalid, KeyUnusable, TrailUnavailable
from affidavit.keys import Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import MAX_NOTE_BYTES, VerifierKey, parse_note
from affidavit.tlog.submission import (
    SIZE_TYPE,
    Accepted,
    Refusal,
    Signed,
    Status,
    Trust,
    authenticate,
    decide,
    print_size,
)
from affidavit.tlog.witness import WitnessKey, cosign

TEXT_TYPE = "text/plain; charset=utf-8"
LOCK_SECONDS = 5.0
MAX_CONTRADICTIONS = 16
"""Heads kept of one log; one is proof enough, and a log can sign any number."""
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_log = logging.getLogger("affidavit.witness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back over the wire."""

    status: int
    body: bytes
    kind: str = TEXT_TYPE
    told: str = ""
    """For the access log: the log and the sizes, or why not."""


class Witness:
    """Cosigns heads of the logs it trusts. Any number of threads and processes."""

    def __init__(
        self,
        *,
        name: str,
        signer: Signer,
        trust: Trust,
        state: Path,
        clock: Callable[[], float] = time.time,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        """`KeyUnusable` when `state` is another witness's."""
        self.key = WitnessKey(name, signer.verifier)
        self._signer = signer
        self._trust = {origin: tuple(keys) for origin, keys in trust.items()}
        self._state = state
        self._clock = clock
        self._lock_seconds = lock_seconds
        self._claim_state()

    @property
    def logs(self) -> tuple[tuple[str, tuple[VerifierKey, ...]], ...]:
        """Origins and their keys."""
        return tuple(self._trust.items())

    def _claim_state(self) -> None:
        own, path = f"{self.key}\n".encode(), self._state / "witness"
        try:
            durable.make_directory(self._state)
            found = path.read_bytes() if path.exists() else None
        except OSError as error:
            raise durable.unavailable(path, error) from error
        if found is None:
            durable.replace(path, own)
        elif found != own:
            raise KeyUnusable(
                f"{path}: is of the witness {found.decode('utf-8', 'replace').strip()},"
                f" and this is {self.key}. Give each witness a folder of its own, and "
                "one the key and the name that it began with."
            )

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer one submission (c2sp.org/tlog-witness, add-checkpoint).

        Besides the specification's statuses: 503 when another request for this log has
        not been decided in time, 500 when the state cannot be read or written.
        """
        signed = authenticate(body, self._trust)
        if isinstance(signed, Refusal):
            return _refused(signed, "")
        origin = signed.checkpoint.origin
        try:
            return self._serialised(signed, self._folder(origin))
        except AffidavitError as error:
            _log.error("%s: nothing was signed: %s", origin, error)
            return Reply(status=500, body=b"the witness's state failed\n", told=origin)

    def _serialised(self, signed: Signed, folder: Path) -> Reply:
        # Its name, too: what a power loss takes with the folder would be forgotten.
        durable.make_directory(folder)
        # Between reading what was seen and making the new head durable nobody else may
        # decide: of two heads on one seen before, both could be signed.
        with ProcessLock(folder / "lock").held(seconds=self._lock_seconds) as had:
            if not had:
                busy = b"another request for this log is under way\n"
                return Reply(status=503, body=busy, told="busy")
            decision = decide(signed, self._seen(folder))
            if isinstance(decision, Refusal):
                self._keep_contradiction(folder, signed, decision)
                return _refused(decision, signed.checkpoint.origin)
            return self._cosigned(folder, decision)

    def _seen(self, folder: Path) -> Checkpoint | None:
        """The largest head so far; a file that cannot be read is never "none"."""
        data = self._read(folder / "checkpoint")
        try:
            return None if data is None else Checkpoint.parse(parse_note(data).text)
        except Invalid as error:
            raise TrailUnavailable(
                f"{folder / 'checkpoint'}: is damaged ({error}). Restore it from a "
                "backup that is not older than the last answer."
            ) from error

    def _cosigned(self, folder: Path, accepted: Accepted) -> Reply:
        head, time_ = accepted.checkpoint, int(self._clock())
        line = cosign(head, self.key.name, self._signer, time=time_)
        note = accepted.note.with_signatures(line).encode()
        durable.replace(folder / "checkpoint", note, mode=0o644)
        told = f"{head.origin} {head.size}"
        return Reply(status=Status.COSIGNED, body=line.line.encode(), told=told)

    def _keep_contradiction(
        self, folder: Path, signed: Signed, refusal: Refusal
    ) -> None:
        head = refusal.signed
        if head is None:
            return
        _log.error("%s: signed two histories of %d records", head.origin, head.size)
        kept = folder / "contradicting"
        path = kept / f"{head.size}-{head.root.hex()[:16]}"
        if path.exists() or (kept.is_dir() and _count(kept) >= MAX_CONTRADICTIONS):
            return
        staging = durable.Staging({folder})
        staging.write(path, signed.submission.checkpoint, mode=0o644)
        staging.seal()

    def checkpoint(self, digest: str) -> Reply:
        """The largest head of a log, for monitors; `digest` is its origin's SHA-256."""
        try:
            known = _DIGEST.fullmatch(digest) is not None
            data = self._read(self._state / digest / "checkpoint") if known else None
        except AffidavitError as error:
            _log.error("%s", error)
            return Reply(status=500, body=b"the witness's state failed\n")
        if data is None:
            return Reply(status=404, body=b"nothing was cosigned for that log\n")
        return Reply(status=200, body=data)

    def _folder(self, origin: str) -> Path:
        return self._state / sha256(origin.encode()).hexdigest()

    def _read(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                return file.read(MAX_NOTE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise durable.unavailable(path, error) from error


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def _refused(refusal: Refusal, origin: str) -> Reply:
    told = f"{origin} {refusal.because}".strip()
    if refusal.size is not None:
        return Reply(
            status=refusal.status,
            body=print_size(refusal.size),
            kind=SIZE_TYPE,
            told=told,
        )
    body = f"{refusal.because}\n".encode("utf-8", "replace")
    return Reply(status=refusal.status, body=body, told=told)
