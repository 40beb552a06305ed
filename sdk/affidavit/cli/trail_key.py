"""`affidavit trail key`: what an outsider needs in order to verify the trail, and the
group of commands that change the trail's keys.
"""

import os
from pathlib import Path

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import (
    NO_FINDINGS,
    Exits,
    Lazy,
    LazyGroup,
    Use,
    etiquette,
)
from affidavit.cli.trust import own_identity
from affidavit.errors import KeyUnusable
from affidavit.trail.identity import Identity
from affidavit.wiring.settings import read_settings

COMMANDS = {
    "list": Lazy(
        "affidavit.cli.trail_key_list:command", "Every key that ever signed the trail."
    ),
    "rotate": Lazy(
        "affidavit.cli.trail_key_rotate:command", "Let the old key name the next."
    ),
    "revoke": Lazy(
        "affidavit.cli.trail_key_revoke:command",
        "Say that a key is not to be believed any more.",
    ),
    "passphrase": Lazy(
        "affidavit.cli.trail_key_passphrase:command",
        "Set, change or remove the passphrase of the key files.",
    ),
    "add-ml-dsa": Lazy(
        "affidavit.cli.trail_key_add_ml_dsa:command",
        "Sign every checkpoint with a post-quantum key too.",
    ),
}


class KeyGroup(LazyGroup):
    """A group that has something to say by itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read arguments; without any, the key is printed."""
        return click.Group.parse_args(self, ctx, args)


@click.command(
    cls=KeyGroup,
    name="key",
    lazy=COMMANDS,
    invoke_without_command=True,
    uses=(
        Use("affidavit trail key > trail.vkey", "a file to hand out, for --key"),
        Use("affidavit trail key --pem > trail.pem", "the same key for openssl"),
        Use("affidavit trail key rotate", "once a year, or when it may be known"),
    ),
    exits=Exits("printed", NO_FINDINGS, "key or secret is missing or unusable"),
)
@etiquette
@arguments.trail
@arguments.signing_key
@click.option("--pem", is_flag=True, help="Print SubjectPublicKeyInfo in PEM instead.")
@click.option(
    "--ml-dsa", is_flag=True, help="Print the ML-DSA-44 key that signs beside it."
)
@arguments.as_json
@click.pass_context
def command(
    context: click.Context,
    *,
    trail: Path | None,
    signing_key: str | None,
    pem: bool,
    ml_dsa: bool,
    as_json: bool,
) -> int:
    """Print the trail's verifier key: public, one line, NAME+ID+BASE64.

    Hand it to whoever shall verify your trail and statements, by another way than the
    trail itself: a contract, a web page, a phone call.
    """
    if context.invoked_subcommand is not None:
        if trail or signing_key or pem or ml_dsa or as_json:
            raise click.UsageError(
                f"Options of `trail key {context.invoked_subcommand}` stand behind it."
            )
        return 0
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    identity = own_identity(settings)
    if as_json:
        machine.emit(
            {
                "key_id": identity.verifier.key_id.hex(),
                "ml_dsa": None if identity.ml_dsa is None else str(identity.ml_dsa),
                "origin": identity.origin,
                "pem": identity.verifier.verifier.pem,
                "spki_sha256": identity.verifier.verifier.key_id,
                "vkey": str(identity.verifier),
            }
        )
    else:
        output.say(_one(identity, pem=pem, ml_dsa=ml_dsa))
    return 0


def _one(identity: Identity, *, pem: bool, ml_dsa: bool) -> str:
    if pem and ml_dsa:
        raise click.UsageError("One of --pem and --ml-dsa.")
    if pem:
        return identity.verifier.verifier.pem.rstrip("\n")
    if not ml_dsa:
        return str(identity.verifier)
    if identity.ml_dsa is None:
        raise KeyUnusable(
            f"{identity.origin} has no ML-DSA-44 key. "
            "`affidavit trail key add-ml-dsa` makes one."
        )
    return str(identity.ml_dsa)
