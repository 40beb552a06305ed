"""Bars and columns as SVG: numbers in, markup out. Colours are the page's classes.

Each mark has a title that says it in words, for whoever does not see it; an effect is
told apart by its pattern too, for whoever does not see colours.
"""

from collections.abc import Mapping, Sequence
from html import escape

ORDER = ("permit", "observed", "refuse", "review")
_WIDTH, _HEIGHT = 640, 132
_MOST_COLUMNS = 400


def columns(
    days: Sequence[tuple[str, Mapping[str, int]]], names: Mapping[str, str]
) -> str:
    """One column a day, effects stacked; `names` are the effects' words."""
    if not days:
        return ""
    days = _gathered(days)
    most = max(sum(counts.values()) for _, counts in days) or 1
    step = _WIDTH / len(days)
    marks = []
    for place, (day, counts) in enumerate(days):
        top = float(_HEIGHT)
        told = ", ".join(f"{counts[e]} {names[e]}" for e in ORDER if counts.get(e))
        bars = []
        for effect in ORDER:
            if count := counts.get(effect, 0):
                high = max(1.0, count / most * (_HEIGHT - 6))
                top -= high
                bars.append(
                    f'<rect class="{effect}" x="{place * step:.2f}" y="{top:.2f}" '
                    f'width="{max(1.0, step - min(2.0, step / 4)):.2f}" '
                    f'height="{high:.2f}"/>'
                )
        title = escape(f"{day}: {told or 0}")
        marks.append(f"<g><title>{title}</title>{''.join(bars)}</g>")
    return (
        f'<svg class="columns" viewBox="0 0 {_WIDTH} {_HEIGHT + 18}" role="img">'
        f"{_PATTERNS}{''.join(marks)}"
        f'<line x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/>'
        f'<text x="0" y="{_HEIGHT + 14}">{escape(days[0][0])}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT + 14}" text-anchor="end">'
        f"{escape(days[-1][0])}</text></svg>"
    )


_PATTERNS = (
    '<defs><pattern id="lines" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="5" height="5"/>'
    '<line x1="0" y1="0" x2="0" y2="5"/></pattern></defs>'
)


def _gathered(
    days: Sequence[tuple[str, Mapping[str, int]]],
) -> Sequence[tuple[str, Mapping[str, int]]]:
    """So many columns as a page shows: of a long period the last days."""
    return days[-_MOST_COLUMNS:]


def bar(share: float) -> str:
    """A bar of a table, `share` of its full length."""
    wide = max(0.0, min(1.0, share)) * 100
    return (
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" '
        'aria-hidden="true"><rect class="rail" width="100" height="6"/>'
        f'<rect class="permit" width="{wide:.2f}" height="6"/></svg>'
    )
