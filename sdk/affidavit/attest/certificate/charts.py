"""Bars and columns as SVG: numbers in, markup out. Colours are the page's classes.

Each mark has a title that says it in words, for whoever does not see it; an effect is
told apart by its pattern too, for whoever does not see colours. Labels of axes are text
of the page, which stays legible at any width.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from affidavit.attest.certificate.figures import grouped

ORDER = ("permit", "observed", "refuse", "review")
_WIDTH, _HEIGHT = 1000.0, 100.0
_MOST_DAYS = 124
"""Of a longer period months are drawn."""
_TICKS = 5
_WIDEST = 56.0

Columns = Sequence[tuple[str, Mapping[str, int]]]
"""A day or month, and what there is of each kind."""


def gathered(days: Mapping[str, Mapping[str, int]], start: str, end: str) -> Columns:
    """Every UTC day of `[start, end)`, empty ones too, or every month of a long time.

    `start` and `end` are times as records have them.
    """
    first = date.fromisoformat(start[:10])
    last = date.fromisoformat(end[:10])
    if not end[10:].startswith("T00:00:00.000"):
        last += timedelta(days=1)
    every = [str(first + timedelta(days=n)) for n in range((last - first).days)]
    if len(every) <= _MOST_DAYS:
        return [(day, days.get(day, {})) for day in every]
    months: dict[str, dict[str, int]] = {}
    for day in every:
        month = months.setdefault(day[:7], {})
        for kind, count in days.get(day, {}).items():
            month[kind] = month.get(kind, 0) + count
    return list(months.items())


def columns(
    given: Columns, names: Mapping[str, str], title: str, below: Sequence[str] = ()
) -> str:
    """One column for each, kinds stacked in the order of `names`, those `below` hanging
    under the axis; `names` are the kinds' words.
    """
    above = [kind for kind in names if kind not in below]
    high = max((_total(counts, above) for _, counts in given), default=0)
    low = max((_total(counts, below) for _, counts in given), default=0)
    if not high + low:
        return ""
    unit = (_HEIGHT - 2) / (high + low)
    axis = 1 + high * unit
    scale, step = _Scale(axis, unit, above, below), _WIDTH / len(given)
    marks = "".join(
        f"<g><title>{escape(_said(name, counts, names))}</title>"
        f"{''.join(_column(place * step, step, counts, scale))}</g>"
        for place, (name, counts) in enumerate(given)
        if any(counts.values())
    )
    return (
        f'<div class="chart"><span class="most" aria-hidden="true">'
        f"{grouped(str(high))}</span>"
        f'<svg class="columns" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'preserveAspectRatio="none" role="img"><title>{escape(title)}</title>'
        f'{_PATTERNS}{marks}<line x1="0" y1="{axis:.2f}" x2="{_WIDTH:g}" '
        f'y2="{axis:.2f}"></line></svg>{_ticks(given)}</div>'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where the axis lies, how tall one is, and what goes which way."""

    axis: float
    unit: float
    above: Sequence[str]
    below: Sequence[str]


def _column(
    left: float, step: float, counts: Mapping[str, int], scale: _Scale
) -> Iterator[str]:
    wide = min(_WIDEST, step * 0.78)
    x, top, bottom = left + (step - wide) / 2, scale.axis, scale.axis
    for kind in (*scale.above, *scale.below):
        tall = counts.get(kind, 0) * scale.unit
        if not tall:
            continue
        up = kind in scale.above
        top -= tall if up else 0
        yield (
            f'<rect class="{kind}" x="{x:.2f}" y="{top if up else bottom:.2f}" '
            f'width="{wide:.2f}" height="{tall:.2f}"></rect>'
        )
        bottom += 0 if up else tall


def _total(counts: Mapping[str, int], kinds: Sequence[str]) -> int:
    return sum(counts.get(kind, 0) for kind in kinds)


def _said(name: str, counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    told = [f"{grouped(str(counts[it]))} {names[it]}" for it in names if counts.get(it)]
    return f"{name}: {', '.join(told)}"


def _ticks(given: Columns) -> str:
    some = min(_TICKS, len(given))
    places = sorted(
        {round(n * (len(given) - 1) / max(1, some - 1)) for n in range(some)}
    )
    named = "".join(f"<span>{escape(given[place][0])}</span>" for place in places)
    return f'<div class="ticks" aria-hidden="true">{named}</div>'


_PATTERNS = (
    '<defs><pattern id="lines" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="7" height="7"></rect>'
    '<line x1="0" y1="0" x2="0" y2="7"></line></pattern></defs>'
)


def bar(parts: Mapping[str, int], whole: int) -> str:
    """A bar of a table: kinds one after the other, `whole` being its full length."""
    at, drawn = 0.0, []
    for kind, count in parts.items():
        wide = min(100.0 - at, 100.0 * count / whole) if whole > 0 else 0.0
        if wide > 0:
            drawn.append(
                f'<rect class="{kind}" x="{at:.2f}" width="{wide:.2f}" height="6">'
                "</rect>"
            )
        at += wide
    return (
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect class="rail" width="100" height="6"></rect>'
        f"{''.join(drawn)}</svg>"
    )


def legend(names: Mapping[str, str], there: Mapping[str, int]) -> str:
    """What the classes stand for, as far as they are there."""
    said = "".join(
        f'<span><i class="{kind}"></i>{escape(names[kind])}</span>'
        for kind in names
        if there.get(kind)
    )
    return f'<div class="legend">{said}</div>'
