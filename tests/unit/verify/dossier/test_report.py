"""The verdict on a dossier is that of its worst part."""

from pathlib import Path

from affidavit.verify import Verdict
from affidavit.verify.dossier import DossierReport
from support.dossiers import incident_trail, made, plan, subject


def test_the_verdict_is_of_the_worst_part(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    report = made(about, plan(about).unreviewed(), tmp_path / "a.zip")

    assert isinstance(report, DossierReport)
    assert (report.verdict, report.exit_code) == (Verdict.VALID, 0)
    assert report.first_bad is None
