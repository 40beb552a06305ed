import gc
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.blobs import IN_MEMORY, PIECE, Blob, BlobWriter


def written(*pieces: bytes, in_memory: int = IN_MEMORY) -> Blob:
    with BlobWriter(in_memory) as writer:
        for piece in pieces:
            writer.write(piece)
        return writer.finish()


@given(st.lists(st.binary(max_size=64)), st.sampled_from([0, 32, IN_MEMORY]))
def test_what_was_written_is_read_back_wherever_it_lies(
    pieces: list[bytes], in_memory: int
) -> None:
    whole = b"".join(pieces)
    blob = written(*pieces, in_memory=in_memory)

    assert blob.read() == blob.read() == whole
    assert (blob.size, blob.sha256) == (len(whole), sha256(whole).hexdigest())


def test_a_large_blob_holds_no_bytes_in_memory_and_is_read_in_pieces() -> None:
    blob = written(b"x" * (IN_MEMORY + 1))

    assert (blob.held, written(b"xy").held) == (0, 2)
    assert max(len(piece) for piece in blob.pieces()) == PIECE


def test_a_blob_on_disk_goes_with_whoever_refers_to_it() -> None:
    blob = written(b"on disk", in_memory=0)
    with blob.open() as reader:
        file = Path(reader.name)
    assert file.exists()

    del blob
    gc.collect()
    assert not file.exists()


def test_a_blob_whose_file_somebody_removed_goes_quietly() -> None:
    blob = written(b"on disk", in_memory=0)
    with blob.open() as reader:
        Path(reader.name).unlink()

    del blob
    gc.collect()


def test_what_is_not_finished_leaves_nothing_behind() -> None:
    with BlobWriter(in_memory=0) as writer:
        writer.write(b"on disk")
        assert writer._file is not None
        file = Path(writer._file.name)

    assert not file.exists()


def test_bytes_are_a_blob() -> None:
    assert Blob.of(b"abc").read() == b"abc"
