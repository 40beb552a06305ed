import re
from datetime import date
from pathlib import Path

import pytest

from affidavit.policy.catalogue import DOCUMENT, ENTRIES, anchor, named
from affidavit.policy.check import check
from affidavit.policy.report import Code
from support.policies import HEAD

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)
DOCUMENTED = (ROOT / DOCUMENT).read_text(encoding="utf-8")
SECTIONS = {
    heading[:4]: (heading, body)
    for heading, body in re.findall(
        r"^## (P\d{3} .*?)\n(.*?)(?=^## |\Z)", DOCUMENTED, re.MULTILINE | re.DOTALL
    )
}
EXAMPLES = {
    code: re.findall(r"```yaml\n(.*?)```", body, re.DOTALL)
    for code, (_, body) in SECTIONS.items()
}
WARNINGS = [code.value for code in Code if code.value >= "P1"]


def codes_of(directory: Path, example: str) -> list[str]:
    whole = "apiVersion" in example
    file = directory / ("terms.yaml" if whole else "policy.yaml")
    file.write_text(example if whole else HEAD + example)
    return [each.rule for each in check(file, today=TODAY)]


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_name_a_line_and_a_section(code: Code) -> None:
    heading, body = SECTIONS[code.value]
    assert heading == named(code.value) == f"{code.value} {ENTRIES[code].name}"
    assert anchor(code) == f"{DOCUMENT}#{heading.lower().replace(' ', '-')}"
    assert body.strip()
    table = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    kind = "warning: " if code.value >= "P1" else ""
    assert f"| {code.value} | {kind}{ENTRIES[code].summary} |" in table


def test_no_section_is_of_a_code_that_there_is_not() -> None:
    assert set(SECTIONS) == {code.value for code in Code}
    assert named("X999") == "X999"


@pytest.mark.parametrize("code", sorted(code for code in EXAMPLES if EXAMPLES[code]))
def test_what_the_document_faults_is_faulted(code: str, tmp_path: Path) -> None:
    assert code in codes_of(tmp_path, EXAMPLES[code][0])


@pytest.mark.parametrize("code", WARNINGS)
def test_what_the_document_puts_in_its_place_is_clean(
    code: str, tmp_path: Path
) -> None:
    faulty, clean = EXAMPLES[code]
    assert codes_of(tmp_path, faulty) == [code]
    assert codes_of(tmp_path, clean) == []
