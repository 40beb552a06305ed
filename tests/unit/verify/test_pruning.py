"""What is gone is explained by sealed records before the end, or it is unexplained."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.tlog.tiles import encode_bodies
from affidavit.trail.ranges import Ranges
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.retention import Pruning
from affidavit.verify import verify_trail
from affidavit.verify.ledger import Rare
from affidavit.verify.pruning import MAX_NOTES, PruningFound, Prunings
from affidavit.verify.report import Fault, Problems, Verdict
from support import aged, trails
from support.trails import Builder, a_trail

SIZE = 60
SETS = st.frozensets(st.integers(0, SIZE - 20), max_size=30)


def ranges(indices: frozenset[int]) -> Ranges:
    made = Ranges()
    for index in sorted(indices):
        made.add(index)
    return made


def said(which: Ranges, **changes: Json) -> bytes:
    pruning = Pruning(
        before="2026-01-01T00:00:00.000Z",
        keep="1year",
        reason="retention",
        ranges=which,
        digest=b"d" * 32,
    )
    return trails.canonical(pruning.body("tests/1") | changes)


def rare(index: int | None, body: bytes | None) -> Rare:
    return Rare(Kind.PRUNING, index, b"{}", "2026-01-01T00:00:00.000Z", body)


def gone(indices: frozenset[int]) -> list[tuple[int, int]]:
    return [(first, first + count) for first, count in ranges(indices)]


@given(st.lists(st.tuples(SETS, st.integers(1, SIZE + 10)), max_size=4), SETS)
def test_a_body_is_explained_by_a_sealed_record_behind_it(
    claims: list[tuple[frozenset[int], int]], missing: frozenset[int]
) -> None:
    problems = Problems()
    prunings = Prunings(problems)
    explained = set[int]()
    early = 0
    for which, index in claims:
        if which:
            prunings.check(rare(index, said(ranges(which))))
            early += max(which) >= index
            explained |= {i for i in which if i < index < SIZE}
    found = prunings.settle(gone(missing), size=SIZE)

    assert found.explained == len(missing & explained)
    assert found.unexplained == len(missing - explained)
    assert found.first_unexplained == min(missing - explained, default=None)
    assert len(problems.kept) == early
    assert bool(found.notes) == bool(explained - missing)


def test_what_was_not_looked_at_is_not_said_to_be_there() -> None:
    prunings = Prunings(Problems())
    prunings.check(rare(50, said(Ranges.of((10, 20)))))
    notes = prunings.settle([(10, 15)], size=SIZE, looked_from=25).notes
    assert [note.split()[0] for note in notes] == ["5"]


@pytest.mark.parametrize("body", [None, b""])
def test_a_record_whose_body_is_not_at_hand_explains_nothing(
    body: bytes | None,
) -> None:
    problems = Problems()
    prunings = Prunings(problems)
    prunings.check(rare(50, body))
    prunings.check(rare(None, said(Ranges.of((0, 5)))))
    found = prunings.settle([(0, 5)], size=SIZE)

    assert (found.unexplained, found.records, problems.kept) == (5, 0, [])


def test_a_record_about_contents_is_about_no_body() -> None:
    problems = Problems()
    prunings = Prunings(problems)
    prunings.check(rare(50, b'{"what":"content"}'))
    found = prunings.settle([(1, 2)], size=SIZE)
    assert (found.records, found.unexplained, problems.kept) == (0, 1, [])


def test_a_record_that_is_none_is_a_problem() -> None:
    problems = Problems()
    Prunings(problems).check(rare(50, said(Ranges.of((0, 5)), count=4)))
    (problem,) = problems.kept
    assert (problem.fault, problem.index) == (Fault.FORM, 50)
    assert "no pruning record" in problem.message


def test_a_record_about_a_time_yet_to_come_is_a_problem() -> None:
    problems = Problems()
    body = said(Ranges.of((0, 5)), before="2026-01-01T00:00:00.001Z")
    Prunings(problems).check(rare(50, body))
    (problem,) = problems.kept
    assert (problem.fault, problem.index) == (Fault.FORM, 50)


def test_notes_are_bounded() -> None:
    prunings = Prunings(Problems())
    for number in range(MAX_NOTES + 5):
        prunings.check(rare(50, said(Ranges.of((number, 1)))))
    assert len(prunings.settle([], size=SIZE).notes) == MAX_NOTES


def test_one_and_many_are_told_in_words() -> None:
    def told(explained: int, unexplained: int, records: int) -> list[str]:
        first = 7 if unexplained else None
        return list(
            PruningFound(
                explained=explained,
                unexplained=unexplained,
                first_unexplained=first,
                records=records,
                notes=(),
            ).unchecked
        )

    assert told(0, 0, 0) == []
    assert "2 bodies were pruned, as 1 signed pruning record says" in told(2, 0, 1)[0]
    assert "as 3 signed pruning records say" in told(2, 0, 3)[0]
    assert "4 bodies are gone, from record 7 on" in told(0, 4, 0)[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = aged.a_directory(tmp_path)
    aged.an_old_trail(made, 130)
    aged.pruned(made)
    return made


def without(path: Path, index: int) -> None:
    """Take one more body away, as whoever can write to the disk."""
    number, place = divmod(index, 256)
    bodies = aged.bodies(path)[number * 256 :][:256]
    bodies[place] = None
    (file,) = (
        each
        for each in (path / "body").rglob("*")
        if each.is_file() and each.name == ("000" if number == 0 else str(len(bodies)))
    )
    file.write_bytes(encode_bodies(bodies))


def test_a_young_body_that_is_gone_is_unexplained(path: Path) -> None:
    index = aged.indices(path, ["outcome"])[-1]
    without(path, index)
    report = aged.verified(path)

    assert report.verdict is Verdict.INCOMPLETE
    assert (report.bodies_pruned, report.bodies_unexplained) == (261, 1)
    assert any(f"from record {index} on" in each for each in report.unchecked)


@pytest.mark.parametrize("kind", ["policy", "close", "pruning"])
def test_a_body_of_another_kind_that_is_gone_is_a_problem(
    path: Path, kind: str
) -> None:
    index = aged.indices(path, [kind])[0]
    without(path, index)
    report = aged.verified(path)

    assert report.verdict is Verdict.INVALID
    assert report.first_bad is not None
    assert (report.first_bad.fault, report.first_bad.index) == (Fault.BODY, index)


def test_a_body_that_was_put_back_is_told(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 130)
    before = (path / "body" / "000").read_bytes()
    aged.pruned(path)
    (path / "body" / "000").write_bytes(before)
    report = aged.verified(path)

    assert report.verdict is Verdict.VALID
    (note,) = report.notes
    assert "are still there" in note


def a_pruned_builder(path: Path, which: Ranges, **changes: Json) -> Builder:
    """A trail whose last record says truly, but for `changes`, what was pruned."""
    builder = a_trail(path, calls=5)
    digest = hashlib.sha256()
    for first, count in which:
        for each in builder.records[first : first + count]:
            digest.update(hashlib.sha256(each.salted).digest())
    body: dict[str, Any] = json.loads(said(which))
    builder.add("pruning", body | {"digest": canonical.text(digest.digest())} | changes)
    builder.write()
    bodies: list[bytes | None] = [made.salted for made in builder.records]
    for first, count in which:
        bodies[first : first + count] = [None] * count
    trails.write_bodies(path, 0, bodies)
    return builder


def test_a_trail_made_without_our_code_is_judged_alike(tmp_path: Path) -> None:
    builder = a_pruned_builder(tmp_path, Ranges.of((2, 3), (6, 2)))

    report = verify_trail(TrailReader(tmp_path), key=builder.key, now=trails.START)
    assert (report.bodies_pruned, report.bodies_unexplained) == (5, 0)
    assert report.problems == ()


def test_a_record_whose_digest_is_of_other_records_is_a_problem(
    tmp_path: Path,
) -> None:
    other = canonical.text(b"x" * 32)
    builder = a_pruned_builder(tmp_path, Ranges.of((2, 4)), digest=other)

    report = verify_trail(TrailReader(tmp_path), key=builder.key, now=trails.START)
    (problem,) = report.problems
    assert (problem.fault, problem.index) == (Fault.FORM, len(builder.records) - 1)
    assert "its digest is of other records" in problem.message


def test_a_record_that_says_a_policy_was_pruned_is_a_problem(tmp_path: Path) -> None:
    builder = a_pruned_builder(tmp_path, Ranges.of((1, 2)))

    report = verify_trail(TrailReader(tmp_path), key=builder.key, now=trails.START)
    told = [each.message for each in report.problems]
    assert "says that record 1 was pruned, a policy" in told


def test_entries_that_cannot_be_read_are_no_second_problem() -> None:
    def unreadable(number: int, width: int) -> list[bytes]:
        raise Malformed(f"bundle {number} of {width}")

    problems = Problems()
    prunings = Prunings(problems)
    prunings.check(rare(50, said(Ranges.of((0, 5)))))
    prunings.recount(unreadable, size=SIZE)
    assert problems.kept == []


@pytest.mark.parametrize(("size", "looked_from"), [(50, 0), (60, 51)])
def test_only_sealed_records_that_were_not_verified_before_are_recounted(
    size: int, looked_from: int
) -> None:
    problems = Problems()
    prunings = Prunings(problems)
    prunings.check(rare(50, said(Ranges.of((0, 5)))))
    prunings.recount(lambda _, __: [], size=size, looked_from=looked_from)
    assert problems.kept == []
