"""Answers to controls follow from figures, and say which mappings are not confirmed."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.controls import COLUMNS, CONTROLS, UNCONFIRMED, controls
from support.contracts import contract, decision, promised
from support.statements import attested, predicate
from support.trails import Builder, a_trail

ANCHORED = {"secondsSince": 4, "covered": 8}


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path, calls=2)
    decision(built, effect="refuse")
    built.write()
    return built


def answers(told: Any) -> dict[str, tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(controls(told).decode()))
    return {row["control"]: (row["answer"], row["because"]) for row in rows}


def test_every_control_has_a_row_and_unconfirmed_ones_say_so(trail: Builder) -> None:
    rows = list(
        csv.DictReader(io.StringIO(controls(predicate(attested(trail))).decode()))
    )
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(CONTROLS) + len(UNCONFIRMED)
    assert {row["control"] for row in rows if row["mapping"] == "unconfirmed"} == {
        "A.8.15",
        "CC7.2",
        "A.9.4",
        "MANAGE 4.1",
    }
    assert all(row["evidence"].startswith("statement.dsse.json: ") for row in rows)


def test_a_good_period_answers_yes_but_for_what_it_does_not_show(
    trail: Builder,
) -> None:
    told = predicate(attested(trail)) | {"anchors": ANCHORED}
    found = {name: answer for name, (answer, _) in answers(told).items()}
    assert found.pop("Art. 19") == found.pop("Art. 26(6)") == "not shown"
    assert found.pop("MANAGE 4.1") == "not shown"
    assert set(found.values()) == {"yes"}
    assert "1 refused, 0 held" in answers(told)["LOG-11"][1]


def test_figures_that_are_worse_answer_less(trail: Builder) -> None:
    told = predicate(attested(trail))
    told["integrity"]["unknownOutcomes"] = 1
    told["policies"][0]["mode"] = "observe"
    found = answers(told)
    assert found["Art. 12"][0] == found["A.2.2"][0] == found["LOG-09"][0] == "partly"
    told["integrity"]["problems"] = ["broken"]
    told["policies"] = []
    found = answers(told)
    assert found["Art. 12"][0] == found["A.2.2"][0] == found["LOG-09"][0] == "no"
    assert found["LOG-11"][0] == "not shown"


@pytest.mark.parametrize(
    ("months", "pruned", "answer"),
    [
        (6, None, "partly"),
        (6, "2026-03-01T00:00:00.000Z", "no"),
        (5, None, "not shown"),
    ],
)
def test_retention_is_answered_by_a_contracts_own_check(
    trail: Builder, months: int, pruned: str | None, answer: str
) -> None:
    if pruned is not None:
        trail.add("pruning", {"before": pruned, "ranges": []})
        trail.write()
    promises = contract("declared: {}", f"retention: {{months: {months}}}")
    told = predicate(promised(trail, promises))
    assert answers(told)["Art. 26(6)"][0] == answer
    if answer == "partly":  # the trail is of that day
        told["integrity"]["trailBegan"] = "2025-01-01T00:00:00.000Z"
        assert answers(told)["Art. 26(6)"][0] == "yes"


def test_incidents_are_answered_where_a_contract_counts_them(trail: Builder) -> None:
    promises = contract("no_open_incident: {}")
    told = predicate(promised(trail, promises))
    assert answers(told)["MANAGE 4.1"] == ("yes", "0 opened, 0 closed, 0 open")
    trail.add("incident", {"what": "opened"})
    trail.write()
    told = predicate(promised(trail, promises))
    assert answers(told)["MANAGE 4.1"][0] == "partly"
