"""golang.org/x/mod, sharing no code with us, accepts our logs and no damaged one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.tlog import checkpoint, merkle, proof, tiles
from support import vectors
from support.go_judge import GoJudge, build
from support.tlog_writer import reader, write_log

LOG = vectors.key("log")


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> GoJudge:
    return build(tmp_path_factory.mktemp("go-judge"))


def a_log(directory: Path, size: int) -> checkpoint.Checkpoint:
    entries = [vectors.entry(index) for index in range(size)]
    return write_log(directory, entries, LOG.name, LOG.signer)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536])
def test_a_log_of_any_size_is_accepted(
    judge: GoJudge, tmp_path: Path, size: int
) -> None:
    head = a_log(tmp_path, size)

    ruling = judge(LOG.vkey, tmp_path)

    root = head.text.split("\n")[2]
    assert (ruling.exit_code, ruling.output) == (0, f"ok {size} {root}\n")


def test_the_log_of_the_vectors_has_exactly_their_root(
    judge: GoJudge, tmp_path: Path
) -> None:
    a_log(tmp_path, vectors.LOG_SIZE)

    ruling = judge(LOG.vkey, tmp_path)

    assert ruling.output == f"ok 70000 {vectors.LOG_ROOT_BASE64}\n"


DAMAGES: dict[str, Callable[[Path], None]] = {
    "an entry": lambda log: flip(log / "tile/entries/001", 2),
    "the last entry": lambda log: flip(log / "tile/entries/002.p/88", -1),
    "the length of an entry": lambda log: flip(log / "tile/entries/000", 1),
    "a full tile": lambda log: flip(log / "tile/0/001", 32 * 255),
    "a partial tile": lambda log: flip(log / "tile/0/002.p/88", 32 * 87),
    "an upper tile": lambda log: flip(log / "tile/1/000.p/2", 63),
    "the signature": lambda log: flip(log / "checkpoint", -5),
    "the size in the checkpoint": lambda log: flip(
        log / "checkpoint", len(LOG.name) + 3
    ),
    "a tile cut short": lambda log: os.truncate(log / "tile/0/001", 8160),
    "a tile dropped": lambda log: (log / "tile/0/001").unlink(),
    "a bundle dropped": lambda log: (log / "tile/entries/001").unlink(),
    "two bundles exchanged": lambda log: exchange(
        log / "tile/entries/000", log / "tile/entries/001"
    ),
}


def exchange(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_log_is_refused(
    judge: GoJudge, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    a_log(tmp_path, 600)
    assert judge(LOG.vkey, tmp_path).exit_code == 0
    damage(tmp_path)

    ruling = judge(LOG.vkey, tmp_path)

    assert ruling.exit_code == 1
    assert "ok" not in ruling.output.split()


def test_a_log_under_another_key_is_refused(judge: GoJudge, tmp_path: Path) -> None:
    head = a_log(tmp_path, 3)
    signed = checkpoint.sign(head, vectors.key("witness").signer)
    (tmp_path / "checkpoint").write_bytes(signed)

    assert judge(LOG.vkey, tmp_path).exit_code == 1


def test_an_older_checkpoint_holds_when_its_partial_tiles_became_full(
    judge: GoJudge, tmp_path: Path
) -> None:
    older = a_log(tmp_path / "older", 200)
    a_log(tmp_path / "log", 300)
    signed = checkpoint.sign(older, LOG.signer)
    (tmp_path / "log/checkpoint").write_bytes(signed)

    ruling = judge(LOG.vkey, tmp_path / "log")

    assert ruling.output.startswith("ok 200 ")


@pytest.mark.parametrize("index", [0, 255, 256, 598, 599])
def test_a_proof_file_is_accepted_for_its_entry_and_for_no_other(
    judge: GoJudge, tmp_path: Path, index: int
) -> None:
    a_log(tmp_path, 600)
    subtrees = tiles.subtree_reader(reader(tmp_path), 600)
    made = proof.TlogProof(
        index,
        merkle.inclusion_proof(index, 600, subtrees),
        (tmp_path / "checkpoint").read_bytes(),
        b"anything",
    )
    (tmp_path / "p.tlog-proof").write_bytes(made.encode())
    (tmp_path / "entry").write_bytes(vectors.entry(index))
    (tmp_path / "other").write_bytes(vectors.entry(index + 1))

    arguments = ("proof", LOG.vkey, tmp_path / "p.tlog-proof")

    assert judge(*arguments, tmp_path / "entry").output.startswith("ok 600 ")
    assert judge(*arguments, tmp_path / "other").exit_code == 1


def test_the_proof_of_the_vectors_is_accepted(judge: GoJudge) -> None:
    files = [vectors.LOG_FOLDER / name for name in ("p.tlog-proof", "entry.bin")]

    ruling = judge("proof", LOG.vkey, *files)

    assert ruling.output == f"ok 70000 {vectors.LOG_ROOT_BASE64}\n"
