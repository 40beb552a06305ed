"""Who is at fault when entries, tiles and the signed root do not agree."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail
from affidavit.tlog.merkle import EMPTY_ROOT
from affidavit.verify.report import Fault, Problem, Problems
from affidavit.verify.tree import Spine, TreeCheck
from support import trails

SIZE = 700


def entries(size: int = SIZE) -> list[bytes]:
    return [b"entry %d" % index for index in range(size)]


def tiles_of(leaves: list[bytes]) -> dict[tuple[int, int], list[bytes]]:
    found: dict[tuple[int, int], list[bytes]] = {}
    level, hashes = 0, leaves
    while hashes:
        parts = [list(part) for _, part in trails.chunks(hashes)]
        found |= {(level, index): part for index, part in enumerate(parts)}
        hashes = [trails.root(part) for part in parts if len(part) == 256]
        level += 1
    return found


class Log:
    """Entries as they lie there, tiles as they lie there, and what was signed."""

    def __init__(self, size: int = SIZE) -> None:
        self.entries = entries(size)
        leaves = [trails.leaf(entry) for entry in self.entries]
        self.tiles = tiles_of(leaves)
        self.signed = trails.root(leaves)

    def stored(self, level: int, index: int, width: int) -> list[bytes]:
        try:
            return self.tiles[level, index][:width]
        except KeyError as error:
            raise BrokenTrail(f"tile {level}/{index} is missing") from error

    def problems(self) -> list[Problem]:
        problems = Problems()
        tree = TreeCheck(self.stored, problems)
        for index, part in trails.chunks(self.entries):
            tree.bundle(index, part, [trails.leaf(each) for each in part], len(part))
        tree.settle(
            len(self.entries),
            self.signed,
            lambda index, _: Problem(fault=Fault.ENTRY, message="", index=index),
        )
        return problems.kept


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 700])
def test_what_was_signed_is_found_whole(size: int) -> None:
    assert Log(size).problems() == []


def test_an_edited_entry_is_the_entrys_fault() -> None:
    log = Log()
    log.entries[300] = b"edited"

    assert [(each.fault, each.index) for each in log.problems()] == [(Fault.ENTRY, 300)]


def test_an_edited_leaf_tile_is_the_tiles_fault() -> None:
    log = Log()
    log.tiles[0, 1][44] = bytes(32)

    (problem,) = log.problems()

    assert problem.fault is Fault.TILE
    assert "tile/0/001 " in problem.message


def test_an_edited_upper_tile_is_the_tiles_fault() -> None:
    log = Log()
    log.tiles[1, 0][0] = bytes(32)

    (problem,) = log.problems()

    assert problem.fault is Fault.TILE
    assert "tile/1/000" in problem.message


def test_both_edited_is_said_to_be_undecidable_and_still_named() -> None:
    log = Log()
    log.entries[300] = b"edited"
    log.tiles[0, 1][44] = bytes(32)

    problems = log.problems()

    assert (problems[0].fault, problems[0].index) == (Fault.ENTRY, 300)
    assert "neither leads to the signed root" in problems[0].message
    assert {each.fault for each in problems[1:]} == {Fault.TILE, Fault.ROOT}


def test_a_rewrite_of_entries_and_tiles_leaves_the_root_alone() -> None:
    log = Log()
    log.entries[300] = b"edited"
    log.tiles = tiles_of([trails.leaf(entry) for entry in log.entries])

    assert [each.fault for each in log.problems()] == [Fault.ROOT]


def test_a_missing_tile_is_named_and_the_entries_still_decide() -> None:
    log = Log()
    del log.tiles[0, 1]

    (problem,) = log.problems()

    assert problem.fault is Fault.MISSING
    assert "0/1" in problem.message


def test_a_bundle_taken_again_with_more_entries_replaces_itself() -> None:
    log = Log(200)
    tree = TreeCheck(lambda _, __, width: log.tiles[0, 0][:width], Problems())
    for width in (50, 200):
        part = log.entries[:width]
        tree.bundle(0, part, [trails.leaf(each) for each in part], width)

    assert tree.root() == log.signed


def test_a_bundle_that_is_gone_is_taken_from_its_tile() -> None:
    log = Log(200)
    problems = Problems()
    tree = TreeCheck(log.stored, problems)

    assert tree.skip(0, 200)
    assert tree.root() == log.signed
    assert not tree.skip(1, 10)
    assert [each.fault for each in problems.kept] == [Fault.MISSING]


@given(st.integers(0, 1500))
def test_the_spine_has_the_root_of_rfc_6962(size: int) -> None:
    leaves = [hashlib.sha256(b"%d" % index).digest() for index in range(size)]
    spine = Spine()
    for _, part in trails.chunks(leaves):
        spine.take(part)

    assert spine.root() == trails.root(leaves)


@given(st.integers(1, 600), st.data())
def test_the_spine_knows_the_root_of_every_prefix_of_its_last_tile(
    size: int, data: st.DataObject
) -> None:
    leaves = [hashlib.sha256(b"%d" % index).digest() for index in range(size)]
    spine = Spine()
    full = (size - 1) // 256 * 256
    for _, part in trails.chunks(leaves[:full]):
        spine.take(part)
    cut = data.draw(st.integers(full, size))

    assert spine.root(leaves[full:cut]) == trails.root(leaves[:cut])


def test_the_spine_of_nothing_has_the_empty_root() -> None:
    assert Spine().root() == EMPTY_ROOT


WIDE = [trails.leaf(b"%d" % index) for index in range(256)]
"""One bundle's leaf hashes; the trees below are made of nothing else."""
FULL_TILES = 2
"""Of level 1: 131,072 records."""


def wide(odd: tuple[int, int] | None, *, looked: bool) -> list[Problem]:
    """What is found of a tree with full tiles above the leaves, `odd` of them bad.

    `looked` bundles are taken with their entries, others from a quick look.
    """
    part = trails.root(WIDE)
    upper = trails.root([part] * 256)
    stored = {0: WIDE, 1: [part] * 256, 2: [upper] * FULL_TILES}

    def tile(level: int, index: int, width: int) -> list[bytes]:
        found = stored[level][:width]
        return [bytes(32), *found[1:]] if (level, index) == odd else found

    problems = Problems()
    check = TreeCheck(tile, problems)
    for index in range(256 * FULL_TILES):
        if looked:
            check.bundle(index, [b""] * 256, WIDE, 256)
        else:
            check.flawless(index, part)
    size = 65_536 * FULL_TILES
    check.settle(size, trails.root([upper] * FULL_TILES), named)
    return problems.kept


def named(index: int, _: bytes) -> Problem:
    return Problem(fault=Fault.ENTRY, message="", index=index)


@pytest.mark.parametrize("looked", [True, False])
@pytest.mark.parametrize("odd", [(1, 0), (1, 1), (2, 0)])
def test_a_changed_tile_far_above_the_leaves_is_the_one_that_is_named(
    odd: tuple[int, int], *, looked: bool
) -> None:
    (problem,) = wide(odd, looked=looked)

    assert problem.fault is Fault.TILE
    level, index = odd
    assert problem.message.startswith(f"tile/{level}/{index:03d}")


@pytest.mark.parametrize("looked", [True, False])
def test_tiles_far_above_the_leaves_that_hold_are_no_problem(*, looked: bool) -> None:
    assert wide(None, looked=looked) == []
