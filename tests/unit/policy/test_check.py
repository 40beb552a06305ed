from datetime import date
from pathlib import Path

import pytest

from affidavit.errors import Diagnostic, PolicyNotFound
from affidavit.policy.check import check
from support.policies import PACK, POLICIES, SUPPORT, only, written

TODAY = date(2026, 11, 22)
RULE = (
    "rules:\n  - {id: r, effect: deny, level: waivable, message: m, "
    "any: [{model: x, purpose: 'support.*'}]}\n"
)


def waiver(purpose: str = "support.reply", expires: str = "2026-12-31") -> str:
    return (
        f"  - {{rule: r, purpose: {purpose}, approved_by: [x], ticket: T, "
        f"expires: {expires}}}\n"
    )


def said(
    directory: Path, body: str, *, today: date = TODAY, packs: Path | None = None
) -> tuple[Diagnostic, ...]:
    return check(written(directory, body), today=today, packs=packs)


def test_a_policy_in_order_has_nothing_said_about_it(tmp_path: Path) -> None:
    body = f"{SUPPORT}{RULE}waivers:\n{waiver()}"
    assert said(tmp_path, body) == ()


def test_the_shipped_files_have_nothing_said_about_them() -> None:
    for file in POLICIES.glob("*.yaml"):
        found = {each.rule for each in check(file, today=TODAY)}
        assert found <= {"P106"}, file.name  # an unconfirmed clause says so itself


def test_an_expired_waiver_is_shown_where_its_date_stands(tmp_path: Path) -> None:
    body = f"{SUPPORT}{RULE}waivers:\n{waiver()}"
    assert said(tmp_path, body, today=date(2026, 12, 31)) == ()
    found = said(tmp_path, body, today=date(2027, 1, 1))
    assert only(found) == ("P101", 9, 77)
    assert found[0].level == "warning"


def test_an_expired_purpose_is_shown_where_its_date_stands(tmp_path: Path) -> None:
    found = said(tmp_path, f"{SUPPORT}    expires: 2026-11-21\n")
    assert only(found) == ("P102", 6, 14)


def test_a_purpose_that_nobody_owns_is_shown(tmp_path: Path) -> None:
    body = "purposes:\n  a.b: {models: ['*'], endpoints: ['*']}\n"
    assert only(said(tmp_path, body)) == ("P104", 2, 3)


@pytest.mark.parametrize(
    "condition",
    ["{model: x, purpose: 'crm.*'}", "{model: x, purpose: ['crm.*', 'crm.s*']}"],
)
def test_a_waiver_that_its_rule_never_needs_is_shown(
    tmp_path: Path, condition: str
) -> None:
    rule = RULE.replace("{model: x, purpose: 'support.*'}", condition)
    crm = "  crm.sync: {owner: x, models: ['*'], endpoints: ['*']}\n"
    found = said(tmp_path, f"{SUPPORT}{crm}{rule}waivers:\n{waiver()}")
    assert only(found) == ("P105", 10, 5)


def test_a_second_waiver_for_the_same_is_shown(tmp_path: Path) -> None:
    found = said(tmp_path, f"{SUPPORT}{RULE}waivers:\n{waiver()}{waiver()}")
    assert only(found) == ("P105", 10, 5)


PACKED = "rules:\n  - {id: p, effect: deny, message: m, any: [{model: x}]}\n"


@pytest.mark.parametrize(
    ("today", "codes"), [(date(2027, 4, 30), []), (date(2027, 5, 1), ["P103"])]
)
def test_a_pack_is_stale_after_180_days(
    tmp_path: Path, today: date, codes: list[str]
) -> None:
    (tmp_path / "terms.yaml").write_text(PACK + PACKED)
    found = said(tmp_path, "extends: [pack:terms]\n", today=today, packs=tmp_path)
    assert [d.rule for d in found] == codes
    # At the entry that names the pack, or in the pack when that is what is checked.
    assert [(d.line, d.column) for d in found] == [(4, 11)] * len(codes)
    itself = check(tmp_path / "terms.yaml", today=today)
    assert [(d.rule, d.line) for d in itself] == [(code, 6) for code in codes]


def test_an_unconfirmed_clause_is_shown(tmp_path: Path) -> None:
    text = PACK + PACKED.replace("message: m", "message: m, review: true")
    (tmp_path / "terms.yaml").write_text(text)
    found = said(tmp_path, "extends: [pack:terms]\n", packs=tmp_path)
    assert only(found) == ("P106", 1, 11)
    assert [d.rule for d in check(tmp_path / "terms.yaml", today=TODAY)] == ["P106"]


def test_errors_and_warnings_come_together_by_position(tmp_path: Path) -> None:
    rule = PACKED.removeprefix("rules:\n")
    body = f"purposes:\n  a.b: {{}}\nrules:\n{rule}{rule}"
    found = said(tmp_path, body)
    assert [(d.level, d.rule) for d in found] == [
        ("warning", "P104"),
        ("error", "P023"),
    ]


def test_a_policy_that_cannot_be_read_is_said_and_not_raised(tmp_path: Path) -> None:
    assert only(said(tmp_path, "a: [\n")) == ("P001", 2, 1)


def test_no_policy_is_no_clean_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyNotFound):
        check(tmp_path, today=TODAY)
