"""The edge of a log gives exactly the tiles and the root that are specified."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog import merkle, tiles
from affidavit.tlog.growth import Edge
from support import vectors


def leaves_of(size: int) -> list[bytes]:
    return merkle.leaf_hashes(vectors.entry(index) for index in range(size))


def naive_tile(tile: tiles.Tile, leaves: list[bytes]) -> bytes:
    """A tile's content from the formula of c2sp.org/tlog-tiles."""
    assert isinstance(tile.level, int)
    span = 256**tile.level
    first = tile.index * 256
    return b"".join(
        merkle.root_of(leaves[n * span : (n + 1) * span])
        for n in range(first, first + tile.width)
    )


@given(batches=st.lists(st.integers(0, 700), max_size=5))
def test_any_batches_give_the_tiles_and_the_root_of_the_whole(
    batches: list[int],
) -> None:
    leaves = leaves_of(sum(batches))
    edge, files, at = Edge(), dict[str, bytes](), 0
    for batch in batches:
        completed = edge.extend(leaves[at : at + batch])
        at += batch
        files |= {tile.path: content for tile, content in completed}
        files |= {tile.path: content for tile, content in edge.partials()}

    assert (edge.size, edge.root()) == (len(leaves), merkle.root_of(leaves))
    for tile in tiles.tiles_for(len(leaves)):
        if tile.level != "entries":
            assert files[tile.path] == naive_tile(tile, leaves)


def test_three_levels_grow_across_a_full_tile_of_tiles() -> None:
    leaves = leaves_of(65_536 + 3)
    edge = Edge()

    completed = [tile.path for tile, _ in edge.extend(leaves)]
    partial = [tile.path for tile, _ in edge.partials()]

    assert (len(completed), completed[-1]) == (257, "tile/1/000")
    assert partial == ["tile/0/256.p/3", "tile/2/000.p/1"]
    assert edge.root() == merkle.root_of(leaves)


@given(size=st.integers(0, 1_000), more=st.integers(0, 600))
def test_an_edge_continues_from_its_tiles(size: int, more: int) -> None:
    leaves = leaves_of(size + more)
    first = Edge()
    written = first.extend(leaves[:size]) + list(first.partials())
    files = {tile.path: content for tile, content in written}

    edge = Edge.load(files.__getitem__, size)
    assert (edge.size, edge.root()) == (size, first.root())
    edge.extend(leaves[size:])

    frontier = merkle.Frontier()
    frontier.extend(leaves)
    assert edge.frontier().hashes == frontier.hashes


def test_an_edge_is_not_loaded_from_what_is_missing_or_torn() -> None:
    edge = Edge()
    edge.extend(leaves_of(300))
    files = {tile.path: content for tile, content in edge.partials()}

    with pytest.raises(BrokenTrail, match=r"tile/0/001.p/43 is missing"):
        Edge.load(files.__getitem__, 299)
    files["tile/0/001.p/44"] = files["tile/0/001.p/44"][:-1]
    with pytest.raises(Malformed):
        Edge.load(files.__getitem__, 300)
    with pytest.raises(Malformed):
        Edge.load(files.__getitem__, -1)
