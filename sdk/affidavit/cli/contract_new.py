"""`affidavit contract new`: a first contract file, to be gone on with."""

from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, machine, output
from affidavit.cli.arguments import When
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.errors import SettingsInvalid


@click.command(
    cls=TeachingCommand,
    name="new",
    uses=(
        Use(
            "affidavit contract new --supplier 'Acme Ltd' --customer 'Globex SE'",
            "contract.yaml, with the promises that most make",
        ),
    ),
    exits=Exits("written", NO_FINDINGS, "something is there already, or a usage error"),
)
@etiquette
@click.argument("file", required=False, type=arguments.PATH)
@click.option("--name", default="contract", show_default=True, help="Its short name.")
@click.option("--supplier", default="us", show_default=True, help="Who promises.")
@click.option("--customer", default="them", show_default=True, help="To whom.")
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="How long an attested period is.",
)
@click.option(
    "--from",
    "start",
    type=arguments.TIME,
    help="First day of the first one. Default: the first of this month, UTC.",
)
@arguments.as_json
def command(
    *,
    file: Path | None,
    name: str,
    supplier: str,
    customer: str,
    every: str,
    start: When | None,
    as_json: bool,
) -> int:
    """Write a contract to FILE (default: contract.yaml).

    What is there is never overwritten.
    """
    from affidavit.attest.contract import parsed
    from affidavit.attest.contract_schema import draft

    target = file or Path("contract.yaml")
    if target.exists() or target.is_symlink():
        raise SettingsInvalid(f"{target}: is there already, and is not overwritten.")
    first = datetime.now(UTC).date().replace(day=1) if start is None else start.start
    data = draft(
        name=name,
        supplier=supplier,
        customer=customer,
        every=every,
        first=first.isoformat()[:10],
    )
    parsed(data, str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    durable.create(target, data, mode=0o644)
    if as_json:
        machine.emit({"made": [machine.text(target)]})
        return 0
    output.say(f"made {target}")
    output.say("Next: write your promises into it, then")
    output.say(f"  affidavit contract check {target}")
    return 0
