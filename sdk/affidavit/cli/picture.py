"""A decision as a picture: SVG that stands alone, light and dark.

Pure: from the object that `policy explain --json` prints to text. It names no font
file, no script and no address; colours follow the reader's preference. What decided
comes first, then each rule with the keys that settled it.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import Any

WIDTH = 960
_EDGE = 32
_LINE = 20
_COLUMNS = 112
"""Characters of body text that fit beside the edges."""
_MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}
_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
    'viewBox="0 0 {width} {height}" role="img">'
)
_STYLE = """\
text{font:14px/1.4 ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif;\
fill:var(--ink)}
.paper{fill:var(--paper)}.card{fill:var(--card);stroke:var(--rule)}
.big{font-size:28px;font-weight:700;fill:#fff}.head{font-weight:600}
.small{font-size:12px}.faint{fill:var(--faint)}.mono{font-family:ui-monospace,\
SFMono-Regular,Menlo,Consolas,monospace;font-size:12.5px}
.label{font-size:11px;font-weight:600;letter-spacing:.08em;fill:var(--faint)}
.permit{fill:#1f8a4c}.refuse{fill:#c4373a}.review{fill:#b7791f}
.hit{fill:var(--hit)}.ask{fill:var(--ask)}.calm{fill:var(--calm)}
.line{stroke:var(--rule);stroke-width:1.5;fill:none}
svg{--paper:#f6f7f9;--card:#fff;--rule:#dfe3e8;--ink:#1b2430;--faint:#66727f;\
--hit:#c4373a;--ask:#b7791f;--calm:#9aa5b1}
@media(prefers-color-scheme:dark){svg{--paper:#12161c;--card:#1b212a;--rule:#313b47;\
--ink:#e6ebf1;--faint:#94a1af;--hit:#ff7b7d;--ask:#f0b95a;--calm:#5b6875}}"""


def picture(told: Mapping[str, Any]) -> str:
    """The picture of one decision, as `policy explain --json` tells it."""
    page = _Page()
    _header(page, told)
    _call(page, told)
    for heading, name in (
        ("WHY", "reasons"),
        ("WARNINGS", "warnings"),
        ("TRIED OUT, DECIDING NOTHING", "shadow"),
    ):
        if told[name]:
            _reasons(page, heading, told[name])
    matched = [rule for rule in told["rules"] if rule["result"] != "no"]
    rest = [rule for rule in told["rules"] if rule["result"] == "no"]
    if matched:
        _rules(page, "RULES THAT MATCHED", matched)
    if rest:
        _rest(page, rest)
    return page.text(told)


class _Page:
    """Things drawn from the top down."""

    def __init__(self) -> None:
        self.y = 0
        self._parts: list[str] = []
        self._opened: list[tuple[int, int]] = []

    def write(self, x: float, text: str, style: str = "", *, at: int = 0) -> None:
        """A line of text whose base lies `at` below here."""
        kind = f' class="{style}"' if style else ""
        self._parts.append(
            f'<text x="{x:g}" y="{self.y + at}"{kind}>{escape(_clean(text))}</text>'
        )

    def draw(self, element: str) -> None:
        """Anything else."""
        self._parts.append(element)

    def open(self) -> None:
        """Begin a card: what is drawn next lies on it."""
        self._opened.append((self.y, len(self._parts)))
        self._parts.append("")
        self.y += 14

    def close(self) -> None:
        """End the card, now that its height is known."""
        top, place = self._opened.pop()
        self.y += 12
        self._parts[place] = (
            f'<rect class="card" x="{_EDGE}" y="{top}" width="{WIDTH - 2 * _EDGE}" '
            f'height="{self.y - top}" rx="10"/>'
        )
        self.y += 16

    def text(self, told: Mapping[str, Any]) -> str:
        """The whole document."""
        height = self.y + 16
        title = f"{told['effect']}: {told['reasons'][0]['message']}"
        return "\n".join(
            (
                _OPENING.format(width=WIDTH, height=height),
                f"<title>{escape(_clean(title))}</title>",
                f"<style>{_STYLE}</style>",
                f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
                *self._parts,
                "</svg>\n",
            )
        )


def _header(page: _Page, told: Mapping[str, Any]) -> None:
    effect = told["effect"]
    width = 40 + 17 * len(effect)
    page.y = 28
    page.draw(
        f'<rect class="{effect}" x="{_EDGE}" y="{page.y}" width="{width}" '
        'height="52" rx="12"/>'
    )
    page.write(_EDGE + 20, effect, "big", at=36)
    x = _EDGE + width + 20
    policy = told["policy"]
    page.write(x, f"{policy['name']}, mode {told['mode']}", "head", at=21)
    said = f"{told.get('at', '')}  {policy['digest'][:23]}…".strip()
    page.write(x, said, "small faint mono", at=42)
    if told["leaves"] and effect != "permit":
        page.write(WIDTH - _EDGE - 260, "observe: the call would leave", "ask", at=32)
    page.y += 72


def _call(page: _Page, told: Mapping[str, Any]) -> None:
    call = told["call"]
    page.open()
    facts = [
        ("PURPOSE", call["purpose"] or "none declared"),
        ("MODEL", call["model"] or "none"),
        ("ENDPOINT", call["endpoint"]),
        ("HOST", call["host"]),
    ]
    step = (WIDTH - 2 * _EDGE - 32) / len(facts)
    for number, (label, value) in enumerate(facts):
        x = _EDGE + 18 + number * step
        page.write(x, label, "label", at=8)
        page.write(x, _short(value, 28), "head", at=28)
    page.y += 36
    parameters = call.get("parameters") or {}
    if parameters:
        listed = ", ".join(f"{k} = {_word(v)}" for k, v in sorted(parameters.items()))
        page.y += 16
        page.write(_EDGE + 18, _short(listed, _COLUMNS), "mono faint")
        page.y += 6
    for finding in told["findings"]:
        _finding(page, finding)
    page.close()


def _finding(page: _Page, finding: Mapping[str, Any]) -> None:
    page.y += 22
    score = min(1.0, max(0.0, float(finding["score"])))
    name = f"{finding['kind']}, {finding['activity']}"
    page.write(_EDGE + 18, _short(name, 48), "mono")
    x, full = 430, 360
    page.draw(
        f'<rect x="{x}" y="{page.y - 9}" width="{full}" height="8" rx="4" '
        'style="fill:var(--rule)"/>'
        f'<rect class="hit" x="{x}" y="{page.y - 9}" width="{full * score:g}" '
        'height="8" rx="4"/>'
    )
    page.write(x + full + 14, finding["score"], "mono")


def _reasons(page: _Page, heading: str, reasons: Sequence[Mapping[str, Any]]) -> None:
    page.write(_EDGE, heading, "label", at=8)
    page.y += 20
    page.open()
    for number, reason in enumerate(reasons):
        page.y += 8 if number else 0
        clause = _short(reason["clause"] or "", 40)
        page.draw(
            f'<text x="{_EDGE + 18}" y="{page.y + 8}" class="head">'
            f"{escape(_short(reason['rule'], 48))}"
            f'<tspan class="small faint" dx="10">{escape(clause)}</tspan></text>'
        )
        if reason["where"]:
            page.draw(
                _right(page.y + 8, _short(reason["where"], 44), "small faint mono")
            )
        page.y += 10
        for key, style in (("message", ""), ("evidence", "faint"), ("remedy", "faint")):
            if reason[key]:
                lead = "" if key == "message" else f"{key}: "
                _paragraph(page, lead + reason[key], style)
    page.close()


def _paragraph(page: _Page, text: str, style: str) -> None:
    for line in wrap(_clean(text), _COLUMNS, break_on_hyphens=False) or [""]:
        page.y += _LINE
        page.write(_EDGE + 18, line, style)


def _rules(page: _Page, heading: str, rules: Sequence[Mapping[str, Any]]) -> None:
    page.write(_EDGE, heading, "label", at=8)
    page.y += 20
    for rule in rules:
        page.open()
        style = _dot(rule)
        page.draw(
            f'<circle class="{style}" cx="{_EDGE + 24}" cy="{page.y + 4}" r="5"/>'
        )
        page.write(_EDGE + 40, _short(rule["rule"], 52), "head", at=9)
        waiver = f", waived by {rule['waiver']}" if rule["waiver"] else ""
        said = f"{rule['effect']}, {rule['level']}{waiver}"
        page.draw(_right(page.y + 9, said, "small faint"))
        page.y += 12
        for condition in rule["conditions"]:
            _condition(page, condition)
        page.close()


def _dot(rule: Mapping[str, Any]) -> str:
    """What a rule that matched does, as a colour."""
    if rule["level"] in ("shadow", "advisory") or rule["waiver"]:
        return "calm"
    if rule["result"] == "unknown":
        return "ask"
    return {"deny": "hit", "allow": "permit"}.get(rule["effect"], "ask")


def _condition(page: _Page, condition: Mapping[str, Any]) -> None:
    top = page.y + 10
    lines = list(_checks(condition))
    page.write(_EDGE + 40, condition["group"], "label", at=24)
    for style, mark, text in lines:
        page.y += _LINE
        page.write(_EDGE + 96, mark, style, at=4)
        page.write(_EDGE + 116, text, "mono", at=4)
    page.draw(f'<path class="line" d="M{_EDGE + 84} {top}V{page.y + 10}"/>')
    page.y += 6


def _checks(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    styles = {"yes": "hit", "no": "calm", "unknown": "ask"}
    for check in condition["checks"]:
        result = check["result"]
        lines = wrap(_clean(check["evidence"]), 96, break_on_hyphens=False) or [""]
        yield styles[result], _MARKS[result], lines[0]
        for line in lines[1:]:
            yield styles[result], "", line


def _rest(page: _Page, rules: Sequence[Mapping[str, Any]]) -> None:
    """Rules that did not match, a line each, with one key that settled it."""
    page.write(_EDGE, "RULES THAT DID NOT MATCH", "label", at=8)
    page.y += 20
    page.open()
    page.y -= 8
    for rule in rules:
        page.y += _LINE
        page.draw(f'<circle class="calm" cx="{_EDGE + 24}" cy="{page.y - 9}" r="3.5"/>')
        page.write(_EDGE + 40, _short(rule["rule"], 40), "", at=-4)
        page.write(WIDTH // 2 - 110, _short(_settling(rule), 72), "small faint", at=-4)
    page.close()


def _settling(rule: Mapping[str, Any]) -> str:
    """The key because of which the rule does not match."""
    for condition in rule["conditions"]:
        wanted = "yes" if condition["group"] == "none" else "no"
        if condition["result"] == wanted:
            for check in condition["checks"]:
                if check["result"] == wanted:
                    return str(check["evidence"])
    return "no excepted condition holds"


def _right(y: float, text: str, style: str) -> str:
    return (
        f'<text x="{WIDTH - _EDGE - 18}" y="{y:g}" text-anchor="end" '
        f'class="{style}">{escape(_clean(text))}</text>'
    )


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(text: str, most: int) -> str:
    clean = _clean(text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _clean(text: object) -> str:
    """One line of characters that XML can hold and that show what they are."""
    return "".join(c if c.isprintable() else " " for c in str(text))
