from itertools import product
from pathlib import Path

import pytest

from affidavit.policy import domain, engine
from affidavit.policy.answers import Asked, merge, space_of
from affidavit.policy.engine import Effect
from affidavit.policy.formulas import TRUE, Formulas
from affidavit.policy.found import findings_of
from affidavit.policy.opaque import Opaque
from affidavit.policy.sides import side
from affidavit.policy.verdicts import Reader
from support.comparing import TODAY
from support.policies import NOON, written

HEAD = """\
purposes:
  a.b:
    owner: x
    models: ['gpt-*']
    endpoints: [responses]
"""


def rule(
    effect: str, condition: str, *, level: str = "hard", group: str = "all"
) -> str:
    return (
        f"rules:\n  - {{id: r, effect: {effect}, level: {level}, message: m, "
        f"{group}: [{condition}]}}\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        HEAD,
        HEAD + "    expires: 2026-11-23\n",
        HEAD + rule("deny", "{parameter: {n: '> 1'}}"),
        HEAD + rule("review", "{parameter: {n: '> 1'}}", group="none"),
        HEAD + rule("deny", "{parameter: {n: '> 1'}}", level="shadow"),
        HEAD + rule("deny", "{finding: {dataset_generation: '== 0.5'}}"),
        HEAD + rule("deny", "{finding: {dataset_generation: '<= 0'}}"),
        HEAD + rule("deny", "{finding: {dataset_generation: '< 0.5'}}"),
        HEAD
        + "    activities: [self_instruct]\n"
        + rule("review", "{finding: {purpose_mismatch: '>= 0.8'}}"),
        HEAD.replace("    models: ['gpt-*']\n", "") + rule("allow", "{model: gpt-5}"),
        HEAD
        + rule("deny", "{safety_id: absent}", level="waivable")
        + "waivers:\n  - {rule: r, purpose: a.b, approved_by: [d], ticket: T, "
        "expires: 2026-11-23}\n",
        "origins: ['https://api.openai.com']\n" + HEAD,
    ],
)
def test_the_formulas_say_what_the_engine_says_of_every_value(
    body: str, tmp_path: Path
) -> None:
    made = side(written(tmp_path, body))
    whole = domain.domain([made.policy], made.looks, since=TODAY)
    space = space_of(whole, "a.b", [made.policy])
    reader = Reader(made.policy, space, Asked(whole), Opaque())
    merge(space, list(reader.gather()))
    formulas = Formulas([len(space.classes[axis]) for axis in space.axes])
    verdict = reader.verdict(formulas)
    refuses = formulas.either([verdict.lists, *verdict.denials])
    reviews = formulas.either(verdict.reviews)
    seen = set()

    for chosen in product(*(range(len(c)) for c in space.classes.values())):
        left = [refuses, reviews]
        for axis, number in enumerate(chosen):
            left = [formulas.restricted(each, axis, number) for each in left]
        values = {
            name: space.axes[name][space.classes[name][number][-1]]
            for name, number in zip(space.axes, chosen, strict=True)
        }
        call = domain.call_of(values, "a.b")
        found = findings_of(values, space.found)
        now = NOON.replace(
            year=values["day"].year, month=values["day"].month, day=values["day"].day
        )
        expected = (
            Effect.REFUSE
            if left[0] == TRUE
            else Effect.REVIEW
            if left[1] == TRUE
            else Effect.PERMIT
        )
        got = engine.decide(made.policy, call, found, now=now).effect
        assert got is expected, (values, got)
        seen.add(got)

    assert Effect.REFUSE in seen


def test_a_purpose_that_the_policy_does_not_know_refuses_everything(
    tmp_path: Path,
) -> None:
    made = side(written(tmp_path, HEAD))
    whole = domain.domain([made.policy], made.looks, since=TODAY)
    space = space_of(whole, "no.such", [made.policy])
    reader = Reader(made.policy, space, Asked(whole), Opaque())
    merge(space, list(reader.gather()))

    assert reader.verdict(Formulas([1])).lists == TRUE
