import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from support.anchors import WITNESS
from support.cli import Ran, a_recorded_project, edit_record, invoke

YESTERDAY = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """A folder with a statement, a copy of its trail, and the writer's verifier key."""
    settings = a_recorded_project(tmp_path / "owner")
    folder = tmp_path / "auditor"
    made = invoke(
        "attest", "--from", YESTERDAY, "--out", folder / "out", cwd=tmp_path / "owner"
    )
    assert made.code == 0
    shutil.copytree(settings.trail, folder / "copy")
    (folder / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return folder


def verify(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("verify", *arguments, "--key", "acme.vkey", cwd=cwd)


def test_a_trail_is_verified_as_one(auditor: Path) -> None:
    told = verify("copy", "--json", cwd=auditor)

    assert told.code == 0
    assert (told.json["artefact"], told.json["size"]) == ("trail", 7)
    assert verify("copy", cwd=auditor).out.splitlines()[0].endswith(": valid")
    assert verify("copy", "--trail", "copy", cwd=auditor).code == 2


def test_an_edited_trail_is_invalid(auditor: Path) -> None:
    edit_record(auditor / "copy", b'"effect":"refuse"', b'"effect":"permit"')

    assert verify("copy", cwd=auditor).code == 1


@pytest.mark.parametrize(
    ("path", "said"), [("nowhere", "nothing is there"), (".", "neither a statement")]
)
def test_where_there_is_neither_it_cannot_be_decided(
    path: str, said: str, auditor: Path
) -> None:
    told = verify(path, cwd=auditor)

    assert (told.code, told.out) == (2, "")
    assert said in told.err


@pytest.mark.parametrize(
    "name",
    [
        "out/statement.dsse.json",
        "out/trail/tile/entries/000.p/7",
        "copy/checkpoint",
        "copy/state",
        "copy/tile/0/000.p/7",
        "copy/wal/w-000000.wal",
        "shown/records.jsonl",
        "shown/tile/entries/000.p/7",
    ],
)
def test_a_pipe_within_a_handed_folder_is_refused_and_not_waited_on(
    name: str, auditor: Path
) -> None:
    asked = ("trail", "disclose", "--from", YESTERDAY, "--purpose", "support.reply")
    owner = auditor.parent / "owner"
    assert invoke(*asked, "--out", auditor / "shown", cwd=owner).code == 0
    (auditor / name).unlink(missing_ok=True)
    (auditor / name).parent.mkdir(exist_ok=True)
    os.mkfifo(auditor / name)
    told = verify(name.partition("/")[0], cwd=auditor)

    assert (told.code, told.out) == (2, "")
    assert "a pipe or a device" in told.err
    assert str(Path(name).parent) in told.err


def test_a_pipe_or_a_device_is_nothing_to_verify(auditor: Path) -> None:
    os.mkfifo(auditor / "pipe")
    for name in ("pipe", "/dev/zero"):
        told = verify(name, cwd=auditor)
        assert (told.code, told.out) == (2, "")
        assert f"{name}: a pipe or a device, neither a file nor a folder" in told.err
    since = verify("out", "--since", "pipe", cwd=auditor)
    assert since.code == 2
    assert "pipe: cannot be read (a pipe or a device" in since.err


def test_an_older_checkpoint_and_pins_go_with_a_trail(auditor: Path) -> None:
    older = verify("copy", "--older", "copy/checkpoint", "--json", cwd=auditor)
    demanded = verify("copy", "--witness", WITNESS.vkey, "--json", cwd=auditor)

    assert older.code == 0
    assert not any("No older" in each for each in older.json["unchecked"])
    assert demanded.code == 2
    assert demanded.json["anchors"]["witnesses"][0]["count"] == 0


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        ("copy", ("--record", "x"), "--record goes with a receipt"),
        ("out", ("--older", "x"), "--older goes with a proof of consistency or a"),
        ("out", ("--checkpoint", "x"), "--checkpoint goes with a disclosure"),
        ("copy", ("--anchor", "x"), "Evidence needs"),
        ("copy", ("--quorum", "1"), "needs as many --witness"),
    ],
)
def test_an_option_that_says_nothing_about_path_is_a_usage_error(
    auditor: Path, path: str, options: tuple[str, ...], words: str
) -> None:
    ran = verify(path, *options, cwd=auditor)

    assert ran.code == 2
    assert words in ran.err
