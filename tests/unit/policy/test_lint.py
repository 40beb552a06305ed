from datetime import date
from pathlib import Path

import pytest

from affidavit.policy import lint
from affidavit.policy.check import check
from support.policies import PACK, SUPPORT, written

TODAY = date(2026, 11, 22)


def rule(name: str, effect: str, conditions: str, *, level: str = "hard") -> str:
    return (
        f"  - {{id: {name}, effect: {effect}, level: {level}, message: m, "
        f"{conditions}}}\n"
    )


def said(directory: Path, body: str, packs: Path | None = None) -> list[str]:
    found = check(written(directory, body), today=TODAY, packs=packs)
    return [f"{each.rule} {each.message}" for each in found]


def codes(directory: Path, body: str, packs: Path | None = None) -> list[str]:
    return [each[:4] for each in said(directory, body, packs)]


GPT = 'any: [{model: "gpt-*"}]'
MINI = 'any: [{model: "gpt-5-mini"}]'


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("all: [{model: gpt-5}, {model: o1}]", ["P107"]),
        ("any: [{trains_model: {}}]", ["P107"]),
        ("any: [{purpose: support.reply, trains_model: {}}]", ["P107"]),
        ("any: [{trains_model: {}}, {model: o1}]", []),
        ("none: [{finding: {dataset_generation: '>= 0'}}]", ["P107"]),
        ("none: [{finding: {dataset_generation: '> 0'}}]", []),
    ],
)
def test_a_rule_that_nothing_can_match_is_unreachable(
    tmp_path: Path, conditions: str, expected: list[str]
) -> None:
    body = f"{SUPPORT}rules:\n{rule('r', 'deny', conditions)}"
    assert codes(tmp_path, body) == expected


def test_rules_of_an_extended_layer_may_serve_other_purposes(tmp_path: Path) -> None:
    base = "rules:\n" + rule("base", "deny", "any: [{purpose: 'crm.*'}]")
    written(tmp_path, base, name="base.yaml")
    assert codes(tmp_path, f"extends: [base.yaml]\n{SUPPORT}") == []
    assert codes(tmp_path, SUPPORT + base) == ["P107", "P112"]


def test_rules_of_an_extended_pack_are_not_its_users_to_edit(tmp_path: Path) -> None:
    packed = "rules:\n" + rule("p", "deny", "any: [{trains_model: {}}]")
    (tmp_path / "terms.yaml").write_text(PACK + packed)
    body = f"extends: [pack:terms]\n{SUPPORT}"
    assert codes(tmp_path, body, tmp_path) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("deny", GPT), ("deny", MINI), ["P108"]),
        (("deny", MINI), ("deny", GPT), ["P108"]),
        (("deny", GPT), ("deny", GPT), ["P108"]),
        (("deny", GPT), ("review", MINI), ["P108"]),
        (("allow", GPT), ("allow", MINI), ["P108"]),
        (("review", GPT), ("deny", MINI), []),
        (("allow", GPT), ("deny", MINI), []),
        (("warn", GPT), ("warn", MINI), []),
        (("deny", GPT), ("warn", MINI), []),
        (("deny", GPT), ("allow", MINI), ["P109"]),
        (("review", GPT), ("allow", MINI), ["P109"]),
    ],
)
def test_a_rule_that_another_always_decides_is_shadowed_or_contradicted(
    tmp_path: Path,
    first: tuple[str, str],
    second: tuple[str, str],
    expected: list[str],
) -> None:
    rules = rule("one", *first) + rule("two", *second)
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}") == expected


def test_of_two_equal_rules_the_later_is_named(tmp_path: Path) -> None:
    rules = rule("one", "deny", MINI) + rule("two", "deny", MINI)
    (told,) = said(tmp_path, f"{SUPPORT}rules:\n{rules}")
    assert "rule two decides nothing: one at " in told


@pytest.mark.parametrize("level", ["waivable", "advisory", "shadow"])
def test_a_rule_that_can_be_set_aside_shadows_nothing(
    tmp_path: Path, level: str
) -> None:
    rules = rule("one", "deny", GPT, level=level) + rule("two", "deny", MINI)
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}") == []
    tried = rule("one", "deny", GPT) + rule("two", "deny", MINI, level="shadow")
    assert codes(tmp_path, f"{SUPPORT}rules:\n{tried}") == []


@pytest.mark.parametrize(("provider", "expected"), [("any", ["P108"]), ("openai", [])])
def test_a_pack_shadows_only_where_its_terms_always_apply(
    tmp_path: Path, provider: str, expected: list[str]
) -> None:
    text = PACK.replace("provider: openai", f"provider: {provider}")
    (tmp_path / "terms.yaml").write_text(f"{text}rules:\n{rule('p', 'deny', GPT)}")
    body = f"extends: [pack:terms]\n{SUPPORT}rules:\n{rule('r', 'deny', MINI)}"
    assert codes(tmp_path, body, tmp_path) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 == 1", ["P114"]),
        ("false", ["P107", "P114"]),
        ("request.model == 'x'", []),
    ],
)
def test_an_expression_that_no_call_changes_is_told(
    tmp_path: Path, expression: str, expected: list[str]
) -> None:
    condition = f'any: [{{when: "{expression}"}}]'
    body = f"{SUPPORT}rules:\n{rule('r', 'warn', condition)}"
    assert set(codes(tmp_path, body)) - {"P107"} == set(expected) - {"P107"}


def test_policies_of_very_many_rules_are_not_held_rule_against_rule(
    tmp_path: Path,
) -> None:
    number = int(lint.MOST_PAIRS**0.5) + 1
    rules = "".join(rule(f"r{i}", "deny", MINI) for i in range(number))
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}") == []


def test_layers_that_leave_no_origin_contradict(tmp_path: Path) -> None:
    written(tmp_path, "origins: [https://api.openai.com]\n", name="base.yaml")
    other = "origins: [https://eu.api.openai.com]\n"
    body = f"extends: [base.yaml]\n{SUPPORT}"
    (told,) = said(tmp_path, body + other)
    assert told.startswith("P109 no origin is in this list")
    assert codes(tmp_path, f"{body}origins: [https://api.openai.com]\n") == []


@pytest.mark.parametrize(
    ("expires", "expected"), [("2027-11-23", []), ("2027-11-24", ["P110"])]
)
def test_a_waiver_may_run_for_366_days(
    tmp_path: Path, expires: str, expected: list[str]
) -> None:
    waiver = (
        "waivers:\n  - {rule: r, purpose: support.reply, approved_by: [x], "
        f"ticket: T, expires: {expires}}}\n"
    )
    rules = rule("r", "deny", MINI, level="waivable")
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}{waiver}") == expected


OPEN = SUPPORT.replace("    endpoints: [responses, chat.completions]\n", "")
TRAINS = "    trains_model: {kind: reward, distributed: false}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (OPEN, ["P113"]),
        (OPEN + "rules:\n" + rule("r", "allow", GPT), []),
        (OPEN + "rules:\n" + rule("r", "allow", GPT, level="shadow"), ["P113"]),
        (
            SUPPORT
            + TRAINS
            + "rules:\n"
            + rule("r", "deny", "any: [{trains_model: {}}]"),
            ["P113"],
        ),
        (
            SUPPORT
            + TRAINS
            + "rules:\n"
            + rule("r", "review", "any: [{trains_model: {}}]"),
            [],
        ),
        (
            SUPPORT
            + TRAINS
            + "rules:\n"
            + rule("r", "deny", "all: [{trains_model: {}}, {model: gpt-5}]"),
            [],
        ),
        (OPEN + "    expires: 2026-01-01\n", ["P102"]),
    ],
)
def test_a_purpose_that_permits_nothing_is_unused(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    assert codes(tmp_path, body) == expected


def test_a_waived_prohibition_leaves_its_purpose_in_use(tmp_path: Path) -> None:
    rules = rule("r", "deny", "any: [{purpose: support.reply}]", level="waivable")
    waiver = (
        "waivers:\n  - {rule: r, purpose: support.reply, approved_by: [x], "
        "ticket: T, expires: 2027-01-01}\n"
    )
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}") == ["P113"]
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}{waiver}") == []


def test_habits_wait_until_there_are_no_errors(tmp_path: Path) -> None:
    rules = rule("r", "deny", MINI) + rule("r", "deny", MINI)
    assert codes(tmp_path, f"{SUPPORT}rules:\n{rules}") == ["P023"]
