import re

import pytest

from affidavit.detect.rule import Language, Rule
from affidavit.detect.rules import RULES

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_no_two_rules_share_an_id() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@every_rule
def test_an_id_is_dg_and_three_digits(rule: Rule) -> None:
    assert re.fullmatch(r"DG\d{3}", rule.id)


WELL = {Language.EN, Language.ZH, Language.ID}
"""Languages that every activity has rules in; the others share two."""


@every_rule
def test_a_rule_shows_itself_in_every_language_that_we_promise(rule: Rule) -> None:
    assert set(rule.languages) in (WELL, set(Language) - WELL)


def test_every_language_has_rules() -> None:
    assert {each for rule in RULES for each in rule.languages} == set(Language)


@every_rule
def test_a_rule_brings_two_cases_for_and_two_against(rule: Rule) -> None:
    assert len(set(rule.matches)) >= 2
    assert len(set(rule.ignores)) >= 2


@every_rule
def test_patterns_have_only_bounded_repeats(rule: Rule) -> None:
    for clue in rule.clues:
        bare = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", clue.pattern or "")
        assert not re.search(r"[*+]|\{\d*,\}", bare), clue.pattern
