"""From budgets, prices and obligations as a file writes them to what is in force.

Reads nothing and refuses nothing, as `build` does.
"""

from collections.abc import Iterator, Sequence

from affidavit.policy import amounts, budget_model
from affidavit.policy.amounts import Unit
from affidavit.policy.budgets import Budget, Per, Price
from affidavit.policy.globs import Globs
from affidavit.policy.obligations import Obligations


def budgets(
    purpose: str, given: Sequence[budget_model.Budget] | None, where: str
) -> tuple[Budget, ...]:
    """A budget for each amount, in the order of the file; of two for one counter the
    lower.
    """
    found: dict[str, Budget] = {}
    for budget in _written(purpose, given or (), where):
        before = found.setdefault(budget.id, budget)
        if budget.amount.limit < before.amount.limit:
            found[budget.id] = budget
    return tuple(found.values())


def _written(
    purpose: str, given: Sequence[budget_model.Budget], where: str
) -> Iterator[Budget]:
    return (
        Budget(
            purpose=purpose,
            unit=unit,
            amount=amounts.parse(text, unit),
            per=tuple(Per(each) for each in sorted(budget.per or ())),
            models=_globs(budget.models),
            endpoints=_globs(budget.endpoints),
            where=where,
        )
        for budget in given
        for unit in Unit
        for text in getattr(budget, unit.value) or ()
    )


def prices(given: Sequence[budget_model.Price]) -> tuple[Price, ...]:
    """In the same order: the first that names a model counts."""
    return tuple(
        Price(
            models=Globs(price.models),
            input=amounts.price(price.input),
            output=amounts.price(price.output),
            request=amounts.price(price.request),
        )
        for price in given
    )


def obligations(
    by: str, given: budget_model.Obligations | None, where: str
) -> tuple[Obligations, ...]:
    """At most one."""
    if given is None:
        return ()
    return (
        Obligations(
            by=by,
            where=where,
            tag=tuple(sorted((given.tag or {}).items())),
            store=given.store,
            n=given.n,
            output_tokens=given.output_tokens,
            top_logprobs=given.top_logprobs,
            logprobs=given.logprobs,
        ),
    )


def _globs(patterns: tuple[str, ...] | None) -> Globs | None:
    return None if patterns is None else Globs(patterns)
