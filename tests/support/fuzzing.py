"""Every parser of what others hand us, as a function from bytes to what it would print.

A target reads; it raises nothing but our errors, and where a printer belongs to it the
printer gives back the very bytes that were read. `tests/fuzz` holds the seeds and the
programs that look for bytes which break that.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from affidavit import canonical, dsse
from affidavit.attest import summary
from affidavit.attest.contract import parsed as parsed_contract
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.attest.recount import verify_statement
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import AffidavitError, ToolUnavailable
from affidavit.keys import Ed25519Signer
from affidavit.policy.signature import Signed
from affidavit.policy.trust import Trust
from affidavit.tlog import checkpoint, proof, submission, tiles, witness
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.cose import Sign1
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.receipt import verify_inclusion_receipt
from affidavit.tlog.submission import Submission
from affidavit.tlog.tiles import Tile
from affidavit.tlog.witness import WitnessKey
from affidavit.trail import record, wal
from affidavit.trail.attestations import Remembered
from affidavit.trail.attested import Attested
from affidavit.trail.identity import load_secrets
from affidavit.trail.retention import Pruning
from affidavit.trail.state import State
from affidavit.verify.disclosure.lines import Line
from affidavit.verify.disclosure.manifest import Manifest
from affidavit.verify.stamps import Authorities, verify_stamp

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
SIGNER = Ed25519Signer.from_seed(b"f" * 32)
ORIGIN = "fuzz.example/log"
KEY = VerifierKey(ORIGIN, SIGNER.verifier)
WITNESS_KEY = WitnessKey("fuzz.example/witness", SIGNER.verifier)
WAL_KEY = b"w" * 32
_NOW = datetime(2026, 6, 1, tzinfo=UTC)

Read = Callable[[bytes], bytes | None]
"""Bytes → what is printed of them; None where nothing of ours prints such bytes."""


class BrokenPromiseError(AssertionError):
    """A parser did something that no parser of ours may do."""


def _text(read: Callable[[str], str]) -> Read:
    """A target that reads text: other bytes than UTF-8 never get so far."""

    def target(data: bytes) -> bytes | None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return data
        return read(text).encode("utf-8")

    return target


def _bundle(
    decode: Callable[[bytes, int], list[bytes]], encode: Callable[[list[bytes]], bytes]
) -> Read:
    """The first byte tells the width, from 1 to 256."""

    def target(data: bytes) -> bytes | None:
        if not data:
            return data
        return data[:1] + encode(decode(data[1:], data[0] + 1))

    return target


def _bodies(data: bytes) -> bytes | None:
    if not data:
        return data
    return data[:1] + tiles.encode_bodies(tiles.decode_bodies(data[1:], data[0] + 1))


def _entry(data: bytes) -> bytes:
    entry = record.decode(data)
    value: dict[str, Json] = {
        "at": entry.at,
        "body": entry.body,
        "id": entry.id,
        "kind": entry.kind.value,
        "seq": entry.seq,
        "v": record.VERSION,
        "writer": entry.writer,
    }
    if entry.effect is not None:
        value["effect"] = entry.effect
    if entry.policy is not None:
        value["policy"] = entry.policy
    if entry.labels:
        value["labels"] = dict(entry.labels)
    return canonical.dumps(value)


def _wal_header(data: bytes) -> bytes | None:
    """The bytes are the header's JSON; its frame is right."""
    frame, _ = wal.seal(WAL_KEY, wal.MAGIC, data)
    header, found = wal.header(wal.MAGIC + frame)
    wal.authenticate(WAL_KEY, wal.MAGIC, found)
    return header.print(WAL_KEY)[len(wal.MAGIC) + len(frame) - len(data) :]


def _wal_frames(data: bytes) -> bytes | None:
    """A file as it stands: whole frames are what was sealed, the rest is a tail."""
    with suppress(AffidavitError):
        wal.header(data)
    end = 0
    again: list[bytes] = []
    for frame in wal.scan(data):
        with suppress(AffidavitError):
            wal.authenticate(WAL_KEY, b"m" * 16, frame)
        with suppress(AffidavitError):
            again.append(wal.payload(*frame.parts()))
            if again[-1] != frame.payload:
                raise BrokenPromiseError("a frame's parts are not its payload")
        end = frame.end
    wal.tail(data, end)
    wal.following(data, end)
    return None


def _checkpoint_note(data: bytes) -> None:
    checkpoint.open_checkpoint(data, KEY)


def _cosignatures(data: bytes) -> None:
    witness.open_cosignatures(data, [WITNESS_KEY])


def _submission(data: bytes) -> bytes:
    submission.authenticate(data, {ORIGIN: [KEY]})
    return Submission.parse(data).encode()


def _proof(data: bytes) -> bytes:
    parsed = TlogProof.parse(data)
    with suppress(AffidavitError):
        proof.verify_proof(parsed, b"entry", KEY)
    return parsed.encode()


def _receipt(data: bytes) -> bytes:
    parsed = Sign1.parse(data)
    with suppress(AffidavitError):
        verify_inclusion_receipt(data, b"entry", KEY)
    return parsed.encode()


_SECRET = os.memfd_create("secret")
os.fchmod(_SECRET, 0o600)


def _secrets(data: bytes) -> bytes:
    os.ftruncate(_SECRET, 0)
    os.pwrite(_SECRET, data, 0)
    return load_secrets(Path(f"/proc/self/fd/{_SECRET}")).print()


def _statement(data: bytes) -> None:
    """The bytes are what was signed: the signature is right."""
    signed = dsse.sign(PAYLOAD_TYPE, data, [SIGNER]).encode()
    verify_statement(signed, key=KEY, now=_NOW)


def _summary(data: bytes) -> None:
    """As with a statement: the countersignature is right."""
    signed = dsse.sign(PAYLOAD_TYPE, data, [SIGNER]).encode()
    summary.read(signed, [SIGNER.verifier])


def _stamp(data: bytes) -> None:
    verify_stamp(data, b"what was stamped", Authorities("nobody", ()))


TARGETS: Mapping[str, Read] = {
    "attestation": lambda data: Remembered.parse(data).print(),
    "attested": lambda data: Attested.parse(data).print(),
    "bodies": _bodies,
    "canonical": lambda data: canonical.dumps(canonical.loads(data)),
    "checkpoint": _text(lambda text: Checkpoint.parse(text).text),
    "checkpoint-note": _checkpoint_note,
    "contract": lambda data: (parsed_contract(data, "contract.yaml"), None)[1],
    "cosignatures": _cosignatures,
    "disclosure-line": lambda data: Line.parse(data).encode(),
    "disclosure-manifest": lambda data: Manifest.parse(data).encode(),
    "entries": _bundle(tiles.decode_entries, tiles.encode_entries),
    "entry": _entry,
    "envelope": lambda data: Envelope.parse(data).encode(),
    "hashes": _bundle(tiles.decode_hashes, tiles.encode_hashes),
    "note": lambda data: parse_note(data).encode(),
    "policy-signature": lambda data: Signed.parse(data).encode(),
    "policy-trust": lambda data: (Trust.parse(data, "trust.toml"), None)[1],
    "proof": _proof,
    "pruning": lambda data: (Pruning.parse(data), None)[1],
    "receipt": _receipt,
    "secrets": _secrets,
    "size": lambda data: submission.print_size(submission.read_size(data)),
    "stamp": _stamp,
    "state": lambda data: State.parse(data).print(),
    "statement": _statement,
    "submission": _submission,
    "summary": _summary,
    "tile-path": _text(lambda text: Tile.parse(text).path),
    "vkey": _text(lambda text: str(VerifierKey.parse(text))),
    "wal-frames": _wal_frames,
    "wal-header": _wal_header,
    "witness-key": _text(lambda text: str(WitnessKey.parse(text))),
}


def hold(target: str, data: bytes) -> bool:
    """Whether `target` takes `data`; raises anything but our errors when it breaks a
    promise.
    """
    return keeps(TARGETS[target], data)


def keeps(read: Read, data: bytes) -> bool:
    """`hold`, of any function."""
    try:
        printed = read(data)
    except ToolUnavailable:
        raise  # what cannot be read here was not tried
    except AffidavitError:
        return False
    if printed is not None and printed != data:
        raise BrokenPromiseError(f"{data!r} was read and {printed!r} printed")
    return True


def seeds(target: str) -> list[bytes]:
    """The files of the corpus, in order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]
