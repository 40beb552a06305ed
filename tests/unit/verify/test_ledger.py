"""What one record must be, by itself and among the others."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.trail import record
from affidavit.trail.record import Kind
from affidavit.verify.form import found_in, named, rows_of, seq_of
from affidavit.verify.ledger import MAX_CLOCK_NOTES, Ledger, Rare, RareCheck
from affidavit.verify.lifecycle import Event
from affidavit.verify.report import Fault, Problem, Problems
from affidavit.verify.stretch import Span, Stretch, glance
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


def a_ledger(
    builder: Builder, records: Sequence[Made] = (), **rare: RareCheck
) -> Ledger:
    """One that took these records, bodies that are empty being pruned."""
    checks = {Kind(name): check for name, check in rare.items()}
    ledger = Ledger(builder.key, Problems(), checks)
    for index, made in enumerate(records):
        ledger.take(index, made.entry, made.salted or None)
    return ledger


def told(ledger: Ledger) -> tuple[object, ...]:
    """Everything that a ledger says, but for problems."""
    account = ledger.account()
    assert account is not None
    return (
        account,
        ledger.writers,
        ledger.span,
        ledger.recoveries,
        list(ledger.unknown()),
        ledger.next_seq(trails.writer_name("w")),
    )


def in_two_parts(builder: Builder) -> tuple[list[Made], list[Made]]:
    """Calls that begin in one part and end in the other; the second as it may follow,
    of a writer that was there before and of one that was not.
    """
    early, open_before = builder.decision(), builder.decision()
    cut = len(builder.records)
    builder.outcome(early)
    builder.policy("x")
    for made in (builder.outcome(open_before, writer="x"), builder.decision()):
        made.fields["body"] = "A" * 43
        made.salt = made.body = b""
    builder.add("recovery", {"wal": "w"}, writer="x")
    builder.add("pruning", {"first": 0})
    builder.decision(writer="x")
    return builder.records[:cut], builder.records[cut:]


def stretched(records: Sequence[Made], first: int) -> Stretch:
    """A bundle's quick look at records, as if they stood at `first`."""
    whole = b"".join(pack(">H", len(each.entry)) + each.entry for each in records)
    rows = rows_of(whole)
    assert rows is not None
    bodies = [each.salted or None for each in records]
    found = glance(0, rows, bodies, frozenset([b"pruning"]))
    assert found is not None
    found.gone = [(first + low, first + high) for low, high in found.gone]
    found.rare = [(first + at, entry, salted) for at, entry, salted in found.rare]
    return found


def test_a_stretch_tells_what_its_records_would() -> None:
    builder = a_trail(NOWHERE, calls=1)
    before, after = in_two_parts(builder)
    seen: list[Rare] = []
    one_by_one = a_ledger(builder, [*before, *after], pruning=seen.append)
    merged = a_ledger(builder, before, pruning=seen.append)

    assert merged.merge(stretched(after, len(before))) is True

    assert told(merged) == told(one_by_one)
    assert merged.recoveries == 1
    assert merged.gone == [(len(before) + 2, len(before) + 4)]
    assert seen[0] == seen[1]
    assert [made.id for made in (after[3], after[-1])] == [
        name for name, _ in merged.unknown()
    ]


def test_a_stretch_counts_its_bundles_whole() -> None:
    builder = a_trail(NOWHERE, calls=0)
    before, after = in_two_parts(builder)
    ledger = a_ledger(builder, before)
    found = stretched(after, len(before))
    found.roots = [b"root"]

    assert ledger.merge(found)
    assert ledger.checked == len(before) + 256


@pytest.mark.parametrize(
    "damage",
    [
        lambda span: setattr(span, "first", span.first + 1),
        lambda span: setattr(span, "first", span.first - 1),
        lambda span: span.needs.add(b"f" * 64),
        lambda span: setattr(span, "since", b"2020-03-02T09:00:00.000Z"),
    ],
    ids=["gap", "again", "policy", "clock"],
)
def test_a_stretch_that_does_not_fit_changes_nothing(
    damage: Callable[[Span], object],
) -> None:
    builder = a_trail(NOWHERE, calls=1)
    before, after = in_two_parts(builder)
    ledger = a_ledger(builder, before)
    state = told(ledger)
    found = stretched(after, len(before))
    damage(found.spans[trails.writer_name("w").encode()])

    assert ledger.merge(found) is False
    assert told(ledger) == state


def test_an_account_is_of_everything_taken_so_far() -> None:
    builder = a_trail(NOWHERE, calls=1)
    lost = builder.decision()
    account = a_ledger(builder, builder.records).account()

    assert account is not None
    assert [at.decode() for at in account.open.values()] == [lost.fields["at"]]
    assert account.last_at.decode() == lost.fields["at"]


def test_the_span_and_the_rare_are_of_sealed_records_only() -> None:
    builder = a_trail(NOWHERE, calls=1)
    sealed = [*builder.records, builder.add("pruning", {"first": 0})]
    late = builder.add("pruning", {"first": 1})
    seen: list[Rare] = []
    ledger = a_ledger(builder, sealed, pruning=seen.append)
    ledger.take(None, late.entry, late.salted)
    account = ledger.account()

    assert ledger.span == tuple(sealed[at].fields["at"] for at in (0, -1))
    assert account is not None
    assert list(account.rare) == seen[:1]
    assert len(seen) == 2
    assert ledger.writers == 2
    assert a_ledger(builder).span == (None, None)


def test_taking_says_whether_form_and_body_hold() -> None:
    builder = a_trail(NOWHERE, calls=0)
    first, second = builder.records
    ledger = a_ledger(builder)

    assert ledger.take(0, first.entry, first.salted) is True
    assert ledger.take(1, second.entry, first.salted) is False
    assert ledger.take(2, b"no entry", None) is False


def test_each_step_back_is_counted_and_the_first_are_told() -> None:
    builder = a_trail(NOWHERE, calls=0)
    for number in range(2 * MAX_CLOCK_NOTES + 4):
        builder.clock += timedelta(hours=1 if number % 2 else -1)
        builder.add("heartbeat", {"work": "idle"})
    *sealed, last = builder.records
    builder.clock -= timedelta(days=2)
    pending = builder.add("heartbeat", {"work": "idle"})
    ledger = a_ledger(builder, [*sealed, last])
    few = a_ledger(builder, sealed[:3])
    few.take(None, pending.entry, pending.salted)

    assert ledger.clock_anomalies == MAX_CLOCK_NOTES + 2
    assert len(ledger.clock_notes) == MAX_CLOCK_NOTES
    assert few.clock_notes[0].startswith("record 2 of writer")
    assert few.clock_notes[-1].startswith("a pending record of writer")


def test_a_gap_and_a_repetition_are_told_apart() -> None:
    builder = a_trail(NOWHERE, calls=1)
    builder.records[3].fields["seq"] = 7
    builder.add("heartbeat", {"work": "idle"})
    builder.add("heartbeat", {"work": "idle"}).fields["seq"] = 8

    told = [each.message for each in judged(builder)]

    assert told == [
        "seq 7 where 2 comes next: 5 of its writer missing",
        "seq 3 again, or out of order: 8 comes next",
    ]


def test_the_genesis_stands_first_and_once_and_names_origin_and_key() -> None:
    again = a_trail(NOWHERE, calls=0)
    again.genesis()
    missing = a_trail(NOWHERE, calls=0)
    del missing.records[0]
    elsewhere = Builder(NOWHERE, origin="acme.example/other")
    elsewhere.genesis()
    of_another_key = Builder(NOWHERE, seed=b"l" * 32)
    of_another_key.genesis()

    (second,) = judged(again)
    first = judged(missing)[0]
    assert (second.fault, second.index) == (Fault.GENESIS, 2)
    assert (first.fault, first.index) == (Fault.GENESIS, 0)
    assert "no other is" in second.message
    assert "no other is" in first.message
    for other in (elsewhere, of_another_key):
        found = judged(again, other.records)
        assert [each.fault for each in found] == [Fault.GENESIS]
        assert "did not begin as that of" in found[0].message
