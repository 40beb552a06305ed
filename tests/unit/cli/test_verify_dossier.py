"""What `affidavit verify` says about a dossier."""

from pathlib import Path

import pytest

from support.cli import Ran, invoke
from support.disclosed import edit_bundle
from support.dossiers import incident_trail, made, plan, subject, unpacked
from support.trails import Builder


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> tuple[Builder, Path]:
    folder = tmp_path_factory.mktemp("dossier")
    builder, identifier = incident_trail(folder / "trail", calls=40)
    about = subject(builder, identifier)
    made(about, plan(about).unreviewed(), folder / "a.zip")
    return builder, folder / "a.zip"


def verify(builder: Builder, path: Path, *options: str | Path) -> Ran:
    return invoke("verify", path, "--key", str(builder.key), *options, cwd=path.parent)


def test_a_true_one_is_valid_packed_and_unpacked(
    true: tuple[Builder, Path], tmp_path: Path
) -> None:
    builder, path = true
    packed, folder = verify(builder, path), unpacked(path, tmp_path / "a")

    assert packed.code == verify(builder, folder).code == 0
    assert "reviewed" in packed.out
    assert "12 bodies: not reviewed" in packed.out
    assert verify(builder, path, "--checkpoint", folder / "calls/checkpoint").code == 0


def leave_out(entries: list[bytes]) -> None:
    del entries[40]


def test_a_record_left_out_is_invalid_and_named(
    true: tuple[Builder, Path], tmp_path: Path
) -> None:
    builder, path = true
    folder = unpacked(path, tmp_path / "a")
    edit_bundle(folder / "calls", leave_out, 40)
    told = verify(builder, folder)
    (said,) = verify(builder, folder, "--json").lines

    assert told.code == 1
    assert "a: invalid" in told.out
    assert "tile/entries/000.p/89 was altered" in told.out.replace("\n", "")
    assert said["verdict"] == "invalid"
    assert said["problems"]


def test_what_is_none_is_invalid(true: tuple[Builder, Path], tmp_path: Path) -> None:
    builder, path = true
    folder = unpacked(path, tmp_path / "a")
    (folder / "dossier.dsse.json").write_bytes(b"{}")
    told = verify(builder, folder)
    (said,) = verify(builder, folder, "--json").lines

    assert told.code == 1
    assert "Problems:" in told.out
    assert (said["artefact"], said["verdict"]) == ("dossier", "invalid")


def test_an_option_of_another_artefact_is_refused(true: tuple[Builder, Path]) -> None:
    builder, path = true

    assert verify(builder, path, "--older", path).code == 2
