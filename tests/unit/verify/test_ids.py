"""What stands twice is found, whatever the runs and wherever they are kept."""

import io
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Incomplete
from affidavit.verify import ids
from affidavit.verify.ids import IN_MEMORY_BYTES, IdRuns, Sorted, merged, packed

IDS = st.integers(0, 60).map(lambda number: number.to_bytes(16, "big"))
RUNS = st.lists(st.lists(IDS, max_size=30), max_size=6)


def runs_of(parts: list[list[bytes]], before: list[list[bytes]]) -> IdRuns:
    runs = IdRuns([Sorted(packed(set(each))) for each in before])
    for part in parts:
        runs.add(packed(part))
    return runs


@given(RUNS, RUNS)
def test_every_id_that_was_taken_twice_is_found(
    parts: list[list[bytes]], before: list[list[bytes]]
) -> None:
    taken = Counter(each for part in parts for each in part)
    known = Counter(each for part in before for each in set(part))
    expected = {each for each, count in taken.items() if count > 1 or each in known}
    found = runs_of(parts, before).twice()

    # What was known twice before was judged then: it is looked at again, no more.
    assert expected <= found <= expected | {k for k, n in known.items() if n > 1}


@given(st.lists(IDS, min_size=1, max_size=4))
def test_a_few_ids_are_looked_up_among_many(few: list[bytes]) -> None:
    many = {number.to_bytes(16, "big") for number in range(0, 4000, 2)}
    runs = runs_of([few], [list(many)])
    repeated = {each for each, count in Counter(few).items() if count > 1}

    assert runs.twice() == {each for each in few if each in many} | repeated
    assert all(runs.known_before(each) == (each in many) for each in few)


@given(RUNS)
def test_merging_gives_all_in_order_and_equal_ones_together(
    parts: list[list[bytes]],
) -> None:
    runs = runs_of(parts, [])
    runs.mark()
    merged_parts = list(merged(runs.marked()))

    assert [each for part in merged_parts for each in part] == sorted(
        each for part in parts for each in part
    )
    for one, after in pairwise(merged_parts):
        assert one[-1] < after[0]


def test_equal_ids_over_the_edge_of_a_block_are_found() -> None:
    same = bytes(16)
    runs = runs_of([[same] * (ids.BLOCK_IDS + 1), [b"\1" * 16]], [])

    assert runs.twice() == {same}


def test_many_ids_go_to_a_file_and_are_found_there() -> None:
    half = IN_MEMORY_BYTES // 16 // 2 + 1
    with io.BytesIO() as file:
        runs = IdRuns(spool=lambda: file)
        for start in (0, half, 2 * half, 5):
            count = half if start != 5 else 1
            numbers = range(start, start + count)
            runs.add(b"".join(number.to_bytes(16, "big") for number in numbers))

        assert runs.twice() == {(5).to_bytes(16, "big")}
        assert len(file.getvalue()) == (3 * half + 1) * 16


def test_no_space_for_ids_is_not_enough_to_decide() -> None:
    def full() -> IO[bytes]:
        raise OSError(28, "No space left on device")

    runs = IdRuns(spool=full)
    runs.add(bytes(IN_MEMORY_BYTES + 16))

    with pytest.raises(Incomplete, match="TMPDIR"):
        runs.add(bytes(16))


def test_what_is_taken_after_the_mark_is_not_kept() -> None:
    runs = runs_of([[b"a" * 16]], [])
    runs.mark()
    runs.add(b"b" * 16)

    assert [list(run.blocks()) for run in runs.marked()] == [[[b"a" * 16]]]


def test_a_file_is_let_go(tmp_path: Path) -> None:
    file = (tmp_path / "ids").open("w+b")
    runs = IdRuns(spool=lambda: file)
    runs.add(bytes(IN_MEMORY_BYTES + 16))
    runs.add(bytes(16))
    runs.close()

    assert file.closed


def test_a_run_is_a_sequence() -> None:
    held = Sorted(packed([b"b" * 16, b"a" * 16]))

    assert held[0:2] == [b"a" * 16, b"b" * 16]
    assert b"c" * 16 not in held
    assert not held.__contains__("a")
