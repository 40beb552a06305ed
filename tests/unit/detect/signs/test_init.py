import re

import pytest

from affidavit.detect.signs import SIGNS
from affidavit.detect.signs.sign import Sign

every_sign = pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.id)


def test_no_two_signs_share_an_id() -> None:
    assert len({sign.id for sign in SIGNS}) == len(SIGNS)


@every_sign
def test_an_id_is_sg_and_three_digits(sign: Sign) -> None:
    assert re.fullmatch(r"SG\d{3}", sign.id)


@every_sign
def test_what_speaks_against_speaks_for_no_activity(sign: Sign) -> None:
    assert not sign.prior.against or sign.activity is None


@every_sign
def test_a_sign_brings_a_case(sign: Sign) -> None:
    assert sign.matches
