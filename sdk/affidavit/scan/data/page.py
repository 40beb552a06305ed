"""The report as a page of HTML: one file, no script, nothing fetched.

Knows markup and how to keep text from outside out of it. Headings, captions and scopes
are for screen readers; no colour says what words do not.
"""

from collections.abc import Iterable, Sequence
from html import escape

from affidavit.scan.data import result
from affidavit.scan.data.result import FilePart, HitPart, Report, TrailPart, Verdict

MOST_ROWS = 500
"""Of one file that the page shows."""
_STYLE = """
:root{color-scheme:light dark;--bad:#a11;--odd:#7a4d00;--good:#0a5c2b;--line:#8886;
--soft:#8881}
@media(prefers-color-scheme:dark){:root{--bad:#ff9a90;--odd:#f2c063;--good:#7fdca0}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2.2rem}
h3{font-size:1rem;margin-top:1.6rem;overflow-wrap:anywhere}
.verdict{border-left:.4rem solid;padding:.6rem 1rem;background:var(--soft)}
.verdict strong{display:block;font-size:1.3rem}
.bad{border-color:var(--bad)}.bad strong{color:var(--bad)}
.odd{border-color:var(--odd)}.odd strong{color:var(--odd)}
.good{border-color:var(--good)}.good strong{color:var(--good)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;padding:.3rem 0;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;
border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{overflow-wrap:normal}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font-size:.88em;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none}}
"""
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
_TONE = {
    Verdict.FOUND: "bad",
    Verdict.INCOMPLETE: "odd",
    Verdict.EXCEPTIONS: "odd",
    Verdict.NONE: "good",
}
_MEANING = {
    "exact": "the same words in the same order; formatting may differ",
    "edited": "about as long as the output, with words changed",
    "embedded": "the output, or much of it, inside a longer text",
    "excerpt": "a piece of the output",
    "boilerplate": "only passages that many outputs share; not counted as found",
}


def page(report: Report) -> str:
    """The whole page."""
    said = result.verdict(report)
    files = sum(not each.left_out for each in report.files)
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        _POLICY,
        f"<title>Data scan: {escape(said.value)}</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        "<h1>Data scan</h1>",
        f"<p>{escape(report.at)}, {report.rows:,} rows in {files:,} files</p>",
        f'<div class="verdict {_TONE[said]}"><strong>{escape(said.value)}</strong>',
        f"{escape(result.claim(report))} {escape(result.unattestable(report))}</div>",
        *_listed(
            "Not enough to decide",
            result.lacking(report.trails, report.files, report.accepted),
        ),
        *_listed("Exceptions", result.exceptions(report.trails)),
        "<h2>What was found</h2>",
        *_kinds(report),
        "<h2>Trails</h2>",
        *_trails(report.trails),
        "<h2>Files</h2>",
        *_files(report.files),
        *_found(report),
        *_listed("What this does not prove", result.DOES_NOT_PROVE),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _listed(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    rows = [f"<li>{_text(each)}</li>" for each in items]
    return [f"<h2>{escape(title)}</h2><ul>", *rows, "</ul>"]


def _kinds(report: Report) -> list[str]:
    rows = [(kind, f"{report.count(kind):,}", _MEANING[kind]) for kind in result.KINDS]
    return _table("Rows by kind", ("Kind", "Rows", "Meaning"), rows, numbers={1})


def _trails(trails: Sequence[TrailPart]) -> list[str]:
    rows = [
        (
            each.origin,
            each.verdict,
            f"{each.since or 'beginning'} to {each.until or 'end'}",
            f"{each.counts.get('outputs', 0):,}",
            f"{each.counts.get('short', 0):,}",
            f"{each.size:,}",
            each.root,
        )
        for each in trails
    ]
    heads = (
        *("Origin", "Verified", "Period", "Outputs looked for", "Not attestable"),
        *("Records", "Root"),
    )
    return _table(
        "Trails whose outputs were looked for", heads, rows, numbers={3, 4, 5}
    )


def _files(files: Sequence[FilePart]) -> list[str]:
    rows = [
        (
            each.name,
            each.format or each.left_out or "not read",
            f"{each.rows:,}",
            f"{sum(each.kinds.get(kind, 0) for kind in result.FOUND_KINDS):,}",
            each.sha256 or "none",
        )
        for each in files
    ]
    heads = ("File", "Format", "Rows", "Found in", "SHA-256")
    return _table("Files of the data set", heads, rows, numbers={2, 3})


def _found(report: Report) -> list[str]:
    parts: list[str] = []
    for at, file in enumerate(report.files):
        hits = [each for each in report.hits if each.file == at]
        if not hits:
            continue
        shown = hits[:MOST_ROWS]
        total = sum(file.kinds.values())
        parts.append(f"<h3>{_text(file.name)}</h3>")
        parts += _table(
            f"Rows of this file: {len(shown):,} of {total:,}",
            ("Row", "Id", "Field", "Kind", "Share", "Call", "Record"),
            [_row(each, report) for each in shown],
            numbers={0, 4},
        )
    return ["<h2>Rows</h2>", *parts] if parts else []


def _row(hit: HitPart, report: Report) -> tuple[str, ...]:
    return (
        f"{hit.row:,}",
        hit.name or "",
        hit.place,
        hit.kind,
        result.number(hit.share),
        hit.call,
        f"{hit.record} of {report.trails[hit.trail].origin}",
    )


def _table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: set[int],
) -> list[str]:
    marks = [' class="n"' if at in numbers else "" for at in range(len(heads))]
    head = "".join(
        f'<th scope="col"{mark}>{escape(name)}</th>'
        for name, mark in zip(heads, marks, strict=True)
    )
    body = [
        "<tr>"
        + "".join(
            f"<td{mark}>{_text(cell)}</td>"
            for cell, mark in zip(row, marks, strict=True)
        )
        + "</tr>"
        for row in rows
    ]
    # A region that scrolls has to be reached without a mouse.
    return [
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}">',
        f"<table><caption>{escape(caption)}</caption>",
        f"<thead><tr>{head}</tr></thead><tbody>",
        *body,
        "</tbody></table></div>",
    ]


def _text(text: str) -> str:
    """Text from outside: shown, never obeyed."""
    shown = "".join(
        each if each.isprintable() else f"\\x{ord(each):02x}"
        for each in result.printable(text)
    )
    return escape(shown)
