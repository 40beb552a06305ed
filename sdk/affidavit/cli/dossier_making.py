"""A dossier made: the disclosure, what stands beside it, signed, checked and packed.

Joins `attest`, which discloses, and `incident`, which knows what a dossier is about.
Knows no option and no terminal. Everything is read under the trail's present tree head,
bundle by bundle; in memory are the matching records and no others.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit import canonical
from affidavit.attest import policies as policy_files
from affidavit.attest.disclosure import Progress, Question, disclose
from affidavit.attest.policies import Found
from affidavit.attest.survey import Survey
from affidavit.errors import BrokenTrail, SettingsInvalid
from affidavit.gate.telling import printable
from affidavit.incident.dossier import parts, scope, signing
from affidavit.incident.dossier.cover import Facts, cover
from affidavit.incident.dossier.plan import Plan, Reviewed, Row, told
from affidavit.incident.dossier.timeline import Mark, timeline
from affidavit.incident.model import Clarified, Incident, Opened, Recorded, Target
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Entry, Labels, Opening, decode
from affidavit.trail.survey import rare
from affidavit.verify.disclosure.lines import Line
from affidavit.verify.disclosure.manifest import RECORDS, By, Selection, Window
from affidavit.verify.dossier import DossierReport, archive, verify_dossier
from affidavit.verify.dossier import manifest as files
from affidavit.verify.dossier.check import treated
from affidavit.verify.dossier.manifest import Treatment
from affidavit.verify.dossier.parts import decisions_of, policy_file, sources

_STEP = TILE_WIDTH * 16
FindPolicies = Callable[[Mapping[str, Any]], Found]
"""Finds the bytes of files: takes `{"policyFiles": [{"files": [{path, sha256}]}]}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a dossier is about, in one trail under one tree head."""

    reader: TrailReader
    identity: Identity
    incident: Incident
    note: bytes
    window: Window
    selection: Selection

    @property
    def head(self) -> Checkpoint:
        """The tree head, verified under the trail's own key."""
        return open_checkpoint(self.note, self.identity.verifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What somebody adds."""

    narrative: str | None = None
    attachments: Sequence[Path] = ()
    find_policies: FindPolicies = lambda _told: Found()


def selection(reader: TrailReader, identity: Identity, incident: Incident) -> Selection:
    """Whose calls: of all that the incident names, the first that any record bears.

    Where none does, the first, which proves that there is none. The calls that the
    notice names, where it names nobody; nothing but volumes, where it names no call.
    """
    offered = [opening for _, opening in _offered(identity, incident)]
    for each in offered:
        if any(_bearing(reader, each)):
            return Selection.of_labels([each])
    if offered:
        return Selection.of_labels(offered[:1])
    if incident.opened.calls:
        return Selection.of_ids(incident.opened.calls)
    return Selection(by=By.NOTHING)


def left_aside(
    reader: TrailReader, identity: Identity, incident: Incident, chosen: Selection
) -> tuple[Target, ...]:
    """Whom the incident names too, and who has calls that `chosen` does not match.

    One dossier searches for one label; whoever makes it must know what it passes by.
    """
    if chosen.by is not By.LABELS:
        return ()
    (searched,) = chosen.openings
    return tuple(
        target
        for target, opening in _offered(identity, incident)
        if opening != searched
        and any(_mark_of(searched) not in entry for entry in _bearing(reader, opening))
    )


def _offered(identity: Identity, incident: Incident) -> list[tuple[Target, Opening]]:
    """All that the incident names, the most telling first, as labels opened."""
    labels = Labels(identity.secrets.label)
    return [
        (each, labels.opening(each.aspect.value, printable(each.value)))
        for each in scope.candidates(incident)
    ]


def _bearing(reader: TrailReader, opening: Opening) -> Iterator[bytes]:
    """The sealed entries that bear the label."""
    size, mark = reader.head().size, _mark_of(opening)
    for number in range(-(-size // TILE_WIDTH)):
        for _, entry in rare(reader, number, size, (mark,)):
            if mark in entry:
                yield entry


def _mark_of(opening: Opening) -> bytes:
    return f'"{opening.field}":"{opening.label}"'.encode()


def planned(subject: Subject, progress: Progress) -> Plan:
    """Every matching record, to be disclosed unless somebody says otherwise."""
    size = subject.head.size
    survey = Survey(subject.window, subject.selection, size)
    for start in range(0, size, _STEP):
        progress(start, size)
        survey.take(subject.reader.entries(start, min(start + _STEP, size)))
    survey.take_early(subject.reader.entries(0, survey.early()))
    writing = _writing(subject, subject.reader.path)
    rows = []
    for each in survey.picked():
        salted = writing.salted(each.index)
        if salted is not None:  # of what is gone nothing can be decided
            rows.append(_row(each.index, decode(each.entry), salted[SALT_BYTES:]))
    return Plan(
        incident=subject.incident.id,
        window=subject.window,
        selection=subject.selection,
        rows=tuple(rows),
    )


def _row(index: int, entry: Entry, body: bytes) -> Row:
    said = canonical.parse(body)
    return Row(
        index=index,
        id=entry.id,
        kind=entry.kind.value,
        at=entry.at,
        effect=entry.effect,
        says=told(said) if isinstance(said, Mapping) else {},
    )


def make(
    subject: Subject,
    reviewed: Reviewed,
    beside: Beside,
    out: Path,
    progress: Progress,
) -> DossierReport:
    """Write the archive `out`, checked as its receiver will check it.

    Raises `SettingsInvalid` when `out` is taken or an attachment is not one that the
    incident names, and as `disclose` does. It is put together beside `out`, where it
    takes its size twice until it is done.
    """
    if out.exists():
        raise SettingsInvalid(f"{out}: something stands there. Name another file.")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as name:
        folder = Path(name) / "dossier"
        folder.mkdir()
        _assemble(subject, reviewed, beside, folder, progress)
        report = verify_dossier(
            folder, key=subject.identity.verifier, progress=progress
        )
        if report.problems:
            raise BrokenTrail(
                f"{subject.reader.path}: no dossier was written, because it would not "
                f"hold: {report.first_bad}. Run `affidavit trail verify`."
            )
        archive.pack(folder, out)
    return report


def _assemble(
    subject: Subject,
    reviewed: Reviewed,
    beside: Beside,
    folder: Path,
    progress: Progress,
) -> None:
    held, hashed = reviewed.held(), reviewed.hashed()
    calls = disclose(
        subject.reader,
        subject.identity,
        Question(
            window=subject.window,
            selection=subject.selection,
            hold=lambda picked: held.get(picked.index),
        ),
        folder / files.CALLS,
        under=subject.note,
        progress=progress,
    )
    writing = _writing(subject, folder)
    lines = _lines(folder)
    decisions = list(decisions_of(folder / files.CALLS, lines, calls))
    in_force = {each.policy for each in decisions if each.policy is not None}
    records = writing.records((calls.first, calls.end), in_force)
    writing.notices()
    writing.salts(lines, hashed)
    policies = _policies(writing, records, beside.find_policies)
    attached = _attach(writing, subject.incident, beside.attachments)
    counted = Counter(treated(each, hashed) for each in lines)
    treatment = sorted(
        Treatment(action=action, reason=reason, records=number)
        for (action, reason), number in counted.items()
    )
    picture = timeline(
        subject.window,
        [(each.at, each.effect or "") for each in decisions],
        [_mark(each) for each in subject.incident.events],
    )
    writing.write(files.TIMELINE, picture.encode())
    facts = Facts(
        incident=subject.incident,
        calls=calls,
        treatment=treatment,
        plan=reviewed.digest,
        policies=policies,
        attached=attached,
        picture=picture,
    )
    writing.write(files.COVER, cover(facts))
    _sign(subject, reviewed, treatment, folder, beside.narrative)


def _sign(
    subject: Subject,
    reviewed: Reviewed,
    treatment: Sequence[Treatment],
    folder: Path,
    narrative: str | None,
) -> None:
    payload = signing.sign(
        folder,
        subject.identity.signer,
        incident=subject.incident.id,
        head=subject.head,
        plan=reviewed.digest,
        treatment=treatment,
    )
    if narrative is not None:
        signing.narrate(
            folder,
            subject.identity.signer,
            incident=subject.incident.id,
            manifest=payload,
            text=narrative,
        )


def _writing(subject: Subject, folder: Path) -> parts.Writing:
    return parts.Writing(
        reader=subject.reader,
        folder=folder,
        note=subject.note,
        head=subject.head,
        incident=subject.incident,
    )


def _lines(folder: Path) -> list[Line]:
    data = (folder / files.CALLS / RECORDS).read_bytes()
    found = map(Line.parse, data.splitlines(keepends=True))
    return [each for each in found if each.kind.value != "pruning"]


def _policies(
    writing: parts.Writing, records: Sequence[Line], find: FindPolicies
) -> list[tuple[str, int, int]]:
    """Put the policies' files in; digest, how many files it has, how many are here."""
    bodies = parts.policies(records)
    found = find({"policyFiles": [{"files": _named(each)} for each in bodies.values()]})
    for digest, data in found.files.items():
        if sha256(data).hexdigest() == digest:
            writing.write(policy_file(digest), data)
    for each in found.envelopes:
        signed = policy_files.signed_digest(each)
        if signed in bodies:
            writing.write(f"{files.POLICIES}/{signed}.dsse.json", each.encode())
    return [
        (digest, len(wanted), sum(each in found.files for each in wanted))
        for digest, body in sorted(bodies.items())
        if (wanted := list(sources(body))) is not None
    ]


def _named(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Files of a policy, with their paths as they stand to its first file's folder."""
    listed = [each for each in body.get("sources") or () if isinstance(each, Mapping)]
    folder = Path(str(listed[0].get("path"))).parent if listed else Path()
    named = []
    for each, digest in zip(listed, sources(body), strict=False):
        path = Path(str(each.get("path")))
        inner = path.relative_to(folder) if path.is_relative_to(folder) else path
        named.append({"path": str(inner), "sha256": digest})
    return named


def _attach(
    writing: parts.Writing, incident: Incident, attachments: Sequence[Path]
) -> frozenset[str]:
    """Put files in that a clarification names; their digests."""
    named = {
        each.sha256
        for event in incident.events
        if isinstance(event.event, Clarified)
        for each in event.event.evidence
    }
    found = set()
    for path in attachments:
        data = path.read_bytes()
        digest = sha256(data).hexdigest()
        if digest not in named:
            raise SettingsInvalid(
                f"{path}: no clarification of the incident names this file (SHA-256 "
                f"{digest}). `affidavit incident clarify` records it first."
            )
        suffix = path.suffix if path.suffix[1:].isalnum() else ""
        name = f"{files.ATTACHMENTS}/{digest}{suffix if suffix.isascii() else ''}"
        writing.write(name, data)
        found.add(digest)
    return frozenset(found)


def _mark(each: Recorded) -> Mark:
    event = each.event
    said = event.body()
    what = str(said.get("says") or said["what"])
    text = event.reason if isinstance(event, Opened) else said.get("reason")
    return Mark(at=each.at, what=f"{what}: {text or said.get('text')}")
