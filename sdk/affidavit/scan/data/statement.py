"""A scan as an in-toto statement in a DSSE envelope, and the check of one.

Knows docs/formats/scan-statement.md. Figures and words are `result`'s: a statement is
made from them, and checked by making them again from what it holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit import canonical, dsse, fingerprint
from affidavit._version import __version__
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Malformed, SignatureInvalid
from affidavit.scan.data import result
from affidavit.scan.data.result import FilePart, Report, TrailPart
from affidavit.tlog.checkpoint import open_checkpoint
from affidavit.tlog.logkeys import LogKeys, Pinned
from affidavit.trail.identity import Identity

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://affidavit.dev/attestations/data-scan/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
MOST_FOUND = 1000
"""Rows that a statement names; the rest are counted."""
_SECTIONS = {
    "accepted",
    "claim",
    "data",
    "doesNotProve",
    "exceptions",
    "found",
    "keys",
    "lacking",
    "moreFound",
    "origin",
    "recall",
    "rows",
    "scanned",
    "settings",
    "tool",
    "trails",
    "verdict",
}


def sign(report: Report, identity: Identity) -> Envelope:
    """The report as a signed statement. `Malformed` where no file could be read."""
    subjects: list[Json] = [
        {"name": result.printable(each.name), "digest": {"sha256": each.sha256}}
        for each in report.files
        if each.sha256 is not None
    ]
    if not subjects:
        raise Malformed(
            "There is nothing to state: no file of the data set could be read."
        )
    payload = canonical.dumps(
        {
            "_type": STATEMENT_TYPE,
            "predicateType": PREDICATE_TYPE,
            "subject": subjects,
            "predicate": _predicate(report, identity),
        }
    )
    return dsse.sign(PAYLOAD_TYPE, payload, [identity.signer])


def _predicate(report: Report, identity: Identity) -> dict[str, Json]:
    said = result.as_json(report)
    found = said["found"]
    told = list(found)[:MOST_FOUND] if isinstance(found, list) else []
    key = identity.verifier
    return {
        "accepted": said["accepted"],
        "claim": [said["claim"], result.unattestable(report)],
        "data": {"digest": dataset_digest(report.files), "files": said["files"]},
        "doesNotProve": list(result.DOES_NOT_PROVE),
        "exceptions": said["exceptions"],
        "found": told,
        "keys": [
            {"algorithm": "Ed25519", "keyid": key.verifier.key_id, "vkey": str(key)}
        ],
        "lacking": said["lacking"],
        "moreFound": sum(map(report.count, result.KINDS)) - len(told),
        "origin": identity.origin,
        "recall": said["recall"],
        "rows": said["rows_found"],
        "scanned": report.at,
        "settings": settings(),
        "tool": f"affidavit/{__version__}",
        "trails": [
            {**result.trail_as_json(each), "checkpoint": each.checkpoint}
            for each in report.trails
        ],
        "verdict": said["verdict"],
    }


def settings() -> dict[str, Json]:
    """By which rule a copy is one."""
    return {
        "fewestWords": fingerprint.FEWEST_WORDS,
        "gramWords": fingerprint.GRAM_WORDS,
        "leastCoverage": f"{fingerprint.LEAST_COVERAGE:.2f}",
        "leastHits": fingerprint.LEAST_HITS,
        "window": fingerprint.WINDOW,
    }


def dataset_digest(files: Sequence[FilePart]) -> str:
    """SHA-256 over a line `<sha256>  <name>` for each file, sorted: what `sha256sum`
    prints of them.
    """
    lines = sorted(
        f"{each.sha256}  {result.printable(each.name)}\n"
        for each in files
        if each.sha256 is not None
    )
    return sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanStatement:
    """Evidence about a statement: the pinned key signed it. Only `check` makes one."""

    report: Report
    predicate: Mapping[str, Any]
    problems: tuple[str, ...]
    unchecked: tuple[str, ...]

    @property
    def claims(self) -> str:
        """What it says of the data; not what checking said of it."""
        return str(self.predicate["verdict"])

    @property
    def valid(self) -> bool:
        """Whether all that was checked holds."""
        return not self.problems


def is_scan(data: bytes) -> bool:
    """Whether these bytes look like such a statement; nothing is checked."""
    try:
        payload = canonical.parse(Envelope.parse(data).payload)
    except Malformed:
        return False
    return isinstance(payload, dict) and payload.get("predicateType") == PREDICATE_TYPE


def check(
    data: bytes, *, key: Pinned, files: Sequence[Path] | None = None
) -> ScanStatement:
    """Check who signed it, that it agrees with itself, and with `files` where given.

    Raises `SignatureInvalid` when no pinned key signed it, `Malformed` when it is no
    statement of this kind; all else is in what comes back.
    """
    envelope = Envelope.parse(data)
    keys = LogKeys.of(key)
    verified = dsse.verify(envelope, [each.verifier for each in keys.keys])
    payload = canonical.loads(verified.payload)
    if verified.payload_type != PAYLOAD_TYPE or not isinstance(payload, dict):
        raise Malformed("not an in-toto statement")
    predicate = payload.get("predicate")
    if (
        payload.get("_type") != STATEMENT_TYPE
        or payload.get("predicateType") != PREDICATE_TYPE
        or not isinstance(predicate, dict)
        or not predicate.keys() >= _SECTIONS
    ):
        raise Malformed(
            "not a statement about a scan of data, or one of another version"
        )
    report = _read(predicate)
    unchecked = [
        "Whether the data was scanned as it says: the scan was not run again.",
        "Whether the trails go on from these tree heads: they were not read.",
    ]
    problems = [*_contradictions(predicate, report, payload)]
    problems += _heads(report.trails, keys, unchecked)
    if files is not None:
        problems += _compared(report.files, files)
    else:
        unchecked.append("No data was held against the digests: none was given.")
    return ScanStatement(
        report=report,
        predicate=predicate,
        problems=tuple(problems),
        unchecked=tuple(unchecked),
    )


def _read(predicate: Mapping[str, Any]) -> Report:
    """The figures that it holds; `Malformed` where they have another shape."""
    try:
        recall = predicate["recall"]
        return Report(
            trails=[_trail(each) for each in predicate["trails"]],
            files=[_file(each) for each in predicate["data"]["files"]],
            hits=(),
            recall_exact=_share(recall["exact"]),
            recall_light=_share(recall["edited"]),
            at=str(predicate["scanned"]),
            accepted=_accepted(predicate["accepted"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(f"the statement's figures cannot be read: {error}") from error


def _trail(told: Mapping[str, Any]) -> TrailPart:
    return TrailPart(
        origin=str(told["origin"]),
        size=int(told["size"]),
        root=str(told["root"]),
        checkpoint=str(told["checkpoint"]),
        verdict=str(told["verdict"]),
        since=told["from"],
        until=told["to"],
        counts={str(name): int(count) for name, count in told["counts"].items()},
        lengths={int(name): int(count) for name, count in told["lengths"].items()},
    )


def _file(told: Mapping[str, Any]) -> FilePart:
    return FilePart(
        name=str(told["name"]),
        format=told["format"],
        size=int(told["bytes"]),
        sha256=told["sha256"],
        rows=int(told["rows"]),
        kinds={str(name): int(count) for name, count in told["kinds"].items()},
        problems=[str(each) for each in told["problems"]],
        left_out=told["left_out"],
    )


def _accepted(told: object) -> list[str]:
    if not isinstance(told, list) or not all(each in result.MISSING for each in told):
        raise ValueError(f"accepted is a list of {', '.join(result.MISSING)}")
    return told


def _share(text: str) -> float | None:
    return None if text == "unknown" else float(text)


def _contradictions(
    predicate: Mapping[str, Any], report: Report, payload: Mapping[str, Any]
) -> list[str]:
    """Where it does not say what follows from its own figures."""
    subjects = [
        {"name": each.name, "digest": {"sha256": each.sha256}}
        for each in report.files
        if each.sha256 is not None
    ]
    ought: dict[str, Any] = {
        "verdict": result.verdict(report).value,
        "claim": [result.claim(report), result.unattestable(report)],
        "lacking": result.lacking(report.trails, report.files, report.accepted),
        "exceptions": result.exceptions(report.trails),
        "rows": {kind: report.count(kind) for kind in result.KINDS},
        "doesNotProve": list(result.DOES_NOT_PROVE),
    }
    wrong = [name for name, value in ought.items() if predicate[name] != value]
    if payload.get("subject") != subjects:
        wrong.append("subject")
    if predicate["data"].get("digest") != dataset_digest(report.files):
        wrong.append("data")
    return [f"its {name} is not what its own figures say" for name in wrong]


def _heads(
    trails: Sequence[TrailPart], keys: LogKeys, unchecked: list[str]
) -> list[str]:
    """Tree heads that are not those which the pinned keys signed."""
    problems = []
    for trail in trails:
        if all(key.name != trail.origin for key in keys.keys):
            unchecked.append(
                f"The tree head of {trail.origin} was not checked: no key was given "
                "for it."
            )
            continue
        try:
            head = open_checkpoint(trail.checkpoint.encode(), keys)
        except (Malformed, SignatureInvalid) as error:
            problems.append(f"the tree head of {trail.origin}: {error}")
            continue
        if (head.size, head.root.hex()) != (trail.size, trail.root):
            problems.append(f"the tree head of {trail.origin} is not the one it names")
    return problems


def _compared(told: Sequence[FilePart], files: Sequence[Path]) -> list[str]:
    """Digests that differ, files that it does not name, and named ones not there."""
    expected = {each.sha256 for each in told if each.sha256 is not None}
    problems = []
    for path in files:
        digest = _digest(path)
        if digest not in expected:
            problems.append(f"{path}: not one of the files that were scanned")
        seen = expected & {digest}
        expected -= seen
    left = [each.name for each in told if each.sha256 in expected]
    problems += [f"{name}: was scanned, and is not in the data given" for name in left]
    return problems


def _digest(path: Path) -> str:
    whole = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()
