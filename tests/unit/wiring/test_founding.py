"""What a first run needs is made whole, and what is there is left alone."""

import secrets
from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable, SettingsInvalid, TrailUnavailable
from affidavit.policy.loader import load, locate_packs
from affidavit.wiring.founding import default_origin, found
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.settings import read_settings
from support.project import a_project


def tree(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_an_empty_folder_gets_policy_key_secret_and_trail(tmp_path: Path) -> None:
    settings = read_settings(environ={}, directory=tmp_path)

    founded = found(settings, directory=tmp_path)

    home = tmp_path / ".affidavit"
    assert founded.made == (
        tmp_path / "policies" / "policy.yaml",
        home / "key.pem",
        home / "trail.secret",
        home / "trail",
    )
    assert founded.kept == ()
    assert len(load(settings.policy).purposes) >= 1
    for private in (home / "key.pem", home / "trail.secret"):
        assert private.stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / ".gitignore").read_text().endswith("*\n")


def test_founding_again_changes_nothing(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    before = tree(tmp_path)

    founded = found(settings, directory=tmp_path)

    assert founded.made == ()
    assert len(founded.kept) == 4
    assert tree(tmp_path) == before


def test_observing_is_a_line_of_the_policy(tmp_path: Path) -> None:
    assert load(a_project(tmp_path / "a").policy).mode == "enforce"
    assert load(a_project(tmp_path / "b", observe=True).policy).mode == "observe"


def test_a_policy_that_only_observes_does_not_say_that_it_enforces(
    tmp_path: Path,
) -> None:
    text = (a_project(tmp_path, observe=True).policy / "policy.yaml").read_text()
    head = " ".join(text.partition("apiVersion:")[0].replace("#", "").split())

    assert head.count("not leave") == 1
    assert "is refused, and does not leave unless `mode` is observe." in head


def test_a_policy_that_is_there_is_kept_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    starter = (locate_packs() / "starter.yaml").read_text()
    (tmp_path / "policies" / "ours.yaml").write_text(starter)
    settings = read_settings(environ={}, directory=tmp_path)

    founded = found(settings, directory=tmp_path)

    assert tmp_path / "policies" in founded.kept
    assert not (tmp_path / "policies" / "policy.yaml").exists()


@pytest.mark.parametrize("lost", ["key.pem", "trail.secret"])
def test_a_trail_whose_key_or_secret_is_lost_is_not_continued(
    tmp_path: Path, lost: str
) -> None:
    settings = a_project(tmp_path)
    (tmp_path / ".affidavit" / lost).unlink()
    before = tree(tmp_path)

    with pytest.raises(KeyUnusable, match="Restore it from a backup"):
        found(settings, directory=tmp_path)
    assert tree(tmp_path) == before


def test_a_key_that_is_there_already_signs_the_new_trail(tmp_path: Path) -> None:
    settings = a_project(tmp_path / "one")
    other = read_settings(environ={}, directory=tmp_path / "two", key=settings.key)
    (tmp_path / "two").mkdir()

    founded = found(other, directory=tmp_path / "two")

    assert settings.key in founded.kept
    assert founded.identity.signer.verifier == load_identity(settings).signer.verifier


def test_an_origin_names_the_folder_and_is_unique(tmp_path: Path) -> None:
    folder = tmp_path / "Acme Support!"

    one = default_origin(folder, secrets.token_bytes)

    assert one.startswith("affidavit.local/acme-support-")
    assert one != default_origin(folder, secrets.token_bytes)
    assert default_origin(Path("/"), bytes) == ("affidavit.local/trail-00000000")


def test_an_origin_that_cannot_be_one_changes_nothing(tmp_path: Path) -> None:
    settings = read_settings(environ={}, directory=tmp_path)

    with pytest.raises(SettingsInvalid, match="cannot be a trail's origin"):
        found(settings, directory=tmp_path, origin="https://x")
    assert tree(tmp_path) == {}


def test_a_founding_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    """With its folder begun; then with a trail begun, and the key under two names."""
    home = tmp_path / ".affidavit"
    begun = tmp_path / ".affidavit.new"
    begun.mkdir()
    (begun / ".gitignore.new").write_text("#")
    settings = read_settings(environ={}, directory=tmp_path)
    key = found(settings, directory=tmp_path).identity.verifier
    (home / "trail").rename(home / "trail.new")
    (home / "trail.new" / "checkpoint").unlink()
    (home / "key.pem.new").hardlink_to(home / "key.pem")

    founded = found(settings, directory=tmp_path)

    assert founded.made == (home / "trail",)
    assert founded.identity.verifier == key
    assert {each.name for each in home.iterdir()} == {
        ".gitignore",
        "key.pem",
        "trail",
        "trail.secret",
    }
    assert {each.name for each in tmp_path.iterdir()} == {".affidavit", "policies"}
    assert (home / ".gitignore").read_text().endswith("*\n")


def test_what_somebody_else_put_beside_is_not_taken_for_a_beginning(
    tmp_path: Path,
) -> None:
    other = tmp_path / ".affidavit.new"
    other.mkdir()
    (other / "notes").write_text("mine\n")
    settings = read_settings(environ={}, directory=tmp_path)

    with pytest.raises(TrailUnavailable, match="is in the way"):
        found(settings, directory=tmp_path)
    assert [each.name for each in other.iterdir()] == ["notes"]


def test_a_folder_that_is_there_is_not_hidden_from_git(tmp_path: Path) -> None:
    (tmp_path / ".affidavit").mkdir()

    a_project(tmp_path)

    assert not (tmp_path / ".affidavit" / ".gitignore").exists()


def test_a_place_where_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / ".affidavit").write_text("a file\n")
    settings = read_settings(environ={}, directory=tmp_path)

    with pytest.raises(TrailUnavailable, match="affidavit"):
        found(settings, directory=tmp_path)
    assert not (tmp_path / ".affidavit.new").exists()
