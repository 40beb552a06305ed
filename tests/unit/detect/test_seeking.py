from affidavit.detect.rules import RULES
from affidavit.detect.seeking import is_rule, seeking_of
from affidavit.detect.signs import SIGNS


def test_rules_are_compiled_once_per_process() -> None:
    assert seeking_of(RULES, SIGNS) is seeking_of(RULES, SIGNS)


def test_the_words_of_rules_and_signs_are_known() -> None:
    seeking = seeking_of(RULES, SIGNS)

    assert seeking.vocabulary.knows("training")
    assert seeking.vocabulary.knows("taxonomy")


def test_a_sign_does_not_speak_for_itself() -> None:
    assert is_rule(RULES[0])
    assert not is_rule(SIGNS[0])
