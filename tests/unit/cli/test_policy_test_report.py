from pathlib import Path

from support.cli import invoke
from support.policies import SUPPORT, written

CASES = """\
apiVersion: affidavit/v1
kind: PolicyTest
defaults: {at: 2026-11-23, call: {purpose: support.reply, model: gpt-5}}
cases:
  - {name: "odd <&> \\u0001 name", call: {parameters: {n: many}},
     expect: {effect: permit}}
"""
RULES = """\
rules:
  - {id: r, effect: deny, message: m, all: [{parameter: {n: "> 1"}}]}
"""


def test_what_was_never_seen_is_listed_with_its_place(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT + RULES, name="policies/policy.yaml")
    (tmp_path / "policies" / "policy.test.yaml").write_text(
        CASES.replace("\\u0001 ", "")
    )
    ran = invoke("policy", "test", "--coverage", cwd=tmp_path)
    row = next(line for line in ran.out.splitlines() if line.startswith("r "))

    assert "unknown 1×" in row
    assert "matched and not matched" in row
    assert "policies/policy.yaml:10" in row


def test_junit_holds_no_character_that_xml_does_not(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT + RULES, name="policies/policy.yaml")
    (tmp_path / "policies" / "policy.test.yaml").write_text(
        CASES.replace("\\u0001 ", "")
    )
    ran = invoke("policy", "test", "--format", "junit", cwd=tmp_path)

    assert 'name="odd &lt;&amp;&gt; name"' in ran.out
