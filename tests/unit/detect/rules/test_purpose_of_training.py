from affidavit.detect.rule import Rule
from affidavit.detect.rules.purpose_of_training import RULES
from support.detection import fires, ignoring, matching


@matching(RULES)
def test_a_rule_fires_in_the_prompts_that_it_claims(rule: Rule, prompt: str) -> None:
    assert fires(rule, prompt)


@ignoring(RULES)
def test_a_rule_ignores_its_look_alikes(rule: Rule, prompt: str) -> None:
    assert not fires(rule, prompt)
