"""Trees and proofs against RFC 6962's own recursive definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog import merkle
from support import vectors


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH, as RFC 6962 §2.1 writes it."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return merkle.node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, as RFC 6962 §2.1.1 writes it."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF, as RFC 6962 §2.1.2 writes it."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole=whole), naive_root(leaves[k:])]
    right = naive_subproof(m - k, leaves[k:], whole=False)
    return [*right, naive_root(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def subtrees_of(leaves: list[bytes]) -> merkle.Subtrees:
    def subtree(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "a prover asks for perfect subtrees only"
        return naive_root(part)

    return subtree


def some_leaves(count: int) -> list[bytes]:
    return merkle.leaf_hashes(vectors.entry(index) for index in range(count))


def flip(data: bytes, bit: int) -> bytes:
    at, shift = divmod(bit, 8)
    return data[:at] + bytes([data[at] ^ 1 << shift]) + data[at + 1 :]


sizes = st.integers(1, 300)
bits = st.integers(0, 255)


def test_roots_of_the_reference_inputs() -> None:
    leaves = [merkle.leaf_hash(entry) for entry in vectors.RFC6962_INPUTS]

    for size, root in vectors.roots("rfc6962_reference_roots").items():
        assert merkle.root_of(leaves[:size]) == root


def test_roots_of_the_computed_logs() -> None:
    for size, root in vectors.roots("entry_i_roots").items():
        assert merkle.root_of(some_leaves(size)) == root
    assert merkle.leaf_hash(b"entry-0").hex() == vectors.tlog()["leaf_entry_0"]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    expected = bytes.fromhex(vectors.tlog()["empty_root"])

    assert merkle.root_of([]) == merkle.Frontier().root() == expected


def test_proofs_of_the_reference_inputs() -> None:
    leaves = [merkle.leaf_hash(entry) for entry in vectors.RFC6962_INPUTS]
    subtrees = subtrees_of(leaves)

    inclusion = merkle.inclusion_proof(0, 8, subtrees)
    consistency = merkle.consistency_proof(6, 8, subtrees)

    assert inclusion == vectors.hashes("rfc6962_inclusion_0_of_8")
    assert consistency == vectors.hashes("rfc6962_consistency_6_to_8")


@given(size=st.integers(0, 600))
def test_a_root_is_the_recursive_one(size: int) -> None:
    leaves = some_leaves(size)
    frontier = merkle.Frontier()
    frontier.extend(leaves)

    assert merkle.root_of(leaves) == naive_root(leaves) == frontier.root()
    assert frontier.size == size


@given(size=st.integers(0, 200), more=st.integers(0, 200))
def test_a_frontier_continues_where_its_state_was_kept(size: int, more: int) -> None:
    leaves = some_leaves(size + more)
    before = merkle.Frontier()
    before.extend(leaves[:size])

    after = merkle.Frontier.from_json(before.to_json())
    for leaf in leaves[size:]:
        after.add(leaf)

    assert after.root() == naive_root(leaves)
    assert before.root() == naive_root(leaves[:size])
    assert len(after.hashes) == (size + more).bit_count()


def test_a_copied_frontier_leaves_the_original_alone() -> None:
    original = merkle.Frontier()
    original.extend(some_leaves(5))
    root = original.root()

    original.copy().extend(some_leaves(3))

    assert (original.size, original.root()) == (5, root)


A_HASH = "ab" * 32


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        {},
        {"size": 1},
        {"size": 1, "hashes": []},
        {"size": 2, "hashes": [A_HASH, A_HASH]},
        {"size": True, "hashes": [A_HASH]},
        {"size": "1", "hashes": [A_HASH]},
        {"size": -1, "hashes": []},
        {"size": 1 << 63, "hashes": [A_HASH]},
        {"size": 1, "hashes": [A_HASH[2:]]},
        {"size": 1, "hashes": [A_HASH.upper()]},
        {"size": 1, "hashes": ["zz" * 32]},
        {"size": 1, "hashes": [7]},
        {"size": 1, "hashes": [A_HASH], "more": 1},
    ],
)
def test_a_state_that_no_frontier_prints_is_refused(state: object) -> None:
    with pytest.raises(Malformed):
        merkle.Frontier.from_json(state)


@given(size=sizes, data=st.data())
def test_an_inclusion_proof_is_the_recursive_one_and_holds(
    size: int, data: st.DataObject
) -> None:
    leaves = some_leaves(size)
    index = data.draw(st.integers(0, size - 1))

    proof = merkle.inclusion_proof(index, size, subtrees_of(leaves))
    root = naive_root(leaves)

    assert list(proof) == naive_path(index, leaves)
    evidence = merkle.verify_inclusion(leaves[index], index, size, proof, root)
    assert (evidence.index, evidence.size, evidence.root) == (index, size, root)


@given(size=sizes, data=st.data())
def test_a_consistency_proof_is_the_recursive_one_and_holds(
    size: int, data: st.DataObject
) -> None:
    leaves = some_leaves(size)
    old = data.draw(st.integers(1, size))

    proof = merkle.consistency_proof(old, size, subtrees_of(leaves))
    roots = naive_root(leaves[:old]), naive_root(leaves)

    assert list(proof) == naive_subproof(old, leaves, whole=True)
    evidence = merkle.verify_consistency(old, roots[0], size, roots[1], proof)
    assert (evidence.old_size, evidence.new_size) == (old, size)


@given(size=sizes, data=st.data(), bit=bits)
def test_a_tampered_inclusion_proof_is_refused(
    size: int, data: st.DataObject, bit: int
) -> None:
    leaves = some_leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = list(merkle.inclusion_proof(index, size, subtrees_of(leaves)))
    leaf, root = leaves[index], naive_root(leaves)
    other = data.draw(st.integers(0, size + 1).filter(lambda at: at != index))
    damaged = [
        (flip(leaf, bit), index, proof, root),
        (leaf, index, proof, flip(root, bit)),
        (leaf, other, proof, root),
        (leaf, index, [*proof, root], root),
        (leaf, index, [root, *proof], root),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong = [*proof[:at], flip(proof[at], bit), *proof[at + 1 :]]
        short = proof[:at] + proof[at + 1 :]
        damaged += [(leaf, index, wrong, root), (leaf, index, short, root)]

    for bad_leaf, bad_index, bad_proof, bad_root in damaged:
        with pytest.raises(BrokenTrail) as caught:
            merkle.verify_inclusion(bad_leaf, bad_index, size, bad_proof, bad_root)
        assert caught.value.index == bad_index


@given(size=sizes, data=st.data(), bit=bits)
def test_a_tampered_consistency_proof_is_refused(
    size: int, data: st.DataObject, bit: int
) -> None:
    leaves = some_leaves(size)
    old = data.draw(st.integers(1, size))
    proof = list(merkle.consistency_proof(old, size, subtrees_of(leaves)))
    was, now = naive_root(leaves[:old]), naive_root(leaves)
    damaged = [
        (flip(was, bit), now, proof),
        (was, flip(now, bit), proof),
        (was, now, [*proof, now]),
        (was, now, [now, *proof]),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        wrong = [*proof[:at], flip(proof[at], bit), *proof[at + 1 :]]
        damaged += [(was, now, wrong), (was, now, proof[:at] + proof[at + 1 :])]

    for bad_was, bad_now, bad_proof in damaged:
        with pytest.raises(BrokenTrail):
            merkle.verify_consistency(old, bad_was, size, bad_now, bad_proof)


def test_a_proof_that_goes_on_above_the_root_is_refused() -> None:
    leaf, beside, above = (merkle.leaf_hash(bytes([n])) for n in range(3))
    three = [leaf, beside, above]
    path = list(merkle.consistency_proof(3, 4, subtrees_of([*three, leaf])))
    was, now = naive_root(three), naive_root([*three, leaf])
    higher = [merkle.node_hash(above, root) for root in (was, now)]

    with pytest.raises(BrokenTrail):
        merkle.verify_inclusion(leaf, 0, 1, [above], merkle.node_hash(above, leaf))
    merkle.verify_consistency(3, was, 4, now, path)
    with pytest.raises(BrokenTrail):
        merkle.verify_consistency(3, higher[0], 4, higher[1], [*path, above])


def test_every_tree_extends_the_empty_one_and_no_proof_is_needed() -> None:
    root = naive_root(some_leaves(3))

    assert merkle.consistency_proof(0, 3, subtrees_of([])) == ()
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 3, root, ())
    for old_root, proof in [(root, ()), (merkle.EMPTY_ROOT, (root,))]:
        with pytest.raises(BrokenTrail):
            merkle.verify_consistency(0, old_root, 3, root, proof)


def test_a_tree_that_shrank_or_changed_at_its_size_is_refused() -> None:
    one, other = naive_root(some_leaves(2)), naive_root(some_leaves(3))

    with pytest.raises(BrokenTrail, match="shrank from 3 to 2"):
        merkle.verify_consistency(3, other, 2, one, ())
    with pytest.raises(BrokenTrail, match="not proved to extend"):
        merkle.verify_consistency(3, other, 3, one, ())


def test_what_is_no_hash_or_no_size_is_malformed() -> None:
    root = naive_root(some_leaves(2))
    leaf = some_leaves(1)[0]

    with pytest.raises(Malformed, match="32 bytes, got 31"):
        merkle.verify_inclusion(leaf, 0, 2, [root[1:]], root)
    with pytest.raises(Malformed, match="no tree has -1"):
        merkle.verify_inclusion(leaf, 0, -1, [root], root)
    with pytest.raises(Malformed, match="32 bytes, got 0"):
        merkle.verify_consistency(1, b"", 2, root, [root])


def test_no_proof_is_made_of_what_the_tree_has_not() -> None:
    subtrees = subtrees_of(some_leaves(4))

    with pytest.raises(Malformed, match="has no leaf 4"):
        merkle.inclusion_proof(4, 4, subtrees)
    with pytest.raises(Malformed, match="has no prefix of 5"):
        merkle.consistency_proof(5, 4, subtrees)


@given(size=sizes, data=st.data())
def test_a_proof_leads_to_one_root(size: int, data: st.DataObject) -> None:
    leaves = some_leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, subtrees_of(leaves))

    root = merkle.included_root(leaves[index], index, size, proof)

    assert root == naive_root(leaves)
    with pytest.raises(BrokenTrail, match="no tree"):
        merkle.included_root(leaves[index], index, size, (*proof, root))
    with pytest.raises(BrokenTrail):
        merkle.included_root(leaves[index], size, size, proof)


@given(size=sizes, data=st.data())
def test_the_root_of_a_prefix_is_that_of_the_smaller_tree(
    size: int, data: st.DataObject
) -> None:
    leaves = some_leaves(size)
    prefix = data.draw(st.integers(0, size))

    assert merkle.prefix_root(prefix, subtrees_of(leaves)) == naive_root(
        leaves[:prefix]
    )


@pytest.mark.parametrize("old", [1, 2, 3, 4, 6])
def test_no_proof_at_all_proves_no_growth(old: int) -> None:
    leaves = merkle.leaf_hashes(b"%d" % index for index in range(7))

    with pytest.raises(BrokenTrail):
        merkle.verify_consistency(
            old, merkle.root_of(leaves[:old]), 7, merkle.root_of(leaves), ()
        )
