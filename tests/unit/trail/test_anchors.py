"""Evidence of others is kept whole, and read back as it was."""

import os
from pathlib import Path

import pytest

from affidavit.canonical import Json
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.tlog.note import parse_note
from affidavit.tlog.witness import cosign, open_cosignatures
from affidavit.trail.anchors import (
    MAX_EVIDENCE_BYTES,
    AnchorStore,
    Done,
    Standing,
    head_in,
)
from support import vectors
from support.anchors import KEY, WITNESS, WITNESS_KEY, Log

ONE = Log(20)
LINE = cosign(ONE.head(7), WITNESS.name, WITNESS.signer, time=1)
LATER = cosign(ONE.head(7), WITNESS.name, WITNESS.signer, time=2)


@pytest.fixture
def store(tmp_path: Path) -> AnchorStore:
    return AnchorStore.of(tmp_path)


def test_what_is_kept_of_a_head_comes_back(store: AnchorStore) -> None:
    store.keep(ONE.note(7), month="2026-11", cosignatures=[LINE])
    store.keep(
        ONE.note(7), month="2026-12", cosignatures=[LATER], stamps={"a.tsr": b"t"}
    )

    (head,) = store.heads()
    assert head.checkpoint == ONE.note(7)
    assert head.stamps == (("a.tsr", b"t"),)
    assert head.name.startswith("anchors/2026-11/7-")
    assert head.cosigned is not None
    assert parse_note(head.cosigned).signatures[-2:] == (LINE, LATER)
    assert open_cosignatures(head.cosigned, [WITNESS_KEY])[0].time == 1


def test_heads_come_by_month_and_size(store: AnchorStore) -> None:
    for size, month in [(10, "2026-11"), (9, "2026-11"), (11, "2026-10")]:
        store.keep(ONE.note(size), month=month)

    sizes = [each.name.split("/")[2].split("-")[0] for each in store.heads()]
    assert sizes == ["11", "9", "10"]


def test_cosigned_heads_come_newest_first_down_to_a_size(store: AnchorStore) -> None:
    for size, month in [(10, "2026-11"), (9, "2026-11"), (7, "2026-10")]:
        line = cosign(ONE.head(size), WITNESS.name, WITNESS.signer, time=1)
        store.keep(ONE.note(size), month=month, cosignatures=[line])
    store.keep(ONE.note(12), month="2026-11", stamps={"a.tsr": b"t"})

    found = [name.split("/")[2].split("-")[0] for name, _ in store.cosigned(6)]
    assert found == ["10", "9", "7"]
    assert len(list(store.cosigned(7))) == 2
    (name, note), *_ = store.cosigned(9)
    assert (store.path.parent / name / "cosigned").read_bytes() == note
    assert open_cosignatures(note, [WITNESS_KEY])[0].checkpoint == ONE.head(10)


def test_other_files_are_no_evidence(store: AnchorStore, tmp_path: Path) -> None:
    store.keep(ONE.note(7), month="2026-11", stamps={"a.tsr": b"t"})
    (store.path / "notes").mkdir()
    (store.path / "2026-11" / "7-zz").mkdir()
    (store.path / "2026-11" / "README").write_text("mine")

    assert len(list(store.heads())) == 1
    assert list(AnchorStore.of(tmp_path / "none").heads()) == []
    assert list(AnchorStore(store.path / "2026-11" / "README").heads()) == []


def test_a_folder_without_anything_is_a_head_without_anything(tmp_path: Path) -> None:
    head = head_in(tmp_path, "here")

    assert (head.checkpoint, head.cosigned, head.stamps) == (None, None, ())


def test_a_file_larger_than_any_evidence_is_not_read(store: AnchorStore) -> None:
    folder = store.keep(ONE.note(7), month="2026-11")
    (folder / "cosigned").write_bytes(b"x" * (MAX_EVIDENCE_BYTES + 1))

    with pytest.raises(Malformed, match="larger than any evidence"):
        list(store.heads())


def test_what_cannot_be_read_is_unavailable(store: AnchorStore, tmp_path: Path) -> None:
    folder = store.keep(ONE.note(7), month="2026-11")
    (folder / "cosigned").symlink_to("cosigned")
    with pytest.raises(TrailUnavailable, match="cannot be read"):
        list(store.heads())

    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(TrailUnavailable):
        list(AnchorStore(tmp_path / "loop").heads())


def test_a_pipe_in_a_files_place_is_not_waited_on(store: AnchorStore) -> None:
    os.mkfifo(store.keep(ONE.note(7), month="2026-11") / "cosigned")
    with pytest.raises(TrailUnavailable, match="a pipe or a device"):
        list(store.heads())


STANDINGS = {
    "witness http://w": Standing(tried=5, done=Done(at=5, size=7)),
    "tsa http://t": Standing(tried=9, failures=2, error="down"),
    "publish out": Standing().failed(3, "cut off", contradicted=True),
    "never": Standing(),
}


def test_the_status_survives_writing_and_reading(store: AnchorStore) -> None:
    assert store.standings() == {}

    store.record(STANDINGS)

    assert store.standings() == STANDINGS


@pytest.mark.parametrize(
    "data",
    [
        b"torn",
        b'{"anchors":[],"v":1}',
        b'{"anchors":{},"v":2}',
        b'{"anchors":{"a":{}},"v":1}',
    ],
)
def test_a_status_in_another_form_is_malformed(store: AnchorStore, data: bytes) -> None:
    store.record({})
    (store.path / "status").write_bytes(data)

    with pytest.raises(Malformed):
        store.standings()


@pytest.mark.parametrize("value", [None, 1, {"at": 1}])
def test_how_an_anchor_fares_in_another_form_is_malformed(value: Json) -> None:
    with pytest.raises(Malformed):
        Standing.parse(value)
    printed = Standing(done=Done(at=1, size=1)).as_json()
    with pytest.raises(Malformed):
        Standing.parse({**printed, "done": value or 1})


def test_failures_are_counted_until_it_holds() -> None:
    standing = Standing().held(1, 7).failed(2, "down").failed(3, "down")

    assert (standing.failures, standing.tried) == (2, 3)
    assert standing.done == Done(at=1, size=7)
    assert standing.held(4, 9) == Standing(tried=4, done=Done(at=4, size=9))


def test_the_vectors_own_cosigned_checkpoint_can_be_kept(store: AnchorStore) -> None:
    note = vectors.log_file("checkpoint")
    lines = parse_note(note).signatures

    store.keep(note, month="2026-11", cosignatures=[lines[-1]])

    (head,) = store.heads()
    assert head.cosigned == note
    assert KEY.name == lines[0].name
