"""What stands in a dossier beside the disclosure: the incident's records, each proved,
the documents as received, salts, policies.

Reads the trail under the disclosure's own tree head and writes files into a folder.
Bodies are those of the trail: whether they fit is checked when the dossier is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Incomplete
from affidavit.incident.model import Incident
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import inclusion_proof
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.tiles import TILE_WIDTH, subtree_reader, tile_at
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Entry, Kind, decode
from affidavit.trail.survey import rare
from affidavit.verify.disclosure.lines import Line, State
from affidavit.verify.dossier import manifest as files
from affidavit.verify.dossier.check import salt_line
from affidavit.verify.dossier.parts import notice_file

_MARKS = (b'"kind":"incident"', b'"kind":"policy"')
OTHERS = "about another incident, or a hold"


@dataclass(frozen=True, slots=True)
class Part:
    """A record that goes into the dossier on its own."""

    index: int
    entry: Entry
    data: bytes
    """The entry's bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Writes into one folder, from one trail, under one signed tree head."""

    reader: TrailReader
    folder: Path
    note: bytes
    head: Checkpoint
    incident: Incident

    def records(self, span: tuple[int, int], in_force: set[str]) -> list[Line]:
        """The incident's records, and the first of each policy in force.

        Every other `incident` record of `span` is named and proved, not opened.
        `Incomplete` when an event is not under the tree head.
        """
        ours = self._ours()
        found = list(self._found(span, in_force, ours))
        missing = ours - {each.entry.id for each in found}
        if missing:
            raise Incomplete(
                f"record {min(missing)} of the incident is not under the checkpoint "
                f"of {self.head.size} records. Give a newer one, or none."
            )
        lines = [self._line(each, ours) for each in found]
        self.write(files.RECORDS, b"".join(each.encode() for each in lines))
        for each in found:
            name = f"{files.PROOFS}/{each.index}.tlog-proof"
            self.write(name, self._proof(each))
        return lines

    def _ours(self) -> set[str]:
        return {each.id for each in self.incident.events} | set(
            self.incident.opened.holds
        )

    def _found(
        self, span: tuple[int, int], in_force: set[str], ours: set[str]
    ) -> Iterator[Part]:
        lacking = set(in_force)
        for number in range(-(-self.head.size // TILE_WIDTH)):
            for index, data in rare(self.reader, number, self.head.size, _MARKS):
                if not any(mark in data for mark in _MARKS):
                    continue
                entry = decode(data)
                if entry.kind is Kind.POLICY and entry.policy in lacking:
                    lacking.discard(entry.policy)
                    yield Part(index, entry, data)
                elif entry.kind is Kind.INCIDENT and (
                    entry.id in ours or span[0] <= index < span[1]
                ):
                    yield Part(index, entry, data)

    def _line(self, part: Part, ours: set[str]) -> Line:
        of_others = part.entry.kind is Kind.INCIDENT and part.entry.id not in ours
        salted = None if of_others else self.salted(part.index)
        return Line(
            index=part.index,
            kind=part.entry.kind,
            id=part.entry.id,
            state=State.WITHHELD if salted is None else State.DISCLOSED,
            reason=OTHERS if salted is None else None,
            body=None if salted is None else salted[SALT_BYTES:],
            salt=None if salted is None else salted[:SALT_BYTES],
        )

    def salted(self, index: int) -> bytes | None:
        """`salt ‖ body` of a record, None where it is pruned."""
        number, place = divmod(index, TILE_WIDTH)
        width = tile_at("body", number, self.head.size).width
        return self.reader.body_bundle(number, width)[place]

    def _proof(self, part: Part) -> bytes:
        size = self.head.size
        hashes = inclusion_proof(
            part.index, size, subtree_reader(self.reader.read, size)
        )
        return TlogProof(part.index, hashes, self.note, part.data).encode()

    def notices(self) -> None:
        """The documents, byte for byte as they were received."""
        for number, each in enumerate(self.incident.opened.documents, 1):
            self.write(notice_file(number), each.text.encode())

    def salts(self, lines: Iterable[Line], hashed: frozenset[int]) -> None:
        """The salts of records that are hashed, where there are any."""
        found = [
            salt_line(each, salted[:SALT_BYTES])
            for each in lines
            if each.index in hashed and each.state is State.WITHHELD
            if (salted := self.salted(each.index)) is not None
        ]
        if found:
            self.write(files.HASHED, b"".join(found))

    def write(self, name: str, data: bytes) -> None:
        """One file of the dossier."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def policies(lines: Iterable[Line]) -> Mapping[str, Mapping[str, Json]]:
    """Digest → body of each `policy` record among `lines`."""
    found: dict[str, Mapping[str, Json]] = {}
    for each in lines:
        if each.kind is Kind.POLICY and each.body is not None:
            said = canonical.loads(each.body)
            if isinstance(said, Mapping):
                found[str(said.get("digest"))] = said
    return found
