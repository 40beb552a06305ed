"""An external reader's test: planted faults, and the page that shows what is said."""

import re
from pathlib import Path

import pytest

from support.cli import invoke

ROOT = Path(__file__).parents[2]
FAULTY = Path(__file__).with_name("faulty")
PAGE = (ROOT / "docs" / "policy-check.md").read_text(encoding="utf-8")
SHOWN = re.findall(
    r"```yaml\n(.*?)```\n\n```console\n\$ affidavit policy check (\S+)\n(.*?)```",
    PAGE,
    re.DOTALL,
)
PLANTED = {
    "slips.yaml": ["P010", "P012", "P012", "P012", "P012"],
    "names.yaml": ["P020", "P034", "P033", "P031", "P023", "P032", "P031"],
    "habits.yaml": ["P104", "P111", "P113", "P102", "P108", "P107", "P115", "P101"],
}


def test_the_page_shows_every_one_of_them() -> None:
    assert {name for _, name, _ in SHOWN} == set(PLANTED)
    assert {path.name for path in FAULTY.iterdir()} == set(PLANTED)


@pytest.mark.parametrize(("source", "name", "output"), SHOWN)
def test_the_page_says_what_the_program_says(
    source: str, name: str, output: str
) -> None:
    assert (FAULTY / name).read_text(encoding="utf-8") == source
    assert invoke("policy", "check", name, cwd=FAULTY).out == output


@pytest.mark.parametrize("name", PLANTED)
def test_every_fault_is_found_with_its_place_and_what_to_do(name: str) -> None:
    found = invoke("policy", "check", name, "--json", cwd=FAULTY).json["diagnostics"]
    assert [each["rule"] for each in found] == PLANTED[name]
    lines = (FAULTY / name).read_text(encoding="utf-8").splitlines()
    for each in found:
        assert each["path"] == name
        assert lines[each["line"] - 1][each["column"] - 1 :].strip()
        assert each["message"]
        assert each["help"]
