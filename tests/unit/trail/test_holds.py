"""A hold covers what it names, exactly, until a later record ends it."""

from typing import Any

import pytest

from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.trail.holds import (
    MAX_IDS,
    MAX_REASON,
    Hold,
    Scope,
    hold_body,
    in_force,
    release_body,
)
from affidavit.trail.record import Labels

LABELS = Labels(b"l" * 32)
JUNE, JULY = "2026-06-01T00:00:00.000Z", "2026-07-01T00:00:00.000Z"
BORNE: dict[str, Json] = {
    "purpose": LABELS.of("purpose", "support.reply"),
    "model": LABELS.of("model", "gpt-5"),
}


def held(at: str = JUNE, identifier: str = "a", **scope: Any) -> bool:
    hold = Hold(id="h", at=JULY, reason="why", scope=Scope(**scope))
    return hold.covers(at, identifier, BORNE, LABELS)


def test_a_hold_without_conditions_covers_every_call() -> None:
    assert held()


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"start": JUNE}, True),
        ({"start": JULY}, False),
        ({"end": JULY}, True),
        ({"end": JUNE}, False),
        ({"ids": ("a", "b")}, True),
        ({"ids": ("b",)}, False),
        ({"values": {"purpose": "support.reply"}}, True),
        ({"values": {"purpose": "support"}}, False),
        ({"values": {"purpose": "support.reply", "model": "gpt-5"}}, True),
        ({"values": {"purpose": "support.reply", "model": "gpt-4"}}, False),
        ({"values": {"subject": "u1"}}, False),
        ({"start": JUNE, "end": JULY, "values": {"model": "gpt-5"}}, True),
        ({"start": JULY, "values": {"model": "gpt-5"}}, False),
    ],
)
def test_all_conditions_must_apply(scope: dict[str, Any], *, covered: bool) -> None:
    assert held(**scope) is covered


def test_a_hold_is_in_force_until_a_record_ends_it() -> None:
    one = Scope(start=JUNE, end=JULY, ids=("a",), values={"purpose": "p"})
    bodies: list[tuple[str, str, dict[str, Json]]] = [
        ("h1", JUNE, hold_body(one, "dispute 7")),
        ("h2", JUNE, hold_body(Scope(), "audit")),
        ("i1", JUNE, {"what": "suspension", "reason": "no hold at all"}),
    ]
    first, second = in_force(bodies)

    assert (first.id, first.reason, first.scope) == ("h1", "dispute 7", one)
    assert second.scope == Scope()
    bodies.append(("r", JULY, release_body(first, "settled")))
    assert [each.id for each in in_force(bodies)] == ["h2"]


@pytest.mark.parametrize(
    "body",
    [
        {"what": "hold"},
        {"what": "hold", "reason": 1},
        {"what": "hold", "reason": "r", "from": "June"},
        {"what": "hold", "reason": "r", "to": 5},
        {"what": "hold", "reason": "r", "ids": "a"},
        {"what": "hold", "reason": "r", "ids": [1]},
        {"what": "hold", "reason": "r", "values": []},
        {"what": "hold", "reason": "r", "values": {"purpose": 1}},
        {"what": "hold", "reason": "r", "values": {"host": "api"}},
    ],
)
def test_a_hold_that_cannot_be_read_is_not_taken_for_none(body: Any) -> None:
    with pytest.raises(Malformed):
        in_force([("h", JUNE, body)])


@pytest.mark.parametrize("reason", ["", "  ", "x" * (MAX_REASON + 1)])
def test_a_hold_needs_a_reason(reason: str) -> None:
    with pytest.raises(Incomplete, match="reason"):
        hold_body(Scope(), reason)


def test_a_hold_of_too_many_ids_is_refused() -> None:
    with pytest.raises(Incomplete, match="1001 ids"):
        hold_body(Scope(ids=("a",) * (MAX_IDS + 1)), "r")
