"""The page's lower half: bill, promises, who stands behind it, and what is not proved.

Pure: a statement's predicate and words in, markup out. Each part is there where the
statement has it.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from affidavit.attest.certificate import charts
from affidavit.attest.certificate.figures import NOTHING, Form, Told
from affidavit.attest.certificate.use import more
from affidavit.dsse import Envelope
from affidavit.tlog.note import VerifierKey

_LISTED = 4
"""Promises and exceptions that fit on paper; a screen has them all."""
_RESULTS = {"met": "good", "not met": "bad", "cannot tell": "odd"}
_MARKS = {"met": "✓", "not met": "✗", "cannot tell": "?"}


def coverage(told: Told) -> str:
    """The provider's bill against the trail: three figures, and none of them netted."""
    words = told.words
    if told.at("coverage") is None:
        return ""
    names = {
        "covered": words.covered,
        "uncovered": words.uncovered,
        "excess": words.excess,
    }
    whole = {name: int(told.at("coverage", "requests", name)) for name in names}
    listed = "".join(
        f'<div><dt><i class="{name}"></i>{escape(names[name])}</dt>'
        f"<dd>{told.count('coverage', 'requests', name)}</dd></div>"
        for name in names
    )
    share = told.figure("coverage", "share", form=Form.PERCENT)
    return (
        f"<section><h2>{escape(words.bill)}</h2>"
        f"{charts.bar(whole, sum(whole.values()))}"
        f'<dl class="legend">{listed}</dl><p class="small"><b>{share}</b> '
        f"{escape(words.share)}. {escape(words.fetched)}{words.colon}"
        f"{told.moment('coverage', 'fetched')} UTC. "
        f"{escape(words.days_missing)}{words.colon}"
        f"{told.count('coverage', 'missingDays')}. {escape(words.unsigned)}</p>"
        f"{_daily(told, names)}</section>"
    )


def _daily(told: Told, names: Mapping[str, str]) -> str:
    """What is in excess hangs under the axis."""
    found = {
        each["day"]: {name: int(each["requests"][name]) for name in names}
        for each in told.at("coverage", "days")
    }
    period = told.at("coverage", "period")
    drawn = charts.gathered(found, period["from"], f"{period['to']}T00:00:00.000Z")
    return charts.columns(drawn, names, told.words.bill, below=("excess",))


def contract(told: Told) -> str:
    """What was promised, in the contract's own words, and what became of it."""
    if told.at("contract") is None:
        return ""
    words = told.words
    results = {
        "met": words.kept,
        "not met": words.not_kept,
        "cannot tell": words.cannot_tell,
    }
    clauses: Sequence[Mapping[str, Any]] = told.at("contract", "clauses")
    lines = "".join(
        f'<tr{_deep(place)}><th scope="row">'
        f"{told.figure('contract', 'terms', 'clauses', place, 'id')}</th>"
        '<td class="words">'
        f"{told.figure('contract', 'terms', 'clauses', place, 'promise')}</td>"
        f'<td class="result {_RESULTS[each["result"]]}">'
        f'<b aria-hidden="true">{_MARKS[each["result"]]}</b> '
        f"{escape(results[each['result']])}</td></tr>"
        for place, each in enumerate(clauses)
    )
    parties = ", ".join(
        told.figure("contract", "terms", "parties", place, "name")
        for place in range(len(told.at("contract", "terms", "parties")))
    )
    return (
        f"<section><h2>{escape(words.promised)}</h2>"
        f'<p class="small">{told.figure("contract", "terms", "name")} · {parties}</p>'
        f'<table class="clauses"><tbody>{lines}</tbody></table>'
        f"{more(told, len(clauses), len(clauses), _LISTED)}</section>"
    )


def _deep(place: int) -> str:
    return ' class="deep"' if place >= _LISTED else ""


def exceptions(told: Told) -> str:
    """What was out of order, in the signed words."""
    found = told.at("exceptions")
    if not found:
        return ""
    lines = "".join(
        f"<li{_deep(place)}>{told.figure('exceptions', place)}</li>"
        for place in range(len(found))
    )
    title = f"{escape(told.words.exceptions)} ({escape(told.words.quoted)})"
    return (
        f'<section><h2>{title}</h2><ul class="exceptions" lang="en">{lines}</ul>'
        f"{more(told, len(found), len(found), _LISTED)}</section>"
    )


def behind(told: Told, envelope: Envelope) -> str:
    """Who else saw the trail, what it goes on from, who signed, under which policy."""
    words = told.words
    lines = [(words.seen_by, _seen(told))]
    if told.at("since") is not None:
        before = f"{told.moment('since', 'to')} UTC · {told.count('since', 'size')}"
        lines.append((words.since, before))
    if told.at("sample") is not None:
        span = NOTHING.join(told.count("sample", it) for it in ("first", "end"))
        most = told.count("sample", "wanted")
        lines.append((words.sample, f"{most} {escape(words.drawn)} {span}"))
    lines.append((words.signatures, _signatures(told, envelope)))
    lines.append((words.policies, _policies(told)))
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in lines
    )
    return (
        f"<section><h2>{escape(words.evidence)}</h2>"
        f'<dl class="facts">{listed}</dl></section>'
    )


def _seen(told: Told) -> str:
    anchors = told.at("anchors") or {"witnesses": [], "authorities": []}
    named = []
    for kind in ("witnesses", "authorities"):
        for place, each in enumerate(anchors[kind]):
            if each["at"] is not None:
                name = escape(each["name"].split("+")[0].split(" ")[0])
                named.append(f"{name}, {told.moment('anchors', kind, place, 'at')} UTC")
    if not named:
        return escape(told.words.nobody)
    covered = f"{told.count('anchors', 'covered')} {escape(told.words.covering)}"
    return "; ".join([*named, covered])


def _signatures(told: Told, envelope: Envelope) -> str:
    """Names are the statement's own word for keys; the page's program checks them."""
    named = dict(_signatories(told))
    own = told.at("keys", 0, "keyid")
    others = [each.key_id for each in envelope.signatures if each.key_id != own]
    known = [escape(named.get(each, f"{each[:12]}…")) for each in others]
    first = told.figure("origin")
    if not known:
        return first
    return f"{first}; {escape(told.words.further)}{told.words.colon}{', '.join(known)}"


def _signatories(told: Told) -> Sequence[tuple[str, str]]:
    terms = (told.at("contract") or {}).get("terms", {})
    return [
        (VerifierKey.parse(each["key"]).verifier.key_id, each["name"])
        for each in terms.get("signatories") or ()
        if "key" in each
    ]


def _policies(told: Told) -> str:
    found = told.at("policies")
    named = [
        f"{escape(each['name'] or NOTHING)} "
        f"<code>{escape(each['digest']['sha256'][:12])}…</code>"
        for each in found[:_LISTED]
    ]
    rest = [f"+ {len(found) - _LISTED}"] if len(found) > _LISTED else []
    return ", ".join([*named, *rest]) or NOTHING


def not_proved(told: Told) -> str:
    """What no local log can show."""
    proofs = "".join(f"<li>{escape(each)}</li>" for each in told.words.proofs)
    return (
        f"<section><h2>{escape(told.words.not_proved)}</h2>"
        f'<ul class="proofs">{proofs}</ul></section>'
    )


def foot(told: Told, envelope: Envelope) -> str:
    """What names the statement, for whoever holds it against something else."""
    words, digest = told.words, sha256(envelope.payload).hexdigest()
    return (
        f'<footer><p class="paper">{escape(words.paper)}</p>'
        f"<p>{escape(words.verdict_is)}</p><dl>"
        f"<dt>{escape(words.root)}</dt><dd><code>{told.count('tree', 'size')} · "
        f"{told.figure('tree', 'root')}</code></dd>"
        f"<dt>{escape(words.key)}</dt><dd><code>{told.figure('keys', 0, 'vkey')}"
        "</code></dd>"
        f"<dt>{escape(words.statement)}</dt><dd><code>sha256:{digest}</code></dd>"
        "</dl></footer>"
    )
