import json
from pathlib import Path

import pytest

from support.cli import Ran, invoke, tree_digest
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
        "call",
        "effect",
        "findings",
        "leaves",
        "mode",
        "policy",
        "purpose_known",
        "reasons",
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
