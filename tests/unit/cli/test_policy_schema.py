import json
from pathlib import Path

from affidavit.policy.schema import text
from support.cli import invoke, tree_digest


def test_the_schema_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    told = invoke("policy", "schema", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert told.out == text()
    assert json.loads(told.out)["$schema"].endswith("2020-12/schema")
    assert tree_digest(tmp_path) == {}


def test_a_new_policy_names_no_schema_that_is_not_there(tmp_path: Path) -> None:
    assert invoke("init", cwd=tmp_path).code == 0
    made = (tmp_path / "policies" / "policy.yaml").read_text()
    assert "$schema" not in made
    assert invoke("policy", "fmt", "--check", "policies", cwd=tmp_path).code == 0
