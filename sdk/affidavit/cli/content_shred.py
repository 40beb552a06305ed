"""`affidavit content shred`: contents made unreadable, and the trail told of it."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import appending, arguments, machine, output, progress, reading
from affidavit.cli.appending import TOOL
from affidavit.cli.arguments import When
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count
from affidavit.contents import State
from affidavit.errors import Incomplete
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Field, Kind, Labels, parse_moment
from affidavit.wiring.contents import content_store
from affidavit.wiring.settings import Settings, read_settings

MOST_NAMED = 256
"""Identifiers that the record of a shredding lists; of more it has the digest."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which calls' contents. What is None is not asked for; all that is must hold."""

    ids: frozenset[str] | None
    labels: tuple[tuple[str, str], ...]
    """Fields of an entry and the label that each must have."""
    before: datetime | None

    def takes(self, record: StoredRecord) -> bool:
        entry = record.entry
        return (
            entry.kind is Kind.DECISION
            and (self.ids is None or entry.id in self.ids)
            and all(entry.labels.get(name) == label for name, label in self.labels)
            and (self.before is None or parse_moment(entry.at) < self.before)
        )


@click.command(
    cls=TeachingCommand,
    name="shred",
    uses=(
        Use(
            "affidavit content shred --subject user-7 --reason 'asked to be forgotten'",
            "one person's contents; asks before it does so",
        ),
        Use(
            "affidavit content shred --before 2026-01-01 --reason retention --yes",
            "all of last year's, from a scheduled job",
        ),
        Use("affidavit content shred --ids ids.txt --dry-run", "only count them"),
    ),
    exits=Exits(
        "shredded, or nothing was left to shred",
        NO_FINDINGS,
        "not confirmed, no key, a store or a trail that cannot be written, or usage",
    ),
)
@etiquette
@arguments.trail
@click.option(
    "--ids",
    "id_file",
    type=arguments.PATH,
    metavar="FILE",
    help="Calls with these identifiers, one a line.",
)
@click.option("--purpose", help="Calls that declared exactly this purpose.")
@click.option("--subject", help="Calls whose `user` was this.")
@click.option("--safety-id", help="Calls whose `safety_identifier` was this.")
@click.option(
    "--before", type=arguments.TIME, help="Calls decided before this time (UTC)."
)
@click.option("--reason", help="Why, for the record in the trail.")
@click.option("--dry-run", is_flag=True, help="Only say how many that would be.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@arguments.as_json
def command(
    *,
    trail: Path | None,
    id_file: Path | None,
    purpose: str | None,
    subject: str | None,
    safety_id: str | None,
    before: When | None,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Delete the keys of contents, so that nothing opens them: here or in a backup.

    Options narrow each other down; give at least one. The trail stays as it is and
    verifies as before; a `pruning` record says how many contents went, when and why.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    identity = own_identity(settings)
    labels = Labels(identity.secrets.label)
    wanted = _Wanted(
        ids=None if id_file is None else _ids(id_file),
        labels=tuple(
            (field.value, labels.of(field.value, value))
            for field, value in (
                (Field.PURPOSE, purpose),
                (Field.SUBJECT, subject),
                (Field.SAFETY, safety_id),
            )
            if value is not None
        ),
        before=None if before is None else before.start,
    )
    if wanted == _Wanted(None, (), None):
        raise click.UsageError(
            "Say which: --ids, --purpose, --subject, --safety-id or --before."
        )
    with progress.shown("searching") as tell:
        found = reading.told(TrailReader(settings.trail), tell)
        chosen = [record.entry.id for record in found if wanted.takes(record)]
    with closing(content_store(settings, identity)) as store:
        kept = [each for each in chosen if store.state(each) is State.KEPT]
        if kept and not dry_run:
            _confirm(len(kept), reason, yes=yes)
            now = datetime.now(UTC)
            # The keys first: a crash before the record leaves less than was said to
            # be kept; the other way round it would leave more than was said to be.
            store.shred(kept, at=now)
            _tell(settings, identity, kept, reason or "")
    if as_json:
        machine.emit({"calls": len(chosen), "dry_run": dry_run, "shredded": len(kept)})
    else:
        _say(len(chosen), len(kept), dry_run=dry_run)
    return 0


def _ids(file: Path) -> frozenset[str]:
    try:
        lines = file.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise Incomplete(f"{file}: cannot be read ({error}).") from error
    return frozenset(lines)


def _confirm(number: int, reason: str | None, *, yes: bool) -> None:
    if not reason:
        raise click.UsageError("Say why with --reason: the trail records it.")
    if not yes:
        click.confirm(
            f"Shred the contents of {count(number, 'call')}? Nothing brings them back.",
            abort=True,
            err=True,
        )


def _tell(
    settings: Settings, identity: Identity, ids: Sequence[str], reason: str
) -> None:
    """Put into the trail that these contents are gone."""
    listed: dict[str, Json] = {"ids": list(ids)} if len(ids) <= MOST_NAMED else {}
    body: dict[str, Json] = {
        "contents": len(ids),
        "reason": reason[:1000],
        "sha256": sha256("\n".join(sorted(ids)).encode()).hexdigest(),
        "tool": TOOL,
        "what": "content",
        **listed,
    }
    with appending.opened(settings, identity, "shred") as trail:
        trail.append(
            records.fresh(Kind.PRUNING, body, clock=time.time_ns, randomness=os.urandom)
        )


def _say(calls: int, shredded: int, *, dry_run: bool) -> None:
    would = "would be shredded" if dry_run else "shredded"
    output.say(f"{count(calls, 'call')} asked for, contents of {shredded:,} {would}.")
