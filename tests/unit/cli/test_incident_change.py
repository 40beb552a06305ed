"""`affidavit incident clarify`, `suspend`, `lift` and `close`."""

import hashlib
from pathlib import Path

import pytest

from affidavit.wiring import Settings
from support.cli import Ran, invoke
from support.incidents import a_desk, opened, the_book
from support.project import a_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture
def made(settings: Settings) -> str:
    return a_desk(settings).open(opened()).incident


def incident(settings: Settings, *arguments: str) -> Ran:
    return invoke("incident", *arguments, cwd=settings.trail.parents[1])


def test_questions_and_answers_are_recorded_with_their_evidence(
    settings: Settings, made: str
) -> None:
    (settings.trail.parents[1] / "ticket.pdf").write_bytes(b"pdf")
    asked = incident(
        settings, "clarify", made, "--question", "Whose?", "--by", "OpenAI", "--json"
    )
    question = asked.json["record"]
    told = incident(
        settings,
        "clarify",
        made[:-4],
        "--answer",
        "A tester's.",
        "--to",
        question,
        "--evidence-record",
        made,
        "--evidence-file",
        "ticket.pdf",
    )

    assert (asked.code, told.code) == (0, 0)
    assert "answer recorded" in told.out
    ((_, (answer,)),) = the_book(settings).find(made).questions
    assert answer.event.body()["evidence"] == [
        {"record": made},
        {"file": "ticket.pdf", "sha256": hashlib.sha256(b"pdf").hexdigest(), "size": 3},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give one of"),
        (("--question", "a", "--statement", "b"), "Give one of"),
        (("--answer", "a"), "--to names the question"),
        (("--question", "a", "--to", "x"), "--to names the question"),
        (("--statement", "a", "--evidence-file", "none"), "cannot be read"),
        (("--statement", "a", "--evidence-record", "none"), "no record 'none'"),
        (("--answer", "a", "--to", "none"), "no questions"),
    ],
)
def test_what_cannot_be_meant_is_not_recorded(
    settings: Settings, made: str, arguments: tuple[str, ...], message: str
) -> None:
    told = incident(settings, "clarify", made, *arguments)

    assert told.code == 2
    assert message in told.err
    assert len(the_book(settings).find(made).events) == 1


def test_more_is_suspended_and_lifted(settings: Settings, made: str) -> None:
    more = incident(settings, "suspend", made, "theirs too", "--model", "gpt-5")
    less = incident(settings, "lift", made, "cleared", "--model", "gpt-5", "--json")
    rest = incident(settings, "lift", made, "cleared")

    assert (more.code, less.code, rest.code) == (0, 0, 0)
    assert "suspended model gpt-5" in more.out
    assert less.json["suspended"] == [{"aspect": "purpose", "value": "support.reply"}]
    assert "Suspended now: nothing" in rest.err
    assert incident(settings, "lift", made, "again").code == 2
    assert incident(settings, "suspend", made, "what?").code == 2


def test_lifting_and_closing_need_a_reason(settings: Settings, made: str) -> None:
    for command in ("lift", "close"):
        assert incident(settings, command, made).code == 2
        assert incident(settings, command, made, " ").code == 2
    assert len(the_book(settings).find(made).events) == 1


def test_closing_says_what_stays(settings: Settings, made: str) -> None:
    told = incident(settings, "close", made, "withdrawn")

    assert told.code == 0
    assert "Suspended now: purpose support.reply" in told.err
    assert "affidavit trail hold remove" in told.err
    assert incident(settings, "close", made, "again").code == 2


def test_nothing_is_lifted_without_the_key(settings: Settings, made: str) -> None:
    settings.key.unlink()
    told = incident(settings, "lift", made, "cleared")

    assert told.code == 2
    assert the_book(settings).find(made).suspended != ()
