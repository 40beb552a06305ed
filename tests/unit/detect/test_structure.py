import math

import pytest

from affidavit.detect.match import Evidence
from affidavit.detect.signs.sign import Prior, Sign, en
from affidavit.detect.structure import ALONE, FLOOR, WINDOW, Weighing

WEIGHTS = {"SG901": 1.0, "SG902": 2.0, "SG909": -0.5}


def a_sign(number: int, prior: Prior = Prior.PLAIN) -> Sign:
    return Sign(
        id=f"SG{number}",
        activity=None,
        because="a test",
        clues=(en("x"),),
        matches=(),
        prior=prior,
    )


def at(place: int, number: int) -> Evidence[Sign]:
    return Evidence(rule=a_sign(number), places=((place, place + 1),))


weighing = Weighing(WEIGHTS, intercept=-1.0, threshold=2.0)


def test_the_trained_threshold_is_a_score_of_eight_tenths() -> None:
    assert weighing.score(3.0) == 0.8
    assert weighing.score(3.0 + math.log(2)) == round(8 / 9, 3)


def test_signs_in_one_window_add_up_and_each_counts_once() -> None:
    window = weighing.best([at(0, 901), at(10, 902), at(20, 901)])

    assert window.total == pytest.approx(3.0)
    assert [item.rule.id for item in window.evidence] == ["SG901", "SG902"]
    assert weighing.of(window) == 0.8


def test_signs_too_far_apart_do_not_add_up() -> None:
    assert weighing.best([at(0, 901), at(WINDOW, 902)]).total == pytest.approx(3.0)
    assert weighing.best([at(0, 901), at(WINDOW + 1, 902)]).total == pytest.approx(2.0)


def test_what_speaks_against_counts_only_in_its_window() -> None:
    near = weighing.best([at(0, 901), at(5, 902), at(9, 909)])
    far = weighing.best([at(0, 901), at(5, 902), at(5000, 909)])

    assert near.total == pytest.approx(3.0)  # the window up to the second sign
    assert far.total == pytest.approx(3.0)
    before = weighing.best([at(0, 909), at(1, 901), at(5, 902)])
    assert before.total == pytest.approx(2.5)


def test_one_sign_alone_is_no_finding() -> None:
    heavy = Weighing({"SG901": 9.0}, intercept=0.0, threshold=0.0)

    assert heavy.of(heavy.best([at(0, 901)])) == ALONE < FLOOR


def test_a_sign_that_was_never_trained_has_its_authors_prior() -> None:
    assert weighing.weight(a_sign(950, Prior.STRONG)) == Prior.STRONG.value


def test_no_text_scores_more_than_its_signs_could() -> None:
    signs = [a_sign(901), a_sign(902), a_sign(909)]

    assert weighing.most(signs) == weighing.score(3.0)


def test_no_evidence_is_an_empty_window() -> None:
    window = weighing.best([])

    assert (window.total, window.evidence) == (0.0, ())
