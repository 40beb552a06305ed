"""`affidavit trail prove`: one record of a trail, proved to whoever has the key."""

import os
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, handing, machine, output, progress, trust
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.proof import ProvenEntry, TlogProof, verify_proof
from affidavit.tlog.receipt import issue_inclusion
from affidavit.trail import proofs
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Entry, Kind, decode
from affidavit.wiring.settings import Settings, read_settings


@click.command(
    cls=TeachingCommand,
    name="prove",
    uses=(
        Use(
            "affidavit trail prove 0199a8c2-… --out call.tlog-proof",
            "that this decision is in the signed tree",
        ),
        Use(
            "affidavit verify call.tlog-proof --key acme.vkey",
            "what the one who got it runs",
        ),
        Use(
            "affidavit trail prove 0199a8c2-… --receipt call.cose --record call.entry",
            "the same for tools that read COSE receipts (SCITT)",
        ),
    ),
    exits=Exits(
        "proved",
        "the trail does not hold at that place",
        "no such record, no trail, no key, or a usage error",
    ),
)
@etiquette
@click.argument("identifier", metavar="ID")
@arguments.trail
@arguments.trusted_key
@click.option("--outcome", is_flag=True, help="The call's outcome, not its decision.")
@click.option(
    "--out", type=arguments.PATH, metavar="FILE", help="Write it there; else print it."
)
@click.option(
    "--receipt",
    type=arguments.PATH,
    metavar="FILE",
    help="Also write a COSE receipt (RFC 9942), signed with your own key.",
)
@click.option(
    "--record",
    type=arguments.PATH,
    metavar="FILE",
    help="Also write the entry that is proved, byte for byte: a receipt goes with it.",
)
@arguments.as_json
def command(
    *,
    identifier: str,
    trail: Path | None,
    trusted_key: tuple[str, ...],
    outcome: bool,
    out: Path | None,
    receipt: Path | None,
    record: Path | None,
    as_json: bool,
) -> int:
    """Prove that the record ID is in the tree that the trail's checkpoint signs.

    The proof is a c2sp.org/tlog-proof file with the record's entry: it shows kind, time
    and effect, and nothing of purpose, model or content. It is verified before it is
    handed out. Where witnesses have cosigned a tree with the record, the proof leads to
    that tree's checkpoint and carries their lines. A receipt says the same in the form
    that COSE libraries read, without the entry, and takes the trail's private key to
    make.
    """

    def settings() -> Settings:
        return read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)

    trusted = trust.trusted(trusted_key, settings)
    reader = TrailReader(trail if trail is not None else settings().trail)
    kind = Kind.OUTCOME if outcome else Kind.DECISION
    with progress.shown("searching") as tell:
        index, entry = proofs.locate(reader, identifier, kind, progress=tell)
    # A head of the key in force: whoever checks the proof may know no earlier one.
    key = LogKeys((trusted.key,), trusted.keys.ml_dsa)
    note = proofs.cosigned(reader, index, key)
    proof = proofs.inclusion(reader, index, entry, note)
    proven = verify_proof(proof, entry, trusted.keys)
    if receipt is not None:
        identity = handing.signing(own_identity(settings()), proven.checkpoint)
        handing.hand_out(receipt, _receipt(proof, proven, decode(entry), identity))
    if record is not None:
        handing.hand_out(record, entry)
    if out is not None:
        handing.hand_out(out, proof.encode())
    witnesses = proofs.witnesses_of(proof.checkpoint)
    if as_json:
        told = as_object(proof, proven, decode(entry))
        machine.emit(told | {"witnesses": list(witnesses)})
    elif out is None:
        output.say(proof.encode().decode("utf-8").rstrip("\n"))
    else:
        cosigned = f", cosigned by {', '.join(witnesses)}" if witnesses else ""
        size = proven.checkpoint.size
        output.say(f"{out}: record {index} of {size}, proved{cosigned}")
    return 0


def as_object(proof: TlogProof, proven: ProvenEntry, entry: Entry) -> dict[str, Json]:
    """What a proof proves, for programs."""
    return {
        "at": entry.at,
        "effect": entry.effect,
        "id": entry.id,
        "index": proof.index,
        "kind": entry.kind.value,
        "origin": proven.checkpoint.origin,
        "policy": entry.policy,
        "proof": proof.encode().decode("utf-8"),
        "root": proven.checkpoint.root.hex(),
        "size": proven.checkpoint.size,
    }


def _receipt(
    proof: TlogProof, proven: ProvenEntry, entry: Entry, identity: Identity
) -> bytes:
    return issue_inclusion(
        proven.inclusion,
        proof.hashes,
        signer=identity.signer,
        key=identity.verifier,
        subject=subject_of(entry),
    )


def subject_of(entry: Entry) -> str:
    """What a receipt for this record names as its subject: a decision and its outcome
    share their id.
    """
    return f"urn:uuid:{entry.id}#{entry.kind.value}"
