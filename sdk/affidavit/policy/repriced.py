"""Which models another list of prices counts otherwise, under budgets of money.

Pure. Every kind of name that the patterns of either list tell apart is looked at, so
that an order that changes nothing is no change, and one that does is.
"""

from collections.abc import Iterator, Sequence

from affidavit.policy import amounts, labels
from affidavit.policy.arrangement import TooLarge, kinds
from affidavit.policy.budgets import Price
from affidavit.policy.charges import Rate

_NOTHING = Rate(0, 0, 0)
"""What a call that names no model costs where no price says otherwise."""


def repriced(before: Sequence[Price], after: Sequence[Price]) -> Iterator[str]:
    """Each change of a price, in sentences, with the models that it concerns."""
    if before == after:
        return
    patterns = sorted(
        {each for price in (*before, *after) for each in price.models.patterns}
    )
    try:
        names: tuple[str | None, ...] = (*kinds(patterns), None)
    except TooLarge:
        yield (
            "prices: they changed, and their patterns combine in too many ways to say "
            "for which models."
        )
        return
    groups: dict[tuple[Rate | None, Rate | None], list[str | None]] = {}
    for name in names:
        rates = _rate(before, name), _rate(after, name)
        if rates[0] != rates[1]:
            groups.setdefault(rates, []).append(name)
    for (first, second), models in groups.items():
        said = labels.named(models, names, patterns, "calls without a model")
        yield f"price of {said}: {_words(first)} before, {_words(second)} after."


def _rate(prices: Sequence[Price], model: str | None) -> Rate | None:
    """As `budgets` finds it: the first that names the model."""
    for price in prices:
        if price.models.match(model):
            return price.rate
    return _NOTHING if model is None else None


def _words(rate: Rate | None) -> str:
    if rate is None:
        return "none (refused under a budget of cost)"
    return ", ".join(
        f"{name} {amounts.money(amount)}"
        for name, amount in rate._asdict().items()
        if amount or name != "request"
    )
