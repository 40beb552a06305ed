"""Many leaves, proved together."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.multiproof import multiproof, verify_multiproof
from support.trails import leaf, root

SIZES = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [leaf(b"entry %d" % each) for each in range(size)]


def proof(indices: list[int], size: int) -> tuple[bytes, ...]:
    every = leaves(size)
    return multiproof(
        indices,
        size,
        lambda level, at: root(every[at << level : (at + 1) << level]),
    )


@st.composite
def chosen(draw: st.DrawFn) -> tuple[int, list[int]]:
    size = draw(SIZES)
    return size, sorted(draw(st.sets(st.integers(0, size - 1), min_size=1)))


@given(chosen())
def test_what_is_proved_leads_to_the_root(case: tuple[int, list[int]]) -> None:
    size, indices = case
    every = leaves(size)
    hashes = proof(indices, size)
    verify_multiproof({it: every[it] for it in indices}, size, hashes, root(every))
    assert len(hashes) <= size - len(indices)


@given(chosen(), st.data())
def test_no_other_leaf_place_or_hash_does(
    case: tuple[int, list[int]], data: st.DataObject
) -> None:
    size, indices = case
    every, hashes = leaves(size), proof(indices, size)
    given_leaves = {it: every[it] for it in indices}
    victim = data.draw(st.sampled_from(indices))
    other = hashlib.sha256(b"other").digest()

    with pytest.raises(BrokenTrail, match="leads to"):
        verify_multiproof(given_leaves | {victim: other}, size, hashes, root(every))
    with pytest.raises(BrokenTrail, match="too long"):
        verify_multiproof(given_leaves, size, (*hashes, other), root(every))
    if hashes:
        with pytest.raises(BrokenTrail, match="too short"):
            verify_multiproof(given_leaves, size, hashes[:-1], root(every))
        with pytest.raises(BrokenTrail, match="leads to"):
            verify_multiproof(given_leaves, size, (other, *hashes[1:]), root(every))


def test_shared_nodes_are_said_once() -> None:
    assert len(proof([4, 5, 6, 7], 16)) == 2
    assert proof(list(range(9)), 9) == ()
    assert len(proof([0], 1024)) == 10


@pytest.mark.parametrize("indices", [[], [1, 1], [2, 1], [-1], [5]])
def test_a_list_that_does_not_ascend_within_the_tree_is_refused(
    indices: list[int],
) -> None:
    with pytest.raises(Malformed):
        proof(indices, 5)


def test_a_short_hash_and_an_empty_tree_are_refused() -> None:
    with pytest.raises(Malformed, match="32 bytes"):
        verify_multiproof({0: b"x"}, 1, (), b"")
    with pytest.raises(Malformed, match="32 bytes"):
        verify_multiproof({0: bytes(32)}, 2, (b"x",), b"")
    with pytest.raises(Malformed):
        verify_multiproof({0: bytes(32)}, 0, (), b"")


def test_a_proof_too_short_too_long_or_of_another_leaf_is_refused() -> None:
    every = leaves(5)
    hashes, top = proof([1, 3], 5), root(every)
    shown = {1: every[1], 3: every[3]}
    verify_multiproof(shown, 5, hashes, top)
    for other, words in (
        (hashes[:-1], "too short"),
        ((*hashes, bytes(32)), "too long"),
        ((bytes(32), *hashes[1:]), "leads to"),
    ):
        with pytest.raises(BrokenTrail, match=words):
            verify_multiproof(shown, 5, other, top)
    with pytest.raises(BrokenTrail, match="leads to"):
        verify_multiproof({1: every[3], 3: every[1]}, 5, hashes, top)
