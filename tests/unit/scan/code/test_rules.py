import re
from pathlib import Path

import pytest

from affidavit.scan.code.rules import (
    CODES,
    DOCUMENT,
    ENTRIES,
    INCOMPLETE,
    UNWAIVABLE,
    Rule,
    anchor,
)
from support.scanned import codes

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / DOCUMENT).read_text(encoding="utf-8")
SECTIONS = dict(
    re.findall(r"^## (C\d{3} .*?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
)
EXAMPLES = {
    heading[:4]: re.findall(r"```python\n(.*?)```", body, re.DOTALL)
    for heading, body in SECTIONS.items()
}
PAIRED = sorted(code for code, examples in EXAMPLES.items() if len(examples) == 2)
SINGLE = {"C301"}
"""A key cannot stand in a document: only what to write instead does."""
WITHOUT = {"C002", "C003", "C004", "C005", "C006"}
"""What no text in a document can be an example of; tests elsewhere have each."""


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_name_a_line_and_a_section(rule: Rule) -> None:
    heading = f"{rule.value} {ENTRIES[rule].name}"
    assert heading in SECTIONS
    assert anchor(rule) == f"{DOCUMENT}#{heading.lower().replace(' ', '-')}"
    assert ENTRIES[rule].summary


def test_no_section_is_of_a_rule_that_there_is_not() -> None:
    assert {heading[:4] for heading in SECTIONS} == CODES
    assert {*PAIRED, *SINGLE, *WITHOUT} == CODES


@pytest.mark.parametrize("code", PAIRED)
def test_what_the_document_faults_is_faulted(code: str) -> None:
    assert code in codes(EXAMPLES[code][0])


@pytest.mark.parametrize("code", [*PAIRED, *sorted(SINGLE)])
def test_what_the_document_puts_in_its_place_is_clean(code: str) -> None:
    assert codes(EXAMPLES[code][-1]) == []


def test_what_could_not_be_judged_is_an_error_that_nobody_waives() -> None:
    assert all(ENTRIES[rule].level == "error" for rule in INCOMPLETE)
    assert INCOMPLETE < UNWAIVABLE
