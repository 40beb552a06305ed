"""A witness signs what extends what it has seen, and remembers before it speaks."""

import logging
import os
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from affidavit.anchors.witness import MAX_CONTRADICTIONS, Witness
from affidavit.durable import ProcessLock
from affidavit.errors import KeyUnusable, TrailUnavailable
from affidavit.tlog.submission import SIZE_TYPE
from affidavit.tlog.witness import open_cosignatures
from support.anchors import KEY, LOG, NOW, WITNESS, WITNESS_KEY, Log, a_witness

DIGEST = sha256(LOG.name.encode()).hexdigest()
ONE, OTHER = Log(70), Log(70, history="another")


def test_an_accepted_head_is_cosigned_at_the_witnesss_time(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)

    reply = witness.add_checkpoint(ONE.body(0, 7))

    assert reply.status == 200
    (cosignature,) = open_cosignatures(ONE.note(7) + reply.body, [WITNESS_KEY])
    assert (cosignature.time, cosignature.checkpoint) == (NOW, ONE.head(7))


def test_the_head_is_on_the_disk_with_both_signatures_when_the_answer_is_given(
    tmp_path: Path,
) -> None:
    witness = a_witness(tmp_path)

    reply = witness.add_checkpoint(ONE.body(0, 7))

    kept = (tmp_path / DIGEST / "checkpoint").read_bytes()
    assert kept == ONE.note(7) + reply.body
    assert witness.checkpoint(DIGEST).body == kept


def test_a_witness_that_begins_again_remembers(tmp_path: Path) -> None:
    a_witness(tmp_path).add_checkpoint(ONE.body(0, 7))

    again = a_witness(tmp_path)

    reply = again.add_checkpoint(OTHER.body(0, 9))
    assert (reply.status, reply.body, reply.kind) == (409, b"7\n", SIZE_TYPE)
    assert again.add_checkpoint(OTHER.body(7, 9)).status == 422
    assert again.add_checkpoint(ONE.body(7, 9)).status == 200


def test_nothing_is_signed_when_the_state_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    witness = a_witness(tmp_path)
    (tmp_path / DIGEST / "checkpoint.new").mkdir(parents=True)

    reply = witness.add_checkpoint(ONE.body(0, 7))

    assert reply.status == 500
    assert str(tmp_path) not in reply.body.decode()
    assert "nothing was signed" in caplog.text
    assert not (tmp_path / DIGEST / "checkpoint").exists()


def test_a_folder_that_cannot_be_made_is_an_error_of_the_witness(
    tmp_path: Path,
) -> None:
    witness = a_witness(tmp_path)
    (tmp_path / DIGEST).write_bytes(b"")

    assert witness.add_checkpoint(ONE.body(0, 7)).status == 500


def test_a_damaged_memory_is_never_taken_for_none(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    witness.add_checkpoint(ONE.body(0, 7))
    (tmp_path / DIGEST / "checkpoint").write_bytes(b"torn")

    assert witness.add_checkpoint(OTHER.body(0, 9)).status == 500


def test_a_memory_that_cannot_be_read_is_an_error_for_monitors_too(
    tmp_path: Path,
) -> None:
    witness = a_witness(tmp_path)
    (tmp_path / DIGEST / "checkpoint").mkdir(parents=True)

    assert witness.checkpoint(DIGEST).status == 500


def test_two_histories_of_one_size_are_kept_as_proof(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    witness = a_witness(tmp_path)
    witness.add_checkpoint(ONE.body(0, 7))

    for _ in range(2):
        assert witness.add_checkpoint(OTHER.body(7, 7)).status == 422

    (proof,) = (tmp_path / DIGEST / "contradicting").iterdir()
    assert proof.read_bytes() == OTHER.note(7)
    assert "two histories" in caplog.text


def test_proofs_do_not_fill_the_disk(tmp_path: Path) -> None:
    logging.getLogger("affidavit.witness").disabled = True
    try:
        witness = a_witness(tmp_path)
        witness.add_checkpoint(ONE.body(0, 7))
        for number in range(MAX_CONTRADICTIONS + 3):
            witness.add_checkpoint(Log(7, history=f"h{number}").body(7, 7))
    finally:
        logging.getLogger("affidavit.witness").disabled = False

    kept = os.listdir(tmp_path / DIGEST / "contradicting")
    assert len(kept) == MAX_CONTRADICTIONS


def test_of_many_at_once_one_history_is_cosigned(tmp_path: Path) -> None:
    """Two instances on one state, as two processes would be."""
    witnesses = [a_witness(tmp_path), a_witness(tmp_path)]
    logs = [Log(9, history=f"h{number}") for number in range(8)]
    replies: dict[int, int] = {}

    def submit(number: int) -> None:
        reply = witnesses[number % 2].add_checkpoint(logs[number].body(0, 9))
        replies[number] = reply.status

    threads = [threading.Thread(target=submit, args=(n,)) for n in range(len(logs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(replies.values()) == [200] + [409] * 7


def test_a_log_that_is_being_decided_about_makes_others_wait_for_a_while_only(
    tmp_path: Path,
) -> None:
    witness = a_witness(tmp_path, lock_seconds=0.01)
    witness.add_checkpoint(ONE.body(0, 7))
    with ProcessLock(tmp_path / DIGEST / "lock").held(seconds=1) as had:
        assert had
        assert witness.add_checkpoint(ONE.body(7, 9)).status == 503

    assert witness.add_checkpoint(ONE.body(7, 9)).status == 200


def test_another_witness_does_not_take_over_a_state(tmp_path: Path) -> None:
    a_witness(tmp_path)

    with pytest.raises(KeyUnusable, match="is of the witness"):
        Witness(
            name="other.example/w",
            signer=WITNESS.signer,
            trust={LOG.name: [KEY]},
            state=tmp_path,
        )


def test_a_state_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(TrailUnavailable):
        a_witness(tmp_path / "file" / "state")


@pytest.mark.parametrize("digest", ["", "..", "0" * 63, "G" * 64, DIGEST.upper()])
def test_only_digests_name_what_monitors_get(tmp_path: Path, digest: str) -> None:
    witness = a_witness(tmp_path)
    witness.add_checkpoint(ONE.body(0, 7))

    assert witness.checkpoint(digest).status == 404


def test_a_log_that_was_never_cosigned_is_404_for_monitors(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)

    assert witness.checkpoint(DIGEST).status == 404
    assert witness.logs == ((LOG.name, (KEY,)),)
