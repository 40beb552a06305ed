"""`affidavit trail prune`: bodies that are older than they are kept leave the disk.

Verifies first, so that evidence of a change is never removed. Without `--yes` it only
says what would go: a body cannot be had back.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import appending, arguments, findings, machine, output, progress
from affidavit.cli.progress import Tell
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count, size
from affidavit.errors import SettingsInvalid, TrailUnavailable
from affidavit.trail.identity import Identity
from affidavit.trail.keep import Keep
from affidavit.trail.prune import Plan
from affidavit.trail.pruning import Pruned, prune, pruner
from affidavit.trail.reader import TrailReader
from affidavit.trail.retention import Why
from affidavit.verify import TrailReport, verify_trail
from affidavit.wiring.keyring import own_keys
from affidavit.wiring.settings import Settings, read_settings

LOCK_SECONDS = 2.0
WORDS = {
    Why.HELD: "under a hold; `affidavit trail hold list` shows why",
    Why.UNATTESTED: "of a time that is not attested yet; `affidavit attest` does that",
    Why.OPEN: "without an outcome; kept a week longer, for it may be pending",
}


@click.command(
    cls=TeachingCommand,
    name="prune",
    uses=(
        Use("affidavit trail prune --keep 13months --dry-run", "what would go"),
        Use("affidavit trail prune --keep 13months --yes", "by cron, once a month"),
    ),
    exits=Exits(
        "pruned, or nothing was old enough, or --dry-run said what would go",
        "the trail does not hold: nothing was removed, for it is evidence",
        "neither --yes nor --dry-run, no length, no key, no trail, or a usage error",
    ),
)
@etiquette
@click.option(
    "--keep",
    "length",
    metavar="LENGTH",
    help="How long bodies are kept: 90days, 13months, 2years. Default: the setting "
    "`keep`.",
)
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@click.option("--yes", is_flag=True, help="Remove it. It cannot be had back.")
@click.option(
    "--reason",
    default="retention",
    show_default=True,
    metavar="TEXT",
    help="Why, as the signed record says it.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    length: str | None,
    dry_run: bool,
    yes: bool,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Remove bodies of decisions and outcomes that are older than LENGTH.

    Entries stay, and the trail verifies as before: a signed record says which bodies
    went. Calls under a hold, of a time that is still to be attested, or without an
    outcome in the last week of it stay. Ends what an interrupted run began.
    """
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    keep = _length(length, settings)
    identity = own_identity(settings)
    with progress.shown("verifying") as tell:
        report = _verified(settings, identity, tell)
    if report.problems:
        findings.say_problems(report)
        output.error("Nothing was pruned: the trail does not hold. Keep it as it is.")
        return 1
    if not yes or dry_run:
        plan = _planned(settings.trail, identity, keep)
        _tell(plan, None, keep, as_json=as_json)
        return _answer(plan, dry_run=dry_run)
    with appending.opened(settings, identity, "prune") as trail_:
        done = prune(
            trail_,
            keep,
            now=datetime.now(UTC),
            reason=reason,
            tool=appending.TOOL,
            lock_seconds=LOCK_SECONDS,
        )
    if done is None:
        raise TrailUnavailable(
            f"{settings.trail}: another process has been pruning or holding for "
            f"{LOCK_SECONDS:.0f} s. Try again."
        )
    _tell(done.plan, done, keep, as_json=as_json)
    return 0


def _length(given: str | None, settings: Settings) -> Keep:
    if given is not None:
        return Keep.parse(given)
    if settings.keep is None:
        raise SettingsInvalid(
            "How long are bodies kept? Give --keep, such as 13months, or set `keep` in "
            "affidavit.toml. Without it nothing is ever pruned."
        )
    return settings.keep


def _verified(settings: Settings, identity: Identity, tell: Tell) -> TrailReport:
    return verify_trail(
        TrailReader(settings.trail),
        key=own_keys(settings, identity),
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
        progress=tell,
    )


def _planned(path: Path, identity: Identity, keep: Keep) -> Plan:
    work = pruner(path, identity, lambda: None)
    return work.plan(work.survey(), keep, datetime.now(UTC), "")


def _answer(plan: Plan, *, dry_run: bool) -> int:
    if dry_run or not plan.count:
        return 0
    output.error("Nothing was removed. A body cannot be had back: say --yes.")
    return 2


def _tell(plan: Plan, done: Pruned | None, keep: Keep, *, as_json: bool) -> None:
    if as_json:
        machine.emit(as_object(plan, done, keep))
    else:
        _say(plan, done, keep)


def as_object(plan: Plan, done: Pruned | None, keep: Keep) -> dict[str, Json]:
    """What went, or would go, for programs."""
    return {
        "before": plan.before,
        "bodies": plan.count,
        "bytes": plan.size,
        "finished": 0 if done is None else done.finished.count,
        "keep": str(keep),
        "kept": {why.value: plan.kept.get(why, 0) for why in Why},
        "missing": plan.missing,
        "ranges": [pair for each in plan.records for pair in each.ranges.as_json()],
        "removed": 0 if done is None else done.removed.count,
        "still_held": 0 if done is None else done.finished.held,
    }


def _say(plan: Plan, done: Pruned | None, keep: Keep) -> None:
    verb = "would go" if done is None else "pruned"
    bodies = count(plan.count, "body", "bodies")
    output.say(f"{bodies} {verb}, {size(plan.size)}, of before {plan.before} ({keep})")
    if done is not None and done.finished.count:
        ended = count(done.finished.count, "body", "bodies")
        output.say(f"{ended} more that an interrupted run had left")
    for why, words in WORDS.items():
        if number := plan.kept.get(why, 0):
            output.say(f"  {count(number, 'call')} kept: {words}")
    if done is not None and done.finished.held:
        held = count(done.finished.held, "body", "bodies")
        output.say(f"  {held} kept: a hold came before the removal")
    if plan.missing:
        output.say(
            f"  {count(plan.missing, 'body', 'bodies')} of that time gone already, and "
            "no record says why; `affidavit trail verify` says which",
            colour=output.BAD,
        )
