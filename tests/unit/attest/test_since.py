"""An attestation goes on from the one before: named, and proved."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import since
from affidavit.attest.recount import verify_statement
from affidavit.attest.since import Since
from affidavit.attest.tally import Period
from affidavit.attest.told import Told, opened
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Incomplete, Invalid, Malformed
from affidavit.tlog.submission import Submission
from affidavit.trail.reader import TrailReader
from support.contracts import promised
from support.statements import LATER, MONTH, attested, content, predicate, resigned
from support.trails import Builder, a_trail

BEFORE = Period("2026-01-01T00:00:00.000Z", MONTH.start)


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path, calls=3)
    built.write()
    return built


def both(trail: Builder) -> tuple[Told, Told]:
    """A statement, and one of after the trail has grown that goes on from it."""
    first = opened(attested(trail, BEFORE).encode(), trail.key)
    trail.calls(4)
    trail.write()
    made = promised(trail, since=since.of_statement(first))
    return first, opened(made.encode(), trail.key)


def proof(trail: Builder, named: Since, told: Told) -> bytes:
    return since.proof(TrailReader(trail.path), named, told.head, told.checkpoint)


def test_a_statement_names_the_one_before_and_the_proof_holds(trail: Builder) -> None:
    first, second = both(trail)
    named = since.named(second.predicate)
    assert named == since.of_statement(first)
    since.check(since.must_be(named, first), second, proof(trail, named, second))


def test_it_verifies_as_any_other(trail: Builder) -> None:
    first, _ = both(trail)
    data = promised(trail, since=since.of_statement(first)).encode()
    report = verify_statement(
        data, key=trail.key, now=LATER, trail=TrailReader(trail.path)
    )
    assert report.problems == ()


def test_a_trail_that_was_rewritten_since_is_incomplete_and_says_so(
    trail: Builder,
) -> None:
    first = opened(attested(trail, BEFORE).encode(), trail.key)
    trail.records[3].fields["effect"] = "error"
    trail.calls(1)
    trail.write()
    told = predicate(promised(trail, since=since.of_statement(first)))
    assert told["verdict"] == "INCOMPLETE"
    assert (
        "does not go on from the last attestation" in told["integrity"]["problems"][0]
    )


def test_a_trail_that_was_cut_since_is_incomplete(trail: Builder) -> None:
    first = opened(attested(trail, BEFORE).encode(), trail.key)
    named = replace(since.of_statement(first), size=99)
    told = predicate(promised(trail, since=named))
    assert "was cut off since" in told["integrity"]["problems"][0]


def test_another_proof_proves_nothing(trail: Builder) -> None:
    first, second = both(trail)
    named = since.of_statement(first)
    data = proof(trail, named, second)
    submission = Submission.parse(data)
    for altered in (
        replace(submission, old=named.size - 1),
        replace(submission, hashes=submission.hashes[:-1]),
        replace(submission, checkpoint=first.checkpoint),
    ):
        with pytest.raises(Invalid):
            since.check(named, second, altered.encode())
    with pytest.raises(BrokenTrail):
        since.check(replace(named, root=b"x" * 32), second, data)


def test_the_statement_that_was_kept_must_be_the_one_that_is_named(
    trail: Builder,
) -> None:
    first, second = both(trail)
    named = since.of_statement(first)
    with pytest.raises(BrokenTrail, match="had the root"):
        since.must_be(replace(named, root=b"x" * 32), first)
    with pytest.raises(Incomplete, match="the statements between"):
        since.must_be(replace(named, statement="ab" * 32), first)
    with pytest.raises(Incomplete, match="names no earlier"):
        since.must_be(since.named(first.predicate), second)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop("size"),
        lambda it: it.update(size="x"),
        lambda it: it.update(size=-1),
        lambda it: it.update(size="7"),
        lambda it: it.update(size="1" * 20 + "x"),
        lambda it: it.update(size="1" * 5_000),
        lambda it: it.update(surplus=1),
        lambda it: it.update(root="AB" * 32),
        lambda it: it.update(to="yesterday"),
        lambda it: it["statement"].update(sha256="x"),
    ],
)
def test_another_form_is_refused(trail: Builder, change: Any) -> None:
    first, _ = both(trail)
    value: Json = since.of_statement(first).as_json()
    change(value)
    with pytest.raises(Malformed):
        Since.parse(value)


def test_a_larger_tree_than_its_own_cannot_have_been_before(trail: Builder) -> None:
    first, _ = both(trail)
    named = replace(since.of_statement(first), size=1_000)
    statement = content(promised(trail, since=since.of_statement(first)))
    statement["predicate"]["since"] = named.as_json()
    data = resigned(statement, trail.signer)
    report = verify_statement(data, key=trail.key, now=LATER)
    assert [each.message for each in report.problems] == [
        "since: of a larger tree than the statement's own"
    ]
