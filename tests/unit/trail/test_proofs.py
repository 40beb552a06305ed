import shutil
from pathlib import Path

import pytest

from affidavit.errors import BrokenTrail, Incomplete, Malformed
from affidavit.tlog import merkle
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.proof import verify_proof
from affidavit.tlog.witness import WitnessKey, cosign, open_cosignatures
from affidavit.trail import proofs
from affidavit.trail.anchors import AnchorStore
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, decode
from support.anchors import WITNESS
from support.live import a_directory, a_record, a_trail, an_identity


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trail = a_trail(a_directory(tmp_path_factory.mktemp("written")))
    for _ in range(300):
        trail.append(a_record())
    trail.close()
    return trail.path


@pytest.fixture
def reader(written: Path, tmp_path: Path) -> TrailReader:
    return TrailReader(shutil.copytree(written, tmp_path / "trail"))


def test_every_record_is_found_by_its_id_and_proved(reader: TrailReader) -> None:
    for index, entry in list(reader.entries())[::17]:
        found = decode(entry)
        assert proofs.locate(reader, found.id, found.kind) == (index, entry)
        proof = proofs.inclusion(reader, index, entry)
        proven = verify_proof(proof, entry, an_identity().verifier)
        assert proven.inclusion.index == index


def kept(reader: TrailReader, size: int, *witnesses: str) -> bytes:
    """A head of `size` records, signed and cosigned, as anchoring leaves it."""
    leaves = merkle.leaf_hashes(entry for _, entry in reader.entries(0, size))
    head = Checkpoint(reader.head().origin, size, merkle.root_of(leaves))
    note = sign(head, an_identity().signer)
    AnchorStore.of(reader.path).keep(
        note,
        month="2026-11",
        cosignatures=[cosign(head, each, WITNESS.signer, time=1) for each in witnesses],
    )
    return note


def test_a_proof_leads_to_the_newest_head_that_most_witnesses_cosigned(
    reader: TrailReader,
) -> None:
    kept(reader, 100, "w/1", "w/2")
    kept(reader, 200, "w/1", "w/2")
    kept(reader, 250, "w/1")
    kept(reader, 260)
    key = an_identity().verifier

    for index, size, names in (
        (99, 200, ("w/1", "w/2")),
        (199, 200, ("w/1", "w/2")),
        (200, 250, ("w/1",)),
    ):
        note = proofs.cosigned(reader, index, key)
        ((_, entry),) = reader.entries(index, index + 1)
        proof = proofs.inclusion(reader, index, entry, note)
        assert proofs.witnesses_of(proof.checkpoint) == names
        assert verify_proof(proof, entry, key).checkpoint.size == size
        trusted = [WitnessKey(each, WITNESS.signer.verifier) for each in names]
        seen = open_cosignatures(proof.checkpoint, trusted)
        assert [each.witness for each in seen] == list(names)
    assert proofs.cosigned(reader, 250, key) is None


def test_a_head_of_another_key_of_the_log_is_passed_over(reader: TrailReader) -> None:
    kept(reader, 100, "w/1")

    later = an_identity(seed=b"l" * 32).verifier
    assert proofs.cosigned(reader, 5, later) is None


def test_evidence_that_cannot_be_read_is_named(reader: TrailReader) -> None:
    kept(reader, 100, "w/1")
    (path,) = reader.path.glob("anchors/*/*/cosigned")
    path.write_bytes(b"no note")

    with pytest.raises(Malformed, match="cosigned: "):
        proofs.cosigned(reader, 5, an_identity().verifier)


def test_a_cosigned_head_that_the_trail_contradicts_proves_nothing(
    reader: TrailReader,
) -> None:
    head = Checkpoint(reader.head().origin, 100, bytes(32))
    line = cosign(head, WITNESS.name, WITNESS.signer, time=1)
    note = sign(head, an_identity().signer)
    AnchorStore.of(reader.path).keep(note, month="2026-11", cosignatures=[line])
    key = an_identity().verifier

    ((_, entry),) = reader.entries(5, 6)
    proof = proofs.inclusion(reader, 5, entry, proofs.cosigned(reader, 5, key))
    with pytest.raises(BrokenTrail):
        verify_proof(proof, entry, key)


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
