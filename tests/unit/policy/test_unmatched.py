from datetime import date
from pathlib import Path

import pytest

from affidavit.policy.check import check
from support.policies import SUPPORT, written

TODAY = date(2026, 11, 22)


def rule(name: str, effect: str, conditions: str, *, level: str = "hard") -> str:
    return (
        f"  - {{id: {name}, effect: {effect}, level: {level}, message: m, "
        f"{conditions}}}\n"
    )


def said(directory: Path, body: str) -> list[str]:
    found = check(written(directory, body), today=TODAY)
    return [f"{each.rule} {each.message}" for each in found]


def codes(directory: Path, body: str) -> list[str]:
    return [each[:4] for each in said(directory, body)]


@pytest.mark.parametrize(("model", "expected"), [("gtp-4", ["P111"]), ("gpt-4", [])])
def test_a_misspelt_model_is_told_in_a_rule_too(
    tmp_path: Path, model: str, expected: list[str]
) -> None:
    body = f"{SUPPORT}rules:\n{rule('r', 'deny', f'any: [{{model: {model}}}]')}"
    found = check(written(tmp_path, body), today=TODAY)
    assert [each.rule for each in found] == expected
    assert all(each.help == "Did you mean gpt-4?" for each in found)


@pytest.mark.parametrize(
    ("effect", "condition", "expected"),
    [
        ("allow", "{model: o1}", ["P112"]),
        ("allow", "{model: gpt-5-mini}", []),
        ("allow", "{endpoint: 'files.*'}", ["P112"]),
        ("deny", "{model: o1}", []),
        ("deny", "{model: o1, purpose: 'crm.*'}", ["P107", "P112"]),
    ],
)
def test_a_pattern_beyond_what_purposes_list_is_told(
    tmp_path: Path, effect: str, condition: str, expected: list[str]
) -> None:
    body = f"{SUPPORT}rules:\n{rule('r', effect, f'any: [{condition}]')}"
    assert codes(tmp_path, body) == expected


def test_a_layer_without_purposes_has_no_unmatched_patterns(tmp_path: Path) -> None:
    body = "rules:\n" + rule("r", "allow", "any: [{purpose: 'crm.*'}]")
    assert codes(tmp_path, body) == []


def budget(**counted: str) -> str:
    listed = "".join(f", {key}: ['{pattern}']" for key, pattern in counted.items())
    return f"    budget: {{requests: 5/day{listed}}}\n"


ANY_MODEL = SUPPORT.replace('["gpt-5*"]', '["*"]')
PRICES = "prices:\n  - {models: ['PATTERN'], input: 1, output: 1}\n"


@pytest.mark.parametrize(("model", "expected"), [("gtp-5*", ["P111"]), ("gpt-5*", [])])
def test_a_misspelt_model_is_told_in_a_budget_and_in_a_price(
    tmp_path: Path, model: str, expected: list[str]
) -> None:
    assert codes(tmp_path, ANY_MODEL + budget(models=model)) == expected
    priced = SUPPORT + PRICES.replace("PATTERN", model)
    assert codes(tmp_path, priced) == expected


NO_MODELS = SUPPORT.replace('    models: ["gpt-5*"]\n', "")
NO_ENDPOINTS = SUPPORT.replace("    endpoints: [responses, chat.completions]\n", "")
ALLOWED = "rules:\n" + rule("a", "allow", "any: [{model: 'gpt-*', endpoint: 'res*'}]")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NO_MODELS + budget(models="o1*") + ALLOWED, ["P112"]),
        (NO_MODELS + budget(models="*mini") + ALLOWED, []),
        (NO_MODELS + budget(models="gpt-5") + ALLOWED, []),
        (NO_MODELS + budget(endpoints="chat.*") + ALLOWED, []),
        (NO_ENDPOINTS + budget(endpoints="embeddings") + ALLOWED, ["P112"]),
        (NO_ENDPOINTS + budget(endpoints="responses") + ALLOWED, []),
        (NO_MODELS + budget(models="o1*"), ["P113"]),
        (
            NO_MODELS
            + budget(models="o1*")
            + ALLOWED
            + rule("b", "allow", "any: [{purpose: support.reply}]"),
            [],
        ),
        (
            NO_MODELS
            + budget(models="o1*")
            + ALLOWED
            + rule("b", "allow", "any: [{purpose: support.reply}]", level="shadow"),
            ["P112"],
        ),
        (
            NO_MODELS
            + budget(models="gpt-5")
            + ALLOWED.replace("}]}", "}], none: [{model: gpt-5}]}"),
            ["P112"],
        ),
    ],
)
def test_a_budget_for_what_no_rule_allows_is_told(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    assert [each for each in codes(tmp_path, body) if each != "P108"] == expected
