"""The page's upper half: whose it is, the verdict, and what was used for what.

Pure: a statement's predicate and words in, markup out.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from affidavit.attest.certificate import charts
from affidavit.attest.certificate.charts import ORDER
from affidavit.attest.certificate.figures import Told
from affidavit.attest.predicate import Claim

STOPPED = ("refuse", "review")
_SHOWN, _PRINTED = 12, 4
"""Rows of a table: on a screen, and of them on paper."""
_SEALS = {
    Claim.PASS: ("good", "✓"),
    Claim.EXCEPTIONS: ("odd", "!"),
    Claim.INCOMPLETE: ("bad", "✗"),
}


def head(told: Told) -> str:
    """Whose certificate, of which period, and what it comes to."""
    words, claim = told.words, Claim(told.at("verdict"))
    names = {
        Claim.PASS: (words.verdict_pass, words.means_pass),
        Claim.EXCEPTIONS: (words.verdict_exceptions, words.means_exceptions),
        Claim.INCOMPLETE: (words.verdict_incomplete, words.means_incomplete),
    }
    (name, means), (kind, mark) = names[claim], _SEALS[claim]
    return (
        f'<header><div class="whose"><p class="kicker">{escape(words.kicker)}</p>'
        f"<h1>{escape(words.title)}</h1>"
        f'<p class="origin">{told.figure("origin")}</p>'
        f'<p class="period">{escape(words.period)}{words.colon}'
        f"{told.moment('period', 'from')} "
        f"{escape(words.until)} {told.moment('period', 'to')} UTC</p></div>"
        f'<div class="seal {kind}"><p class="verdict"><b aria-hidden="true">{mark}</b> '
        f'{escape(name)}</p><p class="signed" lang="en">{told.figure("verdict")}</p>'
        f"<p>{escape(means)}</p></div></header>"
    )


def figures(told: Told) -> str:
    """The figures that are looked for first."""
    words = told.words
    shown: Sequence[tuple[str, tuple[str | int, ...]]] = (
        (words.permit, ("use", "byEffect", "permit")),
        (words.refuse, ("use", "byEffect", "refuse")),
        (words.review, ("use", "byEffect", "review")),
        (words.observed, ("use", "byEffect", "observed")),
        (words.unknown, ("integrity", "unknownOutcomes")),
        (words.records, ("records", "total")),
    )
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{told.count(*path)}</dd></div>"
        for name, path in shown
    )
    return f'<dl class="figures">{cells}</dl>'


def effects(told: Told) -> Mapping[str, str]:
    """The words of the effects, in the order in which they are drawn."""
    words = told.words
    said = (words.permit, words.observed, words.refuse, words.review)
    return dict(zip(ORDER, said, strict=True))


def days(told: Told) -> str:
    """Decisions over time, as a picture and as a table."""
    found: dict[str, dict[str, int]] = {}
    sums: dict[str, int] = {}
    for each in told.at("days") or ():
        count, effect = int(each["decisions"]), each["effect"]
        found.setdefault(each["day"], {})[effect] = count
        sums[effect] = sums.get(effect, 0) + count
    if not found:
        return ""
    names = effects(told)
    drawn = charts.gathered(found, told.at("period", "from"), told.at("period", "to"))
    daily = len(drawn[0][0]) == len("2026-01-01")
    title = told.words.by_day if daily else told.words.by_month
    listed = ", ".join(f"{sums[it]} {names[it]}" for it in ORDER if sums.get(it))
    picture = charts.columns(drawn, names, f"{title}: {listed}")
    return (
        f"<section><h2>{escape(title)}</h2>{picture}{charts.legend(names, sums)}"
        f"{_as_table(told) if daily else ''}</section>"
    )


def _as_table(told: Told) -> str:
    words, names = told.words, effects(told)
    lines = "".join(
        f'<tr><th scope="row">{told.figure("days", place, "day")}</th>'
        f"<td>{escape(names[each['effect']])}</td>"
        f"<td>{told.count('days', place, 'decisions')}</td></tr>"
        for place, each in enumerate(told.at("days"))
        if each["effect"] in names
    )
    return (
        f"<details><summary>{escape(words.as_table)}</summary><table><thead><tr>"
        f'<th scope="col">{escape(words.day)}</th><th scope="col"></th>'
        f'<th scope="col">{escape(words.decisions)}</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></details>"
    ).replace('<th scope="col"></th>', "<td></td>")


def tables(told: Told) -> str:
    """Decisions by purpose and by model, the largest first."""
    words = told.words
    return (
        f'<div class="two">'
        f"{_table(told, words.by_purpose, words.purpose, 'byPurpose', 'purpose')}"
        f"{_table(told, words.by_model, words.model, 'byModel', 'model')}</div>"
    )


def _table(told: Told, title: str, named: str, section: str, field: str) -> str:
    rows: Sequence[Mapping[str, Any]] = told.at("use", section)
    largest = sorted(range(len(rows)), key=lambda place: -int(rows[place]["decisions"]))
    most = max((int(row["decisions"]) for row in rows), default=0)
    lines = "".join(
        _line(told, section, field, place, most, deep=number >= _PRINTED)
        for number, place in enumerate(largest[:_SHOWN])
    )
    words = told.words
    heading = (
        f'<thead><tr><th scope="col">{escape(named)}</th>'
        f'<th scope="col" class="number">{escape(words.decisions)}</th>'
        f'<th scope="col" class="number">{escape(words.stopped)}</th></tr></thead>'
    )
    return (
        f"<section><h2>{escape(title)}</h2><table>{heading}<tbody>{lines}</tbody>"
        f"</table>{more(told, len(rows), _SHOWN, _PRINTED)}</section>"
    )


def _line(
    told: Told, section: str, field: str, place: int, most: int, *, deep: bool
) -> str:
    value = told.at("use", section, place, field)
    name = (
        f"<em>{escape(told.words.none)}</em>"
        if value is None
        else told.figure("use", section, place, field)
    )
    parts = dict.fromkeys(ORDER, 0)
    for row in told.at("use", "rows"):
        if row[field] == value and row["effect"] in parts:
            parts[row["effect"]] += int(row["decisions"])
    kind = ' class="deep"' if deep else ""
    return (
        f'<tr{kind}><th scope="row"><span class="name">{name}</span>'
        f"{charts.bar(parts, most)}</th>"
        f"<td>{told.count('use', section, place, 'decisions')}</td>"
        f"<td>{told.summed(field, value, STOPPED)}</td></tr>"
    )


def more(told: Told, there: int, shown: int, printed: int) -> str:
    """How many are not shown: on a screen, and on paper."""
    lines = [(there - shown, "screen"), (there - printed, "paper")]
    return "".join(
        f'<p class="small {kind}">+ {rest} {escape(told.words.more)}</p>'
        for rest, kind in lines
        if rest > 0
    )
