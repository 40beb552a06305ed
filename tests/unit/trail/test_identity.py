"""Origins, secrets and the keys derived from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.trail.identity import (
    Secrets,
    checked_origin,
    load_secrets,
    secret_path,
    write_secrets,
)
from support.live import an_identity


@pytest.mark.parametrize("origin", ["affidavit.local/x-1", "acme.example", "a/b~c_d.e"])
def test_a_schemeless_url_can_be_an_origin(origin: str) -> None:
    assert checked_origin(origin) == origin


@pytest.mark.parametrize(
    "origin", ["", "https://acme.example", "a b", "a+b", "/a", "ü", "a\n", "a" * 201]
)
def test_what_a_checkpoint_could_not_carry_is_no_origin(origin: str) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be a trail's origin"):
        checked_origin(origin)


@given(st.binary(min_size=32, max_size=32))
def test_derived_keys_differ_from_each_other_and_from_the_secret(secret: bytes) -> None:
    secrets = Secrets("o", secret)

    assert len({secret, secrets.wal, secrets.label, secrets.content}) == 4


def test_a_secret_reads_back_from_a_file_only_its_owner_may_read(
    tmp_path: Path,
) -> None:
    path = secret_path(tmp_path / "trail")
    write_secrets(path, Secrets("affidavit.local/x", b"s" * 32))

    assert path == tmp_path / "trail.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_secrets(path) == Secrets("affidavit.local/x", b"s" * 32)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"affidavit-trail-secret/2\no\n" + b"A" * 43 + b"\n",
        b"affidavit-trail-secret/1\no\nshort\n",
        b"affidavit-trail-secret/1\no o\n" + b"A" * 43 + b"\n",
        b"affidavit-trail-secret/1\no\n" + b"A" * 43,
        b"affidavit-trail-secret/1\no\n" + b"A" * 43 + b"\nmore\n",
        b"\xff\xfe",
    ],
)
def test_a_damaged_secret_is_refused_with_what_to_do(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "trail.secret"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeyUnusable, match="Restore it from a backup"):
        load_secrets(path)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trail.secret"
    write_secrets(path, Secrets("o", b"s" * 32))
    path.chmod(0o640)

    with pytest.raises(KeyUnusable, match="mode 0640"):
        load_secrets(path)


def test_the_pinned_key_carries_the_origin_as_its_name() -> None:
    identity = an_identity("acme.example/trail")

    assert str(identity.verifier).startswith("acme.example/trail+")
