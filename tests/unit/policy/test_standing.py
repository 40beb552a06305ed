from pathlib import Path

import pytest
from pydantic import BaseModel

from affidavit.policy import standing
from affidavit.policy.budget_model import Budget, Obligations, Price
from affidavit.policy.model import Approval, PolicyFile, Purpose, Rule, Waiver
from affidavit.policy.sides import side
from affidavit.policy.standing import CONDITIONS, Fields, Kind, Part
from support.policies import SUPPORT, written

RULE = "  - {id: r, effect: deny, message: m, any: [{model: gpt-4}]}\n"


def standing_of(directory: Path, body: str) -> dict[Part, Fields]:
    return dict(side(written(directory, body)).standing)


def test_what_is_said_of_a_purpose_is_who_owns_it_and_what_it_declares(
    tmp_path: Path,
) -> None:
    body = SUPPORT + (
        "    data: [b, a]\n    final: [models]\n"
        "    approval: {by: [Ana@x.example], ticket: T-1, date: 2026-01-02}\n"
        "    trains_model: {kind: classifier, distributed: false}\n"
    )

    assert {
        name: said
        for name, said in standing_of(tmp_path, body)[
            Part(Kind.PURPOSE, "support.reply")
        ].items()
        if said
    } == {
        "owner": "support@acme.example",
        "data": "a, b",
        "final": "models",
        "approved by": "ana@x.example",
        "approval's ticket": "T-1",
        "approved on": "2026-01-02",
        "trains_model": "kind classifier, distributed false, within_provider false",
    }


def test_a_rule_is_final_if_any_file_that_writes_it_says_so(tmp_path: Path) -> None:
    upper = "rules:\n" + RULE.replace("message", "final: true, message")
    written(tmp_path, upper, name="upper.yaml")
    body = "extends: [upper.yaml]\n" + SUPPORT + "rules:\n" + RULE
    rule = standing_of(tmp_path, body)[Part(Kind.RULE, "r")]

    assert (rule["effect"], rule["level"], rule["final"]) == ("deny", "hard", "true")
    assert rule["waivable_below"] == ""


def test_owners_and_final_are_said_of_the_file_that_says_them(tmp_path: Path) -> None:
    upper = "owners: {'*': [Ben@x, ana@x]}\nfinal: [purposes]\n"
    written(tmp_path, upper + SUPPORT, name="team/upper.yaml")
    body = "extends: [team/upper.yaml]\nowners: {legal@x: [c@x]}\n"
    found = standing_of(tmp_path, body)

    assert found[Part(Kind.POLICY)] == {"owners, legal@x": "c@x", "final": ""}
    assert found[Part(Kind.FILE, "team/upper.yaml")] == {
        "owners, *": "ana@x, ben@x",
        "final": "purposes",
    }


def test_a_pack_is_one_part_and_its_rules_none(tmp_path: Path) -> None:
    found = standing_of(tmp_path, "extends: ['pack:baseline']\n" + SUPPORT)

    assert Part(Kind.PACK, "baseline") in found
    assert not any(part.kind is Kind.RULE for part in found)


def conditions(directory: Path, said: str) -> str:
    rules = "rules:\n" + RULE.replace("effect: deny", said)
    return standing_of(directory, SUPPORT + rules)[Part(Kind.RULE, "r")][CONDITIONS]


@pytest.mark.parametrize(
    "said",
    ["effect: warn", "effect: deny, level: shadow", "effect: deny, level: advisory"],
)
def test_conditions_are_held_of_rules_that_only_speak(
    said: str, tmp_path: Path
) -> None:
    assert "gpt-4" in conditions(tmp_path, said)


@pytest.mark.parametrize(
    "said", ["effect: deny", "effect: allow", "effect: warn, obligations: {n: 1}"]
)
def test_conditions_are_not_held_of_rules_that_calls_are_gone_through_for(
    said: str, tmp_path: Path
) -> None:
    assert conditions(tmp_path, said) == ""


def test_waivers_of_one_ticket_are_told_apart(tmp_path: Path) -> None:
    one = (
        "  - {rule: r, purpose: support.reply, approved_by: [d], ticket: T, "
        "expires: 2026-01-01}\n"
    )
    rules = "rules:\n" + RULE.replace("message", "level: waivable, message")
    found = standing_of(tmp_path, SUPPORT + rules + "waivers:\n" + one + one)

    assert [str(part) for part in found if part.kind is Kind.WAIVER] == [
        "waiver of r for support.reply (T)",
        "waiver of r for support.reply (T) #2",
    ]


def test_names_with_commas_do_not_read_as_two(tmp_path: Path) -> None:
    one = standing_of(tmp_path, SUPPORT + "    data: ['a, b']\n")
    two = standing_of(tmp_path, SUPPORT + "    data: [a, b]\n")

    assert one != two


def test_the_same_policy_elsewhere_says_the_same(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        written(tmp_path / folder, SUPPORT, name="upper.yaml")
    body = "extends: [upper.yaml]\n"
    places = [
        written(tmp_path / folder, body, name=f"{folder}.yaml")
        for folder in ("one", "two")
    ]

    assert side(places[0]).standing == side(places[1]).standing


DECIDED = {
    PolicyFile: {"origins", "purposes", "rules", "waivers"},
    Purpose: {"models", "endpoints", "expires"},
    Rule: {"any_of", "all_of", "none_of"},
    Waiver: {"rule", "purpose"},
}
"""What calls show (`diff`, `obliged`), or what a part is called."""
COUNTED = {
    PolicyFile: {"name", "mode", "require_signature", "prices"},
    Purpose: {"budget", "obligations"},
    Rule: {"obligations"},
    Budget: set(Budget.model_fields),
    Obligations: set(Obligations.model_fields),
    Price: set(Price.model_fields),
}
"""What `beside` compares by itself, with `budgets.Budget` and `repriced`."""
STANDING = {
    PolicyFile: {"extends", "owners", "final"},
    Purpose: {*standing.PURPOSE_FIELDS, "approval"},
    Rule: {*standing.RULE_FIELDS, "final", "waivable_below"},
    Waiver: {"approved_by", "ticket", "expires"},
    Approval: set(Approval.model_fields),
}
WORDS = {
    PolicyFile: {"api_version", "kind"},
    Purpose: {"description"},
    Rule: {"id", "message", "remedy"},
}
"""What people read, and what never differs."""


@pytest.mark.parametrize("part", list(DECIDED | COUNTED | STANDING))
def test_every_field_of_a_policy_is_compared_or_words(part: type[BaseModel]) -> None:
    named = [each.get(part, set()) for each in (DECIDED, COUNTED, STANDING, WORDS)]

    assert set().union(*named) == set(part.model_fields)
    assert sum(map(len, named)) == len(part.model_fields)
