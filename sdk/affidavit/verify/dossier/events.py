"""The records about one incident in a dossier, and the policies in force: each proved.

Knows `incident/records.jsonl` and `incident/proofs`, held against a tree head that the
caller verified. Whether any record about the incident is missing, the range of the
disclosure tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Invalid, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import leaf_hash, verify_inclusion
from affidavit.tlog.proof import MAX_PROOF_BYTES, TlogProof
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.incidents import Clarified, Opened, parse_event
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Entry, Kind, decode
from affidavit.trail.survey import rare
from affidavit.verify.disclosure.lines import MAX_LINE_BYTES, Line, State
from affidavit.verify.dossier import manifest as files
from affidavit.verify.report import Fault, Problem, Problems

_KINDS = {Kind.INCIDENT, Kind.POLICY}


@dataclass
class Events:
    """Takes the file's lines, and says what they hold."""

    folder: Path
    incident: str
    head: Checkpoint
    problems: Problems
    opened: Opened | None = None
    events: int = 0
    others: int = 0
    policies: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    """Digest → body of the record that put it in force."""
    evidence: set[str] = field(default_factory=set)
    """SHA-256 of the files that clarifications name."""
    seen: set[int] = field(default_factory=set)

    def read(self) -> None:
        """Every line, each with its proof."""
        for line in self._lines():
            try:
                self._take(Line.parse(line))
            except Invalid as error:
                self._problem(Fault.INCIDENT, f"{files.RECORDS}: {error}")
        if self.opened is None:
            message = "the record that opened the incident is not in the dossier"
            self._problem(Fault.MISSING, message, identifier=self.incident)

    def complete(self, calls: Path, first: int, end: int) -> None:
        """Name every `incident` record of the range that the dossier passes over."""
        reader = TrailReader(calls)
        for number in range(first // TILE_WIDTH, -(-end // TILE_WIDTH)):
            try:
                self._bundle(reader, number, end)
            except Invalid:
                continue  # the disclosure's own check says what is wrong with it

    def _bundle(self, reader: TrailReader, number: int, end: int) -> None:
        for index, data in rare(reader, number, end, (b'"kind":"incident"',)):
            if index in self.seen or b'"kind":"incident"' not in data:
                continue
            entry = decode(data)
            if entry.kind is Kind.INCIDENT:
                self._problem(
                    Fault.MISSING,
                    f"a record about an incident or a hold that {files.RECORDS} leaves "
                    "out",
                    index,
                    entry.id,
                )

    def _lines(self) -> Iterator[bytes]:
        try:
            with (self.folder / files.RECORDS).open("rb") as file:
                while line := file.readline(MAX_LINE_BYTES + 1):
                    yield line
        except FileNotFoundError:
            self._problem(Fault.MISSING, f"{files.RECORDS} is missing")

    def _take(self, line: Line) -> None:
        if self.seen and line.index <= max(self.seen):
            raise Malformed(f"record {line.index}: not in the order of the tree")
        self.seen.add(line.index)
        try:
            entry = self._entry(line)
            self._open(line, entry)
        except Invalid as error:
            self._problem(Fault.INCIDENT, str(error), line.index, line.id)

    def _entry(self, line: Line) -> Entry:
        name = f"{files.PROOFS}/{line.index}.tlog-proof"
        try:
            with (self.folder / name).open("rb") as file:
                proof = TlogProof.parse(file.read(MAX_PROOF_BYTES + 1))
        except FileNotFoundError as error:
            raise BrokenTrail(f"{name} is missing") from error
        data = proof.extra or b""
        if proof.index != line.index:
            raise BrokenTrail(f"{name} is of record {proof.index}")
        verify_inclusion(
            leaf_hash(data), line.index, self.head.size, proof.hashes, self.head.root
        )
        entry = decode(data)
        if (entry.id, entry.kind) != (line.id, line.kind) or line.kind not in _KINDS:
            raise BrokenTrail("the line is not about the record that is proved")
        return entry

    def _open(self, line: Line, entry: Entry) -> None:
        if line.state is not State.DISCLOSED:
            self._withheld(line)
            return
        body, salt = line.body or b"", line.salt or b""
        if canonical.text(canonical.sha256(salt + body)) != entry.body:
            raise BrokenTrail("its body is not the one that its entry commits to")
        said = canonical.loads(body)
        if not isinstance(said, Mapping):
            raise Malformed("a body is a JSON object")
        if line.kind is Kind.POLICY:
            self.policies.setdefault(entry.policy or "", said)
        else:
            self._event(line, said)

    def _withheld(self, line: Line) -> None:
        if line.id == self.incident or line.kind is Kind.POLICY:
            raise BrokenTrail("it is about this incident, and is not disclosed")
        self.others += 1

    def _event(self, line: Line, said: Mapping[str, Json]) -> None:
        event = parse_event(said)
        if isinstance(event, Opened):
            if line.id != self.incident:
                raise BrokenTrail("it opens another incident")
            self.opened = event
        elif event is not None and event.incident != self.incident:
            raise BrokenTrail("it is about another incident")
        if isinstance(event, Clarified):
            self.evidence |= {each.sha256 for each in event.evidence if each.sha256}
        self.events += 1

    def _problem(
        self,
        fault: Fault,
        message: str,
        index: int | None = None,
        identifier: str | None = None,
    ) -> None:
        self.problems.add(
            Problem(fault=fault, message=message, index=index, id=identifier)
        )
