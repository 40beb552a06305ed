import json
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.errors import Diagnostic, SettingsInvalid
from affidavit.scan.code import baseline

OLD = Diagnostic(path="a/b.py", line=3, column=1, rule="C104", message="m — é")


def test_what_was_there_is_told_apart_wherever_its_lines_move(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    here = replace(OLD, path=str(tmp_path / "a" / "b.py"))
    assert baseline.write(file, [here, here]) == 2
    moved = replace(here, line=30)
    other = replace(here, message="another")
    found = [moved, other, moved, moved]
    compared = baseline.compare(found, baseline.read(file), tmp_path)
    assert compared.new == (other, moved)
    assert (compared.known, compared.gone) == (2, 0)
    assert json.loads(file.read_text())["findings"][0]["path"] == "a/b.py"


def test_what_is_gone_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    baseline.write(file, [OLD])
    compared = baseline.compare([], baseline.read(file), tmp_path)
    assert compared == ((), 0, 1)


@pytest.mark.parametrize("rule", ["C001", "C301", "C401"])
def test_keys_and_what_was_not_judged_are_never_kept(rule: str, tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    found = replace(OLD, rule=rule)
    assert baseline.write(file, [found]) == 0
    file.write_text(
        json.dumps(
            {
                "version": 1,
                "findings": [
                    {"path": "a/b.py", "rule": rule, "message": OLD.message, "count": 1}
                ],
            }
        )
    )
    known = baseline.read(file)
    assert baseline.compare([found], known, tmp_path).new == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2, "findings": []}',
        '{"version": 1, "findings": [{"path": "a"}]}',
        (
            '{"version": 1, "findings": '
            '[{"path": "a", "rule": "C104", "message": "m", "count": 0}]}'
        ),
    ],
)
def test_anything_else_is_no_baseline(text: str, tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    file.write_text(text)
    with pytest.raises(SettingsInvalid, match="--write-baseline"):
        baseline.read(file)


def test_a_missing_baseline_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        baseline.read(tmp_path / "none.json")
