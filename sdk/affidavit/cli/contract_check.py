"""`affidavit contract check`: what is wrong with one, as a compiler would say it."""

from pathlib import Path

import click

from affidavit.cli import arguments, diagnostics, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.errors import ContractInvalid, Diagnostic


@click.command(
    cls=TeachingCommand,
    name="check",
    uses=(
        Use("affidavit contract check contract.yaml", "before it is signed"),
        Use("affidavit contract check --list", "what can be promised"),
    ),
    exits=Exits(
        "clean",
        "errors: nothing can be held against it",
        "a path cannot be read or is not YAML, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, type=arguments.PATH)
@diagnostics.options
@click.option("--list", "listed", is_flag=True, help="List the checks there are.")
def command(*, paths: tuple[Path, ...], shape: str, as_json: bool, listed: bool) -> int:
    """Check the contract file at each PATH: what is wrong, where, and what to do.

    Holds it against no trail: `affidavit attest --contract` does.
    """
    if listed:
        from affidavit.attest.contract_schema import checks

        output.say_table(("check", "met when"), checks())
        return 0
    if not paths:
        raise click.UsageError("Missing argument 'PATHS...'.")
    found = [each for path in paths for each in _checked(path)]
    diagnostics.say("json" if as_json else shape, found, paths)
    return diagnostics.exit_code(found)


def _checked(path: Path) -> tuple[Diagnostic, ...]:
    from affidavit.attest.contract import as_diagnostics, read

    try:
        read(path)
    except ContractInvalid as error:
        return as_diagnostics(error)
    return ()
