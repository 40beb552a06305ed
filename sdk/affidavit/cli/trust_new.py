"""`affidavit trust new`: a first trust file, from keys that were given to somebody."""

from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, machine, output, passphrases
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import given_key
from affidavit.errors import SettingsInvalid

ASK = "Verifier key of the trail, from its writer (NAME+ID+BASE64, or a file)"


@click.command(
    cls=TeachingCommand,
    name="new",
    uses=(
        Use("affidavit trust new", "asks for the key"),
        Use(
            "affidavit trust new acme.yaml --key acme.vkey --officer ana.vkey "
            "--officer bo.vkey --threshold 1 --max-age 35d",
            "a statement no older than a month, signed by one of two officers",
        ),
    ),
    exits=Exits("written", NO_FINDINGS, "something is there already, or a usage error"),
)
@etiquette
@click.argument("file", required=False, type=arguments.PATH)
@click.option(
    "--key",
    multiple=True,
    type=arguments.PLACE,
    metavar="VKEY|FILE",
    help="Verifier key of the trail. May be repeated, after a rotation.",
)
@click.option(
    "--officer",
    multiple=True,
    type=arguments.PLACE,
    metavar="VKEY|FILE",
    help="An officer's key.",
)
@click.option("--threshold", type=click.IntRange(min=1), help="So many suffice.")
@click.option(
    "--auditor",
    multiple=True,
    type=arguments.PLACE,
    metavar="VKEY|FILE",
    help="An auditor's key.",
)
@click.option(
    "--witness",
    multiple=True,
    type=arguments.PLACE,
    metavar="VKEY|FILE",
    help="A witness's key.",
)
@click.option("--quorum", type=click.IntRange(min=1), help="So many suffice.")
@click.option("--max-age", metavar="SPAN", help="What is older is refused: 35d.")
@arguments.as_json
def command(
    *,
    file: Path | None,
    key: tuple[str, ...],
    officer: tuple[str, ...],
    threshold: int | None,
    auditor: tuple[str, ...],
    witness: tuple[str, ...],
    quorum: int | None,
    max_age: str | None,
    as_json: bool,
) -> int:
    """Write a trust file to FILE (default: trust.yaml).

    Take keys from their owners, by another way than what you are going to verify: from
    a contract, a web site, a call. What is not given stands in the file as a comment.
    What is there is never overwritten.
    """
    from affidavit.attest.trust_file import FILE_NAME, draft, parsed

    target = file or Path(FILE_NAME)
    if target.exists() or target.is_symlink():
        raise SettingsInvalid(f"{target}: is there already, and is not overwritten.")
    data = draft(
        {
            "keys": _keys(key) or _keys((_asked(as_json=as_json),)),
            "officers": _keys(officer),
            "threshold": threshold,
            "auditors": _keys(auditor),
            "witnesses": _keys(witness),
            "quorum": quorum,
            "max_age": max_age,
        }
    )
    parsed(data, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    durable.create(target, data, mode=0o644)
    if as_json:
        machine.emit({"made": [machine.text(target)]})
        return 0
    output.say(f"made {target}")
    output.say("Next: read it, take what fits out of the comments, then")
    output.say(f"  affidavit verify FOLDER --trust {target}")
    return 0


def _keys(given: tuple[str, ...]) -> list[str] | None:
    return [given_key(each) for each in given] or None


def _asked(*, as_json: bool) -> str:
    """The key that a person types; a usage error where nobody is there to be asked."""
    if as_json or not passphrases.asks():
        raise click.UsageError("Missing option '--key': whose trail is trusted?")
    answer: str = click.prompt(ASK, err=True)
    return answer
