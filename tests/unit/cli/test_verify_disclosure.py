"""What its receiver is told; what a package proves is tested with `verify`."""

import shutil
from pathlib import Path

import pytest

from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import open_checkpoint
from affidavit.tlog.witness import WitnessKey, cosign
from affidavit.trail.anchors import AnchorStore
from affidavit.verify.disclosure.manifest import By, Selection
from support.cli import Ran, invoke
from support.disclosed import a_day, ask, disclosed, lines, window, write_lines
from support.trails import Builder


@pytest.fixture
def day(tmp_path: Path) -> Builder:
    return a_day(tmp_path / "trail")


def verify(day: Builder, package: Path, *options: str | Path) -> Ran:
    return invoke(
        "verify", package, "--key", str(day.key), *options, cwd=package.parent
    )


def test_the_first_bad_record_comes_first(day: Builder) -> None:
    package = disclosed(day)
    told = lines(package)
    gone = told.pop(1)
    write_lines(package, told[:-1])
    read = verify(day, package)

    assert read.code == 1
    first = next(each for each in read.out.splitlines() if "  - " in each)
    assert f"record {gone['index']} (" in first
    assert gone["id"] in first
    told = verify(day, package, "--json").json
    assert told["verdict"] == "invalid"
    assert {"fault", "message", "index", "id", "kind", "at"} == told["problems"][
        0
    ].keys()


def test_what_is_no_disclosure_is_refused_in_words_and_json(day: Builder) -> None:
    package = disclosed(day)
    (package / "disclosure.dsse.json").write_bytes(b"{}")
    read = verify(day, package)
    assert (read.code, "invalid" in read.out) == (1, True)
    told = verify(day, package, "--json").json
    assert (told["artefact"], told["verdict"]) == ("disclosure", "invalid")


def test_questions_are_told_in_words(day: Builder) -> None:
    ids = Selection.of_ids([day.records[400].id])
    assert "1 id" in verify(day, disclosed(day, ask(day, ids))).out
    nothing = ask(day, Selection(by=By.NOTHING))
    assert "no record in particular" in verify(day, disclosed(day, nothing)).out


def test_options_of_other_evidence_are_usage_errors(day: Builder) -> None:
    package = disclosed(day)
    assert verify(day, package, "--trail", day.path).code == 2
    note = day.path / "checkpoint"
    assert verify(day, day.path, "--checkpoint", note).code == 2
    assert verify(day, package, "--checkpoint", note).code == 0
    assert verify(day, package, "--checkpoint", "nowhere").code == 2


def test_what_a_witness_saw_of_the_same_tree_is_told(day: Builder) -> None:
    note = (day.path / "checkpoint").read_bytes()
    signer = Ed25519Signer.from_seed(b"witness!" * 4)
    line = cosign(
        open_checkpoint(note, day.key), "w.example", signer, time=1_772_500_000
    )
    AnchorStore.of(day.path).keep(note, month="2026-03", cosignatures=[line])
    package = disclosed(day, ask(day, window=window(day)))
    witness = ("--witness", str(WitnessKey("w.example", signer.verifier)))

    read = verify(day, package, *witness)
    assert read.code == 0
    assert "1 cosignature by w.example" in read.out
    told = verify(day, package, *witness, "--json").json
    assert told["anchors"]["covered"] == told["size"]

    shutil.rmtree(package / "anchors")
    assert verify(day, package, *witness).code == 2
