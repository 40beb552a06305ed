from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity, trusted
from affidavit.errors import Incomplete, KeyUnusable
from affidavit.wiring import Settings, read_settings
from support.project import a_project
from support.trails import Builder

OTHER = Builder(Path("unused"), origin="acme.example/other", seed=b"o" * 32).key


def never() -> Settings:
    raise AssertionError("settings were read although a key was given")


def test_a_given_key_decides_and_no_setting_is_read() -> None:
    found = trusted([str(OTHER)], never)

    assert found.key == OTHER
    assert found.wal_key is None
    assert found.source == "given with --key"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_given_key_may_stand_in_a_file(end: str, tmp_path: Path) -> None:
    file = tmp_path / "acme.vkey"
    file.write_text(f"{OTHER}{end}")

    assert trusted([str(file)], never).key == OTHER


def test_without_a_given_key_the_settings_own_decides(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    found = trusted((), lambda: settings)

    assert found.key == own_identity(settings).verifier
    assert found.wal_key == own_identity(settings).secrets.wal
    assert str(settings.key) in found.source


def test_no_key_at_all_is_not_enough_to_decide(tmp_path: Path) -> None:
    settings = read_settings(environ={}, directory=tmp_path)

    with pytest.raises(Incomplete, match="--key"):
        trusted((), lambda: settings)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"two\nlines\n",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"\xff\xfe",
        b"no-verifier-key",
        b"x" * 10_000,
    ],
)
def test_a_file_that_holds_no_verifier_key_is_refused(
    content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)

    with pytest.raises(KeyUnusable):
        trusted([str(file)], never)


@pytest.mark.parametrize(
    "text", ["", "nowhere", "name+00000000+AAAA", "long" * 500, "a+" * 500, "a\0+b"]
)
def test_a_text_that_is_neither_key_nor_file_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        trusted([text], never)


def test_a_key_whose_name_was_changed_is_refused() -> None:
    with pytest.raises(KeyUnusable, match="does not fit"):
        trusted([str(OTHER).replace("other", "mine")], never)
