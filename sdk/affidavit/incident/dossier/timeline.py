"""The incident on one line of time, as SVG: calls above it, events below.

Pure. Read in print (patterns, not colours alone) and by screen readers (a title, a
description that says all of it in words, and one title a mark). No script, no font and
no picture from anywhere.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from affidavit.trail.record import parse_moment
from affidavit.verify.disclosure.manifest import Window

_WIDTH, _LEFT, _RIGHT = 960, 20, 20
_TOP, _AXIS, _EVENT = 40, 160, 22
_BINS = 60
_ORDER = ("permit", "observed", "review", "refuse")
_NAMES = {
    "permit": "allowed",
    "observed": "let pass while observing",
    "review": "held for review",
    "refuse": "refused",
}
_STYLE = (
    "svg{color-scheme:light dark;font:13px system-ui,sans-serif}"
    "text{fill:#17202b}.axis,.stem{stroke:#4f5b68}.permit{fill:#2a6c8e}"
    ".observed{fill:#a86c0d}.review{fill:#6f4fa3}.refuse{fill:url(#hatch)}"
    "#hatch rect{fill:#fff}#hatch line{stroke:#b3261e;stroke-width:4}"
    ".mark{fill:#17202b}.paper{fill:#fff}"
    "@media (prefers-color-scheme:dark){text,.mark{fill:#e9eef4}"
    ".axis,.stem{stroke:#aab6c3}.permit{fill:#6fb8da}.observed{fill:#e2b45c}"
    ".review{fill:#bba0e8}.paper,#hatch rect{fill:#151c24}"
    "#hatch line{stroke:#ff958c}}"
    "@media print{text,.mark{fill:#000}.paper,#hatch rect{fill:#fff}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at one moment."""

    at: str
    what: str


def timeline(
    window: Window, calls: Iterable[tuple[str, str]], marks: Sequence[Mark]
) -> str:
    """The picture; `calls` are time and effect of the matching decisions."""
    start, end = parse_moment(window.start), parse_moment(window.end)
    bins: list[Counter[str]] = [Counter() for _ in range(_BINS)]
    for at, effect in calls:
        place = (parse_moment(at) - start) / (end - start)
        bins[min(int(place * _BINS), _BINS - 1)][effect] += 1
    total: Counter[str] = sum(bins, Counter())
    height = _AXIS + 30 + _EVENT * (len(marks) + 1)
    said = _described(window, total, marks)
    drawn = "".join(_column(n, each, _most(bins)) for n, each in enumerate(bins))
    below = "".join(_mark(n, each, start, end) for n, each in enumerate(marks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'role="img" aria-labelledby="timeline-title timeline-said">'
        '<title id="timeline-title">Timeline of the incident</title>'
        f'<desc id="timeline-said">{escape(said)}</desc><style>{_STYLE}</style>'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6"></rect>'
        '<line x1="0" y1="0" x2="0" y2="6"></line></pattern></defs>'
        f'<rect class="paper" width="{_WIDTH}" height="{height}"></rect>'
        f"{_legend(total)}{drawn}"
        f'<line class="axis" x1="{_LEFT}" y1="{_AXIS}" x2="{_WIDTH - _RIGHT}" '
        f'y2="{_AXIS}"></line>'
        f'<text x="{_LEFT}" y="{_AXIS + 16}">{_short(window.start)}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_AXIS + 16}" text-anchor="end">'
        f"{_short(window.end)}</text>{below}</svg>\n"
    )


def _most(bins: Sequence[Counter[str]]) -> int:
    return max(1, *(each.total() for each in bins))


def _column(number: int, counts: Counter[str], most: int) -> str:
    step = (_WIDTH - _LEFT - _RIGHT) / _BINS
    left, bottom, drawn = _LEFT + number * step, float(_AXIS), ""
    for effect in _ORDER:
        if counts[effect]:
            tall = counts[effect] / most * (_AXIS - _TOP)
            bottom -= tall
            drawn += (
                f'<rect class="{effect}" x="{left:.2f}" y="{bottom:.2f}" '
                f'width="{step - 1:.2f}" height="{tall:.2f}"></rect>'
            )
    if not drawn:
        return ""
    return f"<g><title>{escape(_counted(counts))}</title>{drawn}</g>"


def _mark(number: int, mark: Mark, start: datetime, end: datetime) -> str:
    place = (parse_moment(mark.at) - start) / (end - start)
    x = _LEFT + min(max(place, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)
    y = _AXIS + 26 + _EVENT * (number + 1)
    before = x > _WIDTH / 2
    words = escape(f"{_short(mark.at)} {mark.what}"[:110])
    return (
        f'<line class="stem" x1="{x:.2f}" y1="{_AXIS}" x2="{x:.2f}" y2="{y - 4}">'
        f'</line><circle class="mark" cx="{x:.2f}" cy="{y - 4}" r="4"></circle>'
        f'<text x="{x + (-9 if before else 9):.2f}" y="{y}" '
        f'text-anchor="{"end" if before else "start"}">{words}</text>'
    )


def _legend(total: Counter[str]) -> str:
    drawn, x = "", _LEFT
    for effect in _ORDER:
        if total[effect]:
            words = f"{total[effect]:,} {_NAMES[effect]}"
            drawn += (
                f'<rect class="{effect}" x="{x}" y="10" width="12" height="12"></rect>'
                f'<text x="{x + 17}" y="21">{words}</text>'
            )
            x += 34 + 8 * len(words)
    return drawn


def _described(window: Window, total: Counter[str], marks: Sequence[Mark]) -> str:
    events = "; ".join(f"{_short(each.at)} {each.what}" for each in marks)
    return (
        f"Matching calls from {window.start} to {window.end}: "
        f"{_counted(total) or 'none'}. Events: {events or 'none'}."
    )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[it]:,} {_NAMES[it]}" for it in _ORDER if counts[it])


def _short(at: str) -> str:
    return f"{at[:10]} {at[11:16]}"
