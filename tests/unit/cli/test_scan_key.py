from pathlib import Path

from affidavit.trail.identity import load_secrets, secret_path
from affidavit.trail.printkey import load_print_key
from support.cli import invoke
from support.project import a_project


def test_the_key_opens_fingerprints_and_is_not_the_secret(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    ran = invoke("scan", "key", "out.key", cwd=tmp_path)
    secrets = load_secrets(secret_path(settings.trail))

    assert ran.code == 0, ran.err
    found = load_print_key(tmp_path / "out.key")
    assert found.origin == secrets.origin
    assert found.key.secret == secrets.fingerprint != secrets.secret


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    a_project(tmp_path)
    (tmp_path / "out.key").write_text("mine")

    assert invoke("scan", "key", "out.key", cwd=tmp_path).code == 2
    assert (tmp_path / "out.key").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    a_project(tmp_path)
    (tmp_path / "file").write_text("")

    ran = invoke("scan", "key", "file/out.key", cwd=tmp_path)
    assert ran.code == 2
    assert "file/out.key: cannot be written" in ran.err
    assert "There is no folder file" in ran.err


def test_a_program_reads_where_the_key_is_and_whose(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    origin = load_secrets(secret_path(settings.trail)).origin
    ran = invoke("scan", "key", "out.key", "--json", cwd=tmp_path)

    assert ran.code == 0, ran.err
    assert ran.json == {"origin": origin, "path": "out.key"}
    assert (tmp_path / "out.key").exists()
