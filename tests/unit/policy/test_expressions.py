from pathlib import Path

import pytest

from affidavit.policy import expressions
from support.policies import HEAD, SUPPORT, in_force, only, refused, written

RULE = "  - {{id: r{0}, effect: deny, message: m, any: [{{when: {1}}}]}}\n"


def rules(*whens: str) -> str:
    listed = "".join(RULE.format(n, when) for n, when in enumerate(whens))
    return f"{SUPPORT}rules:\n{listed}"


@pytest.mark.parametrize(
    ("when", "column"),
    [
        ("request.modle == 1", 53),
        ("'true || request.modle == 1'", 62),
        ('"true || request.modle == 1"', 62),
    ],
)
def test_an_error_is_shown_at_the_very_character(
    tmp_path: Path, when: str, column: int
) -> None:
    assert only(refused(tmp_path, rules(when))) == ("P035", 7, column)


def test_an_error_in_a_block_is_shown_on_its_line(tmp_path: Path) -> None:
    body = (
        f"{SUPPORT}rules:\n  - id: r\n    effect: deny\n    message: m\n    any:\n"
        "      - when: >-\n          request.model == 'x'\n"
        "          && activites == []\n"
    )
    assert only(refused(tmp_path, body)) == ("P035", 13, 14)


@pytest.mark.parametrize(
    ("when", "column"),
    [
        ("purpose.name == 'suport.reply'", 70),
        ("purpose.name in ['support.reply', 'suport.reply']", 88),
    ],
)
def test_an_expression_for_a_misspelt_purpose_is_refused(
    tmp_path: Path, when: str, column: int
) -> None:
    found = refused(tmp_path, rules(f'"{when}"'))
    assert only(found) == ("P031", 7, column)
    assert found[0].help == "Did you mean support.reply?"


def test_a_purpose_of_another_layer_none_and_parts_of_names_are_in_order(
    tmp_path: Path,
) -> None:
    crm = "purposes:\n  crm.sync: {owner: x, models: ['*'], endpoints: ['*']}\n"
    written(tmp_path, crm, name="base.yaml")
    names = "purpose.name == '' || purpose.name.startsWith('sup')"
    when = f"\"purpose.name == 'crm.sync' || {names}\""
    in_force(tmp_path, f"extends: [base.yaml]\n{rules(when)}")


def test_an_expression_of_a_pack_is_examined_too(tmp_path: Path) -> None:
    body = rules("request.host == 1")
    written(tmp_path, body, name="base.yaml")
    (found,) = refused(tmp_path, "extends: [base.yaml]\n")
    assert (found.rule, Path(found.path).name) == ("P035", "base.yaml")


def test_all_expressions_together_are_bounded(tmp_path: Path) -> None:
    long = "'" + " || ".join(["request.model == `x`".replace("`", '"')] * 70) + "'"
    count = expressions.MOST_CHARACTERS // len(long) + 2
    (found,) = refused(tmp_path, rules(*[long] * count))
    assert (found.rule, "40000 characters" in found.message) == ("P003", True)


def test_of_very_many_wrong_expressions_the_first_are_told(tmp_path: Path) -> None:
    found = refused(tmp_path, rules(*[f"'x{n} == 1'" for n in range(300)]))
    assert len(found) == expressions.MOST_WRONG
    assert HEAD.count("\n") < found[0].line < found[-1].line
