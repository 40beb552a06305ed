"""aics-tlog, sharing no code with us, accepts our logs and no damaged one."""

from pathlib import Path

import pytest

from affidavit.tlog import checkpoint, note, witness
from affidavit.tlog.checkpoint import Checkpoint
from support import vectors
from support.aics_judge import AicsJudge, found
from support.tlog_writer import write_log

LOG, WITNESS = vectors.key("log"), vectors.key("witness")
SIZE = 600


@pytest.fixture(scope="session")
def judge() -> AicsJudge:
    return found()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 600 entries, the key to it, and a checkpoint of 300 kept from before."""
    entries = [vectors.entry(index) for index in range(SIZE)]
    write_log(tmp_path / "before", entries[:300], LOG.name, LOG.signer)
    write_log(tmp_path / "log", entries, LOG.name, LOG.signer)
    kept = (tmp_path / "before/checkpoint").read_bytes()
    (tmp_path / "kept").write_bytes(kept)
    (tmp_path / "log.vkey").write_text(LOG.vkey + "\n")
    return tmp_path


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def inclusion(log: Path, index: int, entry: bytes) -> list[str | Path]:
    (log / "entry").write_bytes(entry)
    return [
        *("verify-inclusion", "--leaf", log / "entry", "--index", str(index)),
        *("--checkpoint", log / "log/checkpoint", "--tiles", log / "log"),
        *("--vkey-file", log / "log.vkey"),
    ]


def consistency(log: Path) -> list[str | Path]:
    return [
        *("verify-consistency", "--old-checkpoint", log / "kept"),
        *("--checkpoint", log / "log/checkpoint", "--tiles", log / "log"),
        *("--vkey-file", log / "log.vkey"),
    ]


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_an_entry_is_found_where_it_stands(
    judge: AicsJudge, log: Path, index: int
) -> None:
    told = judge(*inclusion(log, index, vectors.entry(index)))

    assert (told["ok"], told["size"]) == (True, SIZE)


def test_another_entry_is_not_found_there(judge: AicsJudge, log: Path) -> None:
    assert not judge(*inclusion(log, 256, vectors.entry(257)))["ok"]


@pytest.mark.parametrize("tile", ["tile/0/001", "tile/1/000.p/2"])
def test_a_damaged_tile_is_noticed(judge: AicsJudge, log: Path, tile: str) -> None:
    flip(log / "log" / tile, 31)

    assert not judge(*inclusion(log, 300, vectors.entry(300)))["ok"]


def test_a_log_that_grew_extends_what_was_kept(judge: AicsJudge, log: Path) -> None:
    told = judge(*consistency(log))

    assert (told["ok"], told["old_size"], told["new_size"]) == (True, 300, SIZE)


def test_a_rewritten_history_does_not(judge: AicsJudge, log: Path) -> None:
    rewritten = [b"other", *(vectors.entry(index) for index in range(1, SIZE))]
    write_log(log / "log", rewritten, LOG.name, LOG.signer)

    assert not judge(*consistency(log))["ok"]


def test_a_checkpoint_by_another_key_is_refused(judge: AicsJudge, log: Path) -> None:
    (log / "log.vkey").write_text(vectors.key("witness").vkey + "\n")

    assert not judge(*consistency(log))["ok"]


def test_a_cosignature_counts_and_an_altered_one_does_not(
    judge: AicsJudge, tmp_path: Path
) -> None:
    head = Checkpoint(LOG.name, 7, bytes(range(32)))
    signed = note.parse_note(checkpoint.sign(head, LOG.signer))
    line = witness.cosign(head, WITNESS.name, WITNESS.signer, time=1_700_000_000)
    (tmp_path / "good").write_bytes(signed.with_signatures(line).encode())
    late = line.signature[:7] + bytes([line.signature[7] ^ 1]) + line.signature[8:]
    bent = note.NoteSignature(line.name, line.key_id, late)
    (tmp_path / "bad").write_bytes(signed.with_signatures(bent).encode())

    def rules(name: str) -> bool:
        told = judge(
            *("verify-checkpoint", "--note", tmp_path / name, "--log-key", LOG.vkey),
            *("--witness-key", WITNESS.vkey, "--quorum", "1"),
        )
        return bool(told["ok"])

    assert rules("good")
    assert not rules("bad")
