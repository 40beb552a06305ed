"""`affidavit incident dossier`: one incident, for whoever has to judge it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.cli import (
    arguments,
    attest_policies,
    dossier_making,
    handing,
    incident_desk,
    machine,
    output,
    progress,
    sealing,
    verify_dossier,
)
from affidavit.cli.arguments import When
from affidavit.cli.dossier_making import Beside, Subject
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count, size
from affidavit.errors import Incomplete
from affidavit.incident import book
from affidavit.incident.dossier import scope
from affidavit.incident.dossier.plan import Plan
from affidavit.trail.reader import TrailReader
from affidavit.verify.dossier.narrative import MAX_BYTES
from affidavit.wiring.settings import Settings

_MAX_PLAN_BYTES = 256 << 20


@click.command(
    cls=TeachingCommand,
    name="dossier",
    uses=(
        Use(
            "affidavit incident dossier 0199a8c2 --review plan.json",
            "first: every matching record, for you to decide about",
        ),
        Use(
            "affidavit incident dossier 0199a8c2 --plan plan.json "
            "--narrative account.md --out dossier.zip",
            "then: the dossier, by your decisions",
        ),
        Use(
            "affidavit verify dossier.zip --key acme.vkey",
            "what the one who got it runs",
        ),
    ),
    exits=Exits(
        "written, and it holds",
        "the trail does not hold there, so nothing was written",
        "written with bodies missing that nothing explains; or nothing: no such "
        "incident, no key, a plan that does not fit, a place that is taken, or usage",
    ),
)
@etiquette
@click.argument("identifier", metavar="ID")
@click.option(
    "--review",
    type=arguments.PATH,
    metavar="FILE",
    help="Write the plan to FILE and nothing else.",
)
@click.option(
    "--plan",
    type=arguments.PATH,
    metavar="FILE",
    help="Disclose, hash and withhold as this plan says. Default: withhold every body.",
)
@click.option(
    "--narrative",
    type=arguments.PATH,
    metavar="FILE",
    help="Your account, Markdown: signed apart from the evidence.",
)
@click.option(
    "--attach",
    multiple=True,
    type=arguments.PATH,
    metavar="FILE",
    help="A file that a clarification named. Repeatable.",
)
@click.option("--from", "start", type=arguments.TIME, help="Where the window begins.")
@click.option("--to", "end", type=arguments.TIME, help="Where it ends.")
@click.option("--out", type=arguments.PATH, metavar="FILE", help="The ZIP to write.")
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    identifier: str,
    review: Path | None,
    plan: Path | None,
    narrative: Path | None,
    attach: tuple[Path, ...],
    start: When | None,
    end: When | None,
    out: Path | None,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Put one incident into one file: notice, records, policy, what was done and said.

    In two steps: --review writes a plan that you edit, --plan makes the dossier by it.
    It has every entry of the window, so that nothing can be left out unseen, and the
    bodies of matching records as the plan says. docs/dossier.md says who learns what.
    """
    if (review is None) is (out is None):
        raise click.UsageError("Give --review FILE for a plan, or --out FILE.")
    if review is not None and (plan or narrative or attach):
        raise click.UsageError("--review writes a plan and takes nothing in.")
    settings = incident_desk.settled(trail, signing_key)
    with progress.shown("gathering") as tell:
        subject = _subject(settings, identifier, start, end, tell)
        found = dossier_making.planned(subject, tell)
    _tell_what_is_left_aside(subject)
    if review is not None or out is None:
        return _review(found, review or Path(), as_json=as_json)
    reviewed = (
        found.unreviewed()
        if plan is None
        else found.reviewed(handing.read(plan, _MAX_PLAN_BYTES))
    )
    beside = Beside(
        narrative=None if narrative is None else _text(narrative),
        attachments=attach,
        find_policies=lambda told: attest_policies.find(
            told, settings.policy, attest_policies.signatures(settings.policy)
        ),
    )
    with progress.shown("writing the dossier") as tell:
        report = dossier_making.make(subject, reviewed, beside, out, tell)
    if as_json:
        machine.emit(
            verify_dossier.as_object(report)
            | {"bytes": out.stat().st_size, "path": machine.text(out)}
        )
        return report.exit_code
    written = f"{out}: written and checked, {size(out.stat().st_size)}"
    output.say(written, colour=output.GOOD)
    output.say_pairs(verify_dossier.facts(report))
    if plan is None and found.rows:
        output.hint("No body is in it: nobody reviewed them. See --review.")
    return report.exit_code


def _subject(
    settings: Settings,
    identifier: str,
    start: When | None,
    end: When | None,
    tell: progress.Tell,
) -> Subject:
    identity = own_identity(settings)
    sealing.seal(settings.trail, identity, work="incident dossier")
    reader = TrailReader(settings.trail)
    incident = book.read(reader, tell).find(identifier)
    now = datetime.now(UTC)
    return Subject(
        reader=reader,
        identity=identity,
        incident=incident,
        note=reader.checkpoint_bytes(),
        window=scope.window(
            incident,
            None if start is None else start.start,
            None if end is None else min(end.after, now),
        ),
        selection=dossier_making.selection(reader, identity, incident),
    )


def _tell_what_is_left_aside(subject: Subject) -> None:
    for each in dossier_making.left_aside(
        subject.reader, subject.identity, subject.incident, subject.selection
    ):
        output.note(
            f"The incident names {each} too, with calls that are not in this "
            "dossier: it searches for one label. `affidavit trail disclose` gives them."
        )


def _review(found: Plan, path: Path, *, as_json: bool) -> int:
    if path.exists():
        raise Incomplete(f"{path}: something stands there, perhaps a plan you edited.")
    handing.hand_out(path, found.encode())
    if as_json:
        machine.emit({"path": machine.text(path), "records": len(found.rows)})
    else:
        output.say(f"{path}: {count(len(found.rows), 'record')} to decide about.")
        output.hint("Edit action and reason, then run this with --plan and --out.")
    return 0


def _text(path: Path) -> str:
    try:
        return handing.read(path, MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Incomplete(f"{path}: a narrative is UTF-8 text.") from error
