"""What changed is counted whole, in memory that does not grow with the trail."""

from pathlib import Path

import pytest

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.gate import replay as replays
from affidavit.gate.past import Gap, Past
from affidavit.gate.replay import Cell, Replay, Tally, totals
from support.policies import SUPPORT, a_call, in_force

AT = "2026-11-22T12:00:00.000Z"


def record(number: int, **changes: Json) -> tuple[bytes, bytes]:
    entry: dict[str, Json] = {
        "at": AT,
        "effect": "permit",
        "id": f"id{number}",
        "kind": "decision",
        "policy": "5a" * 32,
    }
    body: dict[str, Json] = {
        "endpoint": "responses",
        "host": "api.openai.com",
        "model": "gpt-5",
        "provider": "openai",
        "purpose": "support.reply",
    }
    entry |= {name: value for name, value in changes.items() if name in entry}
    body |= {name: value for name, value in changes.items() if name in body}
    return canonical.dumps(entry), bytes(16) + canonical.dumps(body)


def test_what_changed_is_told_with_its_first_examples(tmp_path: Path) -> None:
    work = Replay(policy=in_force(tmp_path, SUPPORT))
    for number in range(5):
        work.take(*record(number, model="o1"))
    work.take(*record(6))
    work.take(*record(7, effect="refuse"))
    work.take(*record(8, kind="outcome"))
    tally = work.tally

    assert (tally.decisions, tally.changes, tally.gaps) == (7, 6, 0)
    ((first, sample), (second, _)) = tally.ranked()
    assert first == Cell("support.reply", "o1", "responses", "permit", "refuse")
    assert (sample.count, sample.examples) == (5, ["id0", "id1", "id2"])
    assert (second.before, second.after) == ("refuse", "permit")
    assert list(totals(tally.effects)) == [
        ("permit", "permit", 1),
        ("permit", "refuse", 5),
        ("refuse", "permit", 1),
    ]


def test_a_period_is_half_open_and_its_own_policy_is_counted(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    digest = policy.digest.removeprefix("sha256:")
    work = Replay(policy=policy, since=AT, until="2026-11-22T12:00:00.001Z")
    for at in ("2026-11-22T11:59:59.999Z", AT, "2026-11-22T12:00:00.001Z"):
        work.take(*record(0, at=at, policy=digest))
    assert (work.tally.decisions, work.tally.same_policy) == (1, 1)


def test_what_cannot_be_made_again_is_counted_by_why(tmp_path: Path) -> None:
    work = Replay(policy=in_force(tmp_path, SUPPORT))
    work.take(record(1)[0], None)
    work.take(b'{"kind":"decision"', b"")
    work.take(b'{"kind":"decision"}', b"")
    assert work.tally.undetermined[Gap.PRUNED].examples == ["id1"]
    assert work.tally.undetermined[Gap.UNREADABLE].count == 2
    assert (work.tally.decisions, work.tally.gaps, work.tally.changes) == (3, 3, 0)


def test_parts_add_up_to_the_whole_in_order() -> None:
    parts = [Tally() for _ in range(3)]
    for number, part in enumerate(parts):
        for place in range(2):
            past = Past(f"{number}.{place}", AT, "permit", "", a_call())
            part.decisions += 1
            part.note(past, "refuse")
            part.note(past, Gap.CUT)
    whole = Tally()
    for part in parts:
        whole.merge(part)
    ((_, sample),) = whole.ranked()
    assert (sample.count, sample.examples) == (6, ["0.0", "0.1", "1.0"])
    assert (whole.decisions, whole.gaps) == (6, 6)
    assert whole.effects["permit", "refuse"] == 6


def test_names_from_outside_do_not_fill_the_memory() -> None:
    whole, more = Tally(), Tally()
    for tally, first in ((whole, 0), (more, replays.MOST_CELLS // 2)):
        for number in range(first, first + replays.MOST_CELLS + 1):
            past = Past("i", AT, "permit", "", a_call(model=f"m{number}"))
            tally.note(past, "refuse")
    assert len(whole.changed) == replays.MOST_CELLS
    assert (whole.beyond, whole.changes) == (1, replays.MOST_CELLS + 1)
    whole.merge(more)
    assert len(whole.changed) == replays.MOST_CELLS
    assert whole.changes == 2 * (replays.MOST_CELLS + 1)


@pytest.mark.parametrize("number", [replays._REMEMBERED + 10])
def test_what_is_remembered_is_bounded(tmp_path: Path, number: int) -> None:
    work = Replay(policy=in_force(tmp_path, SUPPORT))
    for each in range(number):
        work.take(*record(each, model=f"gpt-5-{each}"))
    assert len(work._known) <= replays._REMEMBERED
    assert work.tally.changes == 0


def test_decisions_under_a_budget_are_counted_as_such(tmp_path: Path) -> None:
    work = Replay(
        policy=in_force(tmp_path, SUPPORT + "    budget: {requests: 5/day}\n")
    )
    work.take(*record(1))
    work.take(*record(2, purpose="other"))
    assert work.tally.budgeted == 1
    whole = Tally()
    whole.merge(work.tally)
    assert whole.budgeted == 1
