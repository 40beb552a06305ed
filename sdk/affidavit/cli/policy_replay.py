"""`affidavit policy replay`: what a candidate would have made of recorded decisions."""

import os
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, progress
from affidavit.cli.arguments import When
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.gate.past import Gap
from affidavit.gate.replay import Sample, Tally, totals
from affidavit.policy.loader import Policy, load
from affidavit.trail.record import stamp
from affidavit.wiring.replay import Question, Workers, replay
from affidavit.wiring.settings import read_settings

SHOWN = 50
"""Rows that a person is shown; JSON has all."""
_WHY = {
    Gap.PRUNED: "their bodies were pruned",
    Gap.UNREADABLE: "their records cannot be read: run `affidavit trail verify`",
    Gap.CUT: "their calls held more, or other names, than a record can tell",
    Gap.BUDGET: "a budget, obligation or incident refused them, and none is tried "
    "again",
    Gap.LINES: "they hang on the lines of an uploaded file, which no record holds",
}
_SAID = (
    "Decided from what the records hold, on the day of each: findings are the recorded "
    "ones, and nothing is detected anew."
)


@click.command(
    cls=TeachingCommand,
    name="replay",
    uses=(
        Use(
            "affidavit policy replay --policy candidate.yaml",
            "over all that the settings' trail recorded",
        ),
        Use(
            "affidavit policy replay --policy candidate.yaml --from 2026-11-01 --json",
            "over a period, for a program",
        ),
    ),
    exits=Exits(
        "nothing would have been decided otherwise",
        "something would have been",
        "a policy or trail cannot be read, usage, or nothing changed and some "
        "decisions are undetermined",
    ),
)
@etiquette
@arguments.policy
@arguments.trail
@click.option("--from", "since", type=arguments.TIME, help="Decided from then on, UTC.")
@click.option(
    "--to",
    "until",
    type=arguments.TIME,
    help="Decided until this date inclusive, or before a moment.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that work on a long trail (default: one for each core).",
)
@arguments.as_json
def command(
    *,
    policy: Path | None,
    trail: Path | None,
    since: When | None,
    until: When | None,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Decide again, by another policy, about every call that a trail recorded.

    Says which decisions would have been others: purpose, model, endpoint, the recorded
    effect and the candidate's, how many, and the first of them. What a record does not
    hold is not guessed: such decisions are counted as undetermined. Verifies nothing:
    `affidavit trail verify` does that.
    """
    arguments.ordered(since, until)
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), policy=policy, trail=trail
    )
    candidate = load(settings.policy)
    question = Question(
        trail=settings.trail,
        policy=settings.policy,
        digest=candidate.digest,
        since=None if since is None else _printed(since.start.timestamp()),
        until=None if until is None else _printed(until.after.timestamp()),
    )
    with progress.shown("replaying") as tell:
        tally = replay(
            question, candidate, workers=Workers(jobs=jobs or _cores()), tell=tell
        )
    if as_json:
        machine.emit(_as_json(candidate, tally))
    else:
        say(candidate, tally)
    return exit_code(tally)


def exit_code(tally: Tally) -> int:
    """0 nothing changed, 1 something did, 2 nothing did as far as can be told."""
    if tally.changes:
        return 1
    return 2 if tally.gaps else 0


def _printed(seconds: float) -> str:
    return stamp(round(seconds * 1000))


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _as_json(policy: Policy, tally: Tally) -> dict[str, Json]:
    return {
        "beyond": tally.beyond,
        "budgeted": tally.budgeted,
        "changed": tally.changes,
        "changes": [
            {
                "count": sample.count,
                "endpoint": cell.endpoint,
                "examples": list(sample.examples),
                "from": cell.before,
                "model": cell.model,
                "purpose": cell.purpose,
                "to": cell.after,
            }
            for cell, sample in tally.ranked()
        ],
        "decisions": tally.decisions,
        "effects": [
            {"count": number, "from": before, "to": after}
            for before, after, number in totals(tally.effects)
        ],
        "policy": {"digest": policy.digest, "mode": policy.mode, "name": policy.name},
        "same_policy": tally.same_policy,
        "undetermined": {gap.value: _sampled(tally, gap) for gap in Gap},
    }


def _sampled(tally: Tally, gap: Gap) -> dict[str, Json]:
    sample = tally.undetermined.get(gap, Sample())
    return {"count": sample.count, "examples": list(sample.examples)}


def say(policy: Policy, tally: Tally) -> None:
    """What would change, and what cannot be told, for a person."""
    changed = f"{tally.changes:,} of {count(tally.decisions, 'decision')} would change"
    output.say(changed, colour=output.ODD if tally.changes else output.GOOD)
    output.say_pairs(
        [
            ("candidate", f"{policy.name}, mode {policy.mode}, {policy.digest}"),
            ("by itself", f"{count(tally.same_policy, 'decision')} were its own"),
        ]
    )
    rows = [
        (
            cell.purpose or "(none)",
            cell.model or "(none)",
            cell.endpoint,
            cell.before,
            cell.after,
            f"{sample.count:,}",
            sample.examples[0],
        )
        for cell, sample in tally.ranked()
    ]
    if rows:
        heads = ("purpose", "model", "endpoint", "from", "to", "count", "first")
        output.say_table(heads, rows[:SHOWN])
    if len(rows) > SHOWN or tally.beyond:
        more = count(len(rows[SHOWN:]), "more row")
        output.say(f"… {more} with --json, {tally.beyond:,} decisions beyond them")
    if tally.gaps:
        output.say(f"{count(tally.gaps, 'decision')} undetermined:", colour=output.ODD)
        for gap, sample in sorted(
            tally.undetermined.items(), key=lambda each: each[0].value
        ):
            output.say(f"  - {sample.count:,}: {_WHY[gap]}")
    if tally.budgeted:
        number = count(tally.budgeted, "decision")
        output.say(f"Budgets are not counted again: {number} stand under one.")
    output.hint(_SAID)
