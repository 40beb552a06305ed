"""What is signed is every file, and the same folder gives the same bytes."""

from pathlib import Path

from affidavit.dsse import Envelope
from affidavit.incident.dossier import signing
from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.verify.dossier.manifest import MANIFEST, Manifest
from affidavit.verify.dossier.narrative import ENVELOPE, TEXT, Narrative

SIGNER = Ed25519Signer.from_seed(bytes(32))
ID = "0199a8c2-0000-7000-8000-000000000001"


def signed(folder: Path) -> bytes:
    (folder / "calls").mkdir(parents=True)
    (folder / "calls/a").write_bytes(b"a")
    payload = signing.sign(
        folder,
        SIGNER,
        incident=ID,
        head=Checkpoint("acme.example/trail", 1, bytes(32)),
        plan=None,
        treatment=(),
    )
    signing.narrate(folder, SIGNER, incident=ID, manifest=payload, text="# Why\n")
    return payload


def test_every_file_is_named_and_the_narrative_stays_apart(tmp_path: Path) -> None:
    told = Manifest.parse(signed(tmp_path / "one"))
    envelope = Envelope.parse((tmp_path / "one" / ENVELOPE).read_bytes())
    said = Narrative.parse(envelope.payload)

    assert [each.path for each in told.files] == ["calls/a"]
    assert (tmp_path / "one" / TEXT).read_text() == said.text == "# Why\n"
    assert said.incident == told.incident


def test_the_same_gives_the_same_bytes(tmp_path: Path) -> None:
    for each in ("one", "two"):
        signed(tmp_path / each)
    for name in (MANIFEST, ENVELOPE):
        one, two = ((tmp_path / each / name).read_bytes() for each in ("one", "two"))
        assert one == two
