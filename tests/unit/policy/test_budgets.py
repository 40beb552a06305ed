"""Budgets: what a call takes of which, and what is said when too little is left."""

from affidavit.calls import Call, Known, Reference, Text, Work
from affidavit.policy import amounts, budgets
from affidavit.policy.amounts import Unit
from affidavit.policy.budgets import MOST_CHARGES, Per, Price
from affidavit.policy.globs import Globs
from support.budgeted import NOON, a_budget, demanded
from support.policies import a_call

PRICE = Price(Globs(("gpt-5*",)), amounts.price("1.25"), amounts.price("10"))
EVERY_UNIT = [a_budget("5/day", unit) for unit in Unit if unit is not Unit.COST]


def asking(text: str = "four", **parameters: int) -> Call:
    return a_call(texts=(Text(role="user", value=text),), parameters=parameters)


def amounts_of(call: Call) -> list[int]:
    return [charge.amount for charge in demanded(call, *EVERY_UNIT).charges]


def test_a_call_reserves_its_input_and_the_longest_answer_that_it_allows() -> None:
    # requests, input, output, both; four letters are about a token
    assert amounts_of(asking()) == [1, 1, 0, 1]
    assert amounts_of(asking(max_output_tokens=100)) == [1, 1, 100, 101]
    assert amounts_of(asking(max_tokens=100, n=3)) == [1, 1, 300, 301]
    assert amounts_of(asking(max_tokens=90, max_completion_tokens=60)) == [1, 1, 60, 61]


def test_a_limit_that_changes_and_a_budget_that_moves_count_on() -> None:
    assert a_budget("5/day").id == a_budget("9/day", where="other.yaml:1").id
    apart = [
        a_budget("5/hour"),
        a_budget(unit=Unit.TOKENS),
        a_budget(purpose="crm.sync"),
        a_budget(per=(Per.SUBJECT,)),
        a_budget(models=Globs(("gpt-5",))),
        a_budget(endpoints=Globs(("responses",))),
    ]
    assert len({a_budget().id, *(each.id for each in apart)}) == len(apart) + 1


def test_subjects_and_models_are_counted_apart_and_subjects_by_their_digest() -> None:
    both = a_budget(per=(Per.MODEL, Per.SUBJECT))

    (charge,) = demanded(a_call(subject="user-17"), both).charges
    (nobody,) = demanded(a_call(model=None), both).charges

    assert charge.who.startswith("model=gpt-5-mini;subject=")
    assert "user-17" not in charge.who
    assert nobody.who == "model=(none);subject=(none)"


def test_a_budget_for_some_models_or_endpoints_passes_over_others() -> None:
    some = a_budget(models=Globs(("o4*",))), a_budget(endpoints=Globs(("files.*",)))

    assert demanded(a_call(), *some).charges == ()
    assert len(demanded(a_call(model="o4-mini"), *some).charges) == 1
    assert len(demanded(a_call(endpoint="files.create"), *some).charges) == 1


def test_a_model_costs_what_the_first_price_that_names_it_says() -> None:
    cheap = Price(Globs(("*",)), 0, 0, amounts.price("0.01"))
    cost = a_budget("5/day", Unit.COST)
    call = asking(max_output_tokens=1_000_000)

    (dear,) = budgets.demand((cost,), (PRICE, cheap), call, NOON).charges
    (other,) = budgets.demand((cost,), (cheap, PRICE), call, NOON).charges

    assert (dear.amount, dear.rate) == (10 * amounts.NANO + 1250, PRICE.rate)
    assert other.amount == amounts.NANO // 100


def test_a_model_without_a_price_is_no_call_that_could_be_counted() -> None:
    cost = a_budget("5/day", Unit.COST)

    found = budgets.demand((cost,), (PRICE,), a_call(model="o4"), NOON)
    without = budgets.demand((cost,), (PRICE,), a_call(model=None), NOON)

    assert found.problem is not None
    assert (found.problem.rule, found.charges) == ("budget.unpriced", ())
    assert without.problem is None  # a call that asks nothing of a model


def running(*work: Work) -> Call:
    known = Known(decision="d", effect="permit", purpose=None, work=work)
    reference = Reference(id="file-1", known=known)
    return a_call(endpoint="batches.create", model=None, refers=(reference,))


def test_a_batch_takes_what_its_lines_ask_for_besides_its_own_request() -> None:
    subject = a_budget("5/day", per=(Per.SUBJECT,))
    call = running(
        Work("responses", "gpt-5", "ann", 3, 30, 300),
        Work("responses", "gpt-5", "bob", 4, 40, 400),
    )

    found = [(c.later, c.amount) for c in demanded(call, *EVERY_UNIT).charges]
    apart = [(c.later, c.amount) for c in demanded(call, subject).charges]

    assert found == [
        (False, 1),
        (False, 0),
        (False, 0),
        (False, 0),
        (True, 7),
        (True, 70),
        (True, 700),
        (True, 770),
    ]
    assert apart == [(False, 1), (True, 3), (True, 4)]


def test_a_batch_of_a_file_that_nobody_knows_cannot_be_counted() -> None:
    stranger = a_call(endpoint="batches.create", refers=(Reference(id="file-9"),))

    problem = demanded(stranger, a_budget()).problem

    assert problem is not None
    assert problem.rule == "budget.uncounted"
    assert "file-9" in problem.message


def test_a_file_for_too_many_people_is_refused_and_not_counted_in_part() -> None:
    crowd = [Work("responses", "gpt-5", f"user-{n}") for n in range(MOST_CHARGES + 1)]

    problem = demanded(running(*crowd), a_budget(per=(Per.SUBJECT,))).problem

    assert problem is not None
    assert "Split the file" in (problem.remedy or "")


def test_a_refusal_says_what_is_left_of_what_and_when_it_frees() -> None:
    demand = demanded(a_call(), a_budget("5/day"))

    assert budgets.refusals(demand, [4], NOON) == ()
    (reason,) = budgets.refusals(demand, [5], NOON)

    assert reason.rule == "budget.spent"
    assert reason.message == (
        "Purpose support.reply has 0 left of its 5 requests per day; this call needs "
        "1. It frees 2026-11-24T00:00:00Z."
    )
    assert reason.evidence == "5 requests used since 2026-11-23T00:00:00Z"
    assert reason.remedy is not None
    assert reason.remedy.startswith("Wait 12 h,")
    assert reason.where == "policy.yaml:4"


def test_a_call_that_no_window_could_hold_is_not_told_to_wait() -> None:
    tokens = a_budget("50/day", Unit.OUTPUT_TOKENS)
    demand = demanded(asking(max_output_tokens=60), tokens)

    (reason,) = budgets.refusals(demand, [0], NOON)

    assert "more than a whole window has" in reason.message
    assert reason.remedy == "Ask for less in one call, or raise the budget."


def test_a_call_that_reserves_nothing_needs_something_to_be_left() -> None:
    demand = demanded(a_call(), a_budget("5/day", Unit.OUTPUT_TOKENS))

    assert budgets.refusals(demand, [4], NOON) == ()
    assert len(budgets.refusals(demand, [5], NOON)) == 1


def test_a_batch_and_its_lines_must_fit_into_one_counter_together() -> None:
    demand = demanded(running(Work("responses", "gpt-5", None, 5)), a_budget("5/day"))

    reasons = budgets.refusals(demand, [0, 0], NOON)

    assert [each.rule for each in reasons] == ["budget.spent"]
    assert "needs 6" in reasons[0].message


def test_how_long_to_wait_is_told_in_two_units() -> None:
    month = demanded(a_call(), a_budget("1/month"))
    minute = demanded(a_call(), a_budget("1/minute"))

    assert "Wait 7 d 12 h" in str(budgets.refusals(month, [1], NOON)[0].remedy)
    assert "Wait 59 s" in str(budgets.refusals(minute, [1], NOON + 1_500)[0].remedy)
