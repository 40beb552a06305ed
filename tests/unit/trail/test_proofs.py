from pathlib import Path

import pytest

from affidavit.errors import BrokenTrail, Incomplete
from affidavit.tlog import merkle
from affidavit.tlog.proof import verify_proof
from affidavit.trail import proofs
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, decode
from support.live import a_directory, a_record, a_trail, an_identity


@pytest.fixture
def reader(tmp_path: Path) -> TrailReader:
    trail = a_trail(a_directory(tmp_path))
    for _ in range(300):
        trail.append(a_record())
    trail.close()
    return TrailReader(trail.path)


def test_every_record_is_found_by_its_id_and_proved(reader: TrailReader) -> None:
    for index, entry in list(reader.entries())[::17]:
        found = decode(entry)
        assert proofs.locate(reader, found.id, found.kind) == (index, entry)
        proof = proofs.inclusion(reader, index, entry)
        proven = verify_proof(proof, entry, an_identity().verifier)
        assert proven.inclusion.index == index


def test_an_id_of_another_kind_is_not_found(reader: TrailReader) -> None:
    (_, entry) = next(reader.entries(5, 6))
    with pytest.raises(Incomplete, match="no outcome"):
        proofs.locate(reader, decode(entry).id, Kind.OUTCOME)


def test_a_search_tells_how_far_it_is(reader: TrailReader) -> None:
    told: list[tuple[int, int]] = []
    with pytest.raises(Incomplete):
        proofs.locate(
            reader,
            "00000000-0000-7000-8000-000000000000",
            Kind.DECISION,
            progress=lambda done, whole: told.append((done, whole)),
        )
    size = reader.head().size
    assert told == [(size - 256, size), (size, size)]


def test_a_missing_tile_is_named(reader: TrailReader) -> None:
    (entry,) = (entry for _, entry in reader.entries(0, 1))
    (reader.path / "tile/0/000").unlink()
    with pytest.raises(BrokenTrail, match="tile/0/000"):
        proofs.inclusion(reader, 0, entry)


@pytest.mark.parametrize("old", [0, 1, 7, 255, 256, 257, 300])
def test_growth_is_proved_from_the_tiles_of_now(reader: TrailReader, old: int) -> None:
    leaves = merkle.leaf_hashes(entry for _, entry in reader.entries())
    head = reader.head()

    for new in (old, 300, head.size):
        found = proofs.consistency(reader, old, new)
        evidence = merkle.verify_consistency(
            old, found.old_root, new, merkle.root_of(leaves[:new]), found.hashes
        )
        assert evidence.old_root == merkle.root_of(leaves[:old])


def test_no_growth_is_proved_beyond_what_is_sealed(reader: TrailReader) -> None:
    with pytest.raises(Incomplete, match="are sealed"):
        proofs.consistency(reader, 0, reader.head().size + 1)
    with pytest.raises(Incomplete, match="no proof from 2 to 1"):
        proofs.consistency(reader, 2, 1)
