import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from affidavit.policy.case_schema import FILE, schema, text
from affidavit.policy.report import Report
from affidavit.policy.source import parse, plain

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(ROOT.joinpath("tests", "policies").rglob("*.test.yaml"))
JUDGE = Draft202012Validator(schema(), format_checker=FormatChecker())


def values(document: str) -> Any:
    report = Report("")
    root = parse(document.encode(), report)
    assert root is not None, report.found
    return plain(root)


def test_the_schema_is_valid_and_published_as_it_is_made() -> None:
    Draft202012Validator.check_schema(schema())
    published = (ROOT / FILE).read_text(encoding="utf-8")
    assert published == text(), f"affidavit policy schema --tests > {FILE}"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_our_own_cases_are_valid_and_say_where_the_schema_is(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    JUDGE.validate(values(content))
    place = os.path.relpath(ROOT / FILE, file.parent)
    assert content.startswith(f"# yaml-language-server: $schema={place}\n")


@pytest.mark.parametrize(
    "case",
    [
        "{name: a}",
        "{name: a, expect: {effect: maybe}}",
        "{name: a, expect: {effect: permit}, call: {modle: x}}",
        "{name: a, expect: {effect: permit}, at: tomorrow}",
        "{name: a, expect: {effect: permit}, call: {findings: [{kind: k, score: 2}]}}",
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(case: str) -> None:
    head = "apiVersion: affidavit/v1\nkind: PolicyTest\n"

    with pytest.raises(ValidationError):
        JUDGE.validate(values(f"{head}cases: [{case}]\n"))


def test_every_field_has_an_example_and_a_description() -> None:
    missing = [
        f"{name}.{key}"
        for name, part in schema()["$defs"].items()
        for key, field in part.get("properties", {}).items()
        if "description" not in field or "examples" not in field
    ]

    assert missing == []
