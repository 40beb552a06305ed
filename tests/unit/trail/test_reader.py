"""Reading a trail from outside: what is handed on, and what a missing file is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    Malformed,
    TrailNotFound,
    TrailUnavailable,
)
from affidavit.tlog.tiles import Tile
from affidavit.trail.reader import MAX_FILE_BYTES, TrailReader
from affidavit.trail.record import Kind
from support import trails
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    """602 records: 500 sealed, 590 in the tree, the rest in a WAL."""
    built = a_trail(tmp_path / "trail", calls=300)
    built.write(sealed=500, in_tree=590)
    return built


def test_entries_are_streamed_over_bundle_borders(trail: Builder) -> None:
    found = list(TrailReader(trail.path).entries(200, 500))

    assert found == [(i, trail.records[i].entry) for i in range(200, 500)]


def test_without_an_end_entries_stop_at_the_checkpoint(trail: Builder) -> None:
    assert len(list(TrailReader(trail.path).entries())) == 500


def test_entries_beyond_the_tree_are_refused(trail: Builder) -> None:
    with pytest.raises(BrokenTrail):
        list(TrailReader(trail.path).entries(0, 5000))
    with pytest.raises(BrokenTrail):
        list(TrailReader(trail.path).entries(501))


def test_bodies_come_with_their_salts(trail: Builder) -> None:
    found = dict(TrailReader(trail.path).bodies(255, 258))

    assert found == {i: trail.records[i].salted for i in range(255, 258)}


def test_a_sealed_record_is_decoded(trail: Builder) -> None:
    (record,) = TrailReader(trail.path).records(2, 3)

    made = trail.records[2]
    assert record.index == 2
    assert record.sealed
    assert record.entry.kind is Kind.DECISION
    assert record.entry.id == made.id
    assert record.salt == made.salt
    assert record.body is not None
    assert record.body["purpose"] == "support.reply"


def test_a_pruned_record_has_no_body(trail: Builder) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records[:256]]
    bodies[2] = None
    trails.write_bodies(trail.path, 0, bodies)

    (record,) = TrailReader(trail.path).records(2, 3)

    assert record.body is None
    assert record.salt is None


def test_a_pruned_bundle_still_hands_on_its_other_bodies(trail: Builder) -> None:
    trails.write_bodies(trail.path, 0, [None] * 255 + [trail.records[255].salted])

    found = [salted for _, salted in TrailReader(trail.path).bodies(254, 256)]

    assert found == [None, trail.records[255].salted]


def test_a_partial_bundle_is_read_from_the_full_one_that_replaced_it(
    tmp_path: Path,
) -> None:
    trail = a_trail(tmp_path / "trail", calls=300)
    trail.write(sealed=200, in_tree=600)
    for level in ("entries", "0"):
        (trail.path / f"tile/{level}/000.p/200").unlink()
    (trail.path / "body/000.p/200").unlink()
    reader = TrailReader(trail.path)

    assert [each.index for each in reader.records()] == list(range(200))
    assert len(reader.hashes(0, 0, 200)) == 200


def test_a_narrow_bundle_is_read_from_a_wider_partial_one(tmp_path: Path) -> None:
    """Of partial body bundles only the widest is kept."""
    trail = a_trail(tmp_path / "trail", calls=100)
    trail.write(sealed=50, in_tree=60)
    (trail.path / "body/000.p/50").unlink()

    assert len(list(TrailReader(trail.path).records())) == 50


def test_records_beyond_the_checkpoint_are_pending(trail: Builder) -> None:
    pending = list(TrailReader(trail.path).pending())

    assert [each.index for each in pending] == [*range(500, 590), *[None] * 12]
    assert [each.entry.id for each in pending] == [m.id for m in trail.records[500:]]
    assert not any(each.sealed for each in pending)


def test_a_trail_of_the_tree_alone_has_nothing_pending(trail: Builder) -> None:
    (trail.path / "state").unlink()
    for path in (trail.path / "wal").iterdir():
        path.unlink()

    assert list(TrailReader(trail.path).pending()) == []


def test_a_damaged_state_guides_nobody(trail: Builder) -> None:
    (trail.path / "state").write_bytes(b'{"v":1}')

    with TrailReader(trail.path).snapshot() as moment:
        assert moment.state is None


def test_where_no_trail_is_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound, match="affidavit init"):
        TrailReader(tmp_path / "nothing").head()


def test_a_missing_bundle_names_its_first_record(trail: Builder) -> None:
    (trail.path / "tile/entries/001.p/244").unlink()
    (trail.path / "tile/entries/001").unlink(missing_ok=True)
    (trail.path / "tile/entries/001.p/255").unlink(missing_ok=True)
    reader = TrailReader(trail.path)

    with pytest.raises(BrokenTrail, match="tile/entries/001") as raised:
        list(reader.entries(300, 400))

    assert raised.value.index == 256


def test_a_damaged_bundle_is_malformed(trail: Builder) -> None:
    path = trail.path / "tile/entries/000"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(Malformed):
        list(TrailReader(trail.path).entries(0, 10))


def test_a_file_too_large_to_be_ours_is_not_read_whole(trail: Builder) -> None:
    with (trail.path / "checkpoint").open("wb") as file:
        file.truncate(MAX_FILE_BYTES * 100)

    with pytest.raises(Malformed, match="larger than any file"):
        TrailReader(trail.path).checkpoint_bytes()


def test_a_disk_that_fails_is_told_from_a_trail_that_is_bad(trail: Builder) -> None:
    (trail.path / "checkpoint").unlink()
    (trail.path / "checkpoint").mkdir()

    with pytest.raises(TrailUnavailable, match="errno"):
        TrailReader(trail.path).checkpoint_bytes()


def test_a_pipe_in_a_files_place_is_not_waited_on(trail: Builder) -> None:
    (trail.path / "checkpoint").unlink()
    os.mkfifo(trail.path / "checkpoint")

    with pytest.raises(TrailUnavailable, match="a pipe or a device"):
        TrailReader(trail.path).checkpoint_bytes()


def test_reading_writes_nothing(trail: Builder) -> None:
    def everything() -> Iterator[tuple[str, int, int]]:
        for folder, _, names in os.walk(trail.path):
            for each in (folder, *(os.path.join(folder, name) for name in names)):
                found = os.stat(each)
                yield each, found.st_mtime_ns, stat.S_IMODE(found.st_mode)

    before = sorted(everything())
    reader = TrailReader(trail.path)
    assert list(reader.records())
    assert list(reader.pending())

    assert sorted(everything()) == before


def test_a_snapshot_keeps_wals_that_are_removed_under_it(trail: Builder) -> None:
    with TrailReader(trail.path).snapshot() as moment:
        for path in (trail.path / "wal").iterdir():
            path.unlink()

        frames = [frame for wal in moment.wals for frame in wal.frames()]

    assert [frame.entry for frame in frames] == [m.entry for m in trail.records[590:]]


class Restless(TrailReader):
    """A trail whose state is another one each time it is read, `moves` times."""

    moves = 3

    def read(self, name: str) -> bytes:
        if name == "state" and self.moves:
            self.moves -= 1
            return b'{"moves":%d}' % self.moves
        return super().read(name)


def test_integration_that_moves_on_is_waited_out(trail: Builder) -> None:
    assert len(list(Restless(trail.path).pending())) == 102


def test_a_trail_that_never_holds_still_is_incomplete(trail: Builder) -> None:
    reader = Restless(trail.path)
    reader.moves = 10**6

    with pytest.raises(Incomplete, match="Try again"), reader.snapshot():
        pass


def test_a_tile_is_found_again_after_its_partial_went(trail: Builder) -> None:
    """The partial goes and the full one comes between two of our looks."""

    class Overtaken(TrailReader):
        def read(self, name: str) -> bytes:
            if name == "tile/0/000" and not full.exists():
                full.write_bytes(content)
                raise FileNotFoundError(name)
            return super().read(name)

    full = trail.path / "tile/0/000"
    content = full.read_bytes()
    full.unlink()

    assert Overtaken(trail.path).tile(Tile(0, 0, 100)) == (content, 256)


def test_a_hash_tile_is_cut_from_a_wider_one_where_a_copy_has_no_other(
    tmp_path: Path,
) -> None:
    trail = trails.a_trail(tmp_path / "trail", calls=5)
    trail.write()
    whole = (trail.path / "tile/0/000.p/12").read_bytes()
    reader = TrailReader(trail.path)

    assert reader.hash_tile("tile/0/000.p/12") == whole
    assert reader.hash_tile("tile/0/000.p/5") == whole[: 5 * 32]
    with pytest.raises(FileNotFoundError):
        reader.hash_tile("tile/0/001")
