"""Records about an incident are proved one by one, and none is passed over."""

from pathlib import Path

import pytest

from affidavit.tlog.checkpoint import Checkpoint
from affidavit.verify.dossier import check as dossier_check
from affidavit.verify.dossier.events import Events
from affidavit.verify.report import Problems
from support.dossiers import incident_trail, made, plan, subject, unpacked
from support.trails import Builder


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> tuple[Builder, str, Path]:
    folder = tmp_path_factory.mktemp("events")
    builder, identifier = incident_trail(folder / "trail", calls=40)
    about = subject(builder, identifier)
    made(about, plan(about).unreviewed(), folder / "a.zip")
    return builder, identifier, unpacked(folder / "a.zip", folder / "a")


def events(true: tuple[Builder, str, Path], **changes: object) -> Events:
    builder, identifier, folder = true
    told = dossier_check.verify_dossier(folder, key=builder.key).calls
    given = {"incident": identifier, "root": told.root} | changes
    head = Checkpoint(told.origin, told.size, bytes(given["root"]))  # type: ignore[call-overload]  # bytes of bytes
    found = Events(folder, str(given["incident"]), head, Problems())
    found.read()
    found.complete(folder / "calls", told.first, told.end)
    return found


def test_each_is_proved_and_counted(true: tuple[Builder, str, Path]) -> None:
    found = events(true)

    assert found.problems.kept == []
    assert (found.events, found.others, len(found.policies)) == (4, 2, 1)
    assert len(found.evidence) == 1


def test_another_root_proves_none(true: tuple[Builder, str, Path]) -> None:
    found = events(true, root=b"0" * 32)

    assert found.events == 0
    assert len(found.problems.kept) == len(found.seen) + 1


def test_records_of_another_incident_are_refused(
    true: tuple[Builder, str, Path],
) -> None:
    said = str(events(true, incident="another").problems.kept)

    assert "it opens another incident" in said
    assert "it is about another incident" in said
