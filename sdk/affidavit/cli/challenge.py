"""`affidavit challenge`: ask for records of a statement, drawn by one's own lot."""

import os
from hashlib import sha256
from pathlib import Path

import click

from affidavit.attest.challenge import NONCE_BYTES, Challenge
from affidavit.attest.sample_draw import MAX_WANTED
from affidavit.attest.told import opened
from affidavit.cli import (
    arguments,
    handing,
    machine,
    output,
    trusting,
    verify_statement,
)
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Incomplete, SettingsInvalid
from affidavit.wiring.settings import Settings, read_settings

WANTED = 200
MAX_NONCE_FILE = 1 << 20
LEAST_NONCE_FILE = 16


@click.command(
    cls=TeachingCommand,
    name="challenge",
    uses=(
        Use(
            "affidavit challenge october --key acme.vkey --out challenge.json",
            "200 decisions of the statement's period, drawn now",
        ),
        Use(
            "affidavit challenge october --key acme.vkey --records 1000 --bodies "
            "--out challenge.json",
            "a thousand, with what they say",
        ),
        Use(
            "affidavit verify response.json --challenge challenge.json "
            "--statement october --key acme.vkey",
            "when the answer has come",
        ),
    ),
    exits=Exits(
        "written",
        "the statement is not signed by the key that you trust, or is none",
        "no key, nothing there, or a usage error",
    ),
)
@etiquette
@click.argument("path", type=arguments.PATH)
@arguments.trusted_key
@trusting.option
@click.option(
    "--records",
    type=click.IntRange(min=1, max=MAX_WANTED),
    default=WANTED,
    show_default=True,
    help="How many decisions are to be shown.",
)
@click.option("--bodies", is_flag=True, help="Ask for what they say, too.")
@click.option(
    "--nonce",
    type=arguments.PATH,
    metavar="FILE",
    help="Randomness of your own, of 16 bytes or more: dice, a lottery's numbers of "
    "today. Default: this machine's.",
)
@click.option(
    "--out",
    required=True,
    type=arguments.PATH,
    metavar="FILE",
    help="Where to write it. Keep it: the answer is held against it.",
)
@arguments.as_json
def command(
    *,
    path: Path,
    trusted_key: tuple[str, ...],
    trust_file: Path | None,
    records: int,
    bodies: bool,
    nonce: Path | None,
    out: Path,
    as_json: bool,
) -> int:
    """Ask whoever signed the statement at PATH for records that you draw by lot.

    Send them the file. It is bound to the statement's digest and to randomness that
    did not exist when the statement was signed, so that nobody could prepare for it.
    They answer with `affidavit respond`; records that they leave out, or choose
    themselves, show.
    """
    believed = trusting.read(trust_file)
    trusted = trusting.trusted(believed, trust_file, trusted_key, _settings)
    told = opened(verify_statement.read(path), trusted.keys)
    if out.exists():
        raise SettingsInvalid(f"{out}: is there already, and is not overwritten.")
    made = Challenge.of(told, wanted=records, nonce=_nonce(nonce), bodies=bodies)
    handing.hand_out(out, made.encode())
    if as_json:
        machine.emit(
            {
                "challenge": made.digest,
                "path": machine.text(out),
                "records": records,
                "statement": made.statement,
            }
        )
        return 0
    output.say(f"wrote {out}", colour=output.GOOD)
    output.say_pairs(
        [
            ("asks for", f"{count(records, 'decision')}, drawn by lot"),
            ("of", f"{told.head.origin}, statement {made.statement}"),
            ("digest", made.digest),
        ]
    )
    output.say("Send it to them. They run:")
    output.say(f"  affidavit respond {out.name} --out response.json")
    return 0


def _nonce(path: Path | None) -> bytes:
    if path is None:
        return os.urandom(NONCE_BYTES)
    data = handing.read(path, MAX_NONCE_FILE)
    if not LEAST_NONCE_FILE <= len(data) <= MAX_NONCE_FILE:
        raise Incomplete(
            f"{path}: {len(data)} bytes of randomness; {LEAST_NONCE_FILE} to "
            f"{MAX_NONCE_FILE} are taken."
        )
    return sha256(data).digest()


def _settings() -> Settings:
    return read_settings(environ=os.environ, directory=Path.cwd())
