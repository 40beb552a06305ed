from dataclasses import replace

import pytest

from affidavit.detect.rule import Near, Terms, after, around, before, terms, topic
from affidavit.detect.rules import RULES


def test_terms_are_listed_between_bars() -> None:
    assert terms("create | come up with|写") == Terms(("create", "come up with", "写"))


def test_joined_terms_hold_each_literal_once() -> None:
    assert terms("a | b") | terms("b | c") == terms("a | b | c")


def test_directions_say_where_a_term_may_stand() -> None:
    what = terms("model")

    assert before(5, what) == Near(terms=what, before=5)
    assert after(5, "model") == Near(terms=what, after=5)
    assert around(5, "model") == Near(terms=what, before=5, after=5)
    assert topic(5, what) == Near(terms=what, before=5, after=5, topic=True)


def test_a_neighbour_that_may_stand_nowhere_is_refused() -> None:
    with pytest.raises(ValueError):
        Near(terms=terms("model"))


@pytest.mark.parametrize("weight", [0.0, 1.0, -0.1])
def test_a_weight_that_is_no_doubt_at_all_is_refused(weight: float) -> None:
    with pytest.raises(ValueError):
        replace(RULES[0], weight=weight)


def test_a_rule_without_clues_is_refused() -> None:
    with pytest.raises(ValueError):
        replace(RULES[0], clues=())


@pytest.mark.parametrize("literals", ["", "a | ", "a || b"])
def test_an_empty_literal_is_refused(literals: str) -> None:
    with pytest.raises(ValueError):
        terms(literals)


def test_a_rule_knows_its_languages() -> None:
    assert [language.value for language in RULES[0].languages] == ["en", "zh", "id"]
