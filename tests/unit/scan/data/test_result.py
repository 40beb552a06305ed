import pytest

from affidavit import canonical
from affidavit.scan.data import result
from affidavit.scan.data.result import Verdict
from support.data_scan import a_report


@pytest.mark.parametrize(
    ("report", "verdict", "code"),
    [
        (a_report(), Verdict.NONE, 0),
        (a_report(kinds={"boilerplate": 3}), Verdict.NONE, 0),
        (a_report(kinds={"excerpt": 1}), Verdict.FOUND, 1),
        (a_report(counts={"unread": 1}), Verdict.INCOMPLETE, 2),
        (a_report(counts={"omitted": 1}), Verdict.INCOMPLETE, 2),
        (a_report(counts={"pruned": 1}), Verdict.INCOMPLETE, 2),
        (
            a_report(counts={"pruned": 1})._replace(accepted=["pruned"]),
            Verdict.EXCEPTIONS,
            0,
        ),
        (
            a_report(counts={"pruned": 1, "unread": 1})._replace(accepted=["pruned"]),
            Verdict.INCOMPLETE,
            2,
        ),
        (
            a_report(kinds={"exact": 1}, counts={"omitted": 1}),
            Verdict.FOUND,
            1,
        ),
        (a_report(problems=["row 3: not JSON"]), Verdict.INCOMPLETE, 2),
        (a_report(kinds={"exact": 1}, problems=["x"]), Verdict.FOUND, 1),
        (a_report(counts={"outputs": 0}), Verdict.INCOMPLETE, 2),
        (a_report(verdict="invalid"), Verdict.INCOMPLETE, 2),
        (a_report()._replace(trails=[]), Verdict.INCOMPLETE, 2),
        (a_report()._replace(files=[]), Verdict.INCOMPLETE, 2),
    ],
)
def test_the_verdict_follows_from_the_figures(
    report: result.Report, verdict: Verdict, code: int
) -> None:
    assert result.verdict(report) is verdict
    assert verdict.exit_code == code


def test_nothing_found_is_claimed_with_its_recall_and_no_further() -> None:
    assert result.claim(a_report()) == (
        "No exact or lightly edited (up to 20 % of words) copy of a recorded output of "
        "30 words or more was found, at measured recall 0.91 (0.99 for exact copies)."
    )
    assert result.unattestable(a_report()).startswith("2 recorded outputs")
    assert "1 of 10 rows" in result.claim(a_report(kinds={"exact": 1}))
    assert "Not enough" in result.claim(a_report(problems=["x"]))


def test_a_share_is_never_rounded_up() -> None:
    assert [result.number(each) for each in (0.999, 0.29, 1.0, None)] == [
        "0.99",
        "0.29",
        "1.00",
        "unknown",
    ]


def test_a_report_is_canonical_json_whatever_names_hold() -> None:
    report = a_report(kinds={"edited": 1})
    odd = report.files[0]._replace(name="a\ud800", problems=["b\ud800"])
    said = result.as_json(report._replace(files=[odd]))

    assert canonical.loads(canonical.dumps(said)) == said
    assert said["found"][0]["file"] == "a\\ud800"  # type: ignore[index,call-overload]
