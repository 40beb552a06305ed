"""What a trail recorded of use, by the provider's own cells."""

import json
from typing import Any

from affidavit.reconcile.recorded import Harvest, Place, Recorded

START, END = "2026-10-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"
SALT = b"s" * 16


def fed(*records: tuple[dict[str, Any], dict[str, Any] | None], **more: Any) -> Harvest:
    harvest = Harvest(START, END, **more)
    for index, (entry, body) in enumerate(records):
        salted = None if body is None else SALT + json.dumps(body).encode()
        harvest.visit(index, json.dumps(entry).encode(), salted)
    harvest.close()
    return harvest


def decision(name: str = "1", at: str = "2026-10-05T12:00:00.000Z", **body: Any) -> Any:
    effect = body.pop("effect", "permit")
    told = {"endpoint": "responses", "model": "gpt-5", **body}
    return {"kind": "decision", "id": name, "at": at, "effect": effect}, told


def outcome(name: str = "1", **body: Any) -> Any:
    told = {
        "attempts": [{"status": 200}],
        "model": "gpt-5-2025-08-07",
        "usage": {"input": 7, "output": 5},
        **body,
    }
    return {"kind": "outcome", "id": name, "at": "2026-11-02T00:00:00.000Z"}, told


PLACE = Place("2026-10-05", "completions", None, "gpt-5-2025-08-07", "gpt-5")


def test_a_call_counts_on_its_decisions_day_under_the_model_that_answered() -> None:
    (found,) = fed(decision(), outcome()).rows.items()
    assert found == (
        PLACE,
        Recorded(
            calls=1,
            answered=1,
            tries=1,
            input_tokens=7,
            output_tokens=5,
        ),
    )


def test_tries_and_estimates_are_counted_apart() -> None:
    tries = [{"status": 500}, {"status": None}, {"status": 200}]
    usage = {"input": 1, "output": 2, "estimated": True}
    (found,) = fed(decision(), outcome(attempts=tries, usage=usage)).rows.values()
    assert (found.calls, found.answered, found.tries, found.estimated) == (1, 1, 3, 1)


def test_a_call_that_failed_was_not_answered() -> None:
    (found,) = fed(decision(), outcome(attempts=[{"status": 500}])).rows.values()
    assert (found.calls, found.answered, found.tries) == (1, 0, 1)


def test_a_call_without_outcome_is_unknown() -> None:
    (found,) = fed(decision()).rows.items()
    assert found[0].model == "gpt-5"
    assert (found[1].calls, found[1].unknown) == (1, 1)


def test_what_did_not_leave_or_is_counted_nowhere_is_in_no_cell() -> None:
    harvest = fed(
        decision("1", effect="refuse"),
        decision("2", endpoint="files.create"),
        decision("3", at="2026-09-30T23:59:59.999Z"),
        decision("4", at="2026-11-01T00:00:00.000Z"),
        decision("5", endpoint="responses.connect", parameters={"event": "handshake"}),
        outcome("9"),
    )
    ((_, handshake),) = harvest.rows.items()
    assert handshake == Recorded(handshakes=1)


def test_an_event_of_a_socket_is_a_turn() -> None:
    event = decision(
        endpoint="responses.connect", parameters={"event": "response.create"}
    )
    (found,) = fed(event, outcome(attempts=[])).rows.values()
    assert (found.turns, found.tries, found.answered) == (1, 1, 1)
    (found,) = fed(event).rows.values()
    assert (found.turns, found.unknown) == (1, 1)


def test_lines_of_batch_files_and_missing_bodies_are_told() -> None:
    upload = decision(
        "1", endpoint="files.create", file={"purpose": "batch", "lines": 40}
    )
    entry, _ = decision("2")
    harvest = fed(upload, (entry, None))
    assert harvest.batch_lines == {"2026-10-05": 40}
    assert harvest.without_body == 1
    assert harvest.began == "2026-10-05T12:00:00.000Z"


def test_a_body_that_is_none_counts_what_the_entry_shows() -> None:
    entry, _ = outcome()
    harvest = Harvest(START, END)
    harvest.visit(0, b"no json", b"")
    decided, told = decision()
    harvest.visit(1, json.dumps(decided).encode(), SALT + json.dumps(told).encode())
    harvest.visit(2, json.dumps(entry).encode(), SALT + b"[]")
    (found,) = harvest.rows.values()
    assert (found.calls, found.tries) == (1, 0)


def test_an_outcome_before_its_decision_is_its_outcome() -> None:
    (found,) = fed(outcome(), decision()).rows.values()
    assert (found.calls, found.unknown, found.input_tokens) == (1, 0, 7)


def test_lines_of_a_batch_count_when_it_is_handed_over() -> None:
    work = [
        {"endpoint": "chat.completions", "model": "gpt-5", "requests": 3},
        {"endpoint": "files.list", "model": "gpt-5", "requests": 9},
    ]
    file = {"purpose": "batch", "lines": 12, "work": work}
    upload = decision(
        "1", "2026-09-29T00:00:00.000Z", endpoint="files.create", file=file
    )
    run = decision("2", endpoint="batches.create", files=[{"decision": "1"}, {}])
    ((place, found),) = fed(upload, run).rows.items()
    assert place == Place("2026-10-05", "completions", None, "gpt-5", "gpt-5")
    assert found == Recorded(batched=3)


def test_an_answer_that_nobody_waited_for_is_told() -> None:
    entry, body = outcome()
    (found,) = fed(decision(), ({**entry, "effect": "abandoned"}, body)).rows.values()
    assert found.abandoned == 1


def test_places_are_in_order_with_none_first() -> None:
    first = Place("2026-10-05", "completions", None, "b", "b")
    second = Place("2026-10-05", "completions", "p", "a", "a")
    assert sorted([second, first], key=lambda each: each.order) == [first, second]
