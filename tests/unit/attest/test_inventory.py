"""Keys and policies' files as a statement names them, against what records tell."""

from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import inventory
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.errors import Malformed
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.trail.reader import TrailReader
from affidavit.verify.report import KeySpan
from support.statements import LATER, attested, content, predicate, resigned
from support.trails import Builder, a_trail, canonical

SOURCES = [
    {"path": "/somewhere/policies/policy.yaml", "sha256": "sha256:" + "ab" * 32},
    {"path": "/somewhere/policies/more/team.yaml", "sha256": "cd" * 32},
    {"path": "pack:openai", "sha256": "ef" * 32},
]


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path, calls=1)
    built.records[1].body = canonical(
        {"name": "house", "mode": "enforce", "sources": [*SOURCES, "odd"]}
    )
    built.write()
    return built


def verified(trail: Builder, statement: Any, *, bodies: bool = True) -> StatementReport:
    return verify_statement(
        resigned(statement, trail.signer),
        key=trail.key,
        now=LATER,
        trail=TrailReader(trail.path),
        bodies=bodies,
    )


def test_files_are_named_from_the_policys_own_folder(trail: Builder) -> None:
    (policy,) = predicate(attested(trail))["policyFiles"]
    assert policy["files"] == [
        {"path": "policy.yaml", "sha256": "ab" * 32},
        {"path": "more/team.yaml", "sha256": "cd" * 32},
        {"path": "pack:openai", "sha256": "ef" * 32},
    ]
    assert verified(trail, content(attested(trail))).problems == ()


def test_the_trails_keys_are_listed_with_their_spans(trail: Builder) -> None:
    (key,) = predicate(attested(trail))["keyHistory"]
    assert key == {
        "algorithm": "Ed25519",
        "vkey": str(trail.key),
        "since": 0,
        "at": trail.records[0].fields["at"],
        "until": None,
        "revoked": None,
        "reason": None,
    }


def test_what_became_of_a_key_later_was_not_known_then(trail: Builder) -> None:
    span = KeySpan(
        vkey=str(trail.key), since=0, at="t", until=7, revoked=9, reason="lost"
    )
    (early,) = inventory.keys_of([span], 7)
    assert (early["until"], early["revoked"], early["reason"]) == (None, None, None)
    (late,) = inventory.keys_of([span], 10)
    assert (late["until"], late["revoked"], late["reason"]) == (7, 9, "lost")
    assert inventory.keys_of([KeySpan(vkey="x", since=10, at="t")], 10) == []


def test_a_key_of_the_other_algorithm_is_named_so() -> None:
    second = MlDsaKey("acme", MlDsaSigner.from_seed(b"m" * 32).verifier)
    (told,) = inventory.keys_of([KeySpan(vkey=str(second), since=0, at="t")], 1)
    assert told["algorithm"] == "ML-DSA-44"


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["keyHistory"][0].update(at="2020-01-01T00:00:00.000Z"),
        lambda it: it["keyHistory"].append(it["keyHistory"][0]),
        lambda it: it["policyFiles"][0]["files"].pop(),
    ],
)
def test_what_records_tell_otherwise_shows_where_bodies_are(
    trail: Builder, change: Any
) -> None:
    statement = content(attested(trail))
    change(statement["predicate"])
    assert verified(trail, statement, bodies=False).problems == ()
    assert verified(trail, statement).problems


def test_files_of_other_policies_contradict_the_statement(trail: Builder) -> None:
    statement = content(attested(trail))
    statement["predicate"]["policyFiles"][0]["digest"]["sha256"] = "cd" * 32
    report = verified(trail, statement, bodies=False)
    assert "policyFiles" in report.problems[0].message


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(keyHistory=None),
        lambda it: it.update(keyHistory=["x"]),
        lambda it: it["keyHistory"][0].update(algorithm="none"),
        lambda it: it["keyHistory"][0].update(vkey="none"),
        lambda it: it["keyHistory"][0].pop("reason"),
        lambda it: it["policyFiles"][0]["files"][0].update(sha256="../../x"),
        lambda it: it["policyFiles"][0]["files"][0].update(surplus=1),
        lambda it: it["policyFiles"][0].update(digest=None),
    ],
)
def test_another_shape_is_refused(trail: Builder, change: Any) -> None:
    statement = content(attested(trail))
    change(statement["predicate"])
    with pytest.raises(Malformed):
        verified(trail, statement)


def test_a_statement_of_an_earlier_release_has_neither(trail: Builder) -> None:
    statement = content(attested(trail))
    for name in ("keyHistory", "policyFiles"):
        del statement["predicate"][name]
    assert verified(trail, statement).problems == ()
