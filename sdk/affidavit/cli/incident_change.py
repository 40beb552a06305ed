"""`affidavit incident clarify`, `suspend`, `lift`, `close`: what comes after opening.

Each is a record of the trail, signed and lasting; corrections are further records.
"""

import hashlib
from pathlib import Path
from typing import Any

import click

from affidavit.cli import arguments, incident_desk, machine, output, progress
from affidavit.cli.teaching import TeachingCommand, Use, etiquette
from affidavit.errors import Incomplete
from affidavit.incident.model import Evidence, Incident, Says
from affidavit.trail.reader import TrailReader

_ID = click.argument("identifier", metavar="ID")
_REASON = click.argument("reason", metavar="REASON")
_PIECE = 1 << 20


@click.command(
    cls=TeachingCommand,
    name="clarify",
    uses=(
        Use(
            'affidavit incident clarify ID --question "Whose is this account?" '
            '--by "OpenAI"',
            "what they ask",
        ),
        Use(
            'affidavit incident clarify ID --answer "A tester\'s; closed today." '
            "--to QUESTION --evidence-record RECORD --evidence-file ticket.pdf",
            "what you answer, and what it rests on",
        ),
    ),
    exits=incident_desk.EXITS,
)
@etiquette
@_ID
@click.option("--question", metavar="TEXT", help="A question, theirs or yours.")
@click.option("--answer", metavar="TEXT", help="An answer; --to says to which.")
@click.option("--statement", metavar="TEXT", help="What was found, or done.")
@click.option("--to", metavar="RECORD", help="The question that is answered.")
@click.option("--by", metavar="WHO", help="Who says so.")
@click.option(
    "--evidence-record",
    "evidence_records",
    multiple=True,
    metavar="ID",
    help="A record of this trail that shows it. Repeatable.",
)
@click.option(
    "--evidence-file",
    "files",
    multiple=True,
    type=arguments.PATH,
    metavar="FILE",
    help="A file that shows it: its name, size and SHA-256 are recorded, and it stays "
    "where it is. Repeatable.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def clarify(
    *,
    identifier: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Record a question, an answer or a statement about incident ID.

    All of it stays readable to whoever is given the body of the record: write nothing
    here that the other side must not read.
    """
    said = [(each, given[each.value]) for each in Says if given[each.value]]
    if len(said) != 1:
        raise click.UsageError("Give one of --question, --answer and --statement.")
    says, text = said[0]
    if (says is Says.ANSWER) is (given["to"] is None):
        raise click.UsageError("--to names the question of an --answer.")
    settings = incident_desk.settled(trail, signing_key)
    evidence = [Evidence(record=each) for each in given["evidence_records"]]
    evidence += [_digested(each) for each in given["files"]]
    with progress.shown("recording") as tell:
        desk = incident_desk.desk(settings, tell)
        _known(TrailReader(settings.trail), given["evidence_records"])
        record = desk.clarify(
            identifier,
            says,
            text,
            by=given["by"],
            to=given["to"],
            evidence=evidence,
        )
    if as_json:
        machine.emit(
            {
                "at": record.at,
                "evidence": [each.as_json() for each in evidence],
                "record": record.id,
                "says": says.value,
            }
        )
    else:
        output.say(f"{record.id}: {says.value} recorded")
    return 0


def _digested(path: Path) -> Evidence:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error
    return Evidence(file=path.name, size=size, sha256=digest.hexdigest())


def _known(reader: TrailReader, ids: tuple[str, ...]) -> None:
    """`Incomplete` for a record that this trail does not have."""
    wanted = set(ids)
    if not wanted:
        return
    for _, entry in reader.entries():
        wanted -= {each for each in wanted if f'"id":"{each}"'.encode() in entry}
        if not wanted:
            return
    wanted -= {each.entry.id for each in reader.pending()}
    if wanted:
        raise Incomplete(
            f"{reader.path}: no record {min(wanted)[:64]!r}. `affidavit trail show` "
            "prints ids."
        )


@click.command(
    cls=TeachingCommand,
    name="suspend",
    uses=(
        Use(
            'affidavit incident suspend ID "all their traffic" --purpose support.reply',
            "more than the notice named",
        ),
    ),
    exits=incident_desk.EXITS,
)
@etiquette
@_ID
@_REASON
@incident_desk.targets
@arguments.trail
@arguments.signing_key
@arguments.as_json
def suspend(
    *,
    identifier: str,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Suspend more for incident ID, at once, for REASON."""
    chosen = incident_desk.chosen(given)
    if not chosen:
        raise click.UsageError("Say what: --purpose, --safety-id, …, or --everything.")
    settings = incident_desk.settled(trail, signing_key)
    with progress.shown("recording") as tell:
        desk = incident_desk.desk(settings, tell)
        incident = desk.suspend(identifier, chosen, reason)
    _say(incident, f"suspended {incident_desk.told(chosen)}", as_json=as_json)
    return 0


@click.command(
    cls=TeachingCommand,
    name="lift",
    uses=(
        Use(
            'affidavit incident lift ID "OpenAI cleared it on 25 November"',
            "all that it suspends",
        ),
        Use(
            'affidavit incident lift ID "another team" --purpose search.index',
            "one of several",
        ),
    ),
    exits=incident_desk.EXITS,
)
@etiquette
@_ID
@_REASON
@incident_desk.targets
@arguments.trail
@arguments.signing_key
@arguments.as_json
def lift(
    *,
    identifier: str,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """End what incident ID suspends, for REASON, which is recorded under signature.

    Calls leave again as soon as this has returned, and not before it is recorded.
    """
    _reasoned(reason)
    settings = incident_desk.settled(trail, signing_key)
    with progress.shown("recording") as tell:
        desk = incident_desk.desk(settings, tell)
        incident, lifted = desk.lift(identifier, incident_desk.chosen(given), reason)
    _say(incident, f"lifted {incident_desk.told(lifted)}", as_json=as_json)
    return 0


@click.command(
    cls=TeachingCommand,
    name="close",
    uses=(Use('affidavit incident close ID "warning withdrawn"', "how it ended"),),
    exits=incident_desk.EXITS,
)
@etiquette
@_ID
@_REASON
@arguments.trail
@arguments.signing_key
@arguments.as_json
def close(
    *,
    identifier: str,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Record that incident ID is settled, and how. What it suspends stays suspended."""
    _reasoned(reason)
    settings = incident_desk.settled(trail, signing_key)
    with progress.shown("recording") as tell:
        incident = incident_desk.desk(settings, tell).close(identifier, reason)
    _say(incident, "closed", as_json=as_json)
    for each in incident.opened.holds:
        output.hint(f"Still held from pruning; `affidavit trail hold remove {each}`.")
    return 0


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise click.UsageError("A reason is needed: it is what is signed.")


def _say(incident: Incident, what: str, *, as_json: bool) -> None:
    if as_json:
        machine.emit(incident_desk.as_object(incident))
        return
    output.say(f"incident {incident.id}: {what}")
    output.hint(f"Suspended now: {incident_desk.told(incident.suspended)}")
