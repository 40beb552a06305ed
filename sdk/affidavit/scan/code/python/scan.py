"""One Python source: its facts. The rules' modules look; this says in which order."""

from bisect import bisect_right
from dataclasses import replace

from affidavit.scan.code import waivers
from affidavit.scan.code.facts import Facts, Finding, Under, Waiver
from affidavit.scan.code.keys import PREFIXES, keys_in
from affidavit.scan.code.python import clients, http, others, purposes
from affidavit.scan.code.python.collect import collect
from affidavit.scan.code.python.reading import Reading
from affidavit.scan.code.python.source import (
    Positions,
    Source,
    Unfit,
    comments,
    parsed,
    starts,
    too_deep,
)
from affidavit.scan.code.rules import Rule

RULES = (clients.look, others.look, purposes.look, http.look)
"""`http` last: an address that a client took is none of its business."""


def scan(source: Source) -> Facts:
    """The facts of a source; of one that is not Python, why it could not be read."""
    positions = Positions(source)
    found = tuple(keys(source, positions))
    try:
        reading = Reading(collect(parsed(source)), positions)
        for look in RULES:
            look(reading)
    except Unfit as unfit:
        return replace(unfit.facts, findings=(*unfit.facts.findings, *found))
    except RecursionError:
        return replace(too_deep(), findings=(*too_deep().findings, *found))
    return Facts(
        findings=(*_under(reading), *found),
        purposes=tuple(dict.fromkeys(reading.purposes)),
        waivers=tuple(_waivers(source, positions)),
    )


def _under(reading: Reading) -> list[Finding]:
    """Findings, with what `install()` in the same file governs left out."""
    if not reading.installs:
        return reading.findings
    return [
        replace(each, under=Under.ALWAYS)
        for each in reading.findings
        if each.under is not Under.STOCK
    ]


def keys(source: Source, positions: Positions) -> list[Finding]:
    """What looks like a key, wherever it stands: in code, in a comment."""
    text = source.text
    if not any(prefix in text for prefix in PREFIXES):
        return []
    found = []
    begins = starts(text)
    for key in keys_in(text):
        line = bisect_right(begins, key.start)
        found.append(
            Finding(
                rule=Rule.KEY_IN_SOURCE,
                at=positions.character(line, key.start - begins[line - 1]),
                message=f"what looks like a key of {key.whose}: {key.shown}",
                help="Revoke it, whoever has the file has it; then read it from the "
                "environment.",
            )
        )
    return found


def _waivers(source: Source, positions: Positions) -> list[Waiver]:
    if waivers.MARK not in source.text:
        return []
    found = []
    code = _lines_of_code(source)
    for line, offset, text, alone in comments(source):
        target = code.get(line, line) if alone else line
        spot = positions.character(line, offset)
        waiver = waivers.read(text, spot, positions.line(target))
        if waiver is not None:
            found.append(waiver)
    return found


def _lines_of_code(source: Source) -> dict[int, int]:
    """For each line, the next below that is neither empty nor a comment."""
    following: dict[int, int] = {}
    below = 0
    lines = source.lines()
    for number in range(len(lines), 0, -1):
        following[number] = below or number
        stripped = lines[number - 1].strip()
        if stripped and not stripped.startswith("#"):
            below = number
    return following
