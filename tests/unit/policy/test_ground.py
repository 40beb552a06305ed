from pathlib import Path

from affidavit.policy import domain
from affidavit.policy.answers import Asked
from affidavit.policy.formulas import FALSE, TRUE
from affidavit.policy.ground import Ground
from support.comparing import TODAY, sides_of
from support.policies import SUPPORT

RULE = (
    "rules:\n  - {id: r, effect: EFFECT, message: m, any: [{parameter: {n: '> 4'}}]}\n"
)


def ground(directory: Path, first: str, second: str) -> Ground:
    sides = sides_of(directory, first, second)
    policies = sides[0].policy, sides[1].policy
    looks = (*sides[0].looks, *sides[1].looks)
    whole = domain.domain(policies, looks, since=TODAY)
    return Ground(whole, Asked(whole), policies, "support.reply")


def test_what_both_policies_say_alike_is_one_formula(tmp_path: Path) -> None:
    deny = SUPPORT + RULE.replace("EFFECT", "deny")
    made = ground(tmp_path, deny, deny.replace("id: r", "id: other"))

    assert made.verdicts[0] == made.verdicts[1]
    assert len(made.verdicts[0].denials) == 1


def test_when_a_rule_obliges_is_a_formula_under_each_policy(tmp_path: Path) -> None:
    warn = SUPPORT + RULE.replace("EFFECT", "warn, obligations: {store: false}")
    made = ground(tmp_path, warn, warn.replace("parameter: {n: '> 4'}", "model: '*'"))
    first, second = made.obliged

    assert first.keys() == second.keys() == {"r"}
    assert first["r"] not in (TRUE, FALSE)
    assert second["r"] == TRUE


def test_values_are_those_of_the_chosen_classes(tmp_path: Path) -> None:
    made = ground(tmp_path, SUPPORT, SUPPORT)
    axis = made.names.index("model")
    classes = made.space.classes["model"]
    values = made.values({axis: frozenset(range(len(classes)))})

    assert set(values["model"]) == set(made.space.axes["model"])
    assert made.values({}) == {}
