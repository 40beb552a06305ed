"""OSCAL says of a statement what the statement says, and every link in it leads on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from affidavit.attest.oscal import SELF_MADE, assessment, dangling
from support.contracts import contract, promised
from support.statements import attested, predicate
from support.trails import a_trail

DIGEST = "ab" * 32


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    trail = a_trail(tmp_path, calls=3)
    trail.write()
    return dict(predicate(attested(trail)))


def document(told: dict[str, Any]) -> dict[str, Any]:
    whole = json.loads(assessment(told, DIGEST))
    return dict(whole["assessment-results"])


def states(told: dict[str, Any]) -> dict[str, str]:
    (result,) = document(told)["results"]
    return {
        each["target"]["target-id"]: each["target"]["status"]["state"]
        for each in result["findings"]
    }


def values(value: object, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from values(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner, name)


def test_every_id_is_a_uuid_of_its_own_and_every_link_leads_to_one(
    told: dict[str, Any],
) -> None:
    whole = document(told)
    ids = list(values(whole, "uuid"))
    assert len(ids) == len(set(ids))
    assert all(str(UUID(each)) == each for each in ids)
    links = [href[1:] for href in values(whole, "href") if href.startswith("#")]
    links += list(values(whole, "observation-uuid"))
    assert links
    assert set(links) <= set(ids)


def test_the_same_statement_gives_the_same_bytes_and_another_gives_others(
    told: dict[str, Any],
) -> None:
    assert assessment(told, DIGEST) == assessment(told, DIGEST)
    assert assessment(told, DIGEST) != assessment(told, "cd" * 32)


def test_it_names_the_statement_and_that_it_is_self_made(told: dict[str, Any]) -> None:
    whole = document(told)
    assert whole["metadata"]["remarks"] == SELF_MADE
    (hashed,) = values(whole, "hashes")
    assert hashed == [{"algorithm": "SHA-256", "value": DIGEST}]
    assert re.fullmatch(r"[0-9T:.-]+Z", whole["results"][0]["start"])


def test_objectives_hold_as_the_figures_say(told: dict[str, Any]) -> None:
    told["use"]["byEffect"]["observed"] = 0
    told["integrity"] |= {"unknownOutcomes": 0, "problems": []}
    assert set(states(told).values()) == {"satisfied"}
    told["use"]["byEffect"]["observed"] = 2
    told["integrity"] |= {"unknownOutcomes": 1, "problems": ["x"]}
    assert set(states(told).values()) == {"not-satisfied"}


def test_each_clause_of_a_contract_is_a_finding(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "promised", calls=1)
    trail.write()
    promises = contract("declared: {}", "calls: {at_most: 0}")
    made = predicate(promised(trail, promises))
    found = states(made)
    assert found["contract-clause-1"] == "satisfied"
    assert found["contract-clause-2"] == "not-satisfied"
    assert dangling(assessment(made, DIGEST)) == []


def test_a_link_that_leads_nowhere_is_found(told: dict[str, Any]) -> None:
    document = assessment(told, DIGEST)
    assert dangling(document) == []
    (used, *_) = values(json.loads(document), "observation-uuid")
    lost = document.replace(b'"uuid":"' + used.encode(), b'"uuid":"lost')
    assert dangling(lost) == [used]
