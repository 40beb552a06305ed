"""A dossier, checked: `verify_dossier`.

Knows the package's files (docs/formats/dossier.md) and the order of the checks. Trusts
the key that the caller pins and nothing in the package. That the records are complete
and true the disclosure in it proves (`verify.disclosure`); here it is shown that all
else belongs to them.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path

from affidavit import canonical, dsse
from affidavit.canonical import Json
from affidavit.dsse import MAX_ENVELOPE_BYTES, Envelope
from affidavit.errors import Incomplete, Invalid, Malformed, SignatureInvalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.anchors import KeptHead
from affidavit.trail.record import SALT_BYTES, Kind
from affidavit.verify.anchors import Pins
from affidavit.verify.disclosure import DisclosureReport, verify_disclosure
from affidavit.verify.disclosure import manifest as disclosed
from affidavit.verify.disclosure.lines import MAX_LINE_BYTES, Line, State
from affidavit.verify.disclosure.range import Progress
from affidavit.verify.dossier import archive, narrative
from affidavit.verify.dossier import manifest as files
from affidavit.verify.dossier.events import Events
from affidavit.verify.dossier.manifest import PAYLOAD_TYPE, Action, Manifest, Treatment
from affidavit.verify.dossier.narrative import Narrative
from affidavit.verify.dossier.parts import (
    decisions_of,
    notice_file,
    policies_of,
    policy_file,
    sources,
)
from affidavit.verify.dossier.report import DossierReport
from affidavit.verify.report import Fault, Problem, Problems

_PLACES = {
    files.CALLS,
    files.COVER,
    files.TIMELINE,
    files.HASHED,
    files.POLICIES,
    files.RECORDS.partition("/")[0],
}
_ALWAYS = (
    "What cover and timeline say: they are drawn for people. What counts stands here.",
    "That documents came from the provider. Who has a webhook's secret can check its.",
)


def verify_dossier(
    folder: Path,
    *,
    key: Pinned,
    known: bytes | None = None,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    progress: Progress | None = None,
) -> DossierReport:
    """Check the unpacked dossier in `folder` under the pinned `key`.

    `known`, `pins` and `evidence` as `verify_disclosure` takes them. One bundle of
    entries is in memory at a time, besides what was asked for.

    Raises `Malformed` when there is no manifest that could be checked, `Incomplete`
    when it cannot be read. All else is in the report.
    """
    checked = _Check(folder, key)
    return checked.run(known, (pins, evidence), progress)


@dataclass
class _Check:
    folder: Path
    key: Pinned
    problems: Problems = field(default_factory=Problems)
    unchecked: list[str] = field(default_factory=list)

    def run(
        self,
        known: bytes | None,
        anchors: tuple[Pins | None, Iterable[KeptHead]],
        progress: Progress | None,
    ) -> DossierReport:
        envelope, told = self._manifest()
        self._files(told)
        calls = self._calls(known, anchors, progress)
        self._same_tree(told, calls)
        head = Checkpoint(calls.origin, calls.size, calls.root)
        events = Events(self.folder, told.incident, head, self.problems)
        events.read()
        events.complete(self.folder / files.CALLS, calls.first, calls.end)
        lines = list(self._lines())
        treatment = self._treatment(told, lines)
        in_force = self._in_force(lines, calls)
        self._policies(told, events, in_force)
        notices = self._notices(told, events)
        self._others(told, events)
        self._say_open(calls, events, told)
        return DossierReport(
            incident=told.incident,
            calls=calls,
            treatment=treatment,
            plan=told.plan,
            events=events.events,
            others=events.others,
            notices=notices,
            policies=len(in_force),
            policies_given=sum(self._whole(events, each, told) for each in in_force),
            attachments=sum(
                each.path.startswith(files.ATTACHMENTS + "/") for each in told.files
            ),
            narrative=self._narrative(told, sha256(envelope.payload).hexdigest()),
            files=len(told.files),
            problems=tuple(self.problems.kept),
            more_problems=self.problems.more,
            unchecked=tuple(self.unchecked),
        )

    def _problem(self, message: str, fault: Fault = Fault.DISCLOSURE) -> None:
        self.problems.add(Problem(fault=fault, message=message))

    def _read(self, name: str, limit: int) -> bytes:
        try:
            with (self.folder / name).open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise Incomplete(f"{self.folder / name}: {error.strerror}") from error
        if len(data) > limit:
            raise Malformed(f"{name}: more than {limit} bytes")
        return data

    def _manifest(self) -> tuple[Envelope, Manifest]:
        envelope = Envelope.parse(self._read(files.MANIFEST, MAX_ENVELOPE_BYTES))
        if envelope.payload_type != PAYLOAD_TYPE:
            raise Malformed(f"the envelope holds {envelope.payload_type}, no dossier")
        try:
            dsse.verify(envelope, self.key.verifiers)
        except SignatureInvalid as error:
            # The rest is checked all the same: it tells what was touched.
            self._problem(f"{files.MANIFEST}: {error}")
        return envelope, Manifest.parse(envelope.payload)

    def _files(self, told: Manifest) -> None:
        there = {
            name
            for name in archive.names(self.folder)
            if name not in {files.MANIFEST, narrative.ENVELOPE, narrative.TEXT}
        }
        for each in told.files:
            if each.path not in there:
                self._problem(f"{each.path} was left out", Fault.MISSING)
                continue
            there.discard(each.path)
            with (self.folder / each.path).open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
                size = os.fstat(file.fileno()).st_size
            if (digest, size) != (each.sha256, each.size):
                self._problem(f"{each.path} was altered: it is not what was signed")
        for name in sorted(there):
            self._problem(f"{name} was added: nothing here speaks of it")

    def _calls(
        self,
        known: bytes | None,
        anchors: tuple[Pins | None, Iterable[KeptHead]],
        progress: Progress | None,
    ) -> DisclosureReport:
        pins, evidence = anchors
        calls = verify_disclosure(
            self.folder / files.CALLS,
            key=self.key,
            known=known,
            pins=pins,
            evidence=evidence,
            progress=progress,
        )
        for each in calls.problems:
            self.problems.add(each)
        self.unchecked += calls.unchecked
        return calls

    def _same_tree(self, told: Manifest, calls: DisclosureReport) -> None:
        mine = (told.origin, told.size, told.root)
        if mine != (calls.origin, calls.size, calls.root):
            self._problem(
                f"the dossier speaks of the tree of {told.size} records of "
                f"{told.origin}, its calls of that of {calls.size} of {calls.origin}: "
                "one of them is of another dossier",
                Fault.CHECKPOINT,
            )

    def _lines(self) -> Iterator[Line]:
        """What is given of matching records; what is wrong there is told by then."""
        path = self.folder / files.CALLS / disclosed.RECORDS
        if not path.exists():
            return  # that it is missing was told
        with path.open("rb") as file:
            while data := file.readline(MAX_LINE_BYTES + 1):
                try:
                    line = Line.parse(data)
                except Invalid:
                    continue
                if line.kind is not Kind.PRUNING:
                    yield line

    def _treatment(self, told: Manifest, lines: Iterable[Line]) -> list[Treatment]:
        held = {each.index: each for each in lines if each.state is State.WITHHELD}
        hashed = self._hashed(held)
        counted = Counter(treated(each, hashed) for each in lines)
        found = sorted(
            Treatment(action=action, reason=reason, records=records)
            for (action, reason), records in counted.items()
        )
        if found != list(told.treatment):
            self._problem("the manifest counts bodies otherwise than they are treated")
        return found

    def _hashed(self, held: Mapping[int, Line]) -> set[int]:
        found: set[int] = set()
        try:
            data = (self.folder / files.HASHED).read_bytes()
        except FileNotFoundError:
            return found  # where the manifest names it, that was told
        for each in data.splitlines():
            try:
                index, name = _salted(each)
            except Invalid as error:
                self._problem(f"{files.HASHED}: {error}")
                continue
            line = held.get(index)
            if line is None or line.id != name or index in found:
                self._problem(f"{files.HASHED}: record {index} is not held back")
            found.add(index)
        return found

    def _in_force(self, lines: Iterable[Line], calls: DisclosureReport) -> set[str]:
        """Digests of the policies under which the matching decisions were made."""
        return policies_of(decisions_of(self.folder / files.CALLS, lines, calls))

    def _policies(self, told: Manifest, events: Events, in_force: set[str]) -> None:
        for digest in sorted(in_force - events.policies.keys()):
            self._problem(
                f"the policy {digest} decided matching calls, and the record that put "
                "it in force is not in the dossier",
                Fault.POLICY,
            )
        named = {each for body in events.policies.values() for each in sources(body)}
        allowed = {policy_file(each) for each in named}
        allowed |= {f"{files.POLICIES}/{each}.dsse.json" for each in events.policies}
        for file in told.files:
            if file.path.startswith(files.POLICIES + "/"):
                fits = file.path.endswith(".json") or file.path == policy_file(
                    file.sha256
                )
                if file.path not in allowed or not fits:
                    self._problem(f"{file.path}: no record names it", Fault.POLICY)

    def _whole(self, events: Events, digest: str, told: Manifest) -> bool:
        there = {each.path for each in told.files}
        wanted = list(sources(events.policies.get(digest, {})))
        return bool(wanted) and all(policy_file(each) in there for each in wanted)

    def _notices(self, told: Manifest, events: Events) -> int:
        documents = () if events.opened is None else events.opened.documents
        wanted = {notice_file(n): each.sha256 for n, each in enumerate(documents, 1)}
        given = {
            each.path: each.sha256
            for each in told.files
            if each.path.startswith(files.NOTICES)
        }
        if given != wanted:
            self._problem(
                "the notice's documents are not those that the trail recorded as "
                "received",
                Fault.INCIDENT,
            )
        return len(given)

    def _others(self, told: Manifest, events: Events) -> None:
        """Files that no record and no part of the format speaks of."""
        for each in told.files:
            top, _, name = each.path.partition("/")
            if top == files.ATTACHMENTS:
                fits = name.partition(".")[0] == each.sha256
                if not fits or each.sha256 not in events.evidence:
                    self._problem(f"{each.path}: no clarification names it")
            elif top == "incident" and name.startswith("proofs/"):
                index = name.removeprefix("proofs/").removesuffix(".tlog-proof")
                if not index.isdecimal() or int(index) not in events.seen:
                    self._problem(f"{each.path}: a proof of nothing that is told")
            elif top not in _PLACES:
                self._problem(f"{each.path}: a dossier has no such file")

    def _narrative(self, told: Manifest, digest: str) -> bool:
        try:
            data = (self.folder / narrative.ENVELOPE).read_bytes()
        except FileNotFoundError:
            if (self.folder / narrative.TEXT).exists():
                self._problem(f"{narrative.TEXT} is there and nobody signed it")
            return False
        try:
            envelope = Envelope.parse(data)
            if envelope.payload_type != narrative.PAYLOAD_TYPE:
                raise Malformed(f"it holds {envelope.payload_type}")
            dsse.verify(envelope, self.key.verifiers)
            said = Narrative.parse(envelope.payload)
            if (said.incident, said.dossier) != (told.incident, digest):
                raise Malformed("it is about another dossier")
            if self._read(narrative.TEXT, narrative.MAX_BYTES) != said.text.encode():
                raise Malformed(f"{narrative.TEXT} is not what was signed")
        except (Invalid, Incomplete) as error:
            self._problem(f"{narrative.ENVELOPE}: {error}")
            return False
        return True

    def _say_open(
        self, calls: DisclosureReport, events: Events, told: Manifest
    ) -> None:
        if calls.first > 0 or calls.end < calls.size:
            self.unchecked.append(
                f"Whether more was recorded about the incident from record {calls.end} "
                f"on, or before record {calls.first}: the dossier has all entries in "
                "between."
            )
        if told.plan is None:
            self.unchecked.append("Why bodies are held back: nobody reviewed them.")
        if events.others:
            self.unchecked.append(
                f"That {events.others} records about other incidents or holds are "
                "that: they are proved, and not opened."
            )
        self.unchecked += _ALWAYS


def treated(line: Line, hashed: Iterable[int]) -> tuple[str, str]:
    """What was done with a record's body, and why."""
    if line.state is State.DISCLOSED:
        return Action.DISCLOSE.value, ""
    if line.state is not State.WITHHELD:
        return line.state.value, ""
    action = Action.HASH if line.index in hashed else Action.WITHHOLD
    return action.value, line.reason or ""


def salt_line(line: Line, salt: bytes) -> bytes:
    """A line of `hashed.jsonl`: the salt that a body's hash was made with."""
    told: dict[str, Json] = {"id": line.id, "index": line.index}
    return canonical.dumps(told | {"salt": canonical.text(salt)}) + b"\n"


def _salted(data: bytes) -> tuple[int, str]:
    match canonical.loads(data):
        case {"id": str(name), "index": int(index), "salt": str(salt), **rest} if (
            not rest
        ):
            canonical.untext(salt, size=SALT_BYTES)
            return index, name
        case _:
            raise Malformed(f"not the salt of a record: {data!r:.120}")
