"""The quick look at ranges of bundles, here and in worker processes."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from affidavit.errors import Incomplete, TrailUnavailable
from affidavit.trail.reader import TrailReader
from affidavit.verify.look import Piece, Spread, Wants, look, looked
from affidavit.verify.stretch import Stretch
from support import trails
from support.trails import Builder

ALL = Wants(bodies=True)


def four_bundles(path: Path) -> Builder:
    """The genesis is in the first; the third has an outcome of no such effect."""
    builder = Builder(path)
    builder.genesis()
    builder.policy()
    builder.calls(511)
    builder.records[515].fields["effect"] = "invented"
    builder.write()
    return builder


def dies(_: TrailReader, _first: int, _end: int, _wants: Wants) -> Iterator[Piece]:
    os._exit(3)


def fails(_: TrailReader, _first: int, _end: int, _wants: Wants) -> Iterator[Piece]:
    raise TrailUnavailable("the disk is gone")


def test_flawless_bundles_are_summed_up_and_the_others_named(tmp_path: Path) -> None:
    reader = TrailReader(four_bundles(tmp_path).path)
    first, second, third, fourth = look(reader, 0, 4, ALL)

    assert (first, third) == (0, 2)
    assert isinstance(second, Stretch)
    assert isinstance(fourth, Stretch)
    assert (second.first, second.size) == (1, 256)


def test_the_pieces_are_the_same_from_any_process(tmp_path: Path) -> None:
    reader = TrailReader(four_bundles(tmp_path).path)
    here = list(looked(reader, 0, 4, ALL, Spread(bundles=1)))
    there = list(looked(reader, 0, 4, ALL, Spread(jobs=2, bundles=1, worth=1)))

    assert there == here


def test_what_is_wanted_is_given(tmp_path: Path) -> None:
    builder = four_bundles(tmp_path)
    reader = TrailReader(builder.path)
    wants = Wants(bodies=False, leaves=frozenset([1]), records=True)
    (found,) = look(reader, 1, 2, wants)

    assert isinstance(found, Stretch)
    assert found.leaves == {1: [trails.leaf(m.entry) for m in builder.records[256:512]]}
    assert found.records == [
        (index, builder.records[index].entry, b"") for index in range(256, 512)
    ]
    assert found.roots == [trails.root(found.leaves[1])]


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "body/001"])
def test_a_bundle_without_one_of_its_files_is_named(name: str, tmp_path: Path) -> None:
    reader = TrailReader(four_bundles(tmp_path).path)
    (tmp_path / name).unlink()

    assert list(look(reader, 1, 2, ALL)) == [1]


def test_a_worker_that_dies_is_not_enough_to_decide(tmp_path: Path) -> None:
    reader = TrailReader(four_bundles(tmp_path).path)
    spread = Spread(jobs=2, bundles=1, worth=1, look=dies)

    with pytest.raises(Incomplete, match="--jobs 1"):
        list(looked(reader, 0, 4, ALL, spread))


def test_a_disk_that_fails_a_worker_is_said_to_have_failed(tmp_path: Path) -> None:
    reader = TrailReader(four_bundles(tmp_path).path)
    for spread in (
        Spread(look=fails),
        Spread(jobs=2, bundles=1, worth=1, look=fails, pool=ThreadPoolExecutor),
    ):
        with pytest.raises(TrailUnavailable, match="the disk is gone"):
            list(looked(reader, 0, 4, ALL, spread))


def test_no_process_is_started_for_a_short_trail(tmp_path: Path) -> None:
    def pool(_: int) -> ThreadPoolExecutor:
        raise AssertionError("a process was started")

    reader = TrailReader(four_bundles(tmp_path).path)

    assert len(list(looked(reader, 0, 4, ALL, Spread(jobs=8, pool=pool)))) == 4
