from pathlib import Path

import pytest

from affidavit.policy import domain, witnesses
from affidavit.policy.answers import Asked
from affidavit.policy.engine import Effect
from affidavit.policy.formulas import FALSE, TRUE
from affidavit.policy.ground import Ground
from affidavit.policy.splitting import Within
from affidavit.policy.witnesses import NOWHERE, Sought
from support.comparing import TODAY, sides_of
from support.policies import SUPPORT


def ground(directory: Path, condition: str) -> Ground:
    rule = f"rules:\n  - {{id: r, effect: deny, message: m, all: [{{{condition}}}]}}\n"
    sides = sides_of(directory, SUPPORT, SUPPORT + rule)
    policies = sides[0].policy, sides[1].policy
    looks = (*sides[0].looks, *sides[1].looks)
    whole = domain.domain(policies, looks, since=TODAY)
    return Ground(whole, Asked(whole), policies, "support.reply")


def sought(made: Ground, *, denied: bool) -> Sought:
    (rule,) = made.verdicts[1].denials
    mask = rule if denied else made.formulas.negation(rule)
    within: Within = {}
    return witnesses.sought(made, within, mask)


def test_a_call_is_found_for_which_the_mask_holds(tmp_path: Path) -> None:
    made = ground(tmp_path, "parameter: {n: '> 4'}")
    denied, let = sought(made, denied=True), sought(made, denied=False)

    assert denied.witness is not None
    assert denied.witness.after.effect is Effect.REFUSE
    assert denied.witness.before.effect is Effect.PERMIT
    assert let.witness is not None
    assert let.witness.after.effect is Effect.PERMIT


def test_where_the_mask_never_holds_there_is_no_call_and_none_possible(
    tmp_path: Path,
) -> None:
    made = ground(tmp_path, "parameter: {n: '> 4'}")

    assert witnesses.sought(made, {}, FALSE) == NOWHERE
    assert witnesses.sought(made, {}, TRUE).possible


@pytest.mark.parametrize(
    "expression", ["request.model.size() > 3", "request.parameters.n > 3"]
)
def test_a_call_has_the_answer_that_was_chosen_for_an_expression(
    expression: str, tmp_path: Path
) -> None:
    pytest.importorskip("cel_expr_python")
    made = ground(tmp_path, f"when: '{expression}'")
    denied, let = sought(made, denied=True), sought(made, denied=False)

    assert denied.witness is not None
    assert denied.witness.after.effect is Effect.REFUSE
    assert let.witness is not None
    assert "r" not in {reason.rule for reason in let.witness.after.reasons}


def test_an_answer_that_no_call_was_found_to_have_leaves_it_possible(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cel_expr_python")
    made = ground(tmp_path, "when: 'request.subject == \"ana\"'")

    assert sought(made, denied=True) == Sought(None, possible=True)
