from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import sample
from affidavit.attest.sample import Sample
from affidavit.attest.sample_anchor import Cosigned
from affidavit.cli import attest_folder
from support.anchored import an_anchored_project
from support.anchors import WITNESS
from support.cli import a_recorded_project, edit_record, invoke
from support.handed import LONG_AGO, YESTERDAY


@pytest.mark.parametrize(
    ("problems", "size", "wanted", "whole"),
    [
        ([], 10, "auto", True),
        ([], 1_000_001, "auto", False),
        ([], 1_000_001, "all", True),
        ([], 10, "none", False),
        (["broken"], 10, "all", False),
    ],
)
def test_entries_are_handed_over_of_trails_that_hold_and_are_short(
    *, problems: list[str], size: int, wanted: str, whole: bool
) -> None:
    predicate = {"integrity": {"problems": problems}, "tree": {"size": size}}
    assert attest_folder.whole(predicate, wanted) is whole


def test_a_trail_that_was_changed_since_the_last_one_has_no_proof_and_is_not_noted(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    before = ("attest", "--from", LONG_AGO, "--to", LONG_AGO, "--out", "before")
    assert invoke(*before, cwd=tmp_path).code == 0
    noted = sorted((settings.trail / "attestations").iterdir())
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    told = invoke("attest", "--from", YESTERDAY, "--out", "now", cwd=tmp_path)
    assert told.code == 2
    assert sorted((settings.trail / "attestations").iterdir()) == noted
    assert len(noted) == 1


OUT = ("--out", "out", "--entries", "none")


def now() -> str:
    return datetime.now(UTC).isoformat()


def given(folder: Path, until: str) -> dict[str, Any]:
    """What is said of an attestation of a project, entries withheld."""
    out = folder / "out"
    asked = ("--from", LONG_AGO, "--to", until, "--out", out, "--entries", "none")
    made = invoke("attest", *asked, cwd=folder)
    assert made.code == 0, made.err
    told = invoke("verify", out, "--json", cwd=folder)
    assert told.code == 0, told.out
    found: dict[str, Any] = told.json
    return found


def test_a_cosignature_draws_the_sample_where_entries_are_withheld(
    tmp_path: Path,
) -> None:
    with an_anchored_project(tmp_path / "p") as project:
        folder = project.folder
        assert invoke("trail", "anchor", cwd=folder).code == 0
        until = now()
        told = given(folder, until)
        assert told["sample"]["all"]
        sampled = folder / "out" / sample.FILE_NAME
        data = sampled.read_bytes()
        made = Sample.parse(data)
        assert isinstance(made.anchor, Cosigned)
        given(folder, until)
        assert sampled.read_bytes() == data
        pinned = invoke("verify", "out", "--witness", WITNESS.vkey, cwd=folder)
        assert pinned.code == 0, pinned.out


def test_a_sample_without_anchor_says_so_and_is_drawn_again(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    asked = (*("attest", "--from", LONG_AGO, "--to", now()), *OUT)
    for _ in range(2):
        assert "weaker" in invoke(*asked, "--sample-bodies", cwd=tmp_path).err
    told = invoke("verify", "out", "--json", cwd=tmp_path).json
    assert told["sample"]["bodies"] == told["sample"]["decisions"] > 0
    assert told["sample"]["bound"]
    (tmp_path / "out" / sample.FILE_NAME).write_text("{}")
    assert invoke("verify", "out", cwd=tmp_path).code == 1


def test_no_sample_is_drawn_where_none_is_wanted_or_entries_are_there(
    tmp_path: Path,
) -> None:
    a_recorded_project(tmp_path)
    asked = ("attest", "--from", LONG_AGO)
    for name, more, there in (
        ("none", ("--entries", "none", "--sample", "0"), False),
        ("whole", (), False),
        ("both", ("--sample", "7"), True),
    ):
        assert invoke(*asked, "--out", name, *more, cwd=tmp_path).code == 0
        assert (tmp_path / name / sample.FILE_NAME).exists() is there
        assert invoke("verify", name, cwd=tmp_path).code == 0
    bundle = "whole/statement.sigstore.json"
    assert invoke("verify", bundle, cwd=tmp_path).code == 0
