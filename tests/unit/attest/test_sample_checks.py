"""What drawn records say against a statement, and what they bound."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.attest.sample import seeded, span_of
from affidavit.attest.sample_checks import Looked, look, percent, rate_bound
from affidavit.attest.sample_draw import Span
from affidavit.attest.sample_shown import take
from affidavit.attest.statement import Asked, build_statement
from affidavit.attest.told import opened
from affidavit.dsse import Envelope
from affidavit.errors import BrokenTrail
from support.sampled import Sampled, a_sampled
from support.statements import LATER, content, identity_of, resigned
from support.trails import Builder, a_trail


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("checks"), bodies=True)


def looked(made: Sampled) -> Looked:
    span = span_of(made.told)
    assert span is not None
    return look(made.sample.shown, made.told, span, seeded(made.told, None))


def lying(made: Sampled, **changes: Any) -> Sampled:
    """The same trail under a statement that its key holder falsified."""
    statement = content(made.envelope)
    statement["predicate"] |= changes
    other = Sampled(made.trail, made.folder, bodies=True)
    other.envelope = Envelope.parse(resigned(statement, made.trail.signer))
    return other


def observing(folder: Path, *, observed: int, calls: int = 30) -> Sampled:
    trail: Builder = a_trail(folder / "trail", calls=calls)
    for _ in range(observed):
        trail.outcome(trail.decision("train", "gpt-5", effect="observed"))
    trail.write()
    (folder / "out").mkdir()
    return Sampled(trail, folder / "out", wanted=1_000)


def test_true_records_contradict_nothing(made: Sampled) -> None:
    found = looked(made)
    assert (found.problems, found.decisions, found.bodies) == ((), 10, 10)
    assert found.drawn <= found.decisions * 16
    assert found.bound == percent(rate_bound(10, 0))


def test_a_call_that_policy_would_have_stopped_is_a_violation(tmp_path: Path) -> None:
    made = observing(tmp_path, observed=3)
    found = looked(made)
    assert found.all
    assert len(found.violations) == 3
    assert found.problems == ()
    entries = [each.entry for each in made.sample.shown.records]
    assert {entries[each].effect for each in found.violations} == {"observed"}


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("policies", "a policy that the statement does not name"),
        ("days", "the statement has no permit decision of"),
        ("openings", "bears a label that no opening"),
    ],
)
def test_a_record_that_a_section_leaves_out_shows(
    section: str, told: str, made: Sampled
) -> None:
    found = looked(lying(made, **{section: []}))
    assert len(found.problems) == 10
    assert told in found.problems[0]


def test_a_row_that_is_left_out_shows(made: Sampled) -> None:
    use = content(made.envelope)["predicate"]["use"] | {"rows": []}
    assert "no row for such a call" in looked(lying(made, use=use)).problems[0]


def test_labels_may_stay_closed_where_the_statement_says_so(made: Sampled) -> None:
    use = content(made.envelope)["predicate"]["use"] | {"unopened": 40}
    assert looked(lying(made, openings=[], use=use)).problems == ()


def test_an_older_statement_without_days_is_held_against_none(made: Sampled) -> None:
    statement = content(made.envelope)
    del statement["predicate"]["days"]
    other = Sampled(made.trail, made.folder)
    other.envelope = Envelope.parse(resigned(statement, made.trail.signer))
    assert looked(other).problems == ()


def test_a_body_that_tells_another_purpose_than_its_label_shows(
    tmp_path: Path,
) -> None:
    trail = a_trail(tmp_path / "trail", calls=2)
    wrong = trail.decision("support.reply", "gpt-5")
    wrong.body = wrong.body.replace(b"support.reply", b"training.data")
    trail.outcome(wrong)
    trail.write()
    made = Sampled(trail, tmp_path, bodies=True)
    [said] = looked(made).problems
    assert "its body tells another purpose than its label stands for" in said


def test_another_body_than_the_entry_commits_to_shows(made: Sampled) -> None:
    ones = list(made.sample.shown.records)
    place = next(at for at, it in enumerate(ones) if it.entry.kind.value == "decision")
    ones[place] = replace(ones[place], salted=b"s" * 16 + b"{}")
    shown = replace(made.sample.shown, records=tuple(ones))
    span = span_of(made.told)
    assert span is not None
    found = look(shown, made.told, span, seeded(made.told, None))
    assert any("commits" in each for each in found.problems)


def test_a_range_that_leaves_records_of_the_period_out_shows(made: Sampled) -> None:
    section = made.told.predicate["sample"]
    assert isinstance(section, dict)
    other = lying(made, sample=section | {"first": 5, "end": 60})
    assert sum("is of the period" in each for each in looked(other).problems) == 2


class Edgeless(Span):
    """A range whose neighbours nobody would show."""

    def edges(self, _size: int) -> list[int]:
        return []


def test_the_records_beside_the_range_must_be_shown(made: Sampled) -> None:
    section = made.told.predicate["sample"]
    assert isinstance(section, dict)
    other = lying(made, sample=section | {"first": 5, "end": 60})
    span, head = span_of(other.told), other.told.head
    assert span is not None
    bare = Edgeless(wanted=span.wanted, first=5, end=60)
    seed = seeded(other.told, None)
    shown = take(other.reader, head, other.told.period, seed, bare)
    with pytest.raises(BrokenTrail, match="beside those that are drawn from"):
        look(shown, other.told, span, seed)


def test_records_beside_the_range_that_are_of_another_time_are_as_they_should(
    made: Sampled,
) -> None:
    start = made.trail.records[20].fields["at"]
    end = made.trail.records[60].fields["at"]
    period = {"from": start, "to": end}
    section = made.told.predicate["sample"]
    assert isinstance(section, dict)
    other = lying(made, period=period, sample=section | {"first": 20, "end": 60})
    found = looked(other)
    assert found.problems == ()
    assert found.decisions == 10
    assert {19, 60} <= {each.index for each in other.sample.shown.records}


@pytest.mark.parametrize("section", ["policies", "days"])
def test_a_section_of_another_shape_names_nothing(section: str, made: Sampled) -> None:
    shapes: tuple[Any, ...] = ([1], {}, [{"day": 1}])
    for value in shapes:
        assert len(looked(lying(made, **{section: value})).problems) == 10


def test_a_thousand_without_a_violation_bound_the_rate_below_half_a_percent() -> None:
    assert percent(rate_bound(1_000, 0)) == "0.46"
    assert rate_bound(1_000, 0) == pytest.approx(1 - 0.01 ** (1 / 1_000))
    assert percent(rate_bound(1_000, 0, 1e-8)) == "1.83"


@given(st.integers(1, 400), st.data())
@settings(max_examples=40)
def test_the_bound_is_the_rate_at_which_so_few_are_found_once_in_a_hundred(
    of: int, data: st.DataObject
) -> None:
    found = data.draw(st.integers(0, of))
    rate = rate_bound(of, found)
    if found == of:
        assert rate == 1
        return
    exact = sum(
        math.comb(of, each) * rate**each * (1 - rate) ** (of - each)
        for each in range(found + 1)
    )
    assert exact == pytest.approx(0.01, rel=1e-6)
    assert rate > found / of


def test_of_certain_rates_nothing_is_left_to_reckon() -> None:
    assert rate_bound(1, 0) == pytest.approx(0.99)
    assert rate_bound(2, 1) == pytest.approx(0.99**0.5)


def test_a_finite_population_is_never_bounded_worse() -> None:
    # Hypergeometric: the least number of violations among 5,000 that 500 drawn ones
    # would all miss less than once in a hundred times.
    amiss = next(
        each
        for each in range(1, 5_000)
        if math.comb(5_000 - each, 500) / math.comb(5_000, 500) < 0.01
    )
    assert amiss / 5_000 <= rate_bound(500, 0)


@pytest.mark.parametrize(
    ("rate", "printed"), [(0.0, "0.00"), (1.0, "100.00"), (0.00459, "0.46")]
)
def test_a_rate_is_rounded_up(rate: float, printed: str) -> None:
    assert percent(rate) == printed


def test_what_is_counted_is_in_the_statement_the_same(made: Sampled) -> None:
    again = build_statement(
        made.reader,
        identity_of(made.trail),
        made.told.period,
        now=LATER,
        asked=Asked(sample=10),
    )
    assert opened(again.encode(), made.trail.key).predicate == made.told.predicate
    assert canonical.dumps(made.told.predicate["sample"]) == (
        b'{"end":%d,"first":0,"most":160,"wanted":10}' % made.told.head.size
    )
