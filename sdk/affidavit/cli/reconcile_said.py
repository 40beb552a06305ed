"""What `affidavit reconcile` says to people: how much, which day, whose, what to do.

Knows words only. Programs get all of it with `--json`.
"""

from collections.abc import Mapping, Sequence

from affidavit.cli import output
from affidavit.cli.wording import count
from affidavit.reconcile.causes import Cause, Likely
from affidavit.reconcile.compare import Compared, Comparison
from affidavit.reconcile.reconciliation import Reconciliation, provisional
from affidavit.reconcile.report import NO_PURPOSES, UNSIGNED, coverage

SHOWN = 40
"""Cells that a person is shown; JSON has all."""
REMEDIES: Mapping[Cause, str] = {
    Cause.OTHER_KEY: "find who holds that key: govern the program, or revoke the key. "
    "If it is governed, name it with --governed-key.",
    Cause.OTHER_PROJECT: "find whose project it is: its programs are not governed, or "
    "write another trail, which is reconciled by itself.",
    Cause.BEFORE_TRAIL: "nothing can be done about the past: attest from the day on "
    "which the trail began.",
    Cause.BATCH: "look which program starts batches that the trail did not see.",
    Cause.RETRIES: "compare the tries' request ids with the provider's logs. A caller "
    "that times out too early is billed twice.",
    Cause.WEBSOCKETS: "let turns be asked for (turn detection off), or count them by "
    "the sessions.",
    Cause.MIDNIGHT: "nothing, if the two days together agree; else see whether the "
    "recording machine's clock is right.",
    Cause.MODEL_NAME: "say it with --alias NAME=SNAPSHOT.",
    Cause.NEVER_RECORDED: "find the program: `affidavit scan code` names clients that "
    "are not governed.",
    Cause.FAILED: "nothing: these calls were recorded, and failed.",
    Cause.UNKNOWN_OUTCOME: "nothing, unless there are many: then a process dies in "
    "the middle of calls.",
    Cause.NOT_YET_BILLED: "reconcile again in two days.",
    Cause.CUT_OFF: "nothing: requests agree, and the provider bills answers to their "
    "end.",
    Cause.UNEXPLAINED: "look for programs that use the same key and are not governed "
    "(`affidavit scan code`), or whose trail was lost.",
}
"""Cause → what to do about it."""


def say(found: Reconciliation) -> None:
    """The whole report."""
    compared = found.comparison
    share = coverage(compared)
    covered = "nothing was billed" if share is None else f"{share} of billed requests"
    output.say(f"coverage {covered}", colour=output.GOOD if found.whole else output.BAD)
    output.say_pairs(
        [
            ("period", f"{found.asked.start} to {found.asked.end}, the end not in it"),
            ("billed", count(compared.billed, "request")),
            ("recorded", count(compared.recorded, "call")),
            ("uncovered", f"{compared.uncovered}, billed and not recorded"),
            ("excess", f"{compared.excess}, recorded and not billed"),
        ]
    )
    _say_days(compared)
    _say_cells(compared.cells, found.likely)
    _say_remedies(found.likely)
    if found.without_body:
        output.say(
            f"{count(found.without_body, 'decision')} of the period have no body any "
            "more and are in no cell."
        )
    asked = found.asked
    if growing := list(provisional(asked.start, asked.end, found.fetched)):
        output.say(
            f"The bill from {growing[0]} on may still grow: it was fetched less than "
            "two days after."
        )
    for line in (UNSIGNED, NO_PURPOSES):
        output.say(line)


def _say_days(compared: Comparison) -> None:
    """A picture of each day: what was billed, and how much of it is covered."""
    days = compared.by_day()
    most = max((each.billed for each in days.values()), default=0)
    if len(days) < 2 or not most:
        return
    rows = [
        [
            day,
            output.bar(each.covered, most),
            str(each.billed),
            str(each.uncovered) if each.uncovered else "",
            str(each.excess) if each.excess else "",
        ]
        for day, each in days.items()
    ]
    output.say_table(("day", "covered", "billed", "uncovered", "excess"), rows)


def _say_cells(
    cells: Sequence[Compared], likely: Mapping[int, Sequence[Likely]]
) -> None:
    if not likely:
        output.say("Every cell agrees.")
        return
    worst = sorted(likely, key=lambda index: (-_gap(cells[index]), index))[:SHOWN]
    headings = ("day", "kind", "project", "model", "key", "billed", "recorded")
    output.say_table(
        (*headings, "uncovered", "excess", "likely"),
        [_row(cells[index], likely[index]) for index in sorted(worst)],
    )
    if len(likely) > SHOWN:
        output.say(f"{len(likely) - SHOWN} more cells differ, by less: --json has all.")


def _gap(each: Compared) -> int:
    return each.requests.uncovered + each.requests.excess


def _row(each: Compared, likely: Sequence[Likely]) -> list[str]:
    cell, requests = each.cell, each.requests
    keys = [key or "none" for key, n in each.by_key.items() if n]
    return [
        cell.day,
        cell.family,
        cell.project or "-",
        cell.model or "-",
        ", ".join(sorted(keys)) or "-",
        str(requests.billed),
        str(requests.recorded),
        str(requests.uncovered),
        str(requests.excess),
        "; ".join(map(_cause, likely)),
    ]


def _cause(one: Likely) -> str:
    if one.tokens:
        return f"{one.cause.value}: {one.tokens} tokens: {one.words}"
    return f"{one.cause.value}: {one.requests} {one.words}"


def _say_remedies(likely: Mapping[int, Sequence[Likely]]) -> None:
    causes = {one.cause for every in likely.values() for one in every}
    if not causes:
        return
    output.say("What to do:")
    output.say_pairs([(each.value, REMEDIES[each]) for each in Cause if each in causes])
