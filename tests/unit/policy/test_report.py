from pathlib import Path

from affidavit.policy.report import SUGGESTIONS, Code, Place, Report, in_order


def test_every_code_is_its_own() -> None:
    codes = [code.value for code in Code]
    assert len(set(codes)) == len(codes)


def test_diagnostics_come_by_position_and_files_as_they_were_read() -> None:
    late, early = Report("z.yaml"), Report("a.yaml")
    late.error(Code.SYNTAX, Place(9, 1), "second")
    late.warning(Code.NO_OWNER, Place(2, 5), "first")
    early.error(Code.SYNTAX, Place(1, 1), "third")
    ordered = in_order(late.found + early.found)
    assert [d.message for d in ordered] == ["first", "second", "third"]
    assert [d.level for d in ordered] == ["warning", "error", "error"]


def test_the_same_thing_is_said_once() -> None:
    report = Report("a.yaml")
    for _ in range(2):
        report.error(Code.SYNTAX, Place(1, 1), "once")
    assert len(in_order(report.found)) == 1


def test_every_code_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
    for code in Code:
        assert f"| {code.value} |" in text


def test_nearest_names_are_looked_for_only_so_often() -> None:
    report = Report("a.yaml")
    assert report.suggestion("modles", ["models"]) == "Did you mean models?"
    for line in range(SUGGESTIONS):
        report.error(Code.UNKNOWN_FIELD, Place(line + 1, 1), "unknown")
    assert report.suggestion("modles", ["models"]) is None
