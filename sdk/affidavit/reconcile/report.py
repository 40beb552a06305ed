"""A reconciliation as JSON: the same for programs, for people and for a statement.

Pure. Counts above what a double can hold are text, as everywhere in a statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fractions import Fraction

from affidavit.canonical import Json
from affidavit.reconcile.causes import Likely
from affidavit.reconcile.compare import (
    Amounts,
    Compared,
    Comparison,
    Total,
    total,
)
from affidavit.reconcile.usage import Usage

UNSIGNED = (
    "The provider's figures were fetched by the customer and are signed by nobody: "
    "whoever checks can fetch them again."
)
NO_PURPOSES = (
    "The provider knows no purposes: the split by purpose is the trail's alone, "
    "unless each purpose has a project or key of its own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One document that the figures come from."""

    name: str
    usage: Usage
    bytes: int = 0
    """Size of the document."""

    def within(self, start: str, end: str) -> "Source":
        """The same with rows and costs of the days [start, end) only."""
        usage = self.usage
        return replace(
            self,
            usage=replace(
                usage,
                rows=tuple(it for it in usage.rows if start <= it.day < end),
                costs=tuple(it for it in usage.costs if start <= it.day < end),
                otherwise=tuple(it for it in usage.otherwise if start <= it.day < end),
            ),
        )


def coverage(comparison: Comparison) -> str | None:
    """The share of billed requests that is covered."""
    return share(comparison.covered, comparison.billed)


def share(covered: int, billed: int) -> str | None:
    """Σ min(trail, billed) / Σ billed as a decimal of four places, rounded down; None
    where nothing was billed.
    """
    if not billed:
        return None
    ratio = Fraction(covered, billed)
    whole, rest = divmod(int(ratio * 10_000), 10_000)
    return f"{whole}.{rest:04d}"


def as_json(
    comparison: Comparison,
    likely: Mapping[int, Sequence[Likely]],
    sources: Iterable[Source],
    *,
    without_body: int,
) -> dict[str, Json]:
    """Everything that was found."""
    told = list(sources)
    return {
        "coverage": coverage(comparison),
        "requests": summed(comparison.total),
        "cells": [
            cell(each, likely.get(index, ()))
            for index, each in enumerate(comparison.cells)
        ],
        "causes": causes_of(comparison, likely),
        "costs": [
            {
                "day": each.day,
                "project": each.project,
                "item": each.item,
                "amount": each.amount,
                "currency": each.currency,
            }
            for source in told
            for each in source.usage.costs
        ],
        "otherwiseCounted": otherwise(told),
        "decisionsWithoutBody": without_body,
        "sources": [
            {"name": each.name, "digest": {"sha256": each.usage.digest}}
            for each in told
        ],
        "remarks": [UNSIGNED, NO_PURPOSES],
    }


def figures(
    comparison: Comparison,
    likely: Mapping[int, Sequence[Likely]],
    sources: Sequence[Source],
) -> dict[str, Json]:
    """What a statement says of it: sums, days, and the cells that do not agree."""
    cells = comparison.cells
    return {
        "share": coverage(comparison),
        "requests": summed(comparison.total),
        "inputTokens": summed(total(each.input_tokens for each in cells)),
        "outputTokens": summed(total(each.output_tokens for each in cells)),
        "days": [
            {"day": day, "requests": summed(each)}
            for day, each in comparison.by_day().items()
        ],
        "gaps": [cell(cells[index], likely[index]) for index in sorted(likely)],
        "causes": causes_of(comparison, likely),
        "otherwiseCounted": otherwise(sources),
        "costs": _costs(sources),
    }


def summed(sums: Total) -> dict[str, Json]:
    """Five sums, never netted."""
    return {name: number(value) for name, value in asdict(sums).items()}


def number(value: int) -> Json:
    """A count; text where a double could not hold it."""
    return value if value < 1 << 53 else str(value)


def causes_of(
    comparison: Comparison, likely: Mapping[int, Sequence[Likely]]
) -> list[Json]:
    """Requests by likely cause, what is missing and what is too much apart."""
    sums: dict[str, list[int]] = {}
    for index, every in likely.items():
        short = comparison.cells[index].requests.uncovered > 0
        for each in every:
            both = sums.setdefault(each.cause.value, [0, 0])
            both[not short] += each.requests
    return [
        {"cause": name, "uncovered": number(both[0]), "excess": number(both[1])}
        for name, both in sorted(sums.items())
    ]


def _costs(sources: Iterable[Source]) -> list[Json]:
    sums: dict[str, Decimal] = {}
    for source in sources:
        for each in source.usage.costs:
            amount = Decimal(each.amount)
            sums[each.currency] = sums.get(each.currency, Decimal(0)) + amount
    return [
        {"currency": name, "amount": format(sums[name].normalize(), "f")}
        for name in sorted(sums)
    ]


def otherwise(sources: Iterable[Source]) -> dict[str, Json]:
    """Kinds that are counted in other units → how many of these."""
    sums: dict[str, int] = {}
    for source in sources:
        for each in source.usage.otherwise:
            sums[each.name] = sums.get(each.name, 0) + each.count
    return {name: number(sums[name]) for name in sorted(sums)}


def cell(each: Compared, likely: Sequence[Likely]) -> Json:
    """One cell, and what may explain its difference."""
    place = each.cell
    return {
        "day": place.day,
        "family": place.family,
        "project": place.project,
        "model": place.model,
        "keys": {
            key or "": number(each.by_key[key]) for key in sorted(each.by_key, key=str)
        },
        "requests": _amounts(each.requests),
        "inputTokens": _amounts(each.input_tokens),
        "outputTokens": _amounts(each.output_tokens),
        "tries": each.seen.tries,
        "estimated": each.seen.estimated,
        "likely": [
            {
                "cause": one.cause.value,
                "requests": number(one.requests),
                "tokens": number(one.tokens),
                "words": one.words,
            }
            for one in likely
        ],
    }


def _amounts(amounts: Amounts) -> Json:
    return summed(total([amounts]))
