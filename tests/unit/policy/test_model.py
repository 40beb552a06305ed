import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from affidavit.policy import model
from affidavit.policy.check import check
from affidavit.policy.in_force import Level, RuleEffect
from affidavit.policy.part import Part

RULE = {"id": "a", "effect": "deny", "message": "m", "any": [{"model": "gpt-4*"}]}


def rule(**changes: object) -> model.Rule:
    return model.Rule.model_validate_json(json.dumps(RULE | changes))


def test_a_rule_is_hard_unless_it_says_otherwise() -> None:
    assert rule().level is Level.HARD
    assert rule().effect is RuleEffect.DENY


def test_one_name_stands_for_a_list_of_one() -> None:
    one = rule(any=[{"provider": "azure", "trains_model": {"kind": "other"}}])
    many = rule(any=[{"provider": ["azure"], "trains_model": {"kind": ["other"]}}])
    assert one == many


def test_comparisons_have_one_spelling() -> None:
    written = rule(any=[{"finding": {"x": ">=0.80"}, "parameter": {"n": ">  1.0"}}])
    assert written.any_of is not None
    assert written.any_of[0].finding == {"x": ">= 0.8"}
    assert written.any_of[0].parameter == {"n": "> 1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"any": []},
        {"any": [{}]},
        {"any": None},
        {"all": [{"purpose": []}]},
        {"all": [{"finding": {}}]},
        {"all": [{"finding": {"x": ">= 80"}}]},
        {"all": [{"finding": {"x": 0.8}}]},
        {"all": [{"finding": {"x\n": "> 0"}}]},
        {"all": [{"parameter": {"n": 0.5}}]},
        {"all": [{"parameter": {"n": "=> 1"}}]},
        {"all": [{"provider": "opneai"}]},
        {"all": [{"provider": "llama"}]},  # a licence, and nobody who answers
        {"all": [{"safety_id": True}]},
        {"all": [{"when": ""}]},
        {"waivable_below": True},
        {"waivable_below": True, "final": True},
        {"final": "yes"},
        {"id": "Not-This"},
        {"id": "purpose.unknown"},
        {"effect": "allow", "level": "waivable"},
        {"effect": "warn", "level": "waivable"},
        {"effect": "allow", "level": "advisory"},
        {"message": ""},
        {"review": True},
        {"budget": {"requests": "5/day"}},
    ],
)
def test_a_rule_that_would_not_do_what_it_says_is_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        rule(**changes)


@pytest.mark.parametrize("name", ["Support", "a b", "", ".a", "a" * 129])
def test_a_purpose_that_no_call_could_declare_is_refused(name: str) -> None:
    policy = {"apiVersion": "affidavit/v1", "kind": "Policy", "name": "x"}
    with pytest.raises(ValidationError):
        model.PolicyFile.model_validate_json(
            json.dumps(policy | {"purposes": {name: {}}})
        )


def parts() -> Iterator[type[BaseModel]]:
    waiting: list[type[BaseModel]] = [Part]
    while waiting:
        part = waiting.pop()
        waiting += part.__subclasses__()
        if part.__module__.startswith("affidavit.policy"):  # others have other guides
            yield part


def test_every_field_is_described_for_a_schema() -> None:
    for part in parts():
        assert part.__doc__
        for name, field in part.model_fields.items():
            assert field.description, f"{part.__name__}.{name}"


def test_a_schema_can_be_made_of_both_kinds_of_file() -> None:
    for kind in (model.PolicyFile, model.PackFile):
        schema = kind.model_json_schema()
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) >= {"apiVersion", "kind", "name"}


DOCUMENTATION = Path(__file__).parents[3] / "docs" / "policy.md"
OF_CASES = DOCUMENTATION.with_name("policy-test.md")


def test_every_field_is_documented() -> None:
    policies, cases = DOCUMENTATION.read_text("utf-8"), OF_CASES.read_text("utf-8")
    for part in parts():
        text = cases if part.__module__ == "affidavit.policy.cases" else policies
        for name, field in part.model_fields.items():
            assert f"`{field.alias or name}`" in text, f"{part.__name__}.{name}"


def test_the_documented_example_is_a_policy(tmp_path: Path) -> None:
    text = DOCUMENTATION.read_text("utf-8")
    file = tmp_path / "policy.yaml"
    file.write_text(text.split("```yaml\n")[1].split("```")[0])
    assert check(file, today=date(2026, 11, 22)) == ()
