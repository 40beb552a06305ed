"""Which bodies may go, held against a naive reading of the rules."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.errors import BrokenTrail, Malformed
from affidavit.trail import record
from affidavit.trail.attested import Attested
from affidavit.trail.holds import Hold, Scope
from affidavit.trail.keep import Keep
from affidavit.trail.ranges import Ranges
from affidavit.trail.record import Kind, Labels, Record, stamp
from affidavit.trail.retention import (
    MAX_RANGES,
    PRUNABLE,
    Draft,
    Pruning,
    Rules,
    Selector,
    Why,
    seen,
)

LABELS = Labels(b"l" * 32)
DAY = 86_400_000
CUT = 100
"""Days since 1970 at which records become young."""
GRACE = 7


@dataclass(frozen=True)
class Made:
    kind: Kind
    day: int
    call: int = 0
    effect: str | None = None
    purpose: str = "support"

    @property
    def id(self) -> str:
        return f"{self.call:08x}-0000-7000-8000-000000000000"

    @property
    def entry(self) -> bytes:
        labels = {"purpose": LABELS.of("purpose", self.purpose)}
        made = Record(
            kind=self.kind,
            id=self.id,
            at=stamp(self.day * DAY),
            body=b"{}",
            effect=self.effect,
            labels=labels if self.kind is Kind.DECISION else {},
        )
        return record.encode(made, writer="w" * 11, seq=self.call, salt=b"s" * 16)


def decision(day: int, call: int, effect: str = "permit", purpose: str = "p") -> Made:
    return Made(Kind.DECISION, day, call, effect, purpose)


def outcome(day: int, call: int) -> Made:
    return Made(Kind.OUTCOME, day, call, "complete")


def rules(
    *, attested: tuple[tuple[int, int], ...] = (), holds: tuple[Scope, ...] = ()
) -> Rules:
    return Rules.of(
        Keep.parse("1day"),
        datetime.fromtimestamp((CUT + 1) * DAY / 1000, UTC),
        attested=Attested.of((stamp(a * DAY), stamp(b * DAY)) for a, b in attested),
        holds=[Hold(id="h", at="", reason="r", scope=each) for each in holds],
        labels=LABELS,
    )


def selected(
    made: list[Made], given: Rules | None = None, gone: Ranges | None = None
) -> tuple[list[int], Mapping[Why, int]]:
    selector = Selector(given or rules(), len(made), gone or Ranges())
    for index, each in enumerate(made):
        selector.take(index, each.entry)
    selector.close()
    marked = [
        index
        for first in range(0, len(made), 256)
        for index in selector.marked(first, min(256, len(made) - first))
    ]
    return marked, selector.kept


def test_old_calls_go_whole_and_young_ones_stay() -> None:
    made = [
        decision(10, 1),
        outcome(11, 1),
        decision(CUT - 1, 2, "refuse"),
        decision(CUT, 3),
        outcome(CUT, 3),
    ]
    assert selected(made) == ([0, 1, 2], {})


def test_what_was_told_later_goes_by_its_own_age() -> None:
    made = [Made(Kind.ADDENDUM, 10, 1), Made(Kind.ADDENDUM, CUT, 2)]

    assert selected(made) == ([0], {})
    assert selected(made, gone=Ranges.of((0, 1))) == ([], {})


def test_what_was_told_later_stays_while_anything_is_held_or_unattested() -> None:
    made = [Made(Kind.ADDENDUM, 10, 1)]
    scope = Scope(ids=("somebody-else",))

    assert selected(made, rules(holds=(scope,))) == ([], {Why.HELD: 1})
    young = rules(attested=((0, 5),))
    assert selected(made, young) == ([], {Why.UNATTESTED: 1})


def test_a_call_is_as_young_as_its_outcome() -> None:
    assert selected([decision(10, 1), outcome(CUT, 1)]) == ([], {})


@pytest.mark.parametrize("kind", [each for each in Kind if each not in PRUNABLE])
def test_no_other_kind_ever_goes(kind: Kind) -> None:
    assert selected([Made(kind, 1, 1)]) == ([], {})


def test_a_call_without_outcome_is_kept_a_week_longer() -> None:
    made = [decision(CUT - GRACE - 1, 1), decision(CUT - GRACE, 2)]
    assert selected(made) == ([0], {Why.OPEN: 1})


def test_an_outcome_that_stands_before_its_decision_goes_with_it() -> None:
    assert selected([outcome(10, 1), decision(10, 1)]) == ([0, 1], {})
    assert selected([outcome(10, 1), decision(CUT, 1)]) == ([], {})


def test_what_is_still_to_be_attested_stays() -> None:
    made = [
        each
        for n, day in enumerate((5, 15, 25))
        for each in (decision(day, n), outcome(day, n))
    ]
    found = selected(made, rules(attested=((10, 20),)))
    assert found == ([0, 1, 2, 3], {Why.UNATTESTED: 1})


def test_a_hold_keeps_a_call_with_its_outcome() -> None:
    made = [
        decision(5, 1, purpose="p"),
        decision(6, 2, purpose="q"),
        outcome(7, 2),
        outcome(8, 1),
    ]
    found = selected(made, rules(holds=(Scope(values={"purpose": "p"}),)))
    assert found == ([1, 2], {Why.HELD: 1})


def test_what_an_earlier_record_names_is_not_named_again() -> None:
    made = [decision(5, 1), outcome(5, 1), decision(6, 2), outcome(9, 2)]
    assert selected(made, gone=Ranges.of((0, 3))) == ([3], {})


CALLS = st.lists(
    st.tuples(
        st.integers(80, 110),
        st.sampled_from(["permit", "observed", "refuse", "review"]),
        st.none() | st.integers(80, 112),
        st.sampled_from("pqr"),
    ),
    max_size=12,
)


ATTESTED = ((85, 90), (92, 104))


def naively(day: int, effect: str, ended: int | None, purpose: str) -> Why | bool:
    """Why a call stays, or whether it goes."""
    left = effect in ("permit", "observed")
    if day >= CUT:
        return False
    if purpose == "q":
        return Why.HELD
    if day >= 85 and not any(start <= day < end for start, end in ATTESTED):
        return Why.UNATTESTED
    if left and ended is None:
        return Why.OPEN if day >= CUT - GRACE else True
    return not left or ended is None or ended < CUT


@given(CALLS, st.randoms(use_true_random=False))
def test_the_selection_is_what_the_rules_say(calls: list[Any], random: Any) -> None:
    """In whatever order records were taken in."""
    made: list[Made] = [Made(Kind.POLICY, 1, 999)]
    fates = {}
    for number, (day, effect, ended, purpose) in enumerate(calls):
        made.append(decision(day, number, effect, purpose))
        if ended is not None and effect in ("permit", "observed"):
            made.append(outcome(ended, number))
        fates[number] = naively(day, effect, ended, purpose)
    random.shuffle(made)
    found, kept = selected(
        made, rules(attested=ATTESTED, holds=(Scope(values={"purpose": "q"}),))
    )

    assert found == [i for i, each in enumerate(made) if fates.get(each.call) is True]
    assert {why: kept.get(why, 0) for why in Why} == {
        why: list(fates.values()).count(why) for why in Why
    }


def test_what_is_no_entry_stops_it() -> None:
    with pytest.raises(BrokenTrail, match="record 0 is no entry") as caught:
        Selector(rules(), 1, Ranges()).take(0, b"{}")
    assert caught.value.index == 0


def test_an_entry_is_read_as_the_decoder_reads_it() -> None:
    entry = decision(5, 1).entry
    found, decoded = seen(0, entry), record.decode(entry)
    assert (found.at, found.id, found.effect) == (decoded.at, decoded.id, "permit")
    assert (found.kind, canonical.text(found.body)) == ("decision", decoded.body)


def a_pruning() -> Pruning:
    draft = Draft("2026-01-01T00:00:00.000Z", "13months", "retention")
    for index in (1, 2, 5):
        draft.add(index, bytes([index]) * 32)
    (made,) = draft.records()
    return made


def test_a_record_is_read_back_and_has_the_digest_of_what_went() -> None:
    made = a_pruning()
    body = canonical.dumps(made.body("tests/1"))

    assert Pruning.parse(body) == made
    assert list(made.ranges) == [(1, 2), (5, 1)]
    hashes = b"".join(bytes([index]) * 32 for index in (1, 2, 5))
    assert made.digest == hashlib.sha256(hashes).digest()


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    body = a_pruning().body("t") | {"also": 1}
    assert Pruning.parse(canonical.dumps(body)) == a_pruning()


@pytest.mark.parametrize(
    "change",
    [
        {"before": "2026"},
        {"before": 1},
        {"count": 2},
        {"count": "3"},
        {"digest": "short"},
        {"kinds": ["decision"]},
        {"kinds": ["decision", "outcome", "policy"]},
        {"ranges": [[5, 1], [1, 2]]},
        {"ranges": [], "count": 0},
        {"reason": None},
        {"keep": 13},
    ],
)
def test_a_record_that_says_something_else_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Pruning.parse(canonical.dumps(a_pruning().body("t") | change))


def test_more_ranges_than_fit_make_further_records() -> None:
    draft = Draft("2026-01-01T00:00:00.000Z", "1day", "retention")
    far = 10**14
    for number in range(MAX_RANGES + 3):
        draft.add(far + 2 * number, b"d" * 32)
    made = list(draft.records())

    assert [len(each.ranges) for each in made] == [MAX_RANGES, 3]
    assert all(
        len(canonical.dumps(each.body("affidavit/0"))) < record.MAX_BODY_BYTES
        for each in made
    )


def test_nothing_makes_no_record() -> None:
    assert list(Draft("", "", "").records()) == []
