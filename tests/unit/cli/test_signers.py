from pathlib import Path

import pytest

from affidavit.cli import signers
from affidavit.errors import KeyUnusable, TrailUnavailable


def test_a_new_key_is_made_once_and_opened_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = signers.signer("me.pem", new_key=True)
    assert (tmp_path / "me.pem").stat().st_mode & 0o777 == 0o600
    assert signers.signer("me.pem", new_key=False).verifier == made.verifier
    with pytest.raises(TrailUnavailable):
        signers.signer("me.pem", new_key=True)


def test_a_key_elsewhere_is_not_made_here() -> None:
    with pytest.raises(KeyUnusable, match="make such a key where it lives"):
        signers.signer("hashivault:acme", new_key=True)
