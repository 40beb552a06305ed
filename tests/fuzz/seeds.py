"""Writes the seeds of the fuzzers: `PYTHONPATH=tests python tests/fuzz/seeds.py`.

What is there stays: findings are added by hand, under the name of what they were.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from affidavit import canonical, dsse
from affidavit.attest import summary
from affidavit.attest.recount import verify_statement
from affidavit.attest.since import of_statement
from affidavit.attest.summary import Level
from affidavit.attest.told import opened
from affidavit.dsse import Envelope
from affidavit.tlog import checkpoint, tiles
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import (
    inclusion_proof,
    leaf_hashes,
    root_of,
    verify_inclusion,
)
from affidavit.tlog.note import parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.ranges import RangeProof
from affidavit.tlog.receipt import issue_inclusion
from affidavit.tlog.submission import Submission, print_size
from affidavit.tlog.witness import cosign
from affidavit.trail import wal
from affidavit.trail.attestations import Remembered
from affidavit.trail.attested import Attested
from affidavit.trail.identity import Secrets
from affidavit.trail.ranges import Ranges
from affidavit.trail.record import Kind, Opening
from affidavit.trail.retention import Pruning
from affidavit.verify.disclosure.lines import Line, State
from affidavit.verify.disclosure.manifest import By, Counts, Manifest, Selection, Window
from affidavit.verify.stamps import ask
from support import contracts
from support.anchors import an_authority
from support.fuzzing import CORPUS, KEY, ORIGIN, SIGNER, WAL_KEY, WITNESS_KEY, hold
from support.statements import LATER, attested
from support.trails import START, Builder, checked, frame, moment, uuid7

ENTRIES = [b"entry-%d" % index for index in range(5)]
LEAVES = leaf_hashes(ENTRIES)
HEAD = Checkpoint(ORIGIN, 5, root_of(LEAVES))
NOTE = checkpoint.sign(HEAD, SIGNER)


def subtree(level: int, index: int) -> bytes:
    return root_of(LEAVES[index << level : (index + 1) << level])


def notes() -> Iterator[tuple[str, bytes]]:
    cosigned = cosign(HEAD, WITNESS_KEY.name, SIGNER, time=1_700_000_000)
    both = parse_note(NOTE).with_signatures(cosigned).encode()
    yield "note/checkpoint", NOTE
    yield "note/cosigned", both
    yield "checkpoint-note/plain", NOTE
    yield "checkpoint-note/cosigned", both
    yield "cosignatures/one", both
    yield "checkpoint/five", HEAD.text.encode()
    extended = Checkpoint(ORIGIN, 5, HEAD.root, ("more", "lines"))
    yield "checkpoint/extended", extended.text.encode()
    yield "vkey/own", str(KEY).encode()
    yield "witness-key/own", str(WITNESS_KEY).encode()


def proofs() -> Iterator[tuple[str, bytes]]:
    path = inclusion_proof(3, 5, subtree)
    yield "proof/plain", TlogProof(3, tuple(path), NOTE).encode()
    yield "proof/extra", TlogProof(3, tuple(path), NOTE, b"extra").encode()
    inclusion = verify_inclusion(LEAVES[3], 3, 5, path, HEAD.root)
    receipt = issue_inclusion(inclusion, path, signer=SIGNER, key=KEY, subject="id-3")
    yield "receipt/inclusion", receipt
    yield "submission/first", Submission(0, (), NOTE).encode()
    yield "submission/second", Submission(3, tuple(path), NOTE).encode()
    yield "size/zero", print_size(0)
    yield "size/large", print_size(2**63 - 1)


def tile_files() -> Iterator[tuple[str, bytes]]:
    yield "hashes/five", bytes([4]) + tiles.encode_hashes(LEAVES)
    yield "entries/five", bytes([4]) + tiles.encode_entries([*ENTRIES[:4], b""])
    bodies = [bytes(16) + b"{}", None, bytes(range(17))]
    yield "bodies/three", bytes([2]) + tiles.encode_bodies(bodies)
    for place, path in enumerate(
        ("tile/0/000", "tile/63/x001/x234/067.p/17", "tile/entries/999.p/255")
    ):
        yield f"tile-path/{place}", path.encode()
    yield "tile-path/body", b"body/x001/000"


def records(trail: Builder) -> Iterator[tuple[str, bytes]]:
    for made in trail.records[:4]:
        yield f"entry/{made.fields['kind']}-{made.fields['seq']}", made.entry
        yield f"canonical/{made.fields['kind']}-{made.fields['seq']}", made.body
    yield "canonical/numbers", b'[0,-1,9007199254740991,"\\u0000\\"",null,true]'
    key = WAL_KEY
    data, _ = trail.wal("w", trail.records[:2])
    yield "wal-frames/file", data + bytes(8)
    payload = len(trail.records[0].entry).to_bytes(2) + trail.records[0].entry
    whole, mac = frame(key, b"m" * 16, payload + trail.records[0].salted)
    yield "wal-frames/one", whole
    yield "wal-frames/torn", whole + whole[:-3]
    yield "wal-frames/short", whole + checked(mac, b"")
    header = wal.Header(
        origin=ORIGIN, writer="w", segment=1, first=7, after=mac, size=3, pid=1, boot=""
    )
    yield "wal-header/second", wal.header(header.print(key))[1].payload
    yield "secrets/own", Secrets(ORIGIN, b"s" * 32).print()


def larger(trail: Builder, folder: Path) -> Iterator[tuple[str, bytes]]:
    trail.write()
    yield "state/own", (trail.path / "state").read_bytes()
    envelope = attested(trail)
    yield "envelope/statement", envelope.encode()
    yield "envelope/small", dsse.sign("text/plain", b"hello", [SIGNER]).encode()
    yield "statement/own", envelope.payload
    yield from promises(trail, envelope)
    day = moment(START), moment(START + timedelta(days=1))
    yield "attested/day", Attested.of([day]).print()
    pruning = Pruning(
        before=day[1],
        keep="P1D",
        reason="retention",
        ranges=Ranges.of((3, 5), (9, 10)),
        digest=bytes(32),
    )
    yield "pruning/three", canonical.dumps(pruning.body("affidavit/0"))
    stamp = an_authority(folder).reply(ask(b"what was stamped").body)
    yield "stamp/openssl", stamp


def promises(trail: Builder, envelope: Envelope) -> Iterator[tuple[str, bytes]]:
    """A contract, a statement about it, its countersignature, and its memory."""
    many = contracts.contract(
        "no_use: {purposes: [x]}",
        "no_activity: {activities: [reply]}",
        "longest_gap: {at_most: 9h}",
        more="scope: {projects: [p]}\nschedule: {every: year, from: 2026-01-01}\n",
    )
    told = opened(envelope.encode(), trail.key)
    yield "contract/small", many.data
    made = contracts.promised(trail, many, since=of_statement(told))
    yield "statement/promised", made.payload
    report = verify_statement(envelope.encode(), key=trail.key, now=LATER)
    countersigned = summary.summarised(
        report,
        envelope.encode(),
        verifier="https://audit.example",
        now=LATER,
        level=Level.CONSISTENT,
    )
    yield "summary/own", canonical.dumps(countersigned)
    yield (
        "attestation/own",
        Remembered(
            start=told.period.start,
            end=told.period.end,
            statement=told.digest,
            size=told.head.size,
            root=told.head.root,
            checkpoint=told.checkpoint,
        ).print(),
    )


def disclosures() -> Iterator[tuple[str, bytes]]:
    identifier = uuid7(1, START)
    told: dict[State, dict[str, Any]] = {
        State.DISCLOSED: {"body": b"{}", "salt": bytes(16)},
        State.WITHHELD: {"reason": "personal data"},
        State.PRUNED: {"pruning": 7},
        State.MISSING: {},
    }
    for state, given in told.items():
        line = Line(index=3, kind=Kind.DECISION, id=identifier, state=state, **given)
        yield f"disclosure-line/{state.value}", line.encode()
    opening = Opening("purpose", "support.reply", bytes(16))
    for name, selection in {
        "labels": Selection.of_labels([opening]),
        "ids": Selection.of_ids([identifier]),
        "nothing": Selection(by=By.NOTHING),
    }.items():
        yield f"disclosure-manifest/{name}", a_manifest(selection).encode()


def a_manifest(selection: Selection) -> Manifest:
    return Manifest(
        origin=ORIGIN,
        size=300,
        root=HEAD.root,
        window=Window("2026-03-02T09:00:00.000Z", "2026-03-03T00:00:00.000Z"),
        first=0,
        end=256,
        proof=RangeProof(left=(), right=(bytes(32),)),
        selection=selection,
        counts=Counts(records=256),
        records_sha256="ab" * 32,
        proofs=(257,),
        tool="test",
    )


def main() -> None:
    folder = Path(mkdtemp())
    trail = Builder(folder / "trail", origin=ORIGIN, seed=b"f" * 32)
    trail.genesis()
    trail.policy()
    trail.calls(3)
    made = [
        *notes(),
        *proofs(),
        *tile_files(),
        *records(trail),
        *larger(trail, folder),
        *disclosures(),
    ]
    for name, data in made:
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if not hold(path.parent.name, data):
            sys.stdout.write(f"{name} is not read\n")


if __name__ == "__main__":
    main()
