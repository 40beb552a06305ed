import json
import subprocess
from pathlib import Path

import pytest

from support.cli import Ran, invoke
from support.policies import SUPPORT, written

WIDER = SUPPORT.replace('"gpt-5*"', '"gpt-5*", "claude-*"')


def diffed(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "diff", *arguments, cwd=cwd)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    written(tmp_path, SUPPORT, name="a.yaml")
    written(tmp_path, WIDER, name="b.yaml")
    return tmp_path


def test_the_same_policy_is_no_change(two: Path) -> None:
    ran = diffed("a.yaml", "a.yaml", cwd=two)

    assert ran.code == 0
    assert "No call is decided otherwise" in ran.out


def test_a_change_is_a_row_of_a_table(two: Path) -> None:
    ran = diffed("a.yaml", "b.yaml", "--since", "2026-11-23", cwd=two)
    row = next(line for line in ran.out.splitlines() if "claude" in line)

    assert ran.code == 1
    assert row.split() == [
        *("support.reply", "claude-*", "chat.completions,", "responses", "always"),
        *("refuse", "permit", "purpose.model", "→", "purpose.permits"),
    ]
    assert "1 change: 1 refuse → permit" in ran.out


def test_each_change_has_a_call_that_explain_accepts(two: Path) -> None:
    told = diffed("a.yaml", "b.yaml", "--json", cwd=two).json
    (cell,) = told["cells"]
    call = json.dumps(cell["witness"]["call"]).encode()
    effects = [
        invoke(
            "policy",
            "explain",
            "--policy",
            name,
            "--call",
            "-",
            "--json",
            cwd=two,
            stdin=call,
        ).json["effect"]
        for name in ("a.yaml", "b.yaml")
    ]

    assert effects == [cell["before"], cell["after"]] == ["refuse", "permit"]
    assert cell["within"] == {
        "endpoint": "chat.completions, responses",
        "model": "claude-*",
    }


def test_witnesses_with_findings_and_days_are_explained_alike(tmp_path: Path) -> None:
    rule = (
        "rules:\n  - {id: r, effect: deny, message: m, all: [{finding: "
        "{dataset_generation: '>= 0.8'}, parameter: {n: '> 1.5'}, "
        "safety_id: absent}]}\n"
    )
    written(tmp_path, SUPPORT, name="a.yaml")
    written(tmp_path, SUPPORT + "    expires: 2027-01-31\n" + rule, name="b.yaml")
    cells = diffed(
        "a.yaml", "b.yaml", "--since", "2026-11-23", "--json", cwd=tmp_path
    ).json["cells"]

    assert len(cells) == 2
    for cell in cells:
        call = json.dumps(cell["witness"]["call"]).encode()
        for name, side in (("a.yaml", "before"), ("b.yaml", "after")):
            ran = invoke(
                "policy",
                "explain",
                "--policy",
                name,
                "--call",
                "-",
                "--json",
                cwd=tmp_path,
                stdin=call,
            )
            assert ran.json["effect"] == cell[side]


def test_a_pull_request_gets_a_table_that_is_no_layout_of_its_own(two: Path) -> None:
    ran = diffed("a.yaml", "b.yaml", "--format", "markdown", cwd=two)
    rows = [line for line in ran.out.splitlines() if line.startswith("|")]

    assert len(rows) == 3
    assert "claude-\\*" in rows[2]


def test_a_revision_is_the_past_of_the_settings_policy(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@e.example")
        subprocess.run(
            ["git", *identity, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    policy = written(tmp_path, SUPPORT + "", name="policies/policy.yaml")
    written(tmp_path, "purposes:\n  b.c: {owner: x}\n", name="policies/more.yaml")
    policy.write_text(policy.read_text() + "extends: [more.yaml]\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    policy.write_text(policy.read_text().replace('"gpt-5*"', '"gpt-5*", "claude-*"'))
    bare = diffed("HEAD", "--json", cwd=tmp_path)
    named = diffed("HEAD:policies/policy.yaml", "policies", "--json", cwd=tmp_path)
    (cell,) = bare.json["cells"]

    assert (bare.code, named.code) == (1, 1)
    assert bare.json["beside"] == named.json["beside"] == []
    assert named.json["cells"][0]["after"] == "permit"
    assert cell["witness"]["reasons"][0]["where"] == "HEAD:policies/policy.yaml:5"


def test_what_no_effect_shows_is_told_below_and_is_a_change(tmp_path: Path) -> None:
    body = SUPPORT + (
        "    budget: {cost: 5/day}\nrules:\n"
        "  - {id: no-store, effect: warn, message: m, final: true, "
        "obligations: {store: false}, any: [{model: '*'}]}\n"
        "prices:\n  - {models: ['gpt-5*'], input: 1, output: 8}\n"
    )
    later = body.replace("final: true, ", "").replace("model: '*'", "model: gpt-5")
    written(tmp_path, "owners: {'*': [ana@x]}\n" + body, name="a.yaml")
    written(tmp_path, later.replace("output: 8", "output: 1"), name="b.yaml")
    told = [
        (
            "loosened: rule no-store no longer obliges calls of support.reply (model "
            "gpt-5* but gpt-5; endpoint chat.completions, responses)."
        ),
        (
            "price of gpt-5*: input 1.00, output 8.00 before, input 1.00, output 1.00 "
            "after."
        ),
        "owners, *: ana@x before, none after.",
        (
            "rule no-store, final: true before, none after: files that extend this one "
            "can only tighten what is final."
        ),
    ]

    as_json = diffed("a.yaml", "b.yaml", "--json", cwd=tmp_path)
    text = diffed("a.yaml", "b.yaml", cwd=tmp_path)

    assert (as_json.json["cells"], as_json.json["beside"]) == ([], told)
    assert (as_json.code, text.code) == (1, 1)
    assert "No call is decided otherwise" in text.out
    assert all(f"  - {line}" in text.out.splitlines() for line in told)


def test_duties_are_those_of_the_purposes_that_were_asked_about(tmp_path: Path) -> None:
    rule = (
        "rules:\n  - {id: r, effect: warn, message: m, obligations: {store: false}, "
        "any: [{model: '*'}]}\n"
    )
    written(tmp_path, SUPPORT + rule, name="a.yaml")
    written(tmp_path, SUPPORT + rule.replace("'*'", "gpt-5"), name="b.yaml")

    assert diffed("a.yaml", "b.yaml", "--purpose", "crm.*", cwd=tmp_path).code == 0
    assert diffed("a.yaml", "b.yaml", "--purpose", "sup*", cwd=tmp_path).code == 1


@pytest.mark.parametrize(
    ("shape", "left"),
    [
        ("text", "1 more change: --limit shows more, --json all"),
        ("markdown", "- 1 more change not shown"),
    ],
)
def test_rows_can_be_fewer_and_what_is_left_out_is_counted(
    shape: str, left: str, two: Path
) -> None:
    written(two, SUPPORT.replace('"gpt-5*"', '"claude-*"'), name="c.yaml")
    asked = ("a.yaml", "c.yaml", "--format", shape)
    all_of_it = diffed(*asked, "--limit", "2", cwd=two)
    one = diffed(*asked, "--limit", "1", cwd=two)

    assert all_of_it.out == diffed(*asked, cwd=two).out
    assert all_of_it.out.count("purpose.permits") == 2
    assert "more change" not in all_of_it.out + all_of_it.err
    assert one.code == 1
    assert one.out.count("purpose.permits") == 1
    assert left in one.out + one.err
    assert "2 changes" in one.out
    shown = diffed(*asked[:2], "--limit", "1", "--json", cwd=two).json
    assert len(shown["cells"]) == 2


def test_fewer_rows_than_one_is_a_usage_error(two: Path) -> None:
    assert diffed("a.yaml", "b.yaml", "--limit", "0", cwd=two).code == 2


def test_purposes_can_be_fewer(two: Path) -> None:
    none = diffed("a.yaml", "b.yaml", "--purpose", "crm.*", cwd=two)

    assert none.code == 0
    assert "0 purposes gone through" in none.out


@pytest.mark.parametrize(
    "arguments", [("a.yaml", "nowhere.yaml"), ("a.yaml", "no-such-rev:x.yaml"), ()]
)
def test_what_cannot_be_read_is_an_environment_error(
    arguments: tuple[str, ...], two: Path
) -> None:
    assert diffed(*arguments, cwd=two).code == 2


def test_an_invalid_policy_is_told_with_its_place(two: Path) -> None:
    written(two, "modee: x\n", name="b.yaml")
    ran = diffed("a.yaml", "b.yaml", cwd=two)

    assert ran.code == 2
    assert "b.yaml:4:1" in ran.err
