"""The manifest of a dossier: every file of it, and what was decided about bodies.

Knows the JSON of docs/formats/dossier.md and nothing of files on a disk: what a
manifest claims is held against the package by `check`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.verify.disclosure.lines import MAX_REASON
from affidavit.verify.disclosure.manifest import ID

VERSION = 1
PAYLOAD_TYPE = "application/vnd.affidavit.dossier+json"
MANIFEST = "dossier.dsse.json"
COVER, TIMELINE = "cover.html", "timeline.svg"
CALLS = "calls"
"""The disclosure (docs/formats/disclosure.md), whole."""
RECORDS, PROOFS = "incident/records.jsonl", "incident/proofs"
NOTICES = "incident/notice"
HASHED = "hashed.jsonl"
POLICIES, ATTACHMENTS = "policies", "attachments"
NARRATIVE = "narrative/"
"""What begins so is no evidence, and stands in no manifest."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PATH = re.compile(r"(?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+", re.ASCII)
_MAX_PATH = 200
_FIELDS = {"files", "incident", "origin", "review", "tool", "treatment", "tree", "v"}


class Action(Enum):
    """What becomes of a matching record's body."""

    DISCLOSE = "disclose"
    """It is given, with its salt."""
    HASH = "hash"
    """Its salt alone is given: whoever has the body can show that it is this one."""
    WITHHOLD = "withhold"
    """Neither: its hash in the entry tells nothing to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Treatment:
    """How many bodies were treated in one way for one reason."""

    action: str
    """An `Action`'s value, or `pruned` or `missing`: then there was nothing to give."""
    reason: str
    """Empty where none is needed."""
    records: int

    def as_json(self) -> dict[str, Json]:
        """As the manifest prints it."""
        return {"action": self.action, "reason": self.reason, "records": self.records}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a dossier."""

    path: str
    sha256: str
    """Hex."""
    size: int
    """Bytes."""

    def as_json(self) -> dict[str, Json]:
        """As the manifest prints it."""
        return {"path": self.path, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the trail's key signed about a dossier."""

    incident: str
    """The id of its `opened` record."""
    origin: str
    size: int
    root: bytes
    """Of the tree that everything is proved in."""
    plan: str | None
    """SHA-256 of the plan that a person reviewed, in hex; None where nobody did."""
    treatment: tuple[Treatment, ...]
    files: tuple[File, ...]
    """Every file but the manifest and the narrative, by path."""
    tool: str

    def __post_init__(self) -> None:
        Checkpoint(self.origin, self.size, self.root)
        paths = [each.path for each in self.files]
        if paths != sorted(set(paths)) or not all(map(is_path, paths)):
            raise Malformed("files of a dossier are named once, in order, and plainly")
        if MANIFEST in paths or any(each.startswith(NARRATIVE) for each in paths):
            raise Malformed("a manifest names neither itself nor the narrative")
        if list(self.treatment) != sorted(set(self.treatment)):
            raise Malformed("the treatment of bodies is told in order, each way once")
        if ID.fullmatch(self.incident) is None:
            raise Malformed(f"not the id of an incident: {self.incident!r:.80}")

    def encode(self) -> bytes:
        """The payload that is signed: canonical JSON."""
        return canonical.dumps(
            {
                "files": [each.as_json() for each in self.files],
                "incident": self.incident,
                "origin": self.origin,
                "review": {"plan": self.plan},
                "tool": self.tool,
                "treatment": [each.as_json() for each in self.treatment],
                "tree": {"root": self.root.hex(), "size": self.size},
                "v": VERSION,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Read a payload; `Malformed` unless `encode` would print exactly it."""
        value = canonical.loads(data)
        if not isinstance(value, Mapping) or value.keys() != _FIELDS:
            raise Malformed("a dossier's manifest has " + ", ".join(sorted(_FIELDS)))
        parsed = _manifest(value)
        if parsed.encode() != data:
            raise Malformed("a dossier's manifest in no canonical form")
        return parsed


def is_path(text: str) -> bool:
    """Whether a file of a dossier may have this name: below it, and plain."""
    plain = _PATH.fullmatch(text) is not None and len(text) <= _MAX_PATH
    return plain and not any(set(each) == {"."} for each in text.split("/"))


def _manifest(value: Mapping[str, Json]) -> Manifest:
    match value:
        case {
            "v": 1,
            "files": list(files),
            "incident": str(incident),
            "origin": str(origin),
            "review": {"plan": (str() | None) as plan},
            "tool": str(tool),
            "treatment": list(treatment),
            "tree": {"root": str(root), "size": int(size)},
        }:
            return Manifest(
                incident=incident,
                origin=origin,
                size=size,
                root=bytes.fromhex(_digest(root)),
                plan=None if plan is None else _digest(plan),
                treatment=tuple(map(_treatment, treatment)),
                files=tuple(map(_file, files)),
                tool=tool,
            )
        case _:
            raise Malformed("a dossier's manifest of another version or form")


def _treatment(value: Json) -> Treatment:
    match value:
        case {
            "action": str(action),
            "reason": str(reason),
            "records": int(records),
        } if len(reason) <= MAX_REASON and records > 0:
            return Treatment(action=action, reason=reason, records=records)
        case _:
            raise Malformed(f"not how bodies are treated: {value!r:.200}")


def _file(value: Json) -> File:
    match value:
        case {"path": str(path), "sha256": str(digest), "size": int(size)} if size >= 0:
            return File(path=path, sha256=_digest(digest), size=size)
        case _:
            raise Malformed(f"not a file of a dossier: {value!r:.200}")


def _digest(text: str) -> str:
    if _DIGEST.fullmatch(text) is None:
        raise Malformed(f"not a SHA-256 in hex: {text!r:.80}")
    return text
