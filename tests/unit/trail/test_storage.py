"""Tiles, state and checkpoint: in their order, and only ever larger."""

import shutil
from pathlib import Path

import pytest

from affidavit.durable import Staging
from affidavit.errors import (
    BrokenTrail,
    TrailMismatch,
    TrailNotFound,
    TrailUnavailable,
)
from affidavit.tlog.merkle import leaf_hash, root_of
from affidavit.tlog.tiles import Tile, read_bodies
from affidavit.trail.identity import Identity
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage, saved_state
from support import live
from support.live import a_directory, an_identity


def leaves(first: int, count: int) -> list[Leaf]:
    return [
        Leaf(f"entry {n}".encode(), b"s" * 16 + f"body {n}".encode())
        for n in range(first, first + count)
    ]


def grown(storage: Storage, *counts: int) -> State:
    state = storage.state()
    for count in counts:
        before = state.size
        state = storage.extend(state, leaves(state.size, count), {})
        storage.publish(state)
        storage.forget_partials(before, state.size)
    return state


@pytest.mark.parametrize("counts", [(1,), (254, 1, 1), (255, 256, 3), (700,)])
def test_the_root_is_that_of_all_entries_however_they_came(
    tmp_path: Path, counts: tuple[int, ...]
) -> None:
    storage = Storage(a_directory(tmp_path), an_identity())
    genesis = storage.state().root
    state = grown(storage, *counts)

    hashes = [leaf_hash(leaf.entry) for leaf in leaves(1, sum(counts))]
    assert state.root == root_of([genesis, *hashes])
    assert storage.checkpoint().root == state.root
    assert storage.checkpoint().size == 1 + sum(counts)
    assert storage.state() == state


def test_partial_tiles_go_when_the_full_one_is_there_and_bodies_keep_the_widest(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    grown(Storage(path, an_identity()), 9, 10)
    assert sorted(p.name for p in (path / "tile/0/000.p").iterdir()) == [
        "1",
        "10",
        "20",
    ]
    assert [p.name for p in (path / "body/000.p").iterdir()] == ["20"]

    grown(Storage(path, an_identity()), 300)

    assert not (path / "tile/0/000.p").exists()
    assert not (path / "tile/entries/000.p").exists()
    assert not (path / "body/000.p").exists()
    assert (path / "tile/0/000").exists()
    assert (path / "tile/1/000.p/1").exists()


def test_bodies_are_replaced_and_no_copy_of_them_is_left(tmp_path: Path) -> None:
    storage = Storage(a_directory(tmp_path), an_identity())
    state = grown(storage, 300)
    tile = Tile("body", 1, state.size - 256)
    body = storage.path / "body"
    for name in ("001", "001.new", "001.p/7", "001.p/44.new"):
        (body / name).write_bytes(b"a copy")
    bodies = read_bodies(storage.read, tile)
    bodies[3] = None
    staging = Staging()
    storage.replace_bodies(staging, tile, bodies)
    staging.seal()

    assert read_bodies(storage.read, tile) == bodies
    found = {str(file.relative_to(body)) for file in body.rglob("*") if file.is_file()}
    assert found == {"000", f"001.p/{tile.width}"}


def test_copies_of_bodies_that_cannot_be_removed_stop_it(tmp_path: Path) -> None:
    storage = Storage(a_directory(tmp_path), an_identity())
    state = grown(storage, 10)
    (storage.path / "body" / "000.p" / "3").mkdir()
    tile = Tile("body", 0, state.size)
    before = storage.read(tile.path)
    with pytest.raises(TrailUnavailable, match="body"):
        storage.replace_bodies(Staging(), tile, [None] * state.size)
    assert storage.read(tile.path) == before


def test_a_tree_larger_than_its_checkpoint_is_a_crash_and_is_continued(
    tmp_path: Path,
) -> None:
    storage = Storage(a_directory(tmp_path), an_identity())
    state = storage.extend(storage.state(), leaves(1, 5), {})

    assert storage.checkpoint().size == 1
    assert storage.state() == state
    assert storage.publish(state).size == 6


def test_a_checkpoint_larger_than_the_state_is_never_signed_over(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    storage = Storage(path, an_identity())
    old = (path / "state").read_bytes()
    grown(storage, 5)
    (path / "state").write_bytes(old)

    with pytest.raises(BrokenTrail, match="one of them was put back"):
        storage.state()


def test_a_state_that_rewrites_history_is_never_signed(tmp_path: Path) -> None:
    """A second checkpoint that contradicts the first must be impossible."""
    path = a_directory(tmp_path / "honest")
    storage = Storage(path, an_identity())
    honest = grown(storage, 5)
    head = (path / "checkpoint").read_bytes()
    forged = a_directory(tmp_path / "forged")
    grown(Storage(forged, an_identity()), 8)
    shutil.rmtree(path)
    shutil.copytree(forged, path)
    (path / "checkpoint").write_bytes(head)

    with pytest.raises(BrokenTrail):
        storage.state()
    assert storage.checkpoint().root == honest.root


def test_a_changed_tile_stops_the_tree_from_growing(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    storage = Storage(path, an_identity())
    state = grown(storage, 5)
    (path / "tile/0/000.p/6").write_bytes(b"\1" * 32 * 6)

    with pytest.raises(BrokenTrail, match="affidavit trail verify"):
        storage.extend(state, leaves(6, 1), {})


def test_a_missing_bundle_stops_the_tree_from_growing(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    storage = Storage(path, an_identity())
    state = grown(storage, 5)
    (path / "tile/entries/000.p/6").unlink()

    with pytest.raises(BrokenTrail, match="entries"):
        storage.extend(state, leaves(6, 1), {})


@pytest.mark.parametrize(
    "other", [an_identity(seed=b"x" * 32), an_identity("affidavit.local/other")]
)
def test_a_trail_of_another_key_or_origin_is_refused(
    tmp_path: Path, other: Identity
) -> None:
    path = a_directory(tmp_path)

    with pytest.raises(TrailMismatch, match="another key or origin"):
        Storage(path, other).checkpoint()


def test_no_trail_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound, match="affidavit init"):
        Storage(tmp_path, an_identity()).checkpoint()


def test_a_damaged_checkpoint_is_told_as_damaged(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    (path / "checkpoint").write_bytes(b"nonsense")

    with pytest.raises(BrokenTrail, match="the checkpoint is damaged"):
        Storage(path, an_identity()).checkpoint()


@pytest.mark.parametrize("data", [None, b"", b"garbage", b"{}"])
def test_a_state_that_is_missing_or_damaged_is_told_before_anything_is_recorded(
    tmp_path: Path, data: bytes | None
) -> None:
    path = a_directory(tmp_path)
    (path / "state").unlink()
    if data is not None:
        (path / "state").write_bytes(data)

    with pytest.raises(TrailUnavailable, match=r"state.*newest backup"):
        saved_state(path)
    with pytest.raises(TrailUnavailable, match=r"state.*newest backup"):
        live.a_trail(path)
