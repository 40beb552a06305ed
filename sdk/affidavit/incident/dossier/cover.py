"""The page that a person opens first: one self-contained HTML file, without script.

Pure. Its policy names its style sheets by their digests and allows nothing else (CSP
Level 3 §2.3.1). Says what the dossier has and what it does not prove, and that this
page proves nothing itself.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from affidavit.incident.model import (
    Clarified,
    Closed,
    Evidence,
    Incident,
    Opened,
    Recorded,
    Suspended,
    Target,
)
from affidavit.incident.model import Lifted as Lifting
from affidavit.incident.notice import summary
from affidavit.verify.disclosure import DisclosureReport
from affidavit.verify.dossier.manifest import Treatment

_STYLE = (
    ":root{color-scheme:light dark;--ink:#17202b;--soft:#4f5b68;--line:#d8dde4;"
    "--paper:#fff;--ground:#eef1f5;--accent:#1d4e6b}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e9eef4;--soft:#aab6c3;"
    "--line:#35424f;--paper:#151c24;--ground:#0c1116;--accent:#8cc7e4}}"
    "*{box-sizing:border-box}html{background:var(--ground);color:var(--ink);"
    'font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}'
    "body{margin:0;padding:2.2rem 1rem}main{max-width:56rem;margin:auto;"
    "background:var(--paper);border:1px solid var(--line);"
    "border-top:5px solid var(--accent);border-radius:4px;padding:2.2rem 2.6rem}"
    "h1{font:600 2rem/1.15 Palatino,Georgia,serif;margin:0 0 .5rem}"
    "h2{font-size:.82rem;text-transform:uppercase;letter-spacing:.08em;"
    "color:var(--accent);border-top:1px solid var(--line);padding-top:.55rem;"
    "margin:1.7rem 0 .6rem}.soft{color:var(--soft)}"
    "table{width:100%;border-collapse:collapse;font-size:.9rem}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;"
    "overflow-wrap:break-word}tr+tr>*{border-top:1px solid var(--line)}"
    "td:last-child,.digests th,p{overflow-wrap:anywhere}"
    ".n>:last-child{text-align:right;font-variant-numeric:tabular-nums}"
    "thead th{color:var(--soft);font-weight:400}tbody th{font-weight:400}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);"
    "padding:.8rem;font-size:.82rem}code{font-size:.85em;overflow-wrap:anywhere}"
    ".when th{white-space:nowrap}.scroll{overflow-x:auto}"
    "svg{width:100%;min-width:40rem;height:auto}"
    "@media (max-width:40rem){main{padding:1.2rem}body{padding:0}}"
    "@media print{html{background:#fff;color:#000;font-size:11px}body{padding:0}"
    "main{border:0;padding:0;max-width:none}svg{min-width:0}h2{break-after:avoid}tr,svg{break-inside:avoid}}"
)
_INNER = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page is about."""

    incident: Incident
    calls: DisclosureReport
    treatment: Sequence[Treatment]
    plan: str | None
    policies: Sequence[tuple[str, int, int]]
    """Digest, files that it was made of, files that are in the dossier."""
    attached: frozenset[str]
    """SHA-256 of the evidence files that are in the dossier."""
    picture: str
    """The timeline."""


def cover(facts: Facts) -> bytes:
    """The page as a file. The same facts give the same bytes."""
    inner = _INNER.search(facts.picture)
    styles = [_STYLE, *([inner[1]] if inner else [])]
    allowed = " ".join(f"'sha256-{_digest(each)}'" for each in styles)
    policy = f"default-src 'none'; style-src {allowed}; base-uri 'none'; "
    policy += "form-action 'none'"
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Dossier of incident {escape(facts.incident.id)}</title>"
        f"<style>{_STYLE}</style></head><body><main>{''.join(_body(facts))}</main>"
        "</body></html>\n"
    )
    return page.encode()


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")


def _body(facts: Facts) -> Iterable[str]:
    calls, incident = facts.calls, facts.incident
    yield (
        "<header><h1>Incident dossier</h1>"
        f"<p>{escape(calls.origin)}<br>incident <code>{escape(incident.id)}</code>, "
        f"{'open' if incident.is_open else 'closed'}</p>"
        f'<p class="soft">{escape(calls.window.start)} to {escape(calls.window.end)}, '
        "the end not included</p></header>"
    )
    yield (
        '<h2>Timeline</h2><div class="scroll" tabindex="0" role="region" '
        f'aria-label="Timeline">{facts.picture}</div>'
    )
    yield f"<h2>The notice, as received</h2><p>{escape(summary(incident.notice))}</p>"
    yield "".join(
        f"<p class='soft'>{escape(each.form.value)}, {escape(each.channel.value)}, "
        f"SHA-256 <code>{each.sha256}</code></p><pre>{escape(each.text)}</pre>"
        for each in incident.opened.documents
    )
    yield "<h2>Records</h2>" + _records(facts)
    yield "<h2>Actions and clarifications</h2>" + _table(
        ("at (UTC)", "what", "in words"),
        [_event(each, facts) for each in incident.events],
        kind="when",
    )
    yield "<h2>Policy in force</h2>" + _policies(facts)
    yield "<h2>How to check it</h2>" + _checking(facts)


def _records(facts: Facts) -> str:
    counts = facts.calls.counts
    review = (
        "Nobody reviewed the records before this dossier was made: every body is "
        "withheld."
        if facts.plan is None
        else f"Reviewed before it was made; the plan's SHA-256 is {facts.plan}."
    )
    rows = [(each.action, each.reason, f"{each.records:,}") for each in facts.treatment]
    selection = facts.calls.selection
    asked = ", ".join(f"{each.field} {each.value}" for each in selection.openings)
    return (
        f"<p>{counts.window:,} records were written in this time, {counts.decisions:,} "
        f"of them decisions. {counts.selected:,} match "
        f"({escape(asked or selection.by.value)}), with {counts.outcomes:,} outcomes. "
        f"{escape(review)}</p>{_table(('body', 'reason', 'records'), rows, kind='n')}"
    )


def _policies(facts: Facts) -> str:
    rows = [
        (digest, f"{given} of {of} files here" if of else "its record names no files")
        for digest, of, given in facts.policies
    ]
    if not rows:
        return "<p>No matching decision.</p>"
    return _table(("SHA-256", "files"), rows, kind="digests")


def _checking(facts: Facts) -> str:
    calls = facts.calls
    return (
        "<p>This page proves nothing: the files beside it do. Get the verifier key of "
        f"{escape(calls.origin)} by another way than this dossier, and run</p>"
        "<pre>affidavit verify DOSSIER --key VERIFIER-KEY</pre>"
        "<p>It counts everything again, and names each record that was left out, "
        "altered or added. A narrative, where one is given, is in narrative/: the "
        "maker's own words, signed apart.</p>"
        "<p>What it does not prove: that every call was made through the recording "
        "software; what withheld bodies say; who wrote a document that came as a "
        f'file.</p><p class="soft">Tree of {calls.size:,} records, root '
        f"<code>{calls.root.hex()}</code></p>"
    )


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, kind: str = ""
) -> str:
    titles = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    inside = f' class="{kind}"' if kind else ""
    lines = "".join(
        f'<tr{inside}><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(each)}</td>" for each in row[1:])
        + "</tr>"
        for row in rows
    )
    head = f"<thead><tr{inside}>{titles}</tr></thead>"
    return f"<table{inside}>{head}<tbody>{lines}</tbody></table>"


def _event(each: Recorded, facts: Facts) -> tuple[str, str, str]:
    event, at = each.event, f"{each.at[:10]} {each.at[11:19]}"
    match event:
        case Opened():
            said = f"suspends {_targets(event.suspends)}: {event.reason}"
            return at, "opened", said
        case Suspended():
            return at, "suspended", f"{_targets(event.targets)}: {event.reason}"
        case Lifting():
            return at, "lifted", f"{_targets(event.targets)}: {event.reason}"
        case Clarified():
            by = f"{event.by}: " if event.by else ""
            evidence = "".join(f" [{_evidence(it, facts)}]" for it in event.evidence)
            return at, event.says.value, f"{by}{event.text}{evidence}"
        case Closed():
            return at, "closed", event.reason


def _targets(targets: Sequence[Target]) -> str:
    return ", ".join(map(str, targets)) or "nobody"


def _evidence(each: Evidence, facts: Facts) -> str:
    if each.record is not None:
        return f"record {each.record}"
    there = "attached" if each.sha256 in facts.attached else "not attached"
    return f"file {each.file}, {each.size} bytes, SHA-256 {each.sha256}, {there}"
