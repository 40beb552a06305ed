import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.merkle import verify_consistency
from affidavit.tlog.receipt import verify_consistency_receipt
from affidavit.tlog.submission import Submission
from affidavit.wiring import Settings
from support.cli import Ran, a_recorded_project, edit_record, invoke, record_calls


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A trail that grew since `june`, a copy of its checkpoint, was kept."""
    made = a_recorded_project(tmp_path)
    shutil.copy(made.trail / "checkpoint", tmp_path / "june")
    shutil.copytree(made.trail, tmp_path / "before")
    record_calls(made)
    return made


def consistency(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("trail", "consistency", *arguments, cwd=cwd)


def heads(settings: Settings) -> tuple[Checkpoint, Checkpoint]:
    key, root = own_identity(settings).verifier, settings.trail.parents[1]
    old = open_checkpoint((root / "june").read_bytes(), key)
    return old, open_checkpoint((settings.trail / "checkpoint").read_bytes(), key)


def test_a_proof_is_what_a_witness_would_take(
    settings: Settings, tmp_path: Path
) -> None:
    printed = consistency("june", cwd=tmp_path)
    wrote = consistency("june", "--out", "grown", cwd=tmp_path)

    assert printed.code == wrote.code == 0
    assert printed.out.encode() == (tmp_path / "grown").read_bytes()
    assert wrote.out == "grown: 13 records begin with the first 7 unchanged, proved\n"
    old, new = heads(settings)
    sent = Submission.parse(printed.out.encode())
    assert sent.old == old.size
    verify_consistency(old.size, old.root, new.size, new.root, sent.hashes)


def test_what_is_proved_is_told(settings: Settings, tmp_path: Path) -> None:
    told = consistency("june", "--json", cwd=tmp_path).json

    old, new = heads(settings)
    assert told.keys() == {"new", "old", "origin", "proof"}
    assert told["old"] == {"root": old.root.hex(), "size": old.size}
    assert told["new"] == {"root": new.root.hex(), "size": new.size}


def test_a_number_will_do_and_says_what_it_lacks(
    settings: Settings, tmp_path: Path
) -> None:
    numbered = consistency("7", cwd=tmp_path)

    assert numbered.code == 0
    assert numbered.out == consistency("june", cwd=tmp_path).out
    assert "hold the proof against one that was kept" in numbered.err
    assert consistency("0", cwd=tmp_path).code == 0
    assert heads(settings)[0].size == 7


def test_an_earlier_checkpoint_can_be_the_end(
    settings: Settings, tmp_path: Path
) -> None:
    told = consistency("3", "june", "--json", cwd=tmp_path).json

    assert told["new"]["size"] == heads(settings)[0].size
    same = consistency("june", "june", "--json", cwd=tmp_path).json
    assert same["old"] == same["new"]


def test_a_receipt_says_the_same(settings: Settings, tmp_path: Path) -> None:
    assert consistency("june", "--receipt", "grown.cose", cwd=tmp_path).code == 0

    old, new = heads(settings)
    key = own_identity(settings).verifier
    data = (tmp_path / "grown.cose").read_bytes()
    evidence = verify_consistency_receipt(data, old.size, old.root, key)
    assert (evidence.old_size, evidence.new_root) == (old.size, new.root)


def test_a_trail_that_was_cut_back_is_named(settings: Settings, tmp_path: Path) -> None:
    key = str(own_identity(settings).verifier)
    shutil.copy(tmp_path / ".affidavit/trail/checkpoint", tmp_path / "now")
    for arguments in (["now"], ["june", "now"]):
        options = ("--trail", "before", "--key", key)
        ran = consistency(*arguments, *options, cwd=tmp_path)

        assert ran.code == 1
        assert "the end was cut off" in ran.err


def test_a_rewritten_trail_does_not_extend(settings: Settings, tmp_path: Path) -> None:
    for tile in (settings.trail / "tile/0").rglob("*"):
        if tile.is_file():
            tile.write_bytes(bytes(32) + tile.read_bytes()[32:])

    ran = consistency("june", cwd=tmp_path)

    assert ran.code == 1
    assert "not proved to extend" in ran.err


@pytest.mark.usefixtures("settings")
def test_entries_do_not_matter_to_a_proof_of_hashes(tmp_path: Path) -> None:
    edit_record(
        tmp_path / ".affidavit/trail", b'"effect":"refuse"', b'"effect":"permit"'
    )

    assert consistency("june", cwd=tmp_path).code == 0


@pytest.mark.usefixtures("settings")
def test_another_key_is_not_believed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = own_identity(a_recorded_project(other)).verifier
    shutil.copy(other / ".affidavit/trail/checkpoint", tmp_path / "theirs")

    assert consistency("june", "--key", str(stranger), cwd=tmp_path).code == 1
    wrong = consistency("theirs", cwd=tmp_path)
    assert wrong.code == 1
    assert "theirs: " in wrong.err


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["14"], "nothing to prove"),
        (["9" * 20], "No trail has"),
        (["missing"], "cannot be read"),
        (["affidavit.toml"], "cannot be read"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_proved_is_no_verdict(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    (tmp_path / "affidavit.toml").touch()
    ran = consistency(*arguments, cwd=tmp_path)

    assert ran.code == 2
    assert words in ran.err
