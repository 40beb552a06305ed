"""What is handed over lies in one folder, and is made again the same."""

import json
from pathlib import Path

from affidavit.attest import handover
from affidavit.attest.packaging import Package
from affidavit.trail.reader import TrailReader
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
    handover.write(Package(out), attested(trail), trail.key, trail=reader)
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
