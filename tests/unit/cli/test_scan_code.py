import json
from pathlib import Path
from typing import Any

import pytest

from affidavit.scan.code.rules import Rule
from support.cli import Ran, invoke, program
from support.policies import SUPPORT, written

STOCK = "from openai import OpenAI\n\nclient = OpenAI()\n"
ROOT = Path(__file__).parents[3]


def scanned(folder: Path, *arguments: str | Path) -> Ran:
    return invoke("scan", "code", "--no-cache", *arguments, cwd=folder)


def rules(told: Ran) -> list[str]:
    return [each["rule"] for each in told.json["diagnostics"]]


def a_file(folder: Path, text: str = STOCK, name: str = "a.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_it_reads_like_a_compiler(tmp_path: Path) -> None:
    a_file(tmp_path)
    told = scanned(tmp_path, "a.py")
    assert told.code == 1
    assert told.out == (
        "error[C101]: openai.OpenAI is governed by nothing\n"
        " --> a.py:3:10\n"
        "  |\n"
        "3 | client = OpenAI()\n"
        "  |          ^^^^^^^^\n"
        "  = help: Take the governed class: from affidavit import OpenAI. Or govern "
        "the whole process: affidavit.install(), affidavit run.\n"
        "\n"
        "1 file scanned: 1 error, 0 warnings\n"
    )


def test_clean_is_0_errors_are_1_and_unjudged_is_2(tmp_path: Path) -> None:
    a_file(tmp_path, "x = 1\n")
    assert scanned(tmp_path, "a.py").code == 0
    a_file(tmp_path, "URL = 'https://api.openai.com'\n")
    assert scanned(tmp_path, "a.py").code == 0
    a_file(tmp_path)
    assert scanned(tmp_path, "a.py").code == 1
    a_file(tmp_path, "openai(", "b.py")
    assert scanned(tmp_path, "a.py", "b.py").code == 2
    assert scanned(tmp_path, "--ignore", "C0", "b.py").code == 2


@pytest.mark.parametrize("what", ["none.py", "empty"])
def test_nothing_to_scan_is_said(what: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = scanned(tmp_path, what)
    assert told.code == 2
    assert "affidavit: error:" in told.err
    assert told.out == ""


def test_json_has_counts_and_diagnostics(tmp_path: Path) -> None:
    a_file(tmp_path)
    told = scanned(tmp_path, "--json", "a.py").json
    (finding,) = told.pop("diagnostics")
    assert told == {
        "baseline": {"gone": 0, "known": 0},
        "cached": 0,
        "errors": 1,
        "files": 1,
        "paths": ["a.py"],
        "policy": None,
        "waived": 0,
        "warnings": 0,
    }
    assert (finding["path"], finding["line"], finding["rule"]) == ("a.py", 3, "C101")


def test_github_annotates_the_line(tmp_path: Path) -> None:
    a_file(tmp_path)
    told = scanned(tmp_path, "--format", "github", "a.py")
    place = "::error file=a.py,line=3,col=10,title=C101 ungoverned-client::"
    assert told.out.startswith(place)


def test_a_notebooks_place_is_the_cell_or_the_file(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": STOCK}]
    a_file(tmp_path, json.dumps({"cells": cells}), "n.ipynb")
    told = scanned(tmp_path, "--json", "n.ipynb").json["diagnostics"][0]
    assert (told["path"], told["line"]) == ("n.ipynb:cell 1", 3)
    out = scanned(tmp_path, "--format", "github", "n.ipynb").out
    assert out.startswith("::error file=n.ipynb,line=1,col=1,")
    assert "::cell 1, line 3: openai.OpenAI" in out


def test_rules_are_selected_and_ignored(tmp_path: Path) -> None:
    a_file(tmp_path, f"import groq\n{STOCK}")
    assert rules(scanned(tmp_path, "--json", "--select", "c101", "a.py")) == ["C101"]
    assert rules(scanned(tmp_path, "--json", "--ignore", "C101,C2", "a.py")) == ["C104"]
    told = scanned(tmp_path, "--select", "Z", "a.py")
    assert (told.code, "docs/code-scan.md" in told.err) == (2, True)


def test_installed_programs_need_no_other_class(tmp_path: Path) -> None:
    a_file(tmp_path)
    assert scanned(tmp_path, "--installed", "a.py").code == 0


def test_purposes_are_held_against_the_policy_of_the_settings(tmp_path: Path) -> None:
    a_file(tmp_path, "from affidavit import OpenAI\nOpenAI(purpose='support.replay')\n")
    told = scanned(tmp_path, "--json", "a.py")
    assert (told.code, told.json["policy"]) == (0, None)
    assert "no policy at" in told.err

    written(tmp_path / "policies", SUPPORT)
    told = scanned(tmp_path, "--json", "a.py")
    assert rules(told) == ["C203"]
    assert told.json["policy"].endswith("policies")

    written(tmp_path, SUPPORT.replace("reply", "replay"), name="other.yaml")
    assert scanned(tmp_path, "--policy", "other.yaml", "a.py").code == 0


def test_a_policy_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    a_file(tmp_path, "from affidavit import OpenAI\nOpenAI(purpose='support.reply')\n")
    assert scanned(tmp_path, "--policy", "none.yaml", "a.py").code == 2
    written(tmp_path, SUPPORT.replace("models", "modles"))
    assert scanned(tmp_path, "--policy", "policy.yaml", "a.py").code == 2


def test_a_purpose_of_the_settings_reaches_every_call(tmp_path: Path) -> None:
    text = "from affidavit import OpenAI\nOpenAI().responses.create(model='m')\n"
    a_file(tmp_path, text)
    assert rules(scanned(tmp_path, "--json", "a.py")) == ["C201"]
    (tmp_path / "affidavit.toml").write_text('purpose = "support.reply"\n')
    assert rules(scanned(tmp_path, "--json", "a.py")) == []


def test_fix_takes_the_governed_client_and_scans_again(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    told = scanned(tmp_path, "--fix", "a.py")
    assert told.code == 0
    assert "a.py: takes governed clients now" in told.err
    assert file.read_text() == STOCK.replace("openai", "affidavit")
    before = file.stat()
    assert scanned(tmp_path, "--fix", "a.py").code == 0
    assert file.stat() == before


def test_a_baseline_leaves_out_what_was_there(tmp_path: Path) -> None:
    a_file(tmp_path)
    told = scanned(tmp_path, "--write-baseline", "old.json", "a.py")
    assert told.code == 0
    assert told.out.startswith("1 file scanned, 1 in the baseline: clean")
    a_file(tmp_path, f"import groq\n{STOCK}")
    told = scanned(tmp_path, "--baseline", "old.json", "--json", "a.py")
    assert rules(told) == ["C104"]
    assert told.json["baseline"] == {"gone": 0, "known": 1}
    a_file(tmp_path, "x = 1\n")
    told = scanned(tmp_path, "--baseline", "old.json", "a.py")
    assert "1 finding of it gone" in told.err


def test_waived_findings_are_counted(tmp_path: Path) -> None:
    a_file(tmp_path, "import groq  # affidavit: allow C104 -- r\n")
    told = scanned(tmp_path, "a.py")
    assert told.out == "1 file scanned, 1 waived: clean\n"


def test_the_cache_is_used_and_does_not_know_policies_or_days(tmp_path: Path) -> None:
    a_file(tmp_path, "from affidavit import OpenAI\nOpenAI(purpose='new.one')\n")
    written(tmp_path, SUPPORT)
    arguments = ("scan", "code", "--json", "--cache-dir", "kept", "a.py", "--policy")
    first = invoke(*arguments, "policy.yaml", cwd=tmp_path)
    assert (first.json["cached"], rules(first)) == (0, ["C203"])
    written(tmp_path, SUPPORT.replace("support.reply", "new.one"), name="other.yaml")
    second = invoke(*arguments, "other.yaml", cwd=tmp_path)
    assert (second.json["cached"], rules(second)) == (1, [])


def test_by_default_the_cache_is_the_users_own(tmp_path: Path) -> None:
    a_file(tmp_path)
    caches = {"XDG_CACHE_HOME": str(tmp_path / "caches")}
    invoke("scan", "code", "a.py", cwd=tmp_path, env=caches)
    assert (tmp_path / "caches" / "affidavit" / "code-scan.sqlite").exists()
    assert {each.name for each in tmp_path.iterdir()} == {"a.py", "caches"}


def test_gitignore_is_said_not_to_be_followed_without_git(tmp_path: Path) -> None:
    a_file(tmp_path, "x = 1\n")
    assert ".gitignore was not followed" in scanned(tmp_path, ".").err


def test_examples_and_the_sdk_pass_or_say_why_not() -> None:
    told: Any = scanned(ROOT, "--json", "examples").json
    assert (told["errors"], told["warnings"], told["waived"]) == (0, 0, 1)
    told = scanned(ROOT, "--json", "sdk/affidavit/clients", "sdk/affidavit/scan").json
    assert told["diagnostics"] == []
    assert told["waived"] == 7


@pytest.mark.soak
def test_the_whole_sdk_and_the_benchmarks_have_no_error() -> None:
    told = scanned(ROOT, "--json", "sdk", "examples").json
    assert [each for each in told["diagnostics"] if each["level"] == "error"] == []
    assert {each["rule"] for each in told["diagnostics"]} <= {"C106"}


def test_start_up_imports_neither_openai_nor_the_matcher(tmp_path: Path) -> None:
    a_file(tmp_path)
    told = program(
        *("scan", "code", "--no-cache", "a.py"),
        cwd=tmp_path,
        options=("-X", "importtime"),
    )
    heavy = (
        "openai",
        "ast_grep_py",
        "pydantic",
        "rich",
        "ruamel",
        "multiprocessing.pool",
    )
    imported = {line.rpartition("|")[2].strip() for line in told.err.splitlines()}
    assert told.code == 1
    assert imported.isdisjoint(heavy)


def test_every_rule_can_be_ignored_but_those_that_say_unjudged(tmp_path: Path) -> None:
    every = ",".join(rule.value for rule in Rule)
    a_file(tmp_path)
    assert scanned(tmp_path, "--ignore", every, "a.py").code == 0


@pytest.mark.parametrize("shape", ["text", "json", "github", "sarif"])
def test_a_key_is_printed_in_no_shape(shape: str, tmp_path: Path) -> None:
    key = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6kL9nP2rS5uX8"
    a_file(tmp_path, f"{STOCK}c = OpenAI(api_key='{key}', purpose='{key}')\n")
    told = scanned(tmp_path, "--format", shape, "a.py")
    assert told.code == 1
    assert "C301" in told.out
    assert key[3:20] not in told.out + told.err
