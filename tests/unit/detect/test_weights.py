from affidavit.detect.signs import SIGNS
from affidavit.detect.weights import THRESHOLD, WEIGHTS


def test_every_sign_has_a_weight_on_its_own_side_of_zero() -> None:
    assert WEIGHTS.keys() == {sign.id for sign in SIGNS}
    for sign in SIGNS:
        assert WEIGHTS[sign.id] <= 0 if sign.prior.against else WEIGHTS[sign.id] >= 0


def test_no_sign_alone_reaches_the_threshold_twice_over() -> None:
    assert max(WEIGHTS.values()) < 2 * THRESHOLD
