"""`affidavit trail key passphrase`: what protects the key files at rest."""

from pathlib import Path

import click

from affidavit.cli import arguments, machine, output, passphrases
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trail_key_rotate import changes
from affidavit.keys.passphrase import FILE_VARIABLE, VARIABLE


@click.command(
    cls=TeachingCommand,
    name="passphrase",
    uses=(
        Use("affidavit trail key passphrase", "set or change it, asked twice"),
        Use("affidavit trail key passphrase --new-file secret", "without a terminal"),
        Use("affidavit trail key passphrase --remove", "leave the file's mode alone"),
    ),
    exits=Exits(
        "done", NO_FINDINGS, "the old passphrase is wrong; nothing was changed"
    ),
)
@etiquette
@click.option(
    "--new-file",
    type=arguments.PATH,
    metavar="FILE",
    help="File of mode 0600 that holds the new passphrase alone on a line.",
)
@click.option("--remove", is_flag=True, help="Store the key without a passphrase.")
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    new_file: Path | None,
    remove: bool,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Set, change or remove the passphrase of the trail's key files.

    Written as encrypted PKCS#8 (scrypt, AES-256-CBC), which openssl reads too. The
    present passphrase, if there is one, comes from AFFIDAVIT_KEY_PASSPHRASE, from the
    file that AFFIDAVIT_KEY_PASSPHRASE_FILE names, or from you. Programs need it from
    one of the first two: without it they make no call.
    """
    if remove and new_file is not None:
        raise click.UsageError("One of --new-file and --remove.")
    new = None if remove else passphrases.new(new_file, "--new-file")
    done = changes(trail, signing_key).set_passphrase(new)
    if as_json:
        machine.emit(
            {"files": [machine.text(each) for each in done], "set": not remove}
        )
        return 0
    output.say("removed" if remove else "set", colour=output.GOOD)
    output.say_pairs([("file", str(each)) for each in done])
    if not remove:
        output.hint(
            f"Programs need it from now on: {VARIABLE}, or {FILE_VARIABLE} naming a "
            "file of mode 0600. Files of retired keys and backups are as they were."
        )
    return 0
