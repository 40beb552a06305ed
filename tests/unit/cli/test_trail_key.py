from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from affidavit.tlog.note import VerifierKey
from support.cli import invoke
from support.project import a_project


def test_the_key_stands_alone_on_a_line(tmp_path: Path) -> None:
    a_project(tmp_path)
    shown = invoke("trail", "key", cwd=tmp_path)

    assert shown.code == 0
    assert shown.out.endswith("\n")
    assert str(VerifierKey.parse(shown.out.removesuffix("\n"))) + "\n" == shown.out


def test_every_form_is_of_one_key(tmp_path: Path) -> None:
    a_project(tmp_path)
    key = VerifierKey.parse(invoke("trail", "key", cwd=tmp_path).out.strip())
    pem = invoke("trail", "key", "--pem", cwd=tmp_path).out
    told = invoke("trail", "key", "--json", cwd=tmp_path).json

    assert told == {
        "key_id": str(key).split("+")[1],
        "ml_dsa": None,
        "origin": key.name,
        "pem": pem,
        "spki_sha256": key.verifier.key_id,
        "vkey": str(key),
    }
    raw = load_pem_public_key(pem.encode()).public_bytes_raw()  # type: ignore[union-attr]  # Ed25519
    assert raw == key.verifier.public


def test_another_trail_and_key_can_be_named(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    settings = a_project(there)
    named = invoke(
        "trail",
        "key",
        "--trail",
        settings.trail,
        "--signing-key",
        settings.key,
        cwd=here,
    )

    assert named.out == invoke("trail", "key", cwd=there).out


@pytest.mark.parametrize("lost", ["key.pem", "trail.secret"])
def test_without_key_or_secret_there_is_nothing_to_print(
    lost: str, tmp_path: Path
) -> None:
    a_project(tmp_path)
    (tmp_path / ".affidavit" / lost).unlink()
    failed = invoke("trail", "key", cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert lost in failed.err
