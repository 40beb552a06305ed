"""`affidavit trail key rotate`."""

from pathlib import Path

from affidavit.keys import Ed25519Signer
from support.cli import invoke
from support.project import a_project


def the_key(cwd: Path) -> str:
    return invoke("trail", "key", cwd=cwd).out.strip()


def test_the_key_changes_and_the_trail_holds_with_either_way_of_pinning(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    old = the_key(tmp_path)
    done = invoke("trail", "key", "rotate", cwd=tmp_path)
    new = the_key(tmp_path)

    assert (done.code, old in done.out, new in done.out) == (0, True, True)
    assert f"trail key revoke {old.split('+')[1]}" in done.err
    verify = ("trail", "verify", ".affidavit/trail")
    assert invoke(*verify, cwd=tmp_path).code == 0
    both = invoke(*verify, "--key", old, "--key", new, "--json", cwd=tmp_path)
    assert both.code == 0
    assert [each["state"] for each in both.json["keys"]] == ["retired", "in force"]
    assert invoke(*verify, "--key", new, cwd=tmp_path).code == 0
    alone = invoke(*verify, "--key", old, cwd=tmp_path)
    assert alone.code == 1
    assert f"names {new} as its successor" in alone.out


def test_programs_are_told_in_json(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    old = the_key(tmp_path)
    told = invoke("trail", "key", "rotate", "--json", cwd=tmp_path).json

    assert told == {
        "key": str(settings.key),
        "new": the_key(tmp_path),
        "old": old,
        "record": 1,
        "retired": f"{settings.key}.{old.split('+')[1]}.retired",
    }


def test_an_old_key_can_be_destroyed_and_a_new_one_named(tmp_path: Path) -> None:
    a_project(tmp_path)
    given = tmp_path / "given.pem"
    given.write_bytes(Ed25519Signer.from_seed(b"g" * 32).pem())
    given.chmod(0o600)
    done = invoke("trail", "key", "rotate", "--new", given, "--destroy", cwd=tmp_path)

    assert done.code == 0
    assert "destroyed" in done.out
    assert not list((tmp_path / ".affidavit").glob("*.retired"))
    assert invoke("trail", "verify", cwd=tmp_path).code == 0


def test_a_key_that_cannot_be_had_changes_nothing(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    before = settings.key.read_bytes()

    for new in ("absent.pem", "nowhere:key", "pkcs11:object=k"):
        failed = invoke("trail", "key", "rotate", "--new", new, cwd=tmp_path)
        assert (failed.code, failed.out) == (2, "")
    assert settings.key.read_bytes() == before
    assert not list((tmp_path / ".affidavit").glob("*.next"))
