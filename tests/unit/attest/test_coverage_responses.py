"""The responses beside a statement decide whether its coverage holds."""

import os
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.coverage_responses import check
from affidavit.attest.demands import Found
from affidavit.attest.recount import verify_statement
from affidavit.attest.told import Told
from support.covered import a_bill, covered
from support.statements import LATER, attested
from support.trails import a_trail

NAME = "completions.json"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    trail, envelope = covered(tmp_path_factory.mktemp("covered"), a_bill(6))
    return verify_statement(envelope.encode(), key=trail.key, now=LATER).told


def found(told: Told, folder: Path | None) -> Found:
    made = Found()
    check(told, folder, made)
    return made


def put(folder: Path, data: bytes) -> Path:
    (folder / "usage").mkdir()
    (folder / "usage" / NAME).write_bytes(data)
    return folder


def test_the_same_responses_show_that_it_holds(told: Told, tmp_path: Path) -> None:
    data = dict(a_bill(6).documents)[NAME]
    made = found(told, put(tmp_path, data))
    assert made.problems == made.lacking == made.unchecked == []
    assert "1 responses" in made.checked[0]


def test_an_altered_response_is_a_problem(told: Told, tmp_path: Path) -> None:
    made = found(told, put(tmp_path, dict(a_bill(4).documents)[NAME]))
    assert made.problems[0].startswith(f"usage/{NAME}: not the response")
    assert made.checked == []


def test_a_missing_response_is_lacking(told: Told, tmp_path: Path) -> None:
    (tmp_path / "usage").mkdir()
    made = found(told, tmp_path)
    assert made.lacking == [f"usage/{NAME}, a response that coverage names"]
    assert made.problems == []


def test_a_pipe_in_a_responses_place_is_not_waited_on(
    told: Told, tmp_path: Path
) -> None:
    (tmp_path / "usage").mkdir()
    os.mkfifo(tmp_path / "usage" / NAME)
    assert found(told, tmp_path).lacking == [
        f"usage/{NAME}, a response that coverage names"
    ]


@pytest.mark.parametrize("given", [True, False])
def test_without_responses_it_is_unchecked(
    told: Told, tmp_path: Path, *, given: bool
) -> None:
    made = found(told, tmp_path if given else None)
    assert "not computed again" in made.unchecked[0]


def test_a_statement_without_coverage_has_none_to_check(tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=1)
    trail.write()
    envelope: Any = attested(trail)
    plain = verify_statement(envelope.encode(), key=trail.key, now=LATER).told
    assert found(plain, None) == Found()
