"""`affidavit trail prove`: one record of a trail, proved to whoever has the key."""

import os
from pathlib import Path

import click

from affidavit import durable
from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, progress, trust
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.errors import Incomplete
from affidavit.tlog.proof import ProvenEntry, TlogProof, verify_proof
from affidavit.trail import proofs
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
@arguments.as_json
def command(
    *,
    identifier: str,
    trail: Path | None,
    trusted_key: str | None,
    outcome: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    """Prove that the record ID is in the tree that the trail's checkpoint signs.

    The proof is a c2sp.org/tlog-proof file with the record's entry: it shows kind, time
    and effect, and nothing of purpose, model or content. It is verified before it is
    handed out.
    """

    def settings() -> Settings:
        return read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)

    trusted = trust.trusted(trusted_key, settings)
    reader = TrailReader(trail if trail is not None else settings().trail)
    kind = Kind.OUTCOME if outcome else Kind.DECISION
    with progress.shown("searching") as tell:
        index, entry = proofs.locate(reader, identifier, kind, progress=tell)
    proof = proofs.inclusion(reader, index, entry)
    proven = verify_proof(proof, entry, trusted.key)
    if out is not None:
        _write(out, proof.encode())
    if as_json:
        machine.emit(as_object(proof, proven, decode(entry)))
    elif out is None:
        output.say(proof.encode().decode("utf-8").rstrip("\n"))
    else:
        output.say(f"{out}: record {index} of {proven.checkpoint.size}, proved")
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


def _write(path: Path, data: bytes) -> None:
    if path.is_dir():
        raise Incomplete(f"{path}: a folder. Name the file to write.")
    durable.replace(path, data, mode=0o644)  # made to be handed out
