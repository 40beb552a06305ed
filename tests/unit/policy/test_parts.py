from pathlib import Path

from affidavit.policy.assemble import assemble
from affidavit.policy.parts import (
    all_waivers,
    conditions,
    written_purposes,
    written_rules,
)
from support.policies import SUPPORT, written

RULES = """\
rules:
  - {id: a, effect: deny, message: m, none: [{model: z}], all: [{model: x}, {model: y}]}
"""


def test_every_part_of_every_file_is_gone_through(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT + RULES, name="base.yaml")
    body = f"extends: [base.yaml]\n{SUPPORT}{RULES}"
    assembly = assemble(written(tmp_path, body), lambda: tmp_path)
    assert [rule.id for _, _, rule in written_rules(assembly)] == ["a", "a"]
    assert [name for _, name, _ in written_purposes(assembly)] == ["support.reply"] * 2
    assert list(all_waivers(assembly)) == []


def test_conditions_come_with_the_list_that_they_stand_in(tmp_path: Path) -> None:
    assembly = assemble(written(tmp_path, SUPPORT + RULES), lambda: tmp_path)
    ((_, _, rule),) = written_rules(assembly)
    found = [(group, index) for group, index, _ in conditions(rule)]
    assert found == [("all", 0), ("all", 1), ("none", 0)]
