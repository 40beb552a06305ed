"""One self-contained page about a statement: the statement within it, and what checks
it.

Pure: an envelope in, bytes out. Every figure that a person reads stands where the
page's own program finds it, with the path of the signed figure beside it. Nothing is
loaded from anywhere: the content security policy names the page's one script and one
style sheet by their digests (CSP Level 3 §2.3.1) and allows nothing else.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from affidavit import canonical
from affidavit.attest.certificate.charts import ORDER, bar, columns
from affidavit.attest.certificate.said import SAID
from affidavit.attest.certificate.words import WORDS, Language, Words
from affidavit.attest.predicate import Claim
from affidavit.dsse import Envelope
from affidavit.errors import Malformed

FILE_NAME = "certificate.html"
DOCTYPE = b"<!doctype html>"
_LANGUAGE = re.compile(rb'^<!doctype html><html lang="([a-z]{2})">')
_ENVELOPE = re.compile(
    rb'<script type="application/json" id="envelope">([^<]*)</script>'
)
_SHOWN = 8
"""Rows of a table that fit on the printed page; the rest are summed by nobody."""
_SEALS = {Claim.PASS: "good", Claim.EXCEPTIONS: "odd", Claim.INCOMPLETE: "bad"}
_NOTHING = "\u2013"


def certificate(envelope: Envelope, language: Language = Language.ENGLISH) -> bytes:
    """The page as a file. The same statement and language give the same bytes."""
    statement: Any = canonical.loads(envelope.payload)
    told: Mapping[str, Any] = statement["predicate"]
    words = WORDS[language]
    style, script = _asset("page.css"), _asset("verify.js")
    body = "".join(_body(told, words, envelope))
    said = _embedded(SAID[language].as_json())
    page = (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_csp(style, script)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(words.title)} · {escape(told['origin'])}</title>"
        f"<style>{style}</style></head><body><main>{body}</main>"
        f'<script type="application/json" id="words">{said}</script>'
        '<script type="application/json" id="envelope">'
        f"{_embedded(envelope.as_json())}</script>"
        f"<script>{script}</script></body></html>\n"
    )
    return page.encode()


def statement_in(page: bytes) -> bytes:
    """The envelope's file that a certificate is about.

    `Malformed` unless the page is, byte for byte, what is made of that statement here:
    then a person may read in it something else than what is signed.
    """
    language = _LANGUAGE.search(page)
    held = _ENVELOPE.search(page)
    if language is None or held is None:
        raise Malformed("this page is no certificate: it holds no statement")
    envelope = Envelope.from_json(canonical.parse(held[1]))
    try:
        true = certificate(envelope, Language(language[1].decode("ascii", "replace")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("this page holds no statement of a period of use") from error
    if true != page:
        raise Malformed(
            "this page is not what is made of the statement in it: it was changed, or "
            "another version made it. Verify the statement's own file"
        )
    return envelope.encode()


def _asset(name: str) -> str:
    return files("affidavit.attest.certificate").joinpath(name).read_text("utf-8")


def _csp(style: str, script: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")

    return (
        f"default-src 'none'; script-src 'sha256-{digest(script)}'; "
        f"style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    )


def _embedded(value: object) -> str:
    # `<` cannot end the element that holds it (HTML §4.12.1.3), and JSON reads it back.
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _body(told: Mapping[str, Any], words: Words, envelope: Envelope) -> Iterator[str]:
    yield _head(told, words)
    yield _figures(told, words)
    yield _days(told, words)
    yield '<div class="two">'
    yield _table(told, words.by_purpose, "byPurpose", "purpose", words)
    yield _table(told, words.by_model, "byModel", "model", words)
    yield "</div>"
    yield _exceptions(told, words)
    proofs = "".join(f"<li>{escape(each)}</li>" for each in words.proofs)
    yield f'<h2>{escape(words.not_proved)}</h2><ul class="proofs">{proofs}</ul>'
    yield _check(words)
    yield _foot(told, words, envelope)


def _figure(told: Mapping[str, Any], *path: str | int) -> str:
    """A signed figure, as it is signed, with its place beside it."""
    value: Any = told
    for step in path:
        value = value[step] if isinstance(step, int) else value.get(step)
    shown = _NOTHING if value is None else str(value)
    place = escape(json.dumps(list(path)), quote=True)
    return f'<span data-figure="{place}">{escape(shown)}</span>'


def _head(told: Mapping[str, Any], words: Words) -> str:
    claim = Claim(told["verdict"])
    names = {
        Claim.PASS: words.verdict_pass,
        Claim.EXCEPTIONS: words.verdict_exceptions,
        Claim.INCOMPLETE: words.verdict_incomplete,
    }
    return (
        f"<header><div><h1>{escape(words.title)}</h1>"
        f'<p class="origin">{_figure(told, "origin")}</p>'
        f'<p class="period">{escape(words.period)}: {_figure(told, "period", "from")} '
        f"{escape(words.until)} {_figure(told, 'period', 'to')}</p></div>"
        f'<div class="seal {_SEALS[claim]}" title="{escape(claim.value)}">'
        f"{escape(names[claim])}"
        f'<span hidden data-figure="[&quot;verdict&quot;]">{escape(claim.value)}</span>'
        "</div></header>"
    )


def _figures(told: Mapping[str, Any], words: Words) -> str:
    shown = [
        (words.permit, ("use", "byEffect", "permit")),
        (words.refuse, ("use", "byEffect", "refuse")),
        (words.observed, ("use", "byEffect", "observed")),
        (words.review, ("use", "byEffect", "review")),
        (words.unknown, ("integrity", "unknownOutcomes")),
        (words.records, ("records", "total")),
    ]
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{_figure(told, *path)}</dd></div>"
        for name, path in shown
    )
    return f'<dl class="figures">{cells}</dl>'


def _days(told: Mapping[str, Any], words: Words) -> str:
    days: dict[str, dict[str, int]] = {}
    for each in told.get("days", ()):
        days.setdefault(each["day"], {})[each["effect"]] = int(each["decisions"])
    if not days:
        return ""
    names = _effects(words)
    legend = "".join(
        f'<span><i class="{effect}"></i>{escape(names[effect])}</span>'
        for effect in ORDER
        if any(counts.get(effect) for counts in days.values())
    )
    drawn = columns(sorted(days.items()), names)
    return f'<h2>{escape(words.by_day)}</h2>{drawn}<div class="legend">{legend}</div>'


def _effects(words: Words) -> Mapping[str, str]:
    return {
        "permit": words.permit,
        "observed": words.observed,
        "refuse": words.refuse,
        "review": words.review,
    }


def _table(
    told: Mapping[str, Any], title: str, section: str, field: str, words: Words
) -> str:
    rows: Sequence[Mapping[str, Any]] = told["use"][section]
    places = sorted(range(len(rows)), key=lambda place: -int(rows[place]["decisions"]))[
        :_SHOWN
    ]
    most = max((int(row["decisions"]) for row in rows), default=1)
    lines = "".join(
        f"<tr><th scope='row'>{_name(told, section, place, field, words)}</th>"
        f"<td>{_figure(told, 'use', section, place, 'decisions')}</td>"
        f'<td class="drawn">{bar(int(rows[place]["decisions"]) / most)}</td></tr>'
        for place in places
    )
    rest = len(rows) - len(places)
    more = f'<p class="small">+ {rest}</p>' if rest else ""
    return f"<div><h2>{escape(title)}</h2><table>{lines}</table>{more}</div>"


def _name(
    told: Mapping[str, Any], section: str, place: int, field: str, words: Words
) -> str:
    if told["use"][section][place][field] is None:
        return f"<em>{escape(words.none)}</em>"
    return _figure(told, "use", section, place, field)


def _exceptions(told: Mapping[str, Any], words: Words) -> str:
    if not told["exceptions"]:
        return ""
    lines = "".join(
        f"<li>{_figure(told, 'exceptions', place)}</li>"
        for place in range(len(told["exceptions"]))
    )
    title = f"{escape(words.exceptions)} ({escape(words.quoted)})"
    return f'<h2>{title}</h2><ul lang="en">{lines}</ul>'


def _check(words: Words) -> str:
    return (
        f'<section class="check"><h2>{escape(words.check)}</h2>'
        f'<p class="small">{escape(words.how)}</p>'
        f'<label for="key">{escape(words.key)}</label>'
        '<input type="text" id="key" autocomplete="off" spellcheck="false">'
        '<div class="pick">'
        f'<label>{escape(words.folder)} <input type="file" id="folder" webkitdirectory '
        "multiple></label>"
        f'<label>{escape(words.files)} <input type="file" id="files" multiple></label>'
        f'<span class="small"><span id="taken">0</span> {escape(words.taken)}</span>'
        f'</div><button id="verify" type="button">{escape(words.verify)}</button>'
        '<meter id="meter" hidden min="0" max="1" value="0"></meter>'
        '<p id="result" role="status" aria-live="polite"></p><ul id="checks"></ul>'
        f"<noscript><p>{escape(words.no_script)}</p></noscript></section>"
    )


def _foot(told: Mapping[str, Any], words: Words, envelope: Envelope) -> str:
    digest = sha256(envelope.encode()).hexdigest()
    policies = ", ".join(
        f"{each['name'] or _NOTHING} {each['digest']['sha256'][:12]}"
        for each in told["policies"]
    )
    return (
        f"<footer><p>{escape(words.policies)}: {escape(policies or _NOTHING)}</p>"
        f"<p>{escape(words.root)}: {_figure(told, 'tree', 'size')} · "
        f"<code>{_figure(told, 'tree', 'root')}</code></p>"
        f"<p>{escape(words.key)}: <code>{_figure(told, 'keys', 0, 'vkey')}</code></p>"
        f"<p>{escape(words.statement)}: <code>sha256:{digest}</code></p></footer>"
    )
