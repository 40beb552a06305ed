import json
from pathlib import Path

import pytest

from support.cli import Ran, a_recorded_project, invoke, tree_digest
from support.policies import SUPPORT, written
from support.project import DATASET_REQUEST, a_project

GOOD = ("--purpose", "support.reply", "--model", "gpt-5")


def explain(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> Ran:
    return invoke("policy", "explain", *arguments, cwd=cwd, stdin=stdin)


def test_a_permitted_call_is_explained_and_nothing_is_recorded(tmp_path: Path) -> None:
    a_project(tmp_path)
    before = tree_digest(tmp_path)
    told = explain(*GOOD, "--text", "Where is my parcel?", "--json", cwd=tmp_path)

    assert told.code == 0
    assert told.json.keys() == {
        "at",
        "call",
        "effect",
        "findings",
        "leaves",
        "missing",
        "mode",
        "obligations",
        "policy",
        "purpose_known",
        "reasons",
        "recorded",
        "rules",
        "shadow",
        "warnings",
    }
    assert (told.json["effect"], told.json["leaves"]) == ("permit", True)
    assert told.json["call"]["purpose"] == "support.reply"
    assert tree_digest(tmp_path) == before


def test_every_rule_condition_and_check_is_in_the_trace(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = explain(*GOOD, "--param", "n=16", "--json", cwd=tmp_path).json
    by_name = {rule["rule"]: rule for rule in told["rules"]}
    shown = explain(*GOOD, "--param", "n=16", cwd=tmp_path)

    (condition,) = by_name["many-samples-at-once"]["conditions"]
    assert condition["group"] == "any"
    assert condition["checks"][0]["result"] == "yes"
    assert "16" in condition["checks"][0]["evidence"]
    assert [each["rule"] for each in told["shadow"]] == ["many-samples-at-once"]
    assert all(f" {name} [" in shown.out for name in by_name)


def test_a_refusal_says_why_and_what_would_help(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = explain(
        "--purpose", "support.reply", "--model", "llama-4", "--json", cwd=tmp_path
    )
    shown = explain("--purpose", "support.reply", "--model", "llama-4", cwd=tmp_path)

    assert told.code == shown.code == 1
    assert (told.json["effect"], told.json["leaves"]) == ("refuse", False)
    assert told.json["reasons"][0]["message"] in shown.out
    assert shown.out.splitlines()[0] == "refuse"


def test_the_detectors_read_the_texts(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = explain(*GOOD, "--text", DATASET_REQUEST, "--json", cwd=tmp_path)

    assert told.code == 1
    assert told.json["findings"][0]["kind"] == "dataset_generation"


def test_a_call_comes_from_a_file_or_standard_input_and_flags_win(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    call = {"purpose": "support.reply", "body": {"model": "gpt-5", "input": "Hello"}}
    data = json.dumps(call).encode()
    (tmp_path / "call.json").write_bytes(data)
    by_file = explain("--call", "call.json", "--json", cwd=tmp_path)
    piped = explain("--call", "-", "--json", cwd=tmp_path, stdin=data)
    changed = explain("--call", "call.json", "--purpose", "no.such", cwd=tmp_path)

    assert by_file.code == piped.code == 0
    assert by_file.out == piped.out
    assert changed.code == 1


def test_observe_mode_would_let_a_refused_call_leave(tmp_path: Path) -> None:
    a_project(tmp_path, observe=True)
    told = explain("--purpose", "no.such", "--json", cwd=tmp_path)

    assert told.code == 1
    assert (told.json["effect"], told.json["leaves"]) == ("refuse", True)
    assert "mode observe" in explain("--purpose", "no.such", cwd=tmp_path).out


def test_another_day_and_another_policy_can_be_asked_about(tmp_path: Path) -> None:
    expiring = SUPPORT + "    expires: 2027-03-31\n"
    policy = written(tmp_path, expiring, name="candidate.yaml")
    ask = (*GOOD, "--policy", policy, "--at")

    assert explain(*ask, "2027-03-31", cwd=tmp_path).code == 0
    assert explain(*ask, "2027-04-01", cwd=tmp_path).code == 1


def test_the_settings_purpose_counts_where_none_is_given(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = invoke(
        "policy",
        "explain",
        "--model",
        "gpt-5",
        cwd=tmp_path,
        env={"AFFIDAVIT_PURPOSE": "support.reply"},
    )

    assert told.code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--call", "nowhere.json"),
        ("--call", "-"),
        ("--param", "n"),
        ("--purpose", "Not A Name"),
        ("--policy", "nowhere"),
        ("--at", "soon"),
    ],
)
def test_what_cannot_be_read_is_an_environment_error(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    a_project(tmp_path)
    failed = explain(*arguments, cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")


def test_an_invalid_policy_is_told_with_its_place(tmp_path: Path) -> None:
    policy = written(tmp_path, "modee: enforce\n")
    failed = explain(*GOOD, "--policy", policy, cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert "policy.yaml:4:1: error[P010]" in failed.err


def test_findings_can_be_given_instead_of_found(tmp_path: Path) -> None:
    a_project(tmp_path)
    found = explain(
        *GOOD, "--finding", "dataset_generation=0.9", "--json", cwd=tmp_path
    )
    none = explain(
        *("--call", "-", "--json"),
        cwd=tmp_path,
        stdin=json.dumps(
            {
                "purpose": "support.reply",
                "model": "gpt-5",
                "text": DATASET_REQUEST,
                "findings": [],
                "parameters": {"temperature": 0.5},
                "at": "2026-11-23",
            }
        ).encode(),
    )

    assert (found.code, none.code) == (1, 0)
    assert found.json["findings"][0]["detector"] == "given"
    assert none.json["call"]["parameters"] == {"temperature": "0.5"}
    assert none.json["at"] == "2026-11-23"


def test_a_recorded_call_is_explained_as_far_as_the_trail_holds_it(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    listed = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    refused = listed.lines[2]
    told = explain(refused["id"], "--json", cwd=tmp_path)
    shown = explain(refused["id"], "--trail", settings.trail, cwd=tmp_path)

    assert told.code == shown.code == 1
    assert told.json["recorded"] == "refuse"
    assert told.json["call"]["purpose"] == "unheard.of"
    assert told.json["missing"][0].startswith("The texts:")
    assert "Not in the trail:" in shown.out
    assert told.json["at"] == refused["at"][:10]


def test_a_picture_is_drawn_and_no_other_file_overwritten(tmp_path: Path) -> None:
    a_project(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    drawn = explain(*GOOD, "--picture", "why.svg", cwd=tmp_path)
    again = explain(*GOOD, "--picture", "why.svg", cwd=tmp_path)
    piped = explain(*GOOD, "--picture", "-", cwd=tmp_path)
    refused = explain(*GOOD, "--picture", "notes.txt", cwd=tmp_path)

    assert (drawn.code, again.code, piped.code, refused.code) == (0, 0, 0, 2)
    assert piped.out == (tmp_path / "why.svg").read_text()
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--finding", "dataset_generation"),
        ("--finding", "dataset_generation=much"),
        ("0197a3c1", "--model", "gpt-5"),
        ("ffffffff",),
    ],
)
def test_what_is_no_finding_and_no_record_is_refused(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    a_recorded_project(tmp_path)
    assert explain(*arguments, cwd=tmp_path).code == 2
