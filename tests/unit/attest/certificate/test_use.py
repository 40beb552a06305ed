"""The upper half shows the largest first, and says how many it leaves out."""

from pathlib import Path

from affidavit.attest.certificate import use
from affidavit.attest.certificate.figures import Told
from affidavit.attest.certificate.words import Language, words_of
from support.statements import attested, content
from support.trails import a_trail

ENGLISH = words_of(Language.ENGLISH)


def told(tmp_path: Path, purposes: int) -> Told:
    built = a_trail(tmp_path, calls=9)
    for number in range(purposes):
        built.decision(f"purpose.{number:02d}", effect="refuse")
    built.write()
    return Told(content(attested(built))["predicate"], ENGLISH)


def test_of_many_purposes_the_largest_are_shown_and_the_rest_counted(
    tmp_path: Path,
) -> None:
    drawn = use.tables(told(tmp_path, 20))
    assert drawn.index("support.reply") < drawn.index("purpose.00")
    assert "+ 9 more are in the statement" in drawn
    assert "+ 17 more are in the statement" in drawn


def test_a_verdict_has_its_own_seal(tmp_path: Path) -> None:
    statement = told(tmp_path, 1)
    seals = {}
    for verdict in ("PASS", "PASS WITH EXCEPTIONS", "INCOMPLETE"):
        said = Told({**statement.predicate, "verdict": verdict}, ENGLISH)
        seals[use.head(said).split('class="seal ')[1][:4]] = verdict
    assert len(seals) == 3


def test_without_days_there_is_no_picture(tmp_path: Path) -> None:
    statement = told(tmp_path, 1)
    assert "<svg" in use.days(statement)
    assert use.days(Told({**statement.predicate, "days": []}, ENGLISH)) == ""
