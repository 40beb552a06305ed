"""What one record must be, by itself and among the others."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.trail import record
from affidavit.trail.record import Kind
from affidavit.verify.form import found_in, named, seq_of
from affidavit.verify.ledger import Ledger, Rare
from affidavit.verify.lifecycle import Event
from affidavit.verify.report import Fault, Problem, Problems
from support import trails
from support.trails import Builder, Made, a_trail

NOWHERE = Path("nowhere")


def judged(builder: Builder, records: list[Made] | None = None) -> list[Problem]:
    problems = Problems()
    ledger = Ledger(builder.key, problems)
    taken = records or builder.records
    for index, made in enumerate(taken):
        ledger.take(index, made.entry, made.salted)
    ledger.settle(lambda: again(taken), complete=True)
    return problems.kept


def again(records: Sequence[Made]) -> Iterator[Event]:
    for index, made in enumerate(records):
        if (found := found_in(made.entry)) is not None:
            yield Event.of(
                index, found["id"], found["kind"], found["at"], found["effect"]
            )


def test_what_a_writer_prints_is_in_order() -> None:
    builder = a_trail(NOWHERE)
    for effect in ("refuse", "review"):
        builder.decision(None, effect=effect)
    builder.outcome(builder.decision(effect="observed"), "error")
    builder.add("recovery", {"wal": "x"})
    builder.add("close", {"records": 4})

    assert judged(builder) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 2},
        {"kind": "invention"},
        {"seq": -1},
        {"seq": "1"},
        {"at": "2026-02-30T09:00:00.000Z"},
        {"at": "2026-03-02T09:00:00Z"},
        {"at": "2026-03-02T24:00:00.000Z"},
        {"id": "0195534e-7a40-4000-8000-000000000001"},
        {"id": "not-an-id"},
        {"writer": "short"},
        {"writer": "AAAAAAAAAAB"},
        {"policy": "ABCD"},
        {"labels": {}},
        {"labels": {"purpose": "AAAA"}},
        {"labels": {"colour": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"surplus": 1},
        {"effect": "perhaps"},
    ],
)
def test_an_entry_in_another_form_is_named(fields: dict[str, object]) -> None:
    builder = a_trail(NOWHERE, calls=0)
    builder.decision().fields.update(fields)

    assert Fault.FORM in {each.fault for each in judged(builder)}


def test_an_entry_that_is_not_canonical_is_named() -> None:
    builder = a_trail(NOWHERE, calls=0)
    problems = Problems()
    ledger = Ledger(builder.key, problems)
    spaced = builder.records[0].entry.replace(b'":"', b'": "', 1)

    assert not ledger.take(0, spaced, builder.records[0].salted)
    assert "canonical form" in problems.kept[0].message


FIELDS = (
    "at",
    "body",
    "effect",
    "id",
    "kind",
    "labels",
    "policy",
    "seq",
    "v",
    "writer",
)


@given(
    st.sampled_from(FIELDS),
    st.one_of(st.text(max_size=30), st.integers(), st.none(), st.booleans()),
)
def test_no_form_passes_here_that_decoding_refuses(field: str, value: object) -> None:
    """The expression may be stricter than the decoder, never laxer."""
    builder = a_trail(NOWHERE, calls=0)
    made = builder.decision()
    entry = trails.canonical({"body": "0" * 64, **made.fields, field: value})
    passed = seq_of(entry) is not None
    try:
        record.decode(entry)
    except Malformed:
        # The calendar is looked at apart from the form.
        assert not passed or field == "at"


def test_labels_stand_in_their_order_with_commas_between() -> None:
    builder = a_trail(NOWHERE, calls=0)
    entry = builder.decision().entry

    assert seq_of(entry) == 1
    assert seq_of(entry.replace(b'","model"', b'""model"')) is None
    assert seq_of(entry.replace(b'"},"policy"', b'",},"policy"')) is None
    assert seq_of(entry.replace(b'"endpoint"', b'"subject"')) is None


def test_kinds_have_only_their_own_fields() -> None:
    builder = a_trail(NOWHERE)
    builder.records[3].fields["policy"] = trails.POLICY
    builder.records[1].fields["effect"] = "permit"
    builder.records[0].fields["policy"] = trails.POLICY

    found = {(each.fault, each.index) for each in judged(builder)}

    assert {(Fault.FORM, 0), (Fault.FORM, 1), (Fault.FORM, 3)} <= found


def test_a_policy_is_in_force_for_its_own_writer_only() -> None:
    builder = a_trail(NOWHERE, calls=0)
    builder.decision(writer="other", effect="refuse")

    assert [(p.fault, p.index) for p in judged(builder)] == [(Fault.POLICY, 2)]


def test_an_outcome_may_stand_before_its_decision() -> None:
    """Two processes, one call: the order between writers is by their clocks."""
    builder = a_trail(NOWHERE, calls=0)
    builder.policy("child")
    decision = builder.decision()
    builder.outcome(decision, writer="child")
    records = builder.records
    records[-1], records[-2] = records[-2], records[-1]

    assert judged(builder) == []


def test_two_outcomes_before_their_decision_are_one_too_many() -> None:
    builder = a_trail(NOWHERE, calls=0)
    decision = builder.decision()
    first, second = builder.outcome(decision), builder.outcome(decision)
    for seq, made in enumerate((first, second, decision), 1):
        made.fields["seq"] = seq
    records = [*builder.records[:2], first, second, decision]

    assert [p.fault for p in judged(builder, records)] == [Fault.DUPLICATE]


def test_calls_without_outcome_are_told_oldest_first() -> None:
    builder = a_trail(NOWHERE, calls=2)
    lost = [builder.decision(), builder.decision()]
    builder.decision(effect="refuse")
    ledger = Ledger(builder.key, Problems())
    for index, made in enumerate(builder.records):
        ledger.take(index, made.entry, made.salted)

    assert list(ledger.unknown()) == [(m.id, m.fields["at"]) for m in lost]


def test_threads_that_overtake_each_other_are_no_clock_set_back() -> None:
    builder = a_trail(NOWHERE, calls=1)
    builder.clock -= 3 * trails.STEP
    builder.calls(1)
    ledger = Ledger(builder.key, Problems())
    for index, made in enumerate(builder.records):
        ledger.take(index, made.entry, made.salted)

    assert ledger.clock_anomalies == 0


def test_a_problem_carries_what_can_be_read_of_its_entry() -> None:
    builder = a_trail(NOWHERE)
    made = builder.records[2]

    whole = named(Fault.BODY, "m", 2, made.entry)
    torn = named(Fault.BODY, "m", 2, made.entry[:-1])

    assert (whole.id, whole.kind) == (made.id, "decision")
    assert (torn.id, torn.kind, torn.index) == (None, None, 2)


def test_a_genesis_body_that_is_no_object_is_a_problem_and_no_crash() -> None:
    builder = a_trail(NOWHERE, calls=0)
    builder.records[0].body = b"[1"

    assert [each.fault for each in judged(builder)] == [Fault.GENESIS]


def test_a_rare_kind_has_a_check_of_its_own() -> None:
    """In the order of the records; a body is given only when it is the entry's."""
    builder = a_trail(NOWHERE, calls=1)
    told = builder.add("pruning", {"first": 0})
    pruned = builder.add("pruning", {"first": 1})
    other = builder.add("pruning", {"first": 2})
    builder.add("heartbeat", {"work": "idle"})
    seen: list[Rare] = []
    ledger = Ledger(builder.key, Problems(), {Kind.PRUNING: seen.append})
    bodies = {id(pruned): None, id(other): told.salted}
    for index, made in enumerate(builder.records):
        ledger.take(index, made.entry, bodies.get(id(made), made.salted))
    ledger.take(None, told.entry, b"")

    assert [(each.index, each.body) for each in seen] == [
        (4, told.body),
        (5, None),
        (6, b""),
        (None, b""),
    ]
    assert seen[0].entry == told.entry
    assert (seen[0].kind, seen[0].at) == (Kind.PRUNING, told.fields["at"])
