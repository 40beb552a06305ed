"""Tile paths and contents: exact, bounded, and enough to prove anything from."""

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog import merkle, tiles
from affidavit.tlog.growth import Edge
from affidavit.tlog.tiles import Tile
from support import vectors
from support.mutations import damaged

levels = st.one_of(st.integers(0, 63), st.sampled_from(("entries", "body")))
some_tiles = st.builds(
    Tile, levels, st.integers(0, merkle.MAX_SIZE // 256), st.integers(1, 256)
)
bundles = st.lists(st.binary(max_size=40), min_size=1, max_size=256)
salted = st.one_of(st.none(), st.binary(min_size=17, max_size=60))


def a_log(size: int) -> tuple[dict[str, bytes], list[bytes]]:
    """Hash tiles of a log by path, and its leaf hashes."""
    leaves = merkle.leaf_hashes(vectors.entry(index) for index in range(size))
    edge = Edge()
    written = edge.extend(leaves) + list(edge.partials())
    return {tile.path: content for tile, content in written}, leaves


def test_paths_of_the_specification() -> None:
    for index, path in vectors.tlog()["tile_paths"].items():
        assert tiles.tile_path(0, int(index)) == f"tile/0/{path}"
        assert Tile.parse(f"tile/entries/{path}.p/7").index == int(index)
    assert tiles.tile_path("body", 1_234_067, 255) == "body/x001/x234/067.p/255"


@given(tile=some_tiles)
def test_a_path_is_read_back_as_its_tile(tile: Tile) -> None:
    assert Tile.parse(tile.path) == tile


@given(data=st.data())
def test_a_damaged_path_is_refused_or_is_the_path_of_another_tile(
    data: st.DataObject,
) -> None:
    path = data.draw(some_tiles).path
    text = data.draw(damaged(path.encode())).decode("latin-1")

    try:
        tile = Tile.parse(text)
    except Malformed:
        return
    assert tile.path == text


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "../tile/0/000",
        "tile/data/000",
        "tile/body/000",
        "tile/0/" + "x999/" * 11 + "999",
    ],
)
def test_a_path_that_no_log_has_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        Tile.parse(path)


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, 1 << 56, 1)],
)
def test_a_tile_that_no_log_has_cannot_exist(
    level: int, index: int, width: int
) -> None:
    with pytest.raises(Malformed):
        tiles.tile_path(level, index, width)


def test_tiles_of_the_seventy_thousand() -> None:
    paths = {tile.path for tile in tiles.tiles_for(70_000)}

    assert {path for path in paths if ".p/" in path} == {
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    full = paths - {path for path in paths if ".p/" in path}
    hashes = {f"tile/0/{index:03d}" for index in range(273)} | {"tile/1/000"}
    assert full == hashes | {f"tile/entries/{index:03d}" for index in range(273)}
    assert [tiles.partial_width(70_000, level) for level in range(4)] == [112, 17, 1, 0]


def test_a_full_tile_is_named_in_a_tile_above_it() -> None:
    paths = [tile.path for tile in tiles.tiles_for(256)]

    assert paths == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles.tiles_for(0)) == []


@given(old=st.integers(0, 140_000), more=st.integers(0, 70_000))
def test_new_tiles_are_those_that_the_smaller_log_had_not(old: int, more: int) -> None:
    new = old + more

    added = list(tiles.new_tiles(old, new))

    assert len(set(added)) == len(added)
    assert set(added) == set(tiles.tiles_for(new)) - set(tiles.tiles_for(old))


def test_a_log_does_not_shrink() -> None:
    with pytest.raises(Malformed, match="does not grow from 2 to 1"):
        list(tiles.new_tiles(2, 1))


def test_a_tile_is_as_wide_as_the_tree_makes_it() -> None:
    assert tiles.tile_at(0, 273, 70_000).width == 112
    assert tiles.tile_at("entries", 272, 70_000).width == 256
    assert tiles.tile_at(1, 1, 70_000).width == 17
    with pytest.raises(Malformed, match="has no tile 0/1"):
        tiles.tile_at(0, 1, 256)


@given(entries=bundles)
def test_an_entry_bundle_is_read_back(entries: list[bytes]) -> None:
    data = tiles.encode_entries(entries)

    assert tiles.decode_entries(data, len(entries)) == entries
    for wrong in {len(entries) - 1, len(entries) + 1} & set(range(1, 257)):
        with pytest.raises(Malformed):
            tiles.decode_entries(data, wrong)


@given(bodies=st.lists(salted, min_size=1, max_size=256))
def test_a_body_bundle_is_read_back(bodies: list[bytes | None]) -> None:
    data = tiles.encode_bodies(bodies)

    assert tiles.decode_bodies(data, len(bodies)) == bodies


@given(data=st.data(), entries=bundles)
def test_a_damaged_entry_bundle_is_refused_or_prints_as_it_was_read(
    data: st.DataObject, entries: list[bytes]
) -> None:
    bundle = data.draw(damaged(tiles.encode_entries(entries)))

    try:
        read = tiles.decode_entries(bundle, len(entries))
    except Malformed:
        return
    assert tiles.encode_entries(read) == bundle


@given(data=st.data(), bodies=st.lists(salted, min_size=1, max_size=9))
def test_a_damaged_body_bundle_is_refused_or_prints_as_it_was_read(
    data: st.DataObject, bodies: list[bytes | None]
) -> None:
    bundle = data.draw(damaged(tiles.encode_bodies(bodies)))

    try:
        read = tiles.decode_bodies(bundle, len(bodies))
    except Malformed:
        return
    assert tiles.encode_bodies(read) == bundle


def test_a_bundle_has_the_bytes_of_the_specification() -> None:
    salt = b"\xaa" * 16

    assert tiles.encode_entries([b"", b"ab"]) == b"\x00\x00\x00\x02ab"
    assert tiles.encode_bodies([salt + b"{}", None]) == (
        b"\x00\x00\x00\x12" + salt + b"{}" + b"\x00\x00\x00\x00"
    )


def test_the_largest_entry_is_taken_and_the_next_refused() -> None:
    largest = b"x" * tiles.MAX_ENTRY

    assert tiles.decode_entries(tiles.encode_entries([largest]), 1) == [largest]
    with pytest.raises(Malformed, match="at most 65535 bytes"):
        tiles.encode_entries([largest + b"x"])


@pytest.mark.parametrize("count", [0, 257])
def test_a_tile_of_no_items_or_too_many_is_refused(count: int) -> None:
    with pytest.raises(Malformed):
        tiles.encode_entries([b""] * count)
    with pytest.raises(Malformed):
        tiles.encode_bodies([None] * count)
    with pytest.raises(Malformed):
        tiles.encode_hashes([b"\x00" * 32] * count)
    with pytest.raises(Malformed):
        tiles.decode_hashes(b"\x00" * 32 * count, count)


@pytest.mark.parametrize("body", [b"", b"x" * 16])
def test_a_body_without_salt_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        tiles.encode_bodies([body])
    with pytest.raises(Malformed, match="without 16 bytes of salt"):
        tiles.decode_bodies(b"\x00\x00\x00\x10" + b"x" * 16, 1)


def test_a_hash_tile_is_read_back_and_no_other_length_is() -> None:
    hashes = [bytes([index]) * 32 for index in range(5)]
    data = tiles.encode_hashes(hashes)

    assert tiles.decode_hashes(data, 5) == hashes
    for wrong, width in [(data[:-1], 5), (data + b"x", 5), (data, 4)]:
        with pytest.raises(Malformed):
            tiles.decode_hashes(wrong, width)
    with pytest.raises(Malformed, match="hashes of 32 bytes"):
        tiles.encode_hashes([b"short"])


@given(size=st.integers(1, 2_000), data=st.data())
def test_proofs_made_of_tiles_hold(size: int, data: st.DataObject) -> None:
    files, leaves = a_log(size)
    subtrees = tiles.subtree_reader(files.__getitem__, size)
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root_of(leaves)
    old_root = merkle.root_of(leaves[: index + 1])

    inclusion = merkle.inclusion_proof(index, size, subtrees)
    consistency = merkle.consistency_proof(index + 1, size, subtrees)

    merkle.verify_inclusion(leaves[index], index, size, inclusion, root)
    merkle.verify_consistency(index + 1, old_root, size, root, consistency)


def test_the_proof_of_the_vectors_comes_out_of_tiles() -> None:
    files, _ = a_log(vectors.LOG_SIZE)
    subtrees = tiles.subtree_reader(files.__getitem__, vectors.LOG_SIZE)

    lines = vectors.log_file("p.tlog-proof").decode().split("\n\n")[0].split("\n")[2:]

    proof = merkle.inclusion_proof(35_001, vectors.LOG_SIZE, subtrees)
    assert [item.hex() for item in proof] == [b64decode(line).hex() for line in lines]


def test_a_dropped_partial_tile_is_read_from_the_full_one() -> None:
    files, leaves = a_log(512)
    earlier, _ = a_log(300)
    files["tile/1/000.p/1"] = earlier["tile/1/000.p/1"]
    subtrees = tiles.subtree_reader(files.__getitem__, 300)
    assert "tile/0/001.p/44" not in files

    proof = merkle.inclusion_proof(299, 300, subtrees)

    root = merkle.root_of(leaves[:300])
    merkle.verify_inclusion(leaves[299], 299, 300, proof, root)


def test_bundles_are_read_from_the_partial_or_the_full_tile() -> None:
    entries = [vectors.entry(index) for index in range(256)]
    bodies: list[bytes | None] = [None] * 256
    files = {
        "tile/entries/000": tiles.encode_entries(entries),
        "tile/entries/000.p/2": tiles.encode_entries(entries[:2]),
        "body/000": tiles.encode_bodies(bodies),
    }

    assert tiles.read_entries(files.__getitem__, Tile("entries", 0, 2)) == entries[:2]
    assert tiles.read_entries(files.__getitem__, Tile("entries", 0, 9)) == entries[:9]
    assert tiles.read_bodies(files.__getitem__, Tile("body", 0, 3)) == [None] * 3


def test_a_missing_tile_is_named_with_its_first_record() -> None:
    files, _ = a_log(600)
    del files["tile/0/001"]
    subtrees = tiles.subtree_reader(files.__getitem__, 600)

    with pytest.raises(BrokenTrail, match="tile/0/001 is missing") as caught:
        merkle.inclusion_proof(300, 600, subtrees)
    assert caught.value.index == 256


@pytest.mark.parametrize(("level", "index"), [(0, 600), (8, 2), (-1, 0), (0, -1)])
def test_a_subtree_that_the_tree_has_not_is_refused(level: int, index: int) -> None:
    files, _ = a_log(600)

    with pytest.raises(Malformed, match="has no subtree"):
        tiles.subtree_reader(files.__getitem__, 600)(level, index)
