from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.match import Matcher, used, zones
from affidavit.detect.normalise import fold
from affidavit.detect.passage import Passage
from affidavit.detect.rule import (
    Clue,
    Language,
    Near,
    Rule,
    after,
    around,
    before,
    terms,
    topic,
)
from affidavit.detect.scan import Place
from affidavit.findings import Activity
from support.detection import call_of, evidence_of


def a_rule(
    *near: Near, unless: tuple[Near, ...] = (), pattern: str | None = None
) -> Rule:
    clue = Clue(
        language=Language.EN,
        anchor=terms("anchor"),
        near=near,
        unless=unless,
        pattern=pattern,
        reach=10,
    )
    return Rule(
        id="DG999",
        activity=Activity.TRAINING_DATA,
        weight=0.5,
        because="a test",
        clues=(clue,),
        matches=(),
        ignores=(),
    )


def held(rule: Rule, text: str) -> list[tuple[str, ...]]:
    folded = fold(text)
    evidence = evidence_of((rule,), text)
    return [tuple(folded[a:b] for a, b in item.places) for item in evidence]


def test_a_lone_anchor_is_enough_when_nothing_else_is_asked() -> None:
    assert held(a_rule(), "the anchor, anchor") == [("anchor",), ("anchor",)]


@pytest.mark.parametrize(
    ("near", "text", "holds"),
    [
        (before(5, "make"), "make anchor", True),
        (before(4, "make"), "make anchor", False),
        (before(5, "make"), "anchor make", False),
        (after(5, "make"), "anchor make", True),
        (after(4, "make"), "anchor make", False),
        (around(5, "make"), "anchor make", True),
        (around(5, "make"), "make anchor", True),
        (around(5, "make"), "anchor", False),
    ],
)
def test_a_neighbour_counts_within_its_distance_only(
    near: Near,
    text: str,
    holds: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    assert bool(held(a_rule(near), text)) is holds


def test_evidence_names_the_anchor_then_its_neighbours() -> None:
    rule = a_rule(before(9, "make"), after(9, "data"))

    assert held(rule, "make the anchor data") == [("anchor", "make", "data")]


def test_all_neighbours_must_stand_by_one_anchor() -> None:
    rule = a_rule(before(9, "make"), after(9, "data"))

    assert held(rule, "make anchor" + " x" * 30 + " anchor data") == []


def test_an_exception_silences_only_its_own_anchor() -> None:
    rule = a_rule(unless=(around(9, "code"),))

    assert held(rule, "code anchor") == []
    assert held(rule, "code anchor" + " x" * 30 + " anchor") == [("anchor",)]


def test_a_pattern_is_sought_only_around_an_anchor_that_stands() -> None:
    rule = a_rule(pattern=r"\d{1,4} rows")

    assert held(rule, "20 rows anchor") == [("20 rows",)]
    assert held(rule, "20 rows" + " x" * 30 + " anchor") == []
    assert held(rule, "20 rows") == []


def test_a_settled_rule_is_sought_no_further() -> None:
    texts, matcher = call_of("anchor anchor").texts, Matcher((a_rule(),))
    passage, seen = Passage(texts, "anchor anchor"), matcher.look("anchor anchor")

    assert seen is not None
    assert len(list(matcher.evidence(passage, seen, settles=lambda _: True))) == 1
    assert len(list(matcher.evidence(passage, seen, settles=lambda _: False))) == 2


def test_only_what_is_chosen_is_sought() -> None:
    texts, matcher = call_of("anchor").texts, Matcher((a_rule(),))
    seen = matcher.look("anchor")

    assert seen is not None
    assert [rule.id for rule in seen.rules] == ["DG999"]
    left = seen.of(lambda _: False)
    assert list(matcher.evidence(Passage(texts, "anchor"), left)) == []


@pytest.mark.parametrize(
    "text", ["", "nothing", "make data", "anchor", "anchor make", "anchor data"]
)
def test_a_text_without_all_that_a_clue_needs_is_left_at_once(text: str) -> None:
    rule = a_rule(before(9, "make"), after(9, "data"))

    assert Matcher((rule,)).look(text) is None


@given(st.lists(st.sampled_from(["make", "data", "anchor", "code", "x"])).map(" ".join))
def test_leaving_at_once_loses_no_evidence(text: str) -> None:
    rules = a_rule(before(9, "make")), a_rule(after(9, "data"), unless=(CODE,))
    scanner = Matcher(rules)

    if scanner.look(text) is None:
        words = text.split()
        assert "anchor" not in words or not {"make", "data"} & set(words)


CODE = around(30, "code")
STAFF = topic(30, "staff")


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("the anchor of the code", True),
        ("the code, the anchor", True),
        ("the code. Generate the anchor", False),
        ("Generate the anchor. The code", False),
        ("the code! Please write an anchor", False),
        ("the code?\nCreate an anchor", False),
        ("the code\nCreate an anchor", False),
        ("the code\n\n- create an anchor", False),
        ("the code. For each, make an anchor", False),
        ("the code. It generates an anchor", True),
        ("the code\nthat generates an anchor", True),
        ("code。请生成anchor", False),
        ("code！生成anchor", False),
        ("code？然后，生成anchor", False),
        ("code。它已生成anchor", True),
        ("code。它读取，生成anchor", True),
        ("code, 请生成anchor", True),
        ("code. Buat anchor", False),
        ("code! Tolong tuliskan anchor", False),
        ("code?\nHasilkan anchor", False),
        ("code. Skrip membuat anchor", True),
    ],
)
def test_a_request_is_excused_by_its_own_sentence_only(
    text: str,
    excused: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    assert bool(held(a_rule(unless=(CODE,)), text)) is not excused


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("Hello staff. Write an anchor", True),
        ("Hello staff. Write an anchor for a model", False),
        ("Write an anchor for staff with a model", True),
    ],
)
def test_a_topic_of_another_sentence_excuses_what_names_no_model(
    text: str,
    excused: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    assert bool(held(a_rule(unless=(STAFF,)), text)) is not excused


def test_no_sentence_goes_on_into_another_text() -> None:
    rule = a_rule(unless=(CODE,))

    assert evidence_of((rule,), "see the code", "write an anchor")
    assert not evidence_of((rule,), "see the code and write an anchor")


places = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 40)).map(lambda p: (p[0], sum(p))),
    max_size=60,
).map(sorted)


@given(places, st.integers(0, 300))
def test_zones_cover_every_anchor_and_re_read_nothing(
    anchors: list[tuple[int, int]], reach: int
) -> None:
    merged = zones(anchors, reach, 1000)

    assert sum(high - low for low, high in merged) <= 1000
    assert all(a[1] < b[0] for a, b in pairwise(merged))
    for start, end in anchors:
        assert any(low <= start and end <= high for low, high in merged)


def test_every_set_of_terms_of_a_clue_is_used() -> None:
    (clue,) = a_rule(before(9, "make"), unless=(around(9, "code"),)).clues

    assert list(used(clue)) == [terms("anchor"), terms("make"), terms("code")]


def test_a_reading_reads_each_zone_about_an_anchor_once() -> None:
    zones_read: list[str] = []

    def reading(marked: str, low: int, high: int) -> Iterator[tuple[Place, ...]]:
        zones_read.append(marked[low:high])
        yield ((low, low + 3),)

    clue = Clue(language=Language.EN, anchor=terms("anchor"), reading=reading, reach=4)
    rule = replace(a_rule(), clues=(clue, replace(clue, near=(around(9, "make"),))))

    assert held(rule, "then make an anchor here. and an anchor") == [
        (" an",),
        (" an",),
        (" an",),
    ]
    assert zones_read == [" an anchor her", " an anchor"]
