"""What is handed over lies in one folder, and is made again the same."""

import json
from pathlib import Path

from affidavit.attest import handover, officers
from affidavit.attest.certificate.words import Language
from affidavit.attest.handover import Beside
from affidavit.attest.packaging import Package
from affidavit.attest.policies import Found
from affidavit.attest.statement import FILE_NAME
from affidavit.keys import Ed25519Signer
from affidavit.trail.reader import TrailReader
from support.contracts import contract, promised
from support.statements import attested
from support.trails import Builder, a_trail

ALWAYS = {
    "README.txt",
    "assessment-results.oscal.json",
    "certificate.html",
    "keys.json",
    "policies.csv",
    "statement.sigstore.json",
    "use.csv",
}


def handed(trail: Builder, out: Path, *, whole: bool) -> dict[str, bytes]:
    reader = TrailReader(trail.path) if whole else None
    handover.write(Package(out), attested(trail), trail=reader)
    files = (each for each in out.rglob("*") if each.is_file())
    return {str(each.relative_to(out)): each.read_bytes() for each in files}


def test_without_entries_the_readme_says_where_figures_are_recounted(
    tmp_path: Path,
) -> None:
    trail = a_trail(tmp_path / "t", calls=2)
    trail.write()
    files = handed(trail, tmp_path / "out", whole=False)
    assert files.keys() == ALWAYS
    assert b"--trail" in files["README.txt"]
    assert json.loads(files["keys.json"])["keys"][0]["vkey"] == str(trail.key)


def test_with_entries_the_trail_is_there_without_bodies(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=2)
    trail.write()
    files = handed(trail, tmp_path / "out", whole=True)
    assert {name for name in files if not name.startswith("trail/")} == ALWAYS
    assert "trail/checkpoint" in files
    assert not any(name.startswith("trail/body") for name in files)
    assert b"from the entries in trail/" in files["README.txt"]
    assert files == handed(trail, tmp_path / "again", whole=True)


def test_what_was_promised_and_proved_lies_beside_it(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=1)
    trail.write()
    promises = contract()
    beside = Beside(
        contract=promises.data, since=b"proof", policies=Found(), controls=True
    )
    envelope = promised(trail, promises)
    handover.write(Package(tmp_path), envelope, beside=beside)
    assert (tmp_path / "contract.yaml").read_bytes() == promises.data
    assert (tmp_path / "since.consistency").read_bytes() == b"proof"
    assert (tmp_path / "contract.csv").read_text().splitlines()[1].startswith("1,")
    assert (tmp_path / "controls.csv").is_file()
    assert handover.altered(tmp_path, envelope) == []


def test_a_file_that_was_changed_is_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=1)
    trail.write()
    envelope = attested(trail)
    handover.write(
        Package(tmp_path),
        envelope,
        beside=Beside(controls=True),
        language=Language.GERMAN,
    )
    assert handover.language_in(tmp_path) is Language.GERMAN
    assert handover.altered(tmp_path, envelope) == []
    for name in ("use.csv", "controls.csv", "certificate.html"):
        with (tmp_path / name).open("ab") as file:
            file.write(b"more")
    assert handover.altered(tmp_path, envelope) == [
        "use.csv",
        "certificate.html",
        "controls.csv",
    ]


def test_files_are_made_anew_for_another_signature(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=1)
    trail.write()
    envelope = attested(trail)
    handover.write(Package(tmp_path), envelope, language=Language.FRENCH)
    (tmp_path / "use.csv").unlink()
    bundle = (tmp_path / "statement.sigstore.json").read_bytes()
    signed = officers.add(envelope, Ed25519Signer.from_seed(b"o" * 32))
    handover.remake(Package(tmp_path), signed, handover.language_in(tmp_path))
    assert handover.altered(tmp_path, signed) == []
    assert not (tmp_path / "use.csv").exists()
    assert (tmp_path / "statement.sigstore.json").read_bytes() == bundle
    assert not (tmp_path / FILE_NAME).exists()


def test_a_page_of_no_language_of_ours_is_english(tmp_path: Path) -> None:
    assert handover.language_in(tmp_path) is Language.ENGLISH
    (tmp_path / "certificate.html").write_text('<!doctype html><html lang="xx">')
    assert handover.language_in(tmp_path) is Language.ENGLISH
