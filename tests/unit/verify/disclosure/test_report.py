from pathlib import Path

from affidavit.verify import Verdict
from affidavit.verify.disclosure.report import DisclosureReport
from affidavit.verify.report import AnchorReport, Fault, Problem
from support.disclosed import a_day, check, disclosed


def a_report(path: Path) -> DisclosureReport:
    day = a_day(path / "trail", calls=60)
    return check(day, disclosed(day))


def test_a_verdict_follows_from_what_was_found(tmp_path: Path) -> None:
    from dataclasses import replace

    report = a_report(tmp_path)
    assert (report.verdict, report.exit_code) == (Verdict.VALID, 0)
    missing = replace(report, counts=replace(report.counts, missing=1))
    assert (missing.verdict, missing.exit_code) == (Verdict.INCOMPLETE, 2)
    nobody = AnchorReport(
        witnesses=(),
        authorities=(),
        wanted=1,
        quorum_size=None,
        covered=0,
        unpinned=0,
        missing=("no witness",),
    )
    assert replace(report, anchors=nobody).verdict is Verdict.INCOMPLETE
    bad = Problem(fault=Fault.BODY, message="x", index=7)
    worse = Problem(fault=Fault.ROOT, message="y")
    found = replace(missing, problems=(worse, bad))
    assert (found.verdict, found.exit_code) == (Verdict.INVALID, 1)
    assert found.first_bad is bad
