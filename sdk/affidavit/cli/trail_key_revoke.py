"""`affidavit trail key revoke`: a key that is not to be believed any more."""

from pathlib import Path

import click

from affidavit.cli import arguments, machine, output, progress
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trail_key_rotate import changes
from affidavit.cli.trust import own_identity
from affidavit.trail.keyrecord import parse_key
from affidavit.trail.reader import TrailReader
from affidavit.verify.keyhistory import read_history
from affidavit.wiring.keyring import own_keys


@click.command(
    cls=TeachingCommand,
    name="revoke",
    uses=(
        Use(
            "affidavit trail key revoke 1ce801da --reason 'laptop stolen'",
            "a key that was rotated away, by the ID that `trail key list` shows",
        ),
    ),
    exits=Exits(
        "revoked", NO_FINDINGS, "not revoked: no such key, or it is the one in force"
    ),
)
@etiquette
@click.argument("key", metavar="KEYHASH")
@click.option("--reason", required=True, help="Why, on one line; verifiers are told.")
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    key: str,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Record that a key is not to be believed, from this record on.

    KEYHASH is its ID, the first digits of its SPKI digest, or the whole verifier key.
    The key in force cannot disown itself: rotate first. What the key signed while it
    was in force still counts where the trail under the present key agrees with it;
    statements that nothing but its signature vouches for do not.
    """
    change = changes(trail, signing_key)
    settings = change.settings
    pinned = own_keys(settings, own_identity(settings))
    with progress.shown("reading") as tell:
        found = read_history(TrailReader(settings.trail), pinned, tell).find(key)
    done = change.revoke(parse_key(found.vkey), reason)
    if as_json:
        machine.emit({"key": found.vkey, "reason": reason, "record": done.index})
    else:
        output.say("revoked", colour=output.GOOD)
        output.say_pairs([("key", found.vkey[:300]), ("record", str(done.index))])
        output.hint(
            "Tell whoever trusts that key, by another way than the trail: who has only "
            "an old copy does not see the record."
        )
    return 0
