"""The quick look may be too strict and never too lax."""

from collections.abc import Callable, Sequence
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.verify import form
from affidavit.verify.form import id_text
from affidavit.verify.ids import IdRuns
from affidavit.verify.ledger import Ledger
from affidavit.verify.report import Problem, Problems
from affidavit.verify.stretch import Stretch, add_range, glance
from support import trails
from support.trails import Builder, Made, a_trail

NOWHERE = Path("nowhere")
Damage = Callable[[Builder], object]


def a_bundle(calls: int = 5) -> Builder:
    """Records as they may follow on a genesis: of two writers, and of other kinds."""
    builder = a_trail(NOWHERE, calls=calls)
    builder.policy("x")
    builder.outcome(builder.decision(effect="observed", writer="x"), "error")
    builder.decision(effect="refuse")
    builder.add("recovery", {"wal": "w"}, writer="x")
    builder.add("heartbeat", {"work": "idle"})
    del builder.records[0]
    return builder


def looked(
    records: Sequence[Made], *, rare: frozenset[bytes] = frozenset(), bundle: int = 0
) -> Stretch | None:
    whole = b"".join(pack(">H", len(each.entry)) + each.entry for each in records)
    rows = form.rows_of(whole)
    if rows is None:
        return None
    return glance(bundle, rows, [each.salted or None for each in records], rare)


def judged(records: Sequence[Made]) -> list[Problem | str]:
    """What there is to say of records, one by one: problems, and clocks set back."""
    problems = Problems()
    ledger = Ledger(trails.Builder(NOWHERE).key, problems, runs=IdRuns())
    for index, made in enumerate(records, 1):
        ledger.take(index, made.entry, made.salted or None)
    return [*problems.kept, *ledger.clock_notes]


def merges(records: Sequence[Made]) -> bool:
    """Whether both looks together let records pass without a word."""
    found = looked(records)
    return found is not None and Ledger(
        trails.Builder(NOWHERE).key, Problems(), runs=IdRuns()
    ).merge(found)


def test_what_writers_print_is_flawless() -> None:
    records = a_bundle().records
    found = looked(records)

    assert found is not None
    assert merges(records)
    assert judged(records) == []
    assert found.recoveries == 1
    assert (found.opened, found.endings) == ({}, [])
    others = [each.id for each in records if each.fields["kind"] != "outcome"]
    assert [id_text(each) for each in found.fresh] == others
    assert (found.first_at, found.last_at) == (
        records[0].fields["at"].encode(),
        records[-1].fields["at"].encode(),
    )


DAMAGES: list[Damage] = [
    lambda b: b.records[3].fields.update(seq=9),
    lambda b: b.records[3].fields.update(at="2026-03-02T08:00:00.000Z"),
    lambda b: b.records[3].fields.update(at="2026-13-02T08:00:00.000Z"),
    lambda b: b.records[1].fields.update(effect="complete"),
    lambda b: b.records[1].fields.update(effect="invented"),
    lambda b: b.records[1].fields.pop("effect"),
    lambda b: b.records[1].fields.pop("policy"),
    lambda b: b.records[1].fields.update(policy="0" * 64),
    lambda b: b.records[2].fields.update(policy=trails.POLICY),
    lambda b: b.records[2].fields.update(labels={"model": "A" * 22}),
    lambda b: b.records[2].fields.update(effect="permit"),
    lambda b: b.records[0].fields.pop("policy"),
    lambda b: b.records[-1].fields.update(effect="permit"),
    lambda b: b.records[-1].fields.update(policy=trails.POLICY),
    lambda b: b.records[-1].fields.update(labels={"model": "A" * 22}),
    lambda b: b.records[-1].fields.update(body="A" * 43),
    lambda b: b.records[4].fields.update(body="A" * 43),
    lambda b: b.records.reverse(),
    lambda b: b.genesis(),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_wrong_gives_no_stretch_that_fits(damage: Damage) -> None:
    builder = a_bundle()
    damage(builder)

    assert judged(builder.records)
    assert not merges(builder.records)


FIELDS = ("at", "body", "effect", "id", "kind", "labels", "policy", "seq", "writer")


@given(st.data())
def test_nothing_passes_here_that_the_records_one_by_one_do_not(
    data: st.DataObject,
) -> None:
    builder = a_bundle(2)
    for _ in range(data.draw(st.integers(1, 2))):
        made, other = (data.draw(st.sampled_from(builder.records)) for _ in range(2))
        name = data.draw(st.sampled_from(FIELDS))
        if name in other.fields:
            made.fields[name] = other.fields[name]
        elif data.draw(st.booleans()):
            made.fields.pop(name, None)

    if merges(builder.records):
        assert judged(builder.records) == []


def test_pruned_bodies_are_ranges_and_only_those_of_calls() -> None:
    records = a_bundle().records
    for made in records[2:5]:
        made.fields["body"] = "A" * 43
        made.salt = made.body = b""
    found = looked(records, bundle=2)
    records[-1].salt = records[-1].body = b""

    assert found is not None
    assert found.gone == [(514, 517)]
    assert looked(records) is None


def test_rare_records_are_handed_on_whole() -> None:
    records = a_bundle().records
    found = looked(records, rare=frozenset([b"recovery"]), bundle=1)
    place = len(records) - 2

    assert found is not None
    assert found.rare == [(256 + place, records[place].entry, records[place].salted)]


@given(st.integers(0, 14), st.integers(0, 14))
def test_stretches_put_together_tell_what_one_would(one: int, other: int) -> None:
    records = a_bundle().records
    first, second = sorted((min(one, len(records)), min(other, len(records))))
    parts = [records[:first], records[first:second], records[second:]]
    whole, stretches = looked(records), [looked(each) for each in parts if each]
    joined = stretches[0]
    for each in stretches[1:]:
        assert joined is not None
        assert each is not None
        assert joined.extend(each)

    assert joined == whole


def test_what_stands_elsewhere_is_still_asked_for_together() -> None:
    """Policies put in force before, outcomes of calls made before, pruned bodies."""
    builder = a_trail(NOWHERE, calls=0)
    builder.policy(digest="d" * 64)
    earlier = [builder.decision() for _ in range(2)]
    cut = len(builder.records)
    for each in earlier:
        builder.decision(effect="refuse")
        ended = builder.outcome(each)
        ended.fields["body"] = "A" * 43
        ended.salt = ended.body = b""
    builder.policy(digest="c" * 64)
    for digest in ("c" * 64, "d" * 64):
        builder.decision(effect="refuse", policy=digest)
    first, second = builder.records[cut : cut + 2], builder.records[cut + 2 :]
    joined, after = looked(first), looked(second, bundle=1)
    assert joined is not None
    assert after is not None

    assert joined.extend(after) is True
    (span,) = joined.spans.values()
    assert span.needs == {trails.POLICY.encode(), b"d" * 64}
    assert span.policies == {b"c" * 64}
    assert joined.endings == [bytes.fromhex(e.id.replace("-", "")) for e in earlier]
    assert joined.gone == [(1, 2), (257, 258)]


def test_threads_that_overtake_each_other_give_no_doubt() -> None:
    builder = a_bundle()
    builder.clock -= 3 * trails.STEP
    builder.calls(1)

    assert looked(builder.records) is not None


def test_a_stretch_that_does_not_follow_is_not_taken() -> None:
    records = a_bundle().records
    first, gap = looked(records[:3]), looked(records[4:])
    back = looked(a_bundle().records[3:])
    assert first is not None
    assert gap is not None
    assert back is not None
    for span in back.spans.values():
        span.since = b"2020-03-02T09:00:00.000Z"
    before = repr(first)

    assert first.extend(gap) is False
    assert first.extend(back) is False
    assert repr(first) == before


def test_ranges_that_touch_become_one() -> None:
    ranges = [(1, 3)]
    add_range(ranges, 3, 4)
    add_range(ranges, 6, 7)

    assert ranges == [(1, 4), (6, 7)]
