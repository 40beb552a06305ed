"""A reconciliation as JSON: the same for programs, for people and for a statement.

Pure. Counts above what a double can hold are text, as everywhere in a statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from affidavit.canonical import Json
from affidavit.reconcile.causes import Likely
from affidavit.reconcile.compare import Amounts, Compared, Comparison
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


def coverage(comparison: Comparison) -> str | None:
    """Σ min(trail, billed) / Σ billed as a decimal of four places, rounded down; None
    where nothing was billed.
    """
    if not comparison.billed:
        return None
    ratio = Fraction(comparison.covered, comparison.billed)
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
        "requests": {
            "billed": comparison.billed,
            "recorded": comparison.recorded,
            "covered": comparison.covered,
            "uncovered": comparison.uncovered,
            "excess": comparison.excess,
        },
        "cells": [
            _cell(each, likely.get(index, ()))
            for index, each in enumerate(comparison.cells)
        ],
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
        "otherwiseCounted": _otherwise(told),
        "decisionsWithoutBody": without_body,
        "sources": [
            {"name": each.name, "digest": {"sha256": each.usage.digest}}
            for each in told
        ],
        "remarks": [UNSIGNED, NO_PURPOSES],
    }


def _otherwise(sources: Sequence[Source]) -> dict[str, Json]:
    sums: dict[str, int] = {}
    for each in sources:
        for name, count in (each.usage.otherwise or {}).items():
            sums[name] = sums.get(name, 0) + count
    return {name: sums[name] for name in sorted(sums)}


def _cell(each: Compared, likely: Sequence[Likely]) -> Json:
    cell = each.cell
    return {
        "day": cell.day,
        "family": cell.family,
        "project": cell.project,
        "model": cell.model,
        "keys": {key or "": count for key, count in each.by_key.items()},
        "requests": _amounts(each.requests),
        "inputTokens": _amounts(each.input_tokens),
        "outputTokens": _amounts(each.output_tokens),
        "tries": each.seen.tries,
        "estimated": each.seen.estimated,
        "likely": [
            {"cause": one.cause.value, "requests": one.requests, "words": one.words}
            for one in likely
        ],
    }


def _amounts(amounts: Amounts) -> Json:
    return {
        "billed": amounts.billed,
        "recorded": amounts.recorded,
        "covered": amounts.covered,
        "uncovered": amounts.uncovered,
        "excess": amounts.excess,
    }
