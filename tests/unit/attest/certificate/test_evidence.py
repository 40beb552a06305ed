"""The lower half shows each section that there is, and nothing of one that is not."""

from typing import Any

import pytest

from affidavit.attest.certificate import evidence
from affidavit.attest.certificate.figures import Told
from affidavit.attest.certificate.words import Language, words_of
from support.certified import Certified, certified
from support.statements import content

ENGLISH = words_of(Language.ENGLISH)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certified(tmp_path_factory.mktemp("handed"), clauses=6)


def told(whole: Certified, **changes: Any) -> Told:
    predicate = {**content(whole.envelope)["predicate"], **changes}
    kept = {name: value for name, value in predicate.items() if value is not None}
    return Told(kept, ENGLISH)


def test_three_figures_of_the_bill_and_none_is_netted(whole: Certified) -> None:
    drawn = evidence.coverage(told(whole))
    for name, amount in (("covered", 293), ("uncovered", 13), ("excess", 4)):
        assert f"{name}&quot;]" in drawn
        assert f">{amount}</span>" in drawn


def test_each_promise_says_what_became_of_it(whole: Certified) -> None:
    drawn = evidence.contract(told(whole))
    assert drawn.count("</b> kept</td>") == 4
    assert drawn.count("</b> not kept</td>") == 2
    assert 'class="deep"' in drawn
    assert "+ 2 more" in drawn


def test_what_is_not_there_is_not_shown(whole: Certified) -> None:
    bare = told(
        whole, coverage=None, contract=None, since=None, sample=None, exceptions=[]
    )
    assert evidence.coverage(bare) == evidence.contract(bare) == ""
    assert evidence.exceptions(bare) == ""
    behind = evidence.behind(bare, whole.envelope)
    assert ENGLISH.sample not in behind
    assert ENGLISH.since not in behind


def test_who_else_saw_it_and_who_signed(whole: Certified) -> None:
    seen = {"name": "w.example+00000000+AAAA", "size": 7, "at": "2026-04-01T00:00:00Z"}
    anchors = {"witnesses": [seen], "authorities": [{**seen, "at": None}], "covered": 7}
    drawn = evidence.behind(told(whole, anchors=anchors), whole.envelope)
    assert "w.example, " in drawn
    assert "7</span> records covered" in drawn
    assert "besides the trail’s key: Ana Ortiz" in drawn
    assert ENGLISH.nobody in evidence.behind(told(whole, anchors=None), whole.envelope)


def test_policies_beyond_the_first_are_counted(whole: Certified) -> None:
    many = told(whole).at("policies") * 9
    drawn = evidence.behind(told(whole, policies=many), whole.envelope)
    assert "+ 5" in drawn


def test_a_print_says_that_it_proves_nothing(whole: Certified) -> None:
    assert ENGLISH.paper in evidence.foot(told(whole), whole.envelope)
    assert evidence.not_proved(told(whole)).count("<li>") == len(ENGLISH.proofs)
