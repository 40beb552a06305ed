"""`affidavit attest`: a period of the trail as a signed statement.

Needs key, secret and trail, and no policy: what was done can be attested under a policy
that has expired or is broken by now.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from affidavit import canonical
from affidavit.attest import anchored, entries, handover
from affidavit.attest.certificate.words import Language
from affidavit.attest.packaging import Package
from affidavit.attest.predicate import Claim
from affidavit.attest.statement import build_statement, write_statement
from affidavit.attest.tally import Period
from affidavit.canonical import Json
from affidavit.cli import (
    arguments,
    findings,
    machine,
    output,
    pins,
    progress,
    sealing,
)
from affidavit.cli.arguments import When
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count, moment
from affidavit.dsse import Envelope
from affidavit.errors import AffidavitError, TrailUnavailable
from affidavit.trail import attested
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import Settings, read_settings

COLOURS = {
    Claim.PASS: output.GOOD,
    Claim.EXCEPTIONS: output.ODD,
    Claim.INCOMPLETE: output.BAD,
}


@click.command(
    cls=TeachingCommand,
    name="attest",
    uses=(
        Use(
            "affidavit attest --from 2026-10-01 --to 2026-10-31 --out october",
            "a whole month, its last day included",
        ),
        Use(
            "affidavit attest --from 2026-10-01T00:00:00Z --to 2026-10-02T00:00:00Z "
            "--out day",
            "between two moments, the second not included",
        ),
    ),
    exits=Exits(
        "written; the statement says PASS or PASS WITH EXCEPTIONS",
        NO_FINDINGS,
        "the statement says INCOMPLETE, or none could be made",
    ),
)
@etiquette
@click.option(
    "--from",
    "start",
    required=True,
    type=arguments.TIME,
    help="First day, or first moment, in UTC.",
)
@click.option(
    "--to",
    "end",
    type=arguments.TIME,
    help="Last day, included whole, or the moment before which the period ends. "
    "Default, and where that is yet to come: now.",
)
@click.option(
    "--out",
    required=True,
    type=arguments.PATH,
    metavar="DIR",
    help="Where to write it.",
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
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.ENGLISH.value,
    show_default=True,
    help="Of certificate.html, the page for people.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    start: When,
    end: When | None,
    out: Path,
    hand_over: str,
    language: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Verify the trail, count a period of it, and sign what was found.

    Writes DIR/statement.dsse.json: an in-toto statement in a DSSE envelope, which
    others check with `affidavit verify` or any library for these formats; beside it
    a certificate that people read and that checks itself in a browser, a Sigstore
    bundle, tables, OSCAL, and the trail's entries, from which every figure is counted
    again. Records that are still pending are sealed first.
    """
    arguments.ordered(start, end)
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    identity = own_identity(settings)
    now = datetime.now(UTC)
    period = Period.of(start.start, _end(end, now))
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
        )
    path = write_statement(out, envelope)
    predicate = _predicate(envelope)
    whole = _whole(predicate, hand_over)
    _hand_over(settings, identity, envelope, out, language=language, whole=whole)
    _mark(settings.trail, period, predicate)
    if as_json:
        machine.emit(_as_json(path, identity, predicate))
    else:
        _say(path, identity, predicate)
    return 2 if Claim(predicate["verdict"]) is Claim.INCOMPLETE else 0


def _end(end: When | None, now: datetime) -> datetime:
    """Where the period ends: one that is not over ends now, and says so."""
    if end is None:
        return now
    if end.after > now:
        output.hint(f"The period is not over: it ends now, at {moment(now)}.")
        return now
    return end.after


def _whole(predicate: Mapping[str, Any], wanted: str) -> bool:
    """Whether entries are handed over: never of a trail that does not hold."""
    if predicate["integrity"]["problems"]:
        return False
    few = int(predicate["tree"]["size"]) <= entries.MOST
    return wanted == "all" or (wanted == "auto" and few)


def _hand_over(
    settings: Settings,
    identity: Identity,
    envelope: Envelope,
    out: Path,
    *,
    language: str,
    whole: bool,
) -> None:
    with progress.shown("handing over entries") as tell:
        handover.write(
            Package(out),
            envelope,
            identity.verifier,
            language=Language(language),
            stamps=_stamps(settings, envelope),
            trail=TrailReader(settings.trail) if whole else None,
            progress=tell,
        )


def _stamps(settings: Settings, envelope: Envelope) -> list[bytes]:
    """Time stamps over the signature, of the settings' authorities that answer."""
    plan = settings.anchors
    if plan is None or not plan.stamps:
        return []
    from affidavit.anchors.stamp import stamp
    from affidavit.anchors.web import Web

    given: list[bytes] = []
    for each in plan.stamps:
        try:
            signature = envelope.signatures[0].signature
            stamped = stamp(Web(), each, signature, now=datetime.now(UTC))
        except AffidavitError as error:
            output.hint(f"No time stamp by {each.url}: {error}")
        else:
            given.append(stamped.response)
    return given


def _mark(path: Path, period: Period, predicate: Mapping[str, Any]) -> None:
    """Note that the period is attested: from now on its bodies may be pruned.

    Not for a statement that says INCOMPLETE, which is to be made again.
    """
    if Claim(predicate["verdict"]) is Claim.INCOMPLETE:
        return
    try:
        attested.mark(path, period.start, period.end)
    except TrailUnavailable as error:
        output.hint(f"Not noted as attested, so that its bodies are kept: {error}")


def _predicate(envelope: Envelope) -> Mapping[str, Any]:
    statement: Any = canonical.loads(envelope.payload)
    predicate: Mapping[str, Any] = statement["predicate"]
    return predicate


def _as_json(
    path: Path, identity: Identity, predicate: Mapping[str, Any]
) -> dict[str, Json]:
    return {
        "anchors": predicate["anchors"],
        "exceptions": predicate["exceptions"],
        "integrity": predicate["integrity"],
        "origin": predicate["origin"],
        "path": machine.text(path),
        "period": predicate["period"],
        "records": predicate["records"],
        "root": predicate["tree"]["root"],
        "size": predicate["tree"]["size"],
        "use": predicate["use"],
        "verdict": predicate["verdict"],
        "vkey": str(identity.verifier),
    }


def _say(path: Path, identity: Identity, predicate: Mapping[str, Any]) -> None:
    claim, period = Claim(predicate["verdict"]), predicate["period"]
    output.say(claim.value, colour=COLOURS[claim])
    tree, total = predicate["tree"], predicate["records"]["total"]
    output.say_pairs(
        [
            ("origin", predicate["origin"]),
            ("period", f"{period['from']} to {period['to']}, the end not included"),
            ("records", f"{total} in the period, {tree['size']} in the tree"),
            ("root", tree["root"]),
            ("anchors", anchored.in_words(predicate["anchors"])),
        ]
    )
    findings.say_list("Exceptions:", predicate["exceptions"])
    _say_rows(predicate["use"]["rows"])
    findings.say_list("What this does not prove:", predicate["doesNotProve"])
    output.say()
    output.say(f"Written to {path}. Hand it over with the verifier key:")
    output.say(f"  {identity.verifier}")
    output.say("The other side checks it, and counts again from the entries in there:")
    output.say(f"  affidavit verify {path.parent} --key VKEY")


def _say_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        output.say("No decisions in this period.")
        return
    fields = ("purpose", "model", "endpoint", "effect", "decisions")
    cells = [
        ["-" if row[name] is None else str(row[name]) for name in fields]
        for row in rows
    ]
    output.say_table(fields, cells)
    counted = sum(int(row["decisions"]) for row in rows)
    output.say(count(counted, "decision"))
