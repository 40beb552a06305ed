import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.merkle import MAX_SIZE, leaf_hash, root_of
from affidavit.tlog.ranges import (
    RangeProof,
    RangeRoot,
    left_of,
    range_proof,
    right_of,
    verify_range,
)
from support.trails import root as naive_root

SIZES = range(34)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % each) for each in range(size)]


def subtree(level: int, index: int) -> bytes:
    return root_of(leaves((index + 1) << level)[index << level :])


@pytest.mark.parametrize("size", SIZES)
def test_every_range_of_a_small_tree_is_proved_to_the_naive_root(size: int) -> None:
    whole = leaves(size)
    root = naive_root(whole)
    for first in range(size + 1):
        for end in range(first, size + 1):
            proof = range_proof(first, end, size, subtree)
            assert verify_range(whole[first:end], first, size, proof, root) == end


@given(st.integers(0, MAX_SIZE), st.integers(0, MAX_SIZE), st.integers(0, MAX_SIZE))
def test_subtrees_and_range_tile_the_tree_with_few_hashes(
    a: int, b: int, c: int
) -> None:
    first, end, size = sorted((a, b, c))
    reached = 0
    for level, index in left_of(first):
        assert index << level == reached
        reached = (index + 1) << level
    assert reached == first
    reached = end
    right = list(right_of(end, size))
    for level, index in right:
        assert index << level == reached
        reached = (index + 1) << level
    assert reached == size
    assert len(right) + first.bit_count() <= 63 + 126


@given(st.data())
def test_any_other_leaf_hash_or_place_leads_to_another_root(
    data: st.DataObject,
) -> None:
    size = data.draw(st.integers(1, 40))
    first = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(first + 1, size))
    whole = leaves(size)
    proof = range_proof(first, end, size, subtree)
    hashes = [*proof.left, *whole[first:end], *proof.right]
    at = data.draw(st.integers(0, len(hashes) - 1))
    change = data.draw(st.sampled_from(["alter", "swap", "drop", "double"]))
    changed = list(hashes)
    match change:
        case "alter":
            changed[at] = leaf_hash(b"another")
        case "swap" if at:
            changed[at - 1], changed[at] = changed[at], changed[at - 1]
        case "drop":
            del changed[at]
        case _:
            changed.insert(at, changed[at])
    if changed == hashes:
        return
    left, right = len(proof.left), len(changed) - len(proof.right)
    told = RangeProof(left=tuple(changed[:left]), right=tuple(changed[right:]))
    with pytest.raises((BrokenTrail, Malformed)):
        verify_range(changed[left:right], first, size, told, naive_root(whole))


def test_a_range_that_no_tree_has_is_refused() -> None:
    with pytest.raises(Malformed):
        range_proof(3, 2, 5, subtree)
    with pytest.raises(Malformed):
        range_proof(0, 6, 5, subtree)
    with pytest.raises(Malformed):
        RangeRoot(3, [bytes(32)])
    with pytest.raises(Malformed):
        RangeRoot(1, [bytes(31)])
    with pytest.raises(Malformed):
        RangeRoot(0, []).close(1, [])
