"""What of a dossier follows from its records: names of files, and policies in force.

Shared by who writes a dossier and who checks one, because it is the format.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from affidavit.canonical import Json
from affidavit.errors import Invalid
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Entry, Kind, decode
from affidavit.verify.disclosure.lines import Line
from affidavit.verify.disclosure.report import DisclosureReport
from affidavit.verify.dossier import manifest as files


def notice_file(number: int) -> str:
    """Where the notice's document of this number lies, counted from 1."""
    return f"{files.NOTICES}-{number}.json"


def policy_file(digest: str) -> str:
    """Where a file of a policy lies."""
    return f"{files.POLICIES}/{digest}.yaml"


def sources(body: Mapping[str, Json]) -> Iterator[str]:
    """SHA-256, hex, of each file that a `policy` record says it was made of."""
    listed = body.get("sources")
    for each in listed if isinstance(listed, list) else ():
        match each:
            case {"sha256": str(digest)}:
                yield digest.removeprefix("sha256:")
            case _:
                pass


def decisions_of(
    calls: Path, lines: Iterable[Line], report: DisclosureReport
) -> Iterator[Entry]:
    """The entry of each matching decision of the range.

    Lines come in order: one bundle is in memory at a time.
    """
    reader, at, bundle = TrailReader(calls), -1, list[bytes]()
    for line in lines:
        inside = report.first <= line.index < report.end
        if line.kind is not Kind.DECISION or not inside:
            continue
        number, place = divmod(line.index, TILE_WIDTH)
        try:
            if number != at:
                width = min(report.end - number * TILE_WIDTH, TILE_WIDTH)
                at, bundle = number, reader.entry_bundle(number, width)
            yield decode(bundle[place])
        except Invalid:
            continue  # the disclosure's own check names it


def policies_of(entries: Iterable[Entry]) -> set[str]:
    """Digests of the policies under which decisions were made."""
    return {each.policy for each in entries if each.policy is not None}
