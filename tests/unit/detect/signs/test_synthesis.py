from affidavit.detect.signs.sign import Sign
from affidavit.detect.signs.synthesis import SIGNS
from support.detection import bearing, bears


@bearing(SIGNS)
def test_a_sign_is_seen_in_the_prompts_that_it_claims(sign: Sign, prompt: str) -> None:
    assert bears(sign, prompt)
