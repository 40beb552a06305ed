from pathlib import Path

from affidavit.attest.contract_schema import checks
from support.cli import invoke
from support.handed import CONTRACT


def test_what_is_wrong_is_told_in_order_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        CONTRACT.replace("enforced: {}", "enforst: {}") + "clawses: []\n"
    )
    told = invoke("contract", "check", "c.yaml", cwd=tmp_path)
    assert told.code == 1
    assert "- enforst: {}" in told.out
    assert "Did you mean enforced?" in told.out
    as_json = invoke("contract", "check", "c.yaml", "--json", cwd=tmp_path).json
    assert [each["line"] for each in as_json["diagnostics"]] == [12, 16]


def test_a_clean_one_is_clean_and_no_yaml_is_none(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONTRACT)
    assert invoke("contract", "check", "c.yaml", cwd=tmp_path).code == 0
    (tmp_path / "c.yaml").write_text("{")
    assert invoke("contract", "check", "c.yaml", cwd=tmp_path).code == 2
    assert invoke("contract", "check", "none.yaml", cwd=tmp_path).code == 2
    assert invoke("contract", "check", "--json", cwd=tmp_path).code == 2


def test_every_check_is_listed(tmp_path: Path) -> None:
    told = invoke("contract", "check", "--list", cwd=tmp_path)
    assert told.code == 0
    assert all(name in told.out for name, _ in checks())
