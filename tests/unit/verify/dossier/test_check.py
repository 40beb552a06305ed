"""A dossier made by hand with anything left out, altered or added is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from affidavit.cli.dossier_making import Beside
from affidavit.errors import Incomplete, Malformed
from affidavit.keys import Ed25519Signer
from affidavit.verify import Verdict
from affidavit.verify.dossier import verify_dossier
from support.disclosed import edit_bundle
from support.dossiers import (
    FILE,
    check,
    edited,
    incident_trail,
    made,
    plan,
    sign_again,
    subject,
    unpacked,
)
from support.trails import Builder


def hold_two(rows: list[dict[str, Any]]) -> None:
    rows[0].update(action="hash", reason="personal data")
    rows[1].update(action="withhold", reason="privileged")


def leave_out(entries: list[bytes]) -> None:
    del entries[40]


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> tuple[Builder, Path]:
    """A trail, and a dossier of its incident with all that one can have."""
    folder = tmp_path_factory.mktemp("dossier")
    builder, identifier = incident_trail(folder / "trail")
    about = subject(builder, identifier)
    (folder / "ticket.txt").write_bytes(FILE)
    reviewed = edited(
        plan(about),
        hold_two,
    )
    beside = Beside(narrative="# What happened\n", attachments=[folder / "ticket.txt"])
    made(about, reviewed, folder / "dossier.zip", beside)
    return builder, unpacked(folder / "dossier.zip", folder / "dossier")


@pytest.fixture
def twin(true: tuple[Builder, Path], tmp_path: Path) -> tuple[Builder, Path]:
    """A copy that may be tampered with."""
    builder, folder = true
    return builder, Path(shutil.copytree(folder, tmp_path / "twin"))


def said(builder: Builder, folder: Path) -> str:
    report = check(builder, folder)
    assert report.verdict is Verdict.INVALID
    assert report.exit_code == 1
    return " | ".join(map(str, report.problems))


def test_a_true_dossier_is_valid_and_counted(true: tuple[Builder, Path]) -> None:
    builder, folder = true
    report = check(builder, folder)

    assert report.problems == ()
    assert report.verdict is Verdict.VALID
    assert [(e.action, e.reason, e.records) for e in report.treatment] == [
        ("disclose", "", 112),
        ("hash", "personal data", 1),
        ("withhold", "privileged", 1),
    ]
    assert (report.events, report.others, report.notices) == (4, 2, 1)
    assert (report.policies, report.attachments, report.narrative) == (1, 1, True)
    assert report.plan is not None


def test_a_record_left_out_is_named(twin: tuple[Builder, Path]) -> None:
    builder, folder = twin
    edit_bundle(folder / "calls", leave_out, 300)

    assert "calls/tile/entries/001 was altered" in said(builder, folder)

    sign_again(builder, folder)  # and not even the trail's own key can do it
    assert "records 256 to 511" in said(builder, folder)


def test_a_record_altered_is_named(twin: tuple[Builder, Path]) -> None:
    builder, folder = twin

    def refuse(entries: list[bytes]) -> None:
        entries[41] = entries[41].replace(b'"permit"', b'"refuse"')
        entries[42] = entries[42].replace(b'"permit"', b'"refuse"')

    edit_bundle(folder / "calls", refuse, 300)
    sign_again(builder, folder)

    assert "record 29" in said(builder, folder)


def drop(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def add(name: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")

    return edit


def without_line(name: str, number: int) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        del lines[number]
        (folder / name).write_bytes(b"".join(lines))

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (drop("calls/records.jsonl"), "calls/records.jsonl was left out"),
        (drop("incident/notice-1.json"), "incident/notice-1.json was left out"),
        (add("incident/notice-1.json"), "incident/notice-1.json was altered"),
        (add("incident/notice-2.json"), "incident/notice-2.json was added"),
        (add("policies/house.yaml"), "policies/house.yaml was added"),
        (add("cover.html"), "cover.html was altered"),
        (without_line("calls/records.jsonl", 5), "calls/records.jsonl was altered"),
        (add("narrative/narrative.md"), "narrative.md is not what was signed"),
        (drop("narrative/narrative.dsse.json"), "nobody signed it"),
    ],
)
def test_a_file_touched_is_named(
    twin: tuple[Builder, Path], edit: Callable[[Path], object], words: str
) -> None:
    builder, folder = twin
    edit(folder)

    assert words in said(builder, folder)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (without_line("incident/records.jsonl", -1), "leaves out"),
        (without_line("incident/records.jsonl", 1), "the record that opened"),
        (without_line("incident/records.jsonl", 0), "the record that put it in force"),
        (drop("incident/records.jsonl"), "incident/records.jsonl is missing"),
        (drop("incident/proofs/803.tlog-proof"), "803.tlog-proof is missing"),
        (drop("incident/notice-1.json"), "documents are not those"),
        (add("incident/notice-2.json"), "documents are not those"),
        (add("policies/house.yaml"), "no record names it"),
        (drop("hashed.jsonl"), "counts bodies otherwise"),
        (add("hashed.jsonl"), "hashed.jsonl: "),
        (without_line("calls/records.jsonl", 5), "not the one that the manifest"),
        (drop("calls/records.jsonl"), "records.jsonl is missing"),
        (add("attachments/letter.txt"), "no clarification names it"),
        (add("incident/proofs/7.tlog-proof"), "a proof of nothing"),
        (add("letter.txt"), "a dossier has no such file"),
    ],
)
def test_not_even_the_key_can_make_a_false_one(
    twin: tuple[Builder, Path], edit: Callable[[Path], object], words: str
) -> None:
    builder, folder = twin
    edit(folder)
    sign_again(builder, folder)

    assert words in said(builder, folder)


def test_a_salt_of_a_record_that_is_given_is_refused(
    twin: tuple[Builder, Path],
) -> None:
    builder, folder = twin
    line = json.loads((folder / "hashed.jsonl").read_bytes())
    told = json.dumps(line | {"index": line["index"] + 50}, sort_keys=True)
    (folder / "hashed.jsonl").write_text(told.replace(" ", "") + "\n")
    sign_again(builder, folder)

    assert "is not held back" in said(builder, folder)


def test_a_narrative_of_another_dossier_is_refused(
    twin: tuple[Builder, Path],
) -> None:
    builder, folder = twin
    sign_again(builder, folder, tool="another")

    assert "about another dossier" in said(builder, folder)


def test_without_its_narrative_the_evidence_stands(
    twin: tuple[Builder, Path],
) -> None:
    builder, folder = twin
    shutil.rmtree(folder / "narrative")
    report = check(builder, folder)

    assert (report.verdict, report.narrative) == (Verdict.VALID, False)


def test_parts_of_two_trees_are_no_dossier(twin: tuple[Builder, Path]) -> None:
    builder, folder = twin
    sign_again(builder, folder, tree={"root": "00" * 32, "size": 809})

    assert "one of them is of another dossier" in said(builder, folder)


def test_another_key_signs_nothing(true: tuple[Builder, Path]) -> None:
    other = Ed25519Signer.from_seed(b"another!" * 4)
    builder, folder = true
    report = verify_dossier(
        folder, key=type(builder.key)(builder.origin, other.verifier)
    )

    assert report.verdict is Verdict.INVALID
    assert "dossier.dsse.json" in str(report.problems)


def test_what_is_no_dossier_is_said_to_be_none(
    twin: tuple[Builder, Path], tmp_path: Path
) -> None:
    builder, folder = twin
    with pytest.raises(Incomplete):
        check(builder, tmp_path / "nothing")
    shutil.copy(folder / "calls/disclosure.dsse.json", folder / "dossier.dsse.json")
    with pytest.raises(Malformed, match="no dossier"):
        check(builder, folder)


def test_a_narrative_of_another_kind_or_hand_is_refused(
    twin: tuple[Builder, Path],
) -> None:
    builder, folder = twin
    shutil.copy(folder / "dossier.dsse.json", folder / "narrative/narrative.dsse.json")

    assert "narrative.dsse.json: it holds" in said(builder, folder)


def test_a_policy_that_decided_and_is_not_recorded_is_named(
    twin: tuple[Builder, Path],
) -> None:
    builder, folder = twin
    path = folder / "incident/records.jsonl"
    lines = [json.loads(each) for each in path.read_bytes().splitlines()]
    for each in lines[:2]:
        for name in ("body", "salt"):
            each.pop(name, None)
        each |= {"state": "withheld", "reason": "private"}
    lines[3]["body"] = lines[3]["body"].replace("Who?", "Why?")
    lines[4]["kind"] = "outcome"
    text = "".join(
        json.dumps(e, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
        for e in [*lines, lines[0]]
    )
    path.write_text(text)
    sign_again(builder, folder)
    told = said(builder, folder)

    assert "decided matching calls" in told
    assert "and is not disclosed" in told
    assert "its body is not the one" in told
    assert "the line is not about the record" in told
    assert "not in the order of the tree" in told
