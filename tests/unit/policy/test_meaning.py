from pathlib import Path

import pytest

from affidavit.errors import PolicyInvalid
from affidavit.policy.loader import load
from support.policies import PACK, SUPPORT, only, refused, written

RULE = "  - {id: a, effect: deny, level: waivable, message: m, any: [{model: x}]}\n"
WAIVER = (
    "waivers:\n  - {rule: a, purpose: support.reply, approved_by: [dpo], ticket: T-1, "
    "expires: 2026-12-31}\n"
)


def test_a_rule_is_defined_once(tmp_path: Path) -> None:
    diagnostics = refused(tmp_path, f"rules:\n{RULE}{RULE}")
    assert only(diagnostics) == ("P023", 3, 10)
    assert f"{tmp_path}/policy.yaml:5" in diagnostics[0].message


def test_files_of_which_neither_extends_the_other_cannot_replace(
    tmp_path: Path,
) -> None:
    for name in ("one.yaml", "other.yaml"):
        written(tmp_path, f"{SUPPORT}rules:\n{RULE}", name=name)
    diagnostics = refused(tmp_path, "extends: [one.yaml, other.yaml]\n")
    assert [each.rule for each in diagnostics] == ["P023", "P023"]
    assert "one.yaml:5" in diagnostics[0].message


def test_a_waiver_is_for_a_rule_and_a_purpose_that_exist(tmp_path: Path) -> None:
    waiver = WAIVER.replace("rule: a", "rule: aa").replace("reply", "rply")
    rule, purpose = refused(tmp_path, f"{SUPPORT}rules:\n{RULE}{waiver}")
    assert (rule.rule, rule.help) == ("P030", "Did you mean a?")
    assert (purpose.rule, purpose.help) == ("P031", "Did you mean support.reply?")
    assert (rule.column, purpose.column) == (12, 25)


@pytest.mark.parametrize("level", ["hard", "advisory", "shadow"])
def test_only_a_waivable_rule_can_be_waived(tmp_path: Path, level: str) -> None:
    rule = RULE.replace("waivable", level)
    diagnostics = refused(tmp_path, f"{SUPPORT}rules:\n{rule}{WAIVER}")
    assert only(diagnostics) == ("P032", 9, 12)


def test_a_hard_rule_of_a_pack_cannot_be_waived(tmp_path: Path) -> None:
    rule = RULE.replace("waivable", "hard")
    (tmp_path / "terms.yaml").write_text(f"{PACK}rules:\n{rule}")
    body = f"extends: [pack:terms]\n{SUPPORT}{WAIVER}"
    with pytest.raises(PolicyInvalid, match="cannot be waived"):
        load(written(tmp_path, body), packs=tmp_path)


def test_a_rule_for_a_misspelt_purpose_is_refused(tmp_path: Path) -> None:
    rule = RULE.replace("{model: x}", "{purpose: [suport.reply, 'crm.*']}")
    diagnostics = refused(tmp_path, f"{SUPPORT}rules:\n{rule}")
    assert only(diagnostics) == ("P031", 7, 73)
    assert diagnostics[0].help == "Did you mean support.reply?"


@pytest.mark.parametrize("mode", ["mode: enforce\n", ""])
def test_what_is_extended_cannot_be_observed_instead(mode: str, tmp_path: Path) -> None:
    written(tmp_path, mode, name="base.yaml")
    body = "mode: observe\nextends: [base.yaml]\n"
    (diagnostic,) = refused(tmp_path, body)
    assert (diagnostic.rule, diagnostic.path) == ("P024", str(tmp_path / "base.yaml"))


def test_a_pack_is_named_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(f"{PACK}rules:\n{RULE}")
    with pytest.raises(PolicyInvalid, match=r"named terms and its file other\.yaml"):
        load(written(tmp_path, "extends: [pack:other]\n"), packs=tmp_path)


@pytest.mark.parametrize(
    ("condition", "told", "helped"),
    [
        (
            'finding: {dataset_generaton: ">= 0.8"}',
            "no detector reports 'dataset_generaton'",
            "Did you mean dataset_generation",
        ),
        ("activity: [self_instruct, zzz]", "reports 'zzz'", "Known: "),
        ("activity: 'self_instuct*'", "'self_instuct*'", "Did you mean self_instruct"),
        (
            'finding: {"dataset_*": "> 0"}',
            "reports 'dataset_*'",
            "Did you mean dataset_",
        ),
    ],
)
def test_a_rule_for_what_no_detector_reports_would_never_match_and_is_refused(
    tmp_path: Path, condition: str, told: str, helped: str
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "apiVersion: affidavit/v1\n"
        "kind: Policy\n"
        "name: p\n"
        "purposes:\n"
        '  a: {owner: x, models: ["*"], endpoints: ["*"]}\n'
        "rules:\n"
        "  - id: r\n"
        "    effect: deny\n"
        "    message: m\n"
        "    any:\n"
        f"      - {condition}\n"
    )

    with pytest.raises(PolicyInvalid) as caught:
        load(path)

    (rule,) = caught.value.diagnostics
    assert (rule.rule, rule.line) == ("P033", 11)
    assert told in rule.message
    assert helped in (rule.help or "")


@pytest.mark.parametrize(
    ("pattern", "helped"),
    [
        ("files", "Did you mean files.create?"),
        ("embedings", "Did you mean embeddings"),
        ("respones*", "Did you mean responses"),
        ("zzz", "as the SDK does"),
        ("responses.create", "Did you mean responses?"),
        ("othr:POST /x", "other:<METHOD> <path>"),
    ],
)
def test_an_endpoint_that_no_call_has_is_refused_in_purposes_and_in_rules(
    tmp_path: Path, pattern: str, helped: str
) -> None:
    body = SUPPORT.replace("chat.completions", f"'{pattern}'")
    rule = RULE.replace("{model: x}", f"{{endpoint: '{pattern}'}}")
    in_purpose, in_rule = refused(tmp_path, f"{body}rules:\n{rule}")
    assert (in_purpose.rule, in_purpose.line, in_purpose.column) == ("P034", 8, 28)
    assert (in_rule.rule, in_rule.line) == ("P034", 10)
    assert helped in (in_purpose.help or "")
    assert helped in (in_rule.help or "")


@pytest.mark.parametrize(
    "pattern",
    ["*", "RESPONSES", "chat.*", "realtime*", "live.connect", "other:POST /x", "*:*"],
)
def test_an_endpoint_that_a_call_can_have_is_no_problem(
    tmp_path: Path, pattern: str
) -> None:
    rule = RULE.replace("{model: x}", f"{{endpoint: '{pattern}'}}")
    load(written(tmp_path, f"{SUPPORT}rules:\n{rule}"))
