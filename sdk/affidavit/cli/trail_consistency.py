"""`affidavit trail consistency`: that a trail only grew, as a proof for others."""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, handing, machine, output, trust
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count
from affidavit.errors import BrokenTrail, Incomplete, Invalid
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.merkle import EMPTY_ROOT, Consistency, verify_consistency
from affidavit.tlog.receipt import issue_consistency
from affidavit.tlog.submission import Submission
from affidavit.trail import proofs
from affidavit.trail.proofs import Extension
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Kept:
    """What the trail was, as somebody remembers it."""

    size: int
    root: bytes | None
    """None when only the number of records is remembered."""


@click.command(
    cls=TeachingCommand,
    name="consistency",
    uses=(
        Use(
            "affidavit trail consistency checkpoint.june",
            "that nothing of June was changed, removed or reordered since",
        ),
        Use(
            "affidavit trail consistency 40000 --out grown.consistency",
            "a proof for somebody who kept the checkpoint of 40,000 records",
        ),
        Use(
            "affidavit verify grown.consistency --older june --key acme.vkey",
            "what the one who got it runs",
        ),
    ),
    exits=Exits(
        "proved: the trail extends what it was",
        "it does not: records were changed or cut off since, or another key signed",
        "no checkpoint, no trail, no key, fewer records than asked for, or a usage "
        "error",
    ),
)
@etiquette
@click.argument("old", type=arguments.PLACE, metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False, type=arguments.PATH)
@arguments.trail
@arguments.trusted_key
@click.option(
    "--out", type=arguments.PATH, metavar="FILE", help="Write it there; else print it."
)
@click.option(
    "--receipt",
    type=arguments.PATH,
    metavar="FILE",
    help="Also write it as a COSE receipt (RFC 9942), signed with your own key.",
)
@arguments.as_json
def command(
    *,
    old: str,
    new: Path | None,
    trail: Path | None,
    trusted_key: tuple[str, ...],
    out: Path | None,
    receipt: Path | None,
    as_json: bool,
) -> int:
    """Prove that the trail's records begin with those that it had at OLD.

    OLD is a checkpoint file that you kept, or a number of records; a file's name that
    is a number needs a folder before it, as in ./40000. NEW is a later checkpoint file,
    by default the trail's own of now. The proof is in the form in which a witness takes
    it (c2sp.org/tlog-witness): the old size, hashes, and the signed checkpoint.

    A number alone proves only that the trail of now agrees with itself: whoever gets
    the proof holds it against the checkpoint that they kept.
    """

    def settings() -> Settings:
        return read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)

    trusted = trust.trusted(trusted_key, settings)
    reader = TrailReader(trail if trail is not None else settings().trail)
    note = reader.checkpoint_bytes() if new is None else handing.checkpoint(new)
    head = open_checkpoint(note, trusted.keys)
    extension, evidence = prove(reader, _kept(old, trusted.keys), head)
    submission = Submission(evidence.old_size, extension.hashes, note)
    if receipt is not None:
        identity = handing.signing(own_identity(settings()), head)
        signed = issue_consistency(
            evidence,
            extension.hashes,
            signer=identity.signer,
            key=identity.verifier,
        )
        handing.hand_out(receipt, signed)
    if out is not None:
        handing.hand_out(out, submission.encode())
    if as_json:
        machine.emit(as_object(evidence, submission, head.origin))
    elif out is None:
        output.say(submission.encode().decode("utf-8").rstrip("\n"))
    else:
        output.say(f"{out}: {said(evidence)}, proved")
    if old.isdecimal():
        output.hint(
            "The old size came without a checkpoint: hold the proof against one that "
            "was kept."
        )
    return 0


def prove(
    reader: TrailReader, old: Kept, new: Checkpoint
) -> tuple[Extension, Consistency]:
    """The proof from `old` to `new`, found in the trail's tiles and verified.

    `BrokenTrail` when `new` does not extend `old`, or was cut off since; `Incomplete`
    when only a number was given and there are not so many records.
    """
    size = reader.head().size
    if new.size > size or (old.root is not None and old.size > new.size):
        larger = max(new.size, old.size)
        raise BrokenTrail(
            f"{reader.path}: a checkpoint of {larger} records was signed, now there "
            f"are {min(size, new.size)}: the end was cut off. Keep that checkpoint, "
            "which proves it."
        )
    if old.size > new.size:
        raise Incomplete(
            f"{reader.path}: {new.size} records are sealed, not {old.size}: nothing to "
            "prove."
        )
    extension = proofs.consistency(reader, old.size, new.size)
    old_root = extension.old_root if old.root is None else old.root
    evidence = verify_consistency(
        old.size, old_root, new.size, new.root, extension.hashes
    )
    return extension, evidence


def said(evidence: Consistency) -> str:
    """What a proof says, in words."""
    return (
        f"{count(evidence.new_size, 'record')} begin with the first "
        f"{evidence.old_size} unchanged"
    )


def as_object(
    evidence: Consistency, submission: Submission, origin: str
) -> dict[str, Json]:
    """What a proof proves, for programs."""
    return {
        "new": {"root": evidence.new_root.hex(), "size": evidence.new_size},
        "old": {"root": evidence.old_root.hex(), "size": evidence.old_size},
        "origin": origin,
        "proof": submission.encode().decode("utf-8"),
    }


def _kept(old: str, key: Pinned) -> Kept:
    if old.isascii() and old.isdecimal():
        if len(old) > 19:
            raise click.UsageError(f"No trail has {old} records.")
        return Kept(int(old), None if int(old) else EMPTY_ROOT)
    try:
        head = open_checkpoint(handing.checkpoint(Path(old)), key)
    except Invalid as error:
        raise type(error)(f"{old}: {error}") from error
    return Kept(head.size, head.root)
