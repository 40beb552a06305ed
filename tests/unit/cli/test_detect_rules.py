from pathlib import Path

from affidavit.detect.rules import RULES
from support.cli import invoke


def test_every_rule_is_listed(tmp_path: Path) -> None:
    told = invoke("detect", "rules", cwd=tmp_path)

    assert told.code == 0
    assert all(rule.id in told.out for rule in RULES)


def test_one_rule_is_explained_with_its_cases(tmp_path: Path) -> None:
    told = invoke("detect", "rules", "dg001", cwd=tmp_path)

    assert told.code == 0
    rule = RULES[0]
    assert rule.because in told.out
    assert all(case in told.out for case in (*rule.matches, *rule.ignores))


def test_rules_of_one_activity(tmp_path: Path) -> None:
    told = invoke("detect", "rules", "--activity", "any", "--json", cwd=tmp_path)

    assert [rule["id"] for rule in told.json] == ["DG090", "DG091", "DG092"]
    assert {rule["activity"] for rule in told.json} == {None}


def test_an_unknown_rule_or_activity_is_a_usage_error(tmp_path: Path) -> None:
    near = invoke("detect", "rules", "DG0O1", cwd=tmp_path)
    far = invoke("detect", "rules", "nothing", cwd=tmp_path)
    none = invoke("detect", "rules", "--activity", "magic", cwd=tmp_path)

    assert (near.code, far.code, none.code) == (2, 2, 2)
    assert "Did you mean DG0" in near.err
    assert "affidavit detect rules" in far.err
    assert "self_instruct" in none.err


def test_a_sign_that_a_finding_names_is_explained(tmp_path: Path) -> None:
    told = invoke("detect", "rules", "sg065", cwd=tmp_path)
    data = invoke("detect", "rules", "SG065", "--json", cwd=tmp_path)

    assert told.code == 0
    assert told.out.startswith("SG065: Training data, samples or a data set")
    assert data.json[0]["id"] == "SG065"
