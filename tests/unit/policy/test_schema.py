import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from affidavit.policy.diagnose import validated
from affidavit.policy.model import PackFile, PolicyFile
from affidavit.policy.report import Report
from affidavit.policy.schema import FILE, schema, text
from affidavit.policy.source import parse, plain
from support.policies import HEAD, PACK, POLICIES, SUPPORT

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(POLICIES.rglob("*.yaml"))
JUDGE = Draft202012Validator(schema(), format_checker=FormatChecker())
RULE = "rules:\n  - {id: r, effect: deny, message: m, any: [{model: x}]}\n"


def values(document: str) -> Any:
    report = Report("")
    root = parse(document.encode(), report)
    assert root is not None, report.found
    return plain(root)


def accepted(document: str) -> bool:
    report = Report("")
    root = parse(document.encode(), report)
    assert root is not None, report.found
    model = PackFile if "kind: Pack" in document else PolicyFile
    return validated(model, root, report) is not None


def test_the_schema_is_valid_and_published_as_it_is_made() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(text()) == schema()
    published = (ROOT / FILE).read_text(encoding="utf-8")
    assert published == text(), f"affidavit policy schema > {FILE}"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_shipped_files_are_valid_and_say_where_the_schema_is(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    JUDGE.validate(values(content))
    place = os.path.relpath(ROOT / FILE, file.parent)
    assert content.startswith(f"# yaml-language-server: $schema={place}\n")


BAD = [
    HEAD + "modle: x\n",
    HEAD.replace("affidavit/v1", "affidavit/v2"),
    HEAD.replace("kind: Policy\n", ""),
    HEAD.replace("kind: Policy", "kind: Rules"),
    HEAD + "mode: off\n",
    HEAD + "extends: []\n",
    HEAD + "extends: pack:terms\n",
    HEAD + "purposes: {}\n",
    HEAD + "purposes: {Upper: {}}\n",
    HEAD + SUPPORT + "    expires: 2027-13-01\n",
    HEAD + SUPPORT + "    expires: tomorrow\n",
    HEAD + SUPPORT + "    description: 7\n",
    HEAD + SUPPORT + "    trains_model: {kind: classifier}\n",
    HEAD + SUPPORT + "    trains_model: {kind: model, distributed: true}\n",
    HEAD + RULE.replace("message: m, ", ""),
    HEAD + RULE.replace("effect: deny", "effect: forbid"),
    HEAD + RULE.replace("id: r", "id: R_1"),
    HEAD + RULE.replace("any: [{model: x}]", "any: []"),
    HEAD + RULE.replace(", any: [{model: x}]", ""),
    HEAD + RULE.replace("{model: x}", "{}"),
    HEAD + RULE.replace("{model: x}", "{provider: nobody}"),
    HEAD + RULE.replace("{model: x}", "{parameter: {n: 0.5}}"),
    HEAD + RULE.replace("{model: x}", "{finding: {a: high}}"),
    HEAD + RULE.replace("{model: x}", "{safety_id: true}"),
    HEAD + RULE.replace("message: m", "message: m, review: true"),
    HEAD + "waivers:\n  - {rule: r, purpose: a.b, ticket: T, expires: 2027-01-01}\n",
    PACK,
    PACK + RULE.replace("message: m", "message: m, review: often"),
    PACK.replace("2026-11-01", "lately") + RULE,
    PACK + RULE + "waivers: []\n",
]


@pytest.mark.parametrize("document", BAD)
def test_what_the_check_refuses_in_one_file_the_schema_refuses(document: str) -> None:
    assert not accepted(document)
    with pytest.raises(ValidationError):
        JUDGE.validate(values(document))


@pytest.mark.parametrize(
    "document",
    [
        HEAD,
        HEAD + SUPPORT + RULE,
        HEAD + SUPPORT + "    expires: 2027-12-31\n",
        HEAD + RULE.replace("{model: x}", "{model: [x, y], parameter: {n: '> 1'}}"),
        HEAD + RULE.replace("{model: x}", "{trains_model: {}, parameter: {n: 4}}"),
        PACK + RULE.replace("message: m", "message: m, review: true"),
    ],
)
def test_what_the_check_accepts_the_schema_accepts(document: str) -> None:
    assert accepted(document)
    JUDGE.validate(values(document))


def parts() -> list[Any]:
    return [
        pytest.param(part, key, id=f"{name}.{key}")
        for name, part in schema()["$defs"].items()
        for key in part.get("properties", {})
    ]


@pytest.mark.parametrize(("part", "key"), parts())
def test_every_field_says_what_it_is_for_and_shows_a_valid_example(
    part: dict[str, Any], key: str
) -> None:
    field = part["properties"][key]
    assert len(field["description"]) > 10
    (example,) = field["examples"]
    judge = Draft202012Validator({**field, "$defs": schema()["$defs"]})
    judge.validate(example)
    with pytest.raises(ValidationError):
        judge.validate(None)
