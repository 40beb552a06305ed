"""Trails written by the real writer, judged by golang.org/x/mod and not by us."""

from pathlib import Path

import pytest

from affidavit.trail.record import encode
from affidavit.trail.storage import Leaf, Storage
from support.go_judge import GoJudge, build
from support.live import a_directory, a_record, a_trail, an_identity

SIZES = [1, 2, 255, 256, 257, 511, 512, 65_535, 70_000]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> GoJudge:
    return build(tmp_path_factory.mktemp("judge"))


def leaves(first: int, count: int) -> list[Leaf]:
    record, salt = a_record(size=0), b"s" * 16
    return [
        Leaf(encode(record, writer="w", seq=seq, salt=salt), salt + record.body)
        for seq in range(first, first + count)
    ]


def grow(path: Path, size: int, step: int) -> None:
    """Take records in and publish, `step` at a time, as an integrator does."""
    storage = Storage(path, an_identity())
    while (state := storage.state()).size < size:
        count = min(step, size - state.size)
        new = storage.extend(state, leaves(state.size, count), {})
        storage.publish(new)
        storage.forget_partials(state.size, new.size)


@pytest.mark.parametrize("size", SIZES)
def test_a_trail_of_any_size_is_accepted(
    tmp_path: Path, judge: GoJudge, size: int
) -> None:
    path = a_directory(tmp_path)
    grow(path, size, step=max(100, size // 7))

    ruling = judge(str(an_identity().verifier), path)

    assert ruling.exit_code == 0, ruling.output
    assert ruling.output.startswith(f"ok {size} ")


def test_a_trail_that_grew_one_by_one_is_accepted_at_every_size(
    tmp_path: Path, judge: GoJudge
) -> None:
    path = a_directory(tmp_path)
    for size in range(250, 262):
        grow(path, size, step=size if size == 250 else 1)
        ruling = judge(str(an_identity().verifier), path)
        assert ruling.exit_code == 0, ruling.output


def test_what_went_through_wal_and_integrator_is_accepted_and_an_edit_is_not(
    tmp_path: Path, judge: GoJudge
) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    for _ in range(300):
        trail.append(a_record())
    trail.close()
    key = str(an_identity().verifier)
    ruling = judge(key, path)
    assert ruling.exit_code == 0, ruling.output
    assert ruling.output.startswith("ok 303 ")

    bundle = path / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"permit"', b'"refuse"', 1))

    assert judge(key, path).exit_code == 1
