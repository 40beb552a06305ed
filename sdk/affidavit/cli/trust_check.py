"""`affidavit trust check`: what is wrong with a trust file, as a compiler would say."""

from pathlib import Path

import click

from affidavit.cli import arguments, diagnostics
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.errors import Diagnostic, TrustInvalid


@click.command(
    cls=TeachingCommand,
    name="check",
    uses=(Use("affidavit trust check trust.yaml", "before it is relied on"),),
    exits=Exits(
        "clean",
        "errors: nothing can be verified by it",
        "a path cannot be read or is not YAML, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, required=True, type=arguments.PATH)
@diagnostics.options
def command(*, paths: tuple[Path, ...], shape: str, as_json: bool) -> int:
    """Check the trust file at each PATH: what is wrong, where, and what to do."""
    found = [each for path in paths for each in _checked(path)]
    diagnostics.say("json" if as_json else shape, found, paths)
    return diagnostics.exit_code(found)


def _checked(path: Path) -> tuple[Diagnostic, ...]:
    from affidavit.attest.trust_file import read

    try:
        read(path)
    except TrustInvalid as error:
        return tuple(sorted(error.diagnostics, key=lambda it: (it.line, it.column)))
    return ()
