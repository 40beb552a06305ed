"""A trail with an incident about one user, and dossiers of it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from affidavit import dsse
from affidavit.cli import dossier_making
from affidavit.cli.dossier_making import Beside, Subject
from affidavit.incident import book
from affidavit.incident.dossier import scope
from affidavit.incident.dossier.plan import Plan, Reviewed
from affidavit.incident.model import Aspect, Clarified, Closed, Evidence, Says, Target
from affidavit.trail.reader import TrailReader
from affidavit.verify.dossier import DossierReport, archive, verify_dossier
from affidavit.verify.dossier.manifest import MANIFEST, PAYLOAD_TYPE, Manifest
from support.disclosed import a_day, identity_of
from support.incidents import a_document, a_notice, opened
from support.trails import Builder

USER = "user-3"
FILE = b"a ticket"


def incident_trail(path: Path, *, calls: int = 400) -> tuple[Builder, str]:
    """A day of calls by seven users, and an incident about one; its id."""
    digest = hashlib.sha256(FILE).hexdigest()
    builder = a_day(path, calls=calls)
    target = Target(aspect=Aspect.SAFETY, value=USER)
    first = opened(
        notice=a_notice(entity=USER), suspends=(target,), documents=(a_document(),)
    )
    made = builder.add("incident", first.body())
    other = builder.add("incident", opened(notice=a_notice(entity="another")).body())
    asked = Clarified(incident=made.id, says=Says.QUESTION, text="Who?", by="OpenAI")
    question = builder.add("incident", asked.body())
    answer = Clarified(
        incident=made.id,
        says=Says.ANSWER,
        text="A tester <of ours>.",
        to=question.id,
        evidence=(Evidence(file="ticket.txt", size=len(FILE), sha256=digest),),
    )
    builder.add("incident", answer.body())
    builder.add("incident", Closed(incident=other.id, reason="an error").body())
    builder.add("incident", Closed(incident=made.id, reason="cleared").body())
    shutil.rmtree(path)
    builder.write()
    return builder, made.id


def subject(builder: Builder, identifier: str) -> Subject:
    reader, identity = TrailReader(builder.path), identity_of(builder)
    incident = book.read(reader).find(identifier)
    return Subject(
        reader=reader,
        identity=identity,
        incident=incident,
        note=reader.checkpoint_bytes(),
        window=scope.window(incident),
        selection=dossier_making.selection(reader, identity, incident),
    )


def silent(_done: int, _total: int) -> None:
    """Tells nobody."""


def plan(about: Subject) -> Plan:
    return dossier_making.planned(about, silent)


def edited(written: Plan, edit: Callable[[list[dict[str, Any]]], None]) -> Reviewed:
    """The plan as somebody gives it back."""
    said = json.loads(written.encode())
    edit(said["records"])
    return written.reviewed(json.dumps(said, indent=1).encode())


def made(
    about: Subject, reviewed: Reviewed, out: Path, beside: Beside | None = None
) -> DossierReport:
    return dossier_making.make(about, reviewed, beside or Beside(), out, silent)


def unpacked(path: Path, folder: Path) -> Path:
    with archive.opened(path) as found:
        shutil.copytree(found, folder)
    return folder


def check(builder: Builder, folder: Path) -> DossierReport:
    return verify_dossier(folder, key=builder.key)


def sign_again(builder: Builder, folder: Path, **changes: Any) -> None:
    """What a liar with the key does: a manifest of the files as they are now."""
    old = dsse.Envelope.parse((folder / MANIFEST).read_bytes())
    said = json.loads(old.payload)
    said["files"] = [
        {"path": name, **_measured(folder / name)}
        for name in archive.names(folder)
        if name != MANIFEST and not name.startswith("narrative/")
    ]
    data = json.dumps(
        said | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    Manifest.parse(data)
    envelope = dsse.sign(PAYLOAD_TYPE, data, [builder.signer])
    (folder / MANIFEST).write_bytes(envelope.encode())


def _measured(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
