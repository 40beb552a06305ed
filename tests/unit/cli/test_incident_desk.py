"""What the commands about incidents share."""

from pathlib import Path

import pytest

from affidavit.cli import incident_desk
from affidavit.errors import TrailNotFound
from affidavit.incident.model import Aspect, Target
from support.incidents import EVERYTHING, PURPOSE, USER, opened
from support.project import a_project

NOTHING = {
    "of_purpose": (),
    "of_safety": (),
    "of_subject": (),
    "of_model": (),
    "of_project": (),
    "everything": False,
}


def test_options_say_what_is_suspended() -> None:
    given = {
        **NOTHING,
        "of_purpose": ("support.reply", "support.reply", ""),
        "of_safety": ("user-17",),
        "of_model": ("gpt-5",),
        "everything": True,
    }

    assert incident_desk.chosen(given) == (
        PURPOSE,
        USER,
        Target(aspect=Aspect.MODEL, value="gpt-5"),
        EVERYTHING,
    )
    assert incident_desk.chosen(NOTHING) == ()


def test_targets_are_told() -> None:
    assert incident_desk.told((PURPOSE, USER)) == (
        "purpose support.reply, safety identifier user-17"
    )
    assert incident_desk.told(()) == "nothing"


def test_the_key_is_not_asked_for_before_something_is_recorded(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    desk = incident_desk.desk(settings, lambda *_: None)
    opening = desk.open(opened())

    assert incident_desk.as_object(desk.book().find(opening.incident))["open"] is True
    settings.key.unlink()
    incident_desk.desk(settings, lambda *_: None).book()


def test_without_a_trail_there_is_no_desk(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound):
        incident_desk.desk(incident_desk.settled(tmp_path), lambda *_: None)
