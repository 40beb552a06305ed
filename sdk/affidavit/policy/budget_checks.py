"""What is wrong with budgets and prices although each field is well-formed.

Knows one assembly. Each is an error: a budget that counts nothing, or a call that
would be refused because nobody said what it costs.
"""

from collections.abc import Iterator

from affidavit.policy import known
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.budget_model import Budget
from affidavit.policy.globs import Globs, is_pattern
from affidavit.policy.implication import overlap
from affidavit.policy.layers import all_purposes
from affidavit.policy.model import PolicyFile, Purpose
from affidavit.policy.nearest import shown
from affidavit.policy.parts import written_purposes
from affidavit.policy.report import Code


def examine(assembly: Assembly) -> None:
    """Report budgets that could not be kept."""
    priced = [
        pattern
        for document in assembly.documents
        if isinstance(document.content, PolicyFile)
        for price in document.content.prices
        for pattern in price.models
    ]
    for document, name, purpose in all_purposes(assembly):
        for index, budget in _costs(purpose):
            _prices(document, (name, index), budget, purpose, priced)
    # A purpose's lists may stand in a file above the one that has its budget.
    lowest = {(id(d), name): purpose for d, name, purpose in all_purposes(assembly)}
    for document, name, purpose in written_purposes(assembly):
        lists = lowest.get((id(document), name), purpose)
        for index, budget in enumerate(purpose.budget or ()):
            _counts_nothing(document, (name, index), budget, lists)


def _costs(purpose: Purpose) -> Iterator[tuple[int, Budget]]:
    for index, budget in enumerate(purpose.budget or ()):
        if budget.cost is not None:
            yield index, budget


def _prices(
    document: Document,
    place: tuple[str, int],
    budget: Budget,
    purpose: Purpose,
    priced: list[str],
) -> None:
    """Each model that is named whole must have a price; of a pattern nobody knows."""
    name, index = place
    counted = budget.models or purpose.models or ()
    missing = [
        model
        for model in counted
        if not is_pattern(model) and not Globs(tuple(priced)).match(model)
    ]
    if priced and not missing:
        return
    what = f"model {shown(missing[0])} has none" if priced and missing else "has none"
    subject = "" if priced and missing else "the policy "
    document.report.error(
        Code.UNPRICED,
        document.place("purposes", name, "budget", index, "cost", key=True),
        f"a budget of cost needs prices, and {subject}{what}",
        remedy="Add `prices` with what your provider charges you for a million tokens.",
    )


def _counts_nothing(
    document: Document, place: tuple[str, int], budget: Budget, purpose: Purpose
) -> None:
    """A budget for what the purpose may not use."""
    name, index = place
    for key, counted, listed in (
        ("models", budget.models, purpose.models),
        ("endpoints", budget.endpoints, purpose.endpoints),
    ):
        for item, pattern in enumerate(counted or ()):
            if listed is None or overlap((pattern,), listed):
                continue
            if key == "endpoints" and not known.is_endpoint(pattern):
                continue  # which is told of wherever it stands
            document.report.error(
                Code.WRONG_VALUE,
                document.place("purposes", name, "budget", index, key, item),
                f"the purpose lists no {key} that fit {shown(pattern)}: this would "
                "count nothing",
                remedy=document.report.suggestion(pattern, listed)
                or f"It lists: {Globs(listed)}.",
            )
