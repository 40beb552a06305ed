"""`affidavit attest`: a period of the trail as a signed statement.

Needs key, secret and trail, and no policy: what was done can be attested under a policy
that has expired or is broken by now. As a group it has one command, `sign`, for whoever
signs a statement besides.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affidavit.attest import entries, handover, sample_draw
from affidavit.attest.certificate.words import Language
from affidavit.attest.since import Since, of_statement
from affidavit.attest.statement import Asked, build_statement, write_statement
from affidavit.attest.tally import Period
from affidavit.attest.told import opened
from affidavit.cli import (
    arguments,
    attest_folder,
    attest_policies,
    attest_said,
    machine,
    output,
    pins,
    progress,
    sealing,
    verify_statement,
)
from affidavit.cli.arguments import When
from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import moment
from affidavit.errors import Incomplete
from affidavit.reconcile.kept import Kept, load
from affidavit.tlog.logkeys import Pinned
from affidavit.trail import attestations
from affidavit.trail.reader import TrailReader
from affidavit.wiring.keyring import own_keys
from affidavit.wiring.settings import Settings, read_settings

if TYPE_CHECKING:  # pydantic and a YAML parser are for those who have a contract
    from affidavit.attest.contract import Contract

COMMANDS = {
    "sign": Lazy(
        "affidavit.cli.attest_sign:command", "Put an officer's name to a statement."
    ),
}


@click.command(
    cls=LazyGroup,
    name="attest",
    lazy=COMMANDS,
    invoke_without_command=True,
    uses=(
        Use(
            "affidavit attest --from 2026-10-01 --to 2026-10-31 --out october",
            "a whole month, its last day included",
        ),
        Use(
            "affidavit attest --contract contract.yaml --out october",
            "the last period of a contract's schedule, and whether each of its "
            "promises was kept",
        ),
        Use(
            "affidavit attest --from 2026-10-01T00:00:00Z --to 2026-10-02T00:00:00Z "
            "--out day",
            "between two moments, the second not included",
        ),
        Use(
            "affidavit attest sign october --signing-key ana.pem",
            "a further signature, by an officer's own key",
        ),
    ),
    exits=Exits(
        "written; the statement says PASS or PASS WITH EXCEPTIONS",
        "written; a clause of the contract is not met",
        "the statement says INCOMPLETE, or none could be made",
    ),
)
@etiquette
@click.option(
    "--from",
    "start",
    type=arguments.TIME,
    help="First day, or first moment, in UTC. With a contract that has a schedule, "
    "by default the latest period of it that is over.",
)
@click.option(
    "--to",
    "end",
    type=arguments.TIME,
    help="Last day, included whole, or the moment before which the period ends. "
    "Default, and where that is yet to come: now.",
)
@click.option("--out", type=arguments.PATH, metavar="DIR", help="Where to write it.")
@click.option(
    "--contract",
    "contract_file",
    type=arguments.PATH,
    metavar="FILE",
    help="What was promised, and what shows that it was kept (docs/contracts.md).",
)
@click.option(
    "--since",
    "since_path",
    type=arguments.PATH,
    metavar="PATH",
    help="The statement to go on from. Default: the last one that this trail "
    "remembers of a period before this one.",
)
@click.option(
    "--reconciliation",
    type=arguments.PATH,
    metavar="DIR",
    help="What `affidavit reconcile --save` made of the same days: the statement says "
    "how much of the provider's bill is in the trail (docs/reconcile.md).",
)
@click.option(
    "--controls",
    type=click.Choice(["csv"]),
    help="Also answer controls of frameworks, as a table for questionnaires.",
)
@click.option(
    "--entries",
    "hand_over",
    type=click.Choice(["auto", "all", "none"]),
    default="auto",
    show_default=True,
    help="Hand the trail's entries over: times, effects and pseudonyms, no contents. "
    f"`auto` does up to {entries.MOST:,} records.",
)
@click.option(
    "--sample",
    "drawn",
    type=click.IntRange(min=0, max=sample_draw.MAX_WANTED),
    metavar="K",
    help="Show K decisions drawn by lot, so that others can judge where entries are "
    f"withheld. Default: {sample_draw.WANTED:,} where they are; 0 draws none.",
)
@click.option(
    "--sample-bodies",
    is_flag=True,
    help="Show what the drawn records say, too.",
)
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.ENGLISH.value,
    show_default=True,
    help="Of certificate.html, the page for people.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    start: When | None,
    end: When | None,
    out: Path | None,
    contract_file: Path | None,
    since_path: Path | None,
    controls: str | None,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **handed: Any,
) -> int:
    """Verify the trail, count a period of it, and sign what was found.

    Writes DIR/statement.dsse.json: an in-toto statement in a DSSE envelope, which
    others check with `affidavit verify` or any library for these formats; beside it
    a certificate that people read and that checks itself in a browser, a Sigstore
    bundle, tables, OSCAL, the policies that were in force, a proof that the trail only
    grew since the last attestation, and the trail's entries, from which every figure is
    counted again. Records that are still pending are sealed first.
    """
    if context.invoked_subcommand is not None:
        return 0
    if out is None:
        raise click.UsageError("Missing option '--out'.", context)
    contract = _contract(contract_file)
    now = datetime.now(UTC)
    period = _period(start, end, contract, now)
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    identity = own_identity(settings)
    asked = Asked(
        since=_since(settings, since_path, period, own_keys(settings, identity)),
        contract=contract,
        envelopes=attest_policies.signatures(settings.policy),
        coverage=_reconciled(handed["reconciliation"]),
        sample=_wanted(handed["drawn"]),
    )
    # A trail that is damaged or read-only can still be attested: its statement says
    # what does not hold and what is pending.
    sealing.seal(settings.trail, identity, work="attest")
    with progress.shown("verifying and counting") as tell:
        envelope = build_statement(
            TrailReader(settings.trail),
            identity,
            period,
            now=datetime.now(UTC),
            pins=pins.of_statement(settings.anchors),
            evidence=pins.evidence(settings.trail, ()),
            progress=tell,
            asked=asked,
        )
    path, envelope = write_statement(out, envelope)
    predicate = handover.predicate_of(envelope)
    attest_folder.hand_over(
        settings,
        envelope,
        out,
        language=handed["language"],
        asked=asked,
        controls=controls is not None,
        entire=(entire := attest_folder.whole(predicate, handed["hand_over"])),
    )
    if not entire or handed["drawn"]:
        attest_folder.draw(settings, envelope, out, bodies=handed["sample_bodies"])
    attest_folder.mark(settings.trail, period, envelope)
    if as_json:
        machine.emit(attest_said.as_json(path, identity, predicate))
    else:
        attest_said.say(path, identity, predicate)
    return attest_said.exit_code(predicate)


def _wanted(given: int | None) -> int | None:
    """How many decisions the statement has looked at; the same however it is handed
    over.
    """
    return sample_draw.WANTED if given is None else given or None


def _reconciled(path: Path | None) -> Kept | None:
    return None if path is None else load(path)


def _contract(path: Path | None) -> "Contract | None":
    if path is None:
        return None
    from affidavit.attest.contract import read

    return read(path)


def _period(
    start: When | None, end: When | None, contract: "Contract | None", now: datetime
) -> Period:
    """The period that is asked for: by dates, or by a contract's schedule."""
    if start is not None:
        arguments.ordered(start, end)
        return Period.of(start.start, _end(end, now))
    if contract is None or contract.content.schedule is None or end is not None:
        raise click.UsageError(
            "Say which period: --from, or a --contract that has a schedule."
        )
    from affidavit.attest.contract import latest

    period = latest(contract.content, now)
    if period is None:
        first = contract.content.schedule.start
        raise Incomplete(
            f"no period of the contract's schedule is over, the first of which begins "
            f"on {first}: attest when it is, or name a period with --from."
        )
    return period


def _end(end: When | None, now: datetime) -> datetime:
    """Where the period ends: one that is not over ends now, and says so."""
    if end is None:
        return now
    if end.after > now:
        output.hint(f"The period is not over: it ends now, at {moment(now)}.")
        return now
    return end.after


def _since(
    settings: Settings, path: Path | None, period: Period, keys: Pinned
) -> Since | None:
    """The attestation to go on from, signed by the trail's own keys."""
    if path is not None:
        told = opened(verify_statement.read(path), keys)
        if told.period.end > period.start:
            output.hint("The statement of --since is of a later time than this one.")
        return of_statement(told)
    known = attestations.before(settings.trail, period.start)
    return None if known is None else Since.of(known)
