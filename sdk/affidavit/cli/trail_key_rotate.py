"""`affidavit trail key rotate`: the old key names the next, which signs from there."""

import os
import time
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, passphrases
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.wiring.key_changes import KeyChanges, Rotated
from affidavit.wiring.settings import Settings, read_settings


def changes(trail: Path | None, signing_key: str | None) -> KeyChanges:
    """What changes the keys of the settings' trail."""
    return KeyChanges(
        settings=_settings(trail, signing_key),
        passphrase=passphrases.given,
        clock=time.time_ns,
        randomness=os.urandom,
    )


def _settings(trail: Path | None, signing_key: str | None) -> Settings:
    return read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )


@click.command(
    cls=TeachingCommand,
    name="rotate",
    uses=(
        Use("affidavit trail key rotate", "a fresh key in the place of the old one"),
        Use(
            "affidavit trail key rotate --new 'pkcs11:token=trail;object=k2"
            "?module-path=/usr/lib/softhsm/libsofthsm2.so'",
            "move to a key that a token keeps",
        ),
        Use(
            "affidavit trail key rotate --destroy",
            "and let nobody have the old key, not even us",
        ),
    ),
    exits=Exits(
        "rotated; checkpoints are signed by the new key",
        NO_FINDINGS,
        "not rotated; or cut short, and running it again finishes it",
    ),
)
@etiquette
@click.option(
    "--new",
    type=arguments.PLACE,
    metavar="PATH|URI",
    help="A key that is there already. Default: a fresh one is made.",
)
@click.option(
    "--destroy",
    is_flag=True,
    help="Overwrite and remove the old private key, instead of keeping its file.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    new: str | None,
    destroy: bool,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Hand the trail over to another key. Its name stays.

    A record that both keys sign says so, upon the tree as it stands: whoever gets the
    new key later cannot write anew what came before it. Programs that run take up a
    new key file by themselves. May be run again after a crash.

    Hand the new verifier key out as you did the old one: verifiers trust no key for
    standing in a trail. They keep the old one too.
    """
    done = changes(trail, signing_key).rotate(new, destroy=destroy)
    if as_json:
        machine.emit(_as_json(done))
    else:
        _say(done)
    return 0


def _as_json(done: Rotated) -> dict[str, Json]:
    return {
        "key": machine.text(done.place),
        "new": str(done.new),
        "old": str(done.old),
        "record": done.index,
        "retired": None if done.retired is None else machine.text(done.retired),
    }


def _say(done: Rotated) -> None:
    record = "an earlier attempt's" if done.index is None else str(done.index)
    retired = "destroyed" if done.retired is None else str(done.retired)
    output.say("rotated", colour=output.GOOD)
    output.say_pairs(
        [
            ("old", str(done.old)),
            ("new", str(done.new)),
            ("record", record),
            ("in force", str(done.place)),
            *([("old file", retired)] if isinstance(done.place, Path) else []),
        ]
    )
    output.hint(
        "Hand the new verifier key to auditors and witnesses, by another way than the "
        "trail; they keep the old one too. If the old key may be known to others: "
        f"affidavit trail key revoke {done.old.key_id.hex()} --reason …"
    )
    if not isinstance(done.place, Path):
        output.hint(f"From now on settings must say: AFFIDAVIT_KEY='{done.place}'")
