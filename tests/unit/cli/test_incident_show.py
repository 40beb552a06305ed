"""`affidavit incident list` and `show`."""

from pathlib import Path

import pytest

from affidavit.errors import TrailUnavailable
from affidavit.incident.model import Evidence, Form, Says
from affidavit.trail.notices import Channel
from affidavit.wiring import Settings
from support.cli import Ran, invoke, tree_digest
from support.incidents import USER, a_case, a_desk, a_document, a_notice, opened
from support.project import a_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


def incident(settings: Settings, *arguments: str) -> Ran:
    return invoke("incident", *arguments, cwd=settings.trail.parents[1])


def test_what_is_open_or_suspends_is_listed(settings: Settings) -> None:
    desk = a_desk(settings)
    one, two, three = (desk.open(opened()).incident for _ in range(3))
    desk.close(two, "settled")
    desk.close(three, "settled")
    desk.lift(three, (), "cleared")
    before = tree_digest(settings.trail)
    told = incident(settings, "list")

    assert [each["id"] for each in incident(settings, "list", "--json").lines] == [
        one,
        two,
    ]
    assert len(incident(settings, "list", "--all", "--json").lines) == 3
    assert "1 incident open." in told.err
    assert told.out.count("purpose support.reply") == 2
    assert tree_digest(settings.trail) == before


def test_what_was_never_recorded_is_pointed_out(settings: Settings) -> None:
    def opens() -> None:
        raise TrailUnavailable("the disk is full.")

    with pytest.raises(TrailUnavailable):
        a_desk(settings, opens).open(opened())  # type: ignore[arg-type]  # it only fails
    told = incident(settings, "list")

    assert "NOT RECORDED" in told.out
    assert "affidavit incident lift" in told.err


def test_all_of_one_is_shown(settings: Settings) -> None:
    desk = a_desk(settings)
    document = a_document(
        form=Form.CASE,
        channel=Channel.FETCHED,
        delivery=None,
        text=a_case().decode(),
    )
    said = a_notice(reference="case_1", requests=("req_1",), paused=True)
    made = desk.open(opened(notice=said, documents=(document,))).incident
    question = desk.clarify(made, Says.QUESTION, "Whose is it?", by="OpenAI")
    desk.clarify(
        made,
        Says.ANSWER,
        "A tester's.",
        to=question.id,
        evidence=[
            Evidence(record=question.id),
            Evidence(file="ticket.pdf", size=3, sha256="ab" * 32),
        ],
    )
    desk.suspend(made, (USER,), "theirs too")
    desk.lift(made, (USER,), "cleared")
    desk.close(made, "settled")
    told = incident(settings, "show", made)
    read = incident(settings, "show", made, "--json").json

    for text in (
        "closed",
        "case_1",
        "fetched from the provider",
        document.sha256,
        "OpenAI: Whose is it?",
        f"(to {question.id})",
        "file ticket.pdf, 3 bytes",
        "safety identifier user-17: theirs too",
        "settled",
    ):
        assert text in told.out
    assert [each["what"] for each in read["events"]] == [
        "opened",
        "clarified",
        "clarified",
        "suspended",
        "lifted",
        "closed",
    ]
    assert read["documents"][0]["sha256"] == document.sha256
    raw = incident(settings, "show", made, "--raw")
    assert raw.out == document.text + "\n"


def test_an_incident_that_is_not_there_is_told(settings: Settings) -> None:
    told = incident(settings, "show", "01a1")

    assert told.code == 2
    assert "affidavit incident list" in told.err
