"""What a scan says in the end: figures, a verdict, and the sentence it stands for.

Knows what may be claimed and what not. The same functions make a statement and say what
one ought to be, given its own figures. Needs no numpy: who checks a statement has none.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from affidavit.canonical import Json

RECORDED = "outputs"
FOUND_KINDS = ("exact", "edited", "embedded", "excerpt")
"""Kinds of row that make the verdict FOUND; boilerplate does not."""
KINDS = (*FOUND_KINDS, "boilerplate")


class Verdict(Enum):
    """What the scan says of the data."""

    FOUND = "FOUND"
    NONE = "NONE FOUND"
    EXCEPTIONS = "NONE FOUND, WITH EXCEPTIONS"
    INCOMPLETE = "INCOMPLETE"

    @property
    def exit_code(self) -> int:
        """0 none found, 1 found, 2 not enough to say."""
        return {Verdict.FOUND: 1, Verdict.INCOMPLETE: 2}.get(self, 0)


class TrailPart(NamedTuple):
    """What was looked for, of one trail."""

    origin: str
    size: int
    root: str
    """64 hex digits."""
    checkpoint: str
    verdict: str
    """What verifying the trail said: `valid`, `invalid`, `incomplete`."""
    since: str | None
    until: str | None
    counts: Mapping[str, int]
    """`recorded.Counts`, as an object."""
    lengths: Mapping[int, int]


class FilePart(NamedTuple):
    """What was looked at: one file."""

    name: str
    format: str | None
    size: int
    sha256: str | None
    rows: int
    kinds: Mapping[str, int]
    problems: Sequence[str]
    left_out: str | None


class HitPart(NamedTuple):
    """One row in which something was found."""

    file: int
    """Its place among the files."""
    row: int
    name: str | None
    place: str
    kind: str
    share: float
    trail: int
    record: int
    """Index of the outcome in the trail."""
    call: str
    """Id of the call."""


class Report(NamedTuple):
    """Everything that is known in the end."""

    trails: Sequence[TrailPart]
    files: Sequence[FilePart]
    hits: Sequence[HitPart]
    recall_exact: float | None
    recall_light: float | None
    at: str
    accepted: Sequence[str] = ()
    """Counts of what cannot be looked for, by their names in `MISSING`, that are not
    to keep the scan from saying that nothing was found."""
    seconds: float = 0.0
    memory: int = 0
    """Bytes that the process took at most; workers share the index with it."""

    @property
    def rows(self) -> int:
        """Rows looked at."""
        return sum(each.rows for each in self.files)

    def count(self, kind: str) -> int:
        """Rows of a kind."""
        return sum(each.kinds.get(kind, 0) for each in self.files)

    def total(self, name: str) -> int:
        """One of the counts, of all trails."""
        return sum(each.counts.get(name, 0) for each in self.trails)


def lacking(
    trails: Sequence[TrailPart],
    files: Sequence[FilePart],
    accepted: Sequence[str] = (),
) -> list[str]:
    """Why the scan says nothing of all of the data, or of all of the trail."""
    found = [
        f"{each.origin}: verifying this trail said {each.verdict}"
        for each in trails
        if each.verdict != "valid"
    ]
    found += [
        f"{each.origin}: no output with a fingerprint was recorded"
        for each in trails
        if not each.counts.get(RECORDED)
    ]
    found += [
        f"{told}, and so cannot be looked for (to accept that: --accept-missing {name})"
        for name, told in _missing(trails)
        if name not in accepted
    ]
    if not trails:
        found.append("No trail was looked at.")
    if not any(each.left_out is None for each in files):
        found.append("No file with data was looked at.")
    found += [f"{each.name}: {text}" for each in files for text in each.problems]
    return [printable(each) for each in found]


_MISSING = {
    "omitted": "the fingerprints of {} outputs are not in the trail",
    "unread": "{} answers could not be read when they were recorded",
    "unprinted": "{} answers were recorded without fingerprints",
    "pruned": "{} outcomes have lost their body to retention, and so fingerprints",
}
MISSING = tuple(_MISSING)
"""Counts of what was recorded and cannot be looked for."""


def _missing(trails: Sequence[TrailPart]) -> list[tuple[str, str]]:
    return [
        (name, f"{each.origin}: {text.format(each.counts[name])}")
        for each in trails
        for name, text in _MISSING.items()
        if each.counts.get(name)
    ]


def exceptions(trails: Sequence[TrailPart]) -> list[str]:
    """What was recorded and cannot be looked for, although it may be long enough."""
    return [told for _, told in _missing(trails)]


def verdict(report: Report) -> Verdict:
    """What is found counts even where something could not be read."""
    if any(report.count(kind) for kind in FOUND_KINDS):
        return Verdict.FOUND
    if lacking(report.trails, report.files, report.accepted):
        return Verdict.INCOMPLETE
    return Verdict.EXCEPTIONS if exceptions(report.trails) else Verdict.NONE


def claim(report: Report) -> str:
    """The sentence that a scan stands for; never that there is no output."""
    found = sum(report.count(kind) for kind in FOUND_KINDS)
    match verdict(report):
        case Verdict.FOUND:
            return (
                f"{found} of {report.rows} rows hold a copy, or a part, of a recorded "
                "output of 30 words or more."
            )
        case Verdict.INCOMPLETE:
            return "Not enough could be looked at to say that nothing was found."
        case Verdict.NONE | Verdict.EXCEPTIONS:
            return (
                "No exact or lightly edited (up to 20 % of words) copy of a recorded "
                "output of 30 words or more was found, at measured recall "
                f"{number(report.recall_light)} ({number(report.recall_exact)} for "
                "exact copies)."
            )


def unattestable(report: Report) -> str:
    """What the sentence leaves out, with its count."""
    return (
        f"{report.total('short')} recorded outputs have fewer than 30 words, or repeat "
        "themselves: they are not attestable, and nothing is said of them."
    )


DOES_NOT_PROVE: Sequence[str] = (
    (
        "That the data contains no output of a model: only outputs that these trails "
        "recorded were looked for."
    ),
    "That no call went around these trails.",
    (
        "That no copy was missed: recall was measured on generated texts, for words "
        "exchanged, left out and put in. Translations, summaries and heavier rewriting "
        "are not found."
    ),
    (
        "That a row in which something was found was made from that output: both may "
        "come from a third text."
    ),
    "Anything of files other than those whose digests are the subject.",
)


def number(value: float | None) -> str:
    """A share with two decimals, rounded down."""
    return "unknown" if value is None else f"{int(value * 100 + 1e-9) / 100:.2f}"


def as_json(report: Report) -> dict[str, Json]:
    """What `--json` prints (docs/cli.md)."""
    return {
        "accepted": list(report.accepted),
        "at": report.at,
        "claim": claim(report),
        "exceptions": exceptions(report.trails),
        "files": [file_as_json(each) for each in report.files],
        "found": [_hit_as_json(each, report) for each in report.hits],
        "lacking": lacking(report.trails, report.files, report.accepted),
        "memory": report.memory,
        "milliseconds": round(report.seconds * 1000),
        "not_attestable": report.total("short"),
        "recall": {
            "exact": number(report.recall_exact),
            "edited": number(report.recall_light),
        },
        "rows": report.rows,
        "rows_found": {kind: report.count(kind) for kind in KINDS},
        "trails": [trail_as_json(each) for each in report.trails],
        "verdict": verdict(report).value,
    }


def trail_as_json(trail: TrailPart) -> dict[str, Json]:
    """One trail, as a report and a statement have it."""
    return {
        "counts": dict(trail.counts),
        "from": trail.since,
        "lengths": {str(words): count for words, count in trail.lengths.items()},
        "origin": trail.origin,
        "root": trail.root,
        "size": trail.size,
        "to": trail.until,
        "verdict": trail.verdict,
    }


def file_as_json(file: FilePart) -> dict[str, Json]:
    """One file, the same."""
    return {
        "bytes": file.size,
        "format": file.format,
        "kinds": dict(file.kinds),
        "left_out": file.left_out,
        "name": printable(file.name),
        "problems": [printable(each) for each in file.problems],
        "rows": file.rows,
        "sha256": file.sha256,
    }


def _hit_as_json(hit: HitPart, report: Report) -> dict[str, Json]:
    return {
        "call": hit.call,
        "field": printable(hit.place),
        "file": printable(report.files[hit.file].name),
        "id": None if hit.name is None else printable(hit.name),
        "kind": hit.kind,
        "origin": report.trails[hit.trail].origin,
        "record": hit.record,
        "row": hit.row,
        "share": number(hit.share),
    }


def printable(text: str) -> str:
    """`text` with what has no place in JSON or a line spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
