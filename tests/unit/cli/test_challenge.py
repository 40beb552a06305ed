from pathlib import Path

import pytest

from affidavit.attest.challenge import Challenge
from affidavit.cli.trust import own_identity
from support.cli import a_recorded_project, invoke
from support.trusting import text


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a statement and the verifier key of who made it."""
    folder = tmp_path_factory.mktemp("challenge")
    settings = a_recorded_project(folder / "owner")
    made = invoke(
        "attest",
        "--from",
        "2020-01-01",
        "--out",
        folder / "out",
        cwd=folder / "owner",
    )
    assert made.code == 0, made.err
    key = own_identity(settings).verifier
    (folder / "acme.vkey").write_text(f"{key}\n")
    (folder / "trust.yaml").write_text(text(key))
    return folder


@pytest.mark.parametrize("how", [("--key", "acme.vkey"), ("--trust", "trust.yaml")])
def test_a_challenge_is_bound_to_the_statement_and_fresh(
    how: tuple[str, str], asker: Path, tmp_path: Path
) -> None:
    made = [
        invoke("challenge", "out", *how, "--out", tmp_path / name, "--json", cwd=asker)
        for name in ("a.json", "b.json")
    ]
    assert [each.code for each in made] == [0, 0]
    one, two = (
        Challenge.parse((tmp_path / name).read_bytes()) for name in ("a.json", "b.json")
    )
    assert one.statement == two.statement == made[0].json["statement"]
    assert one.nonce != two.nonce
    assert (one.span.wanted, one.bodies) == (200, False)
    assert made[0].json["challenge"] == one.digest


def test_ones_own_randomness_is_taken(asker: Path, tmp_path: Path) -> None:
    (tmp_path / "dice").write_bytes(b"3164 1526 6231 4451")
    (tmp_path / "few").write_bytes(b"6")
    common = ("challenge", "out", "--key", "acme.vkey", "--bodies", "--records", "9")
    for name in ("a", "b"):
        ran = invoke(
            *common, "--nonce", tmp_path / "dice", "--out", tmp_path / name, cwd=asker
        )
        assert ran.code == 0
        assert "affidavit respond" in ran.out
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    few = invoke(
        *common, "--nonce", tmp_path / "few", "--out", tmp_path / "c", cwd=asker
    )
    assert (few.code, (tmp_path / "c").exists()) == (2, False)


def test_a_challenge_is_not_overwritten(asker: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    ran = invoke(
        "challenge", "out", "--key", "acme.vkey", "--out", tmp_path / "a", cwd=asker
    )
    assert ran.code == 2
    assert (tmp_path / "a").read_text() == "kept"


def test_a_statement_of_another_key_is_not_challenged(
    asker: Path, tmp_path: Path
) -> None:
    a_recorded_project(tmp_path)
    ran = invoke("challenge", asker / "out", "--out", "c.json", cwd=tmp_path)
    assert ran.code == 1
