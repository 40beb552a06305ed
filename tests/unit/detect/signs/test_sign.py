import pytest

from affidavit.detect.rule import Language, before
from affidavit.detect.signs.sign import Prior, Sign, en, zh


def test_a_sign_without_clues_is_refused() -> None:
    with pytest.raises(ValueError, match="SG999"):
        Sign(id="SG999", activity=None, because="a test", clues=(), matches=())


def test_a_clue_is_of_the_language_that_its_maker_names() -> None:
    clue = en("anchor", before(9, "make"), unless=(before(9, "code"),))

    assert clue.language is Language.EN
    assert [near.terms.literals for near in clue.near] == [("make",)]
    assert [near.terms.literals for near in clue.unless] == [("code",)]
    assert zh("问题").language is Language.ZH


def test_only_what_ordinary_prompts_say_speaks_against() -> None:
    assert [prior for prior in Prior if prior.against] == [
        Prior.AGAINST,
        Prior.CONTRARY,
    ]
