"""A plan is followed to the letter, or refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from affidavit.errors import SettingsInvalid
from affidavit.incident.dossier.plan import UNREVIEWED, Plan, Row, told
from affidavit.verify.disclosure.manifest import By, Selection, Window
from affidavit.verify.dossier.manifest import Action

PLAN = Plan(
    incident="i",
    window=Window("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"),
    selection=Selection(by=By.NOTHING),
    rows=tuple(
        Row(index=n, id=f"id-{n}", kind="decision", at="t", effect=None, says={})
        for n in range(3)
    ),
)


def edited(edit: Callable[[dict[str, Any]], object]) -> bytes:
    said = json.loads(PLAN.encode())
    edit(said)
    return json.dumps(said, indent=2).encode()


def test_a_plan_that_nobody_changed_discloses() -> None:
    reviewed = PLAN.reviewed(PLAN.encode())

    assert reviewed.plan == PLAN
    assert reviewed.held() == {}
    assert reviewed.digest is not None
    assert json.loads(PLAN.encode())["counts"] == {
        "disclose": 3,
        "hash": 0,
        "withhold": 0,
    }


def test_what_a_person_decides_is_done() -> None:
    def edit(said: dict[str, Any]) -> None:
        said["records"][0].update(action="hash", reason="personal data")
        said["records"][2].update(action="withhold", reason="privileged")
        said["records"].reverse()

    reviewed = PLAN.reviewed(edited(edit))

    assert reviewed.held() == {0: "personal data", 2: "privileged"}
    assert reviewed.hashed() == {0}


def test_without_a_review_nothing_is_given() -> None:
    reviewed = PLAN.unreviewed()

    assert reviewed.digest is None
    assert set(reviewed.held().values()) == {UNREVIEWED}
    assert {each.action for each in reviewed.plan.rows} == {Action.WITHHOLD}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda said: said["records"].pop(), "is not in the plan"),
        (lambda said: said["records"][0].update(index=9), "record 0"),
        (lambda said: said["records"].append(said["records"][0]), "twice"),
        (lambda said: said["records"][0].update(action="hide"), "hide"),
        (lambda said: said["records"][0].update(action="hash"), "has a reason"),
        (lambda said: said["records"][0].update(reason="why"), "has none"),
        (lambda said: said.update(incident="j"), "another incident"),
        (lambda said: said.update(window={}), "another incident"),
        (lambda said: said.update(selection={"by": "ids"}), "another incident"),
        (lambda said: said.update(v=2), "no plan"),
        (lambda said: said.update(records={}), "a list"),
        (lambda said: said["records"][0].pop("id"), "not a record of a plan"),
    ],
)
def test_what_cannot_be_followed_is_refused(
    edit: Callable[[dict[str, Any]], object], words: str
) -> None:
    with pytest.raises(SettingsInvalid, match=words):
        PLAN.reviewed(edited(edit))


def test_a_plan_that_is_no_json_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="no JSON"):
        PLAN.reviewed(b'{"v": 1,')


def test_a_person_sees_whose_call_it_is_and_nothing_secret() -> None:
    body = {"purpose": "p", "model": "m", "content": {"bytes": 3}, "safety": None}

    assert told(body) == {"purpose": "p", "model": "m"}
