"""A dossier's manifest and narrative, signed.

Reads the finished folder, a chunk of a file in memory at a time. The same folder and
key give the same bytes: Ed25519 has no randomness (RFC 8032 §5.1.6).
"""

from collections.abc import Sequence
from hashlib import file_digest, sha256
from pathlib import Path

from affidavit import dsse
from affidavit._version import __version__
from affidavit.keys import Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.verify.dossier import archive, narrative
from affidavit.verify.dossier import manifest as files
from affidavit.verify.dossier.manifest import File, Manifest, Treatment
from affidavit.verify.dossier.narrative import Narrative


def sign(
    folder: Path,
    signer: Signer,
    *,
    incident: str,
    head: Checkpoint,
    plan: str | None,
    treatment: Sequence[Treatment],
) -> bytes:
    """Write the manifest of everything in `folder`; its payload."""
    told = Manifest(
        incident=incident,
        origin=head.origin,
        size=head.size,
        root=head.root,
        plan=plan,
        treatment=tuple(treatment),
        files=tuple(_file(folder, name) for name in archive.names(folder)),
        tool=f"affidavit/{__version__}",
    )
    envelope = dsse.sign(files.PAYLOAD_TYPE, told.encode(), [signer])
    (folder / files.MANIFEST).write_bytes(envelope.encode())
    return envelope.payload


def _file(folder: Path, name: str) -> File:
    path = folder / name
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return File(path=name, sha256=digest, size=path.stat().st_size)


def narrate(
    folder: Path, signer: Signer, *, incident: str, manifest: bytes, text: str
) -> None:
    """Put a narrative beside the evidence, signed for this very manifest."""
    said = Narrative(incident=incident, dossier=sha256(manifest).hexdigest(), text=text)
    envelope = dsse.sign(narrative.PAYLOAD_TYPE, said.encode(), [signer])
    (folder / narrative.TEXT).parent.mkdir(exist_ok=True)
    (folder / narrative.TEXT).write_bytes(text.encode())
    (folder / narrative.ENVELOPE).write_bytes(envelope.encode())
