"""`python -m support.attacks`: the suite on anybody's trail, which it never changes."""

import json
from pathlib import Path

import pytest

from affidavit.wiring import Settings
from affidavit.wiring.governor import load_identity
from support.attacks.__main__ import main
from support.attacks.suite import ATTACKS
from support.cli import a_recorded_project, edit_record, tree_digest


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_recorded_project(tmp_path)


def asked(settings: Settings, *more: str, owner: bool = True) -> list[str]:
    """The arguments of the trail's owner, or of an auditor who has the key alone."""
    key = str(load_identity(settings).verifier)
    given = [str(settings.trail), "--key", key, *more]
    if not owner:
        return given
    secret = settings.trail.with_name(settings.trail.name + ".secret")
    return [*given, "--secret", str(secret), "--private-key", str(settings.key)]


def only(*names: str) -> list[str]:
    return [each for name in names for each in ("--only", name)]


def test_every_attack_is_carried_out_on_copies_and_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree_digest(settings.trail)

    code = main(asked(settings, "--json"))

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told.keys() == {each.name for each in ATTACKS}
    assert told["edit-entry"]["said"]["key"] == "named"
    assert (
        told["rewrite"]["said"] | {"older": "found", "key": "out of reach"}
        == (told["rewrite"]["said"])
    )
    assert told["edit-upper-tile"] == {"unsuited": "has no tile above the leaves"}
    assert tree_digest(settings.trail) == before


def test_an_auditor_without_the_private_key_carries_out_what_needs_none(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(asked(settings, *only("edit-entry", "rewrite"), owner=False))

    shown = capsys.readouterr().out
    assert code == 0
    assert "named" in shown
    assert "not here: needs the trail's private key" in shown


def test_a_trail_that_is_broken_already_is_not_attacked(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_record(settings.trail, b'"permit"', b'"refuse"')

    assert main(asked(settings)) == 2
    assert "does not verify" in capsys.readouterr().err


def test_a_key_that_is_none_is_a_usage_error(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(settings.trail), "--key", "no key"]) == 2
    assert "verifier key" in capsys.readouterr().err
