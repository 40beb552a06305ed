"""What the report says does not depend on how the work was done."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.look import Piece, Spread, Wants
from support import trails
from support.trails import Builder, Made


def one_by_one(
    _: TrailReader, first: int, end: int, _wants: Wants, /
) -> Iterator[Piece]:
    """No quick look at all: every record is taken by itself."""
    return iter(range(first, end))


ONE_BY_ONE = Spread(look=one_by_one)
WAYS = (
    Spread(),
    Spread(bundles=1),
    Spread(jobs=2, bundles=1, worth=1, pool=ThreadPoolExecutor),
    Spread(jobs=3, bundles=2, worth=1, pool=ThreadPoolExecutor),
)


def long_trail(path: Path) -> Builder:
    """Three bundles and a half: two writers, calls that end late, other kinds."""
    builder = Builder(path)
    builder.genesis()
    builder.policy()
    builder.policy("x")
    late = [builder.decision() for _ in range(20)]
    for number in range(400):
        writer = "x" if number % 5 else "w"
        made = builder.decision(writer=writer)
        if number % 50:
            builder.outcome(made, writer=writer)
        else:
            builder.add("heartbeat", {"work": "idle"}, writer=writer)
    for made in late:
        builder.outcome(made)
    return builder


def report(builder: Builder, spread: Spread, older: bytes | None = None) -> TrailReport:
    return verify_trail(
        TrailReader(builder.path),
        key=builder.key,
        now=builder.clock,
        wal_key=builder.wal_key,
        spread=spread,
        older=older,
    )


def edit(builder: Builder, made: Made, draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(sorted(made.fields)))
    made.fields[name] = draw.draw(st.sampled_from(builder.records)).fields.get(name)


def damage(builder: Builder, draw: st.DataObject) -> None:
    """Something that whoever holds the key can do before it is signed."""
    records = builder.records
    place = draw.draw(st.integers(0, len(records) - 1))
    other = draw.draw(st.integers(0, len(records) - 1))
    match draw.draw(st.sampled_from(["edit", "copy", "drop", "swap", "body", "gone"])):
        case "edit":
            edit(builder, records[place], draw)
        case "copy":
            records.insert(place, replace(records[other]))
        case "drop":
            del records[place]
        case "swap":
            records[place], records[other] = records[other], records[place]
        case "body":
            records[place].fields["body"] = "A" * 43
        case _:
            records[place].salt = records[place].body = b""
            records[place].fields["body"] = "A" * 43


def break_files(builder: Builder, draw: st.DataObject) -> None:
    """Something that whoever can write to the disk can do afterwards."""
    names = ["tile/entries/001", "tile/0/001", "body/001", "tile/entries/000"]
    path = builder.path / draw.draw(st.sampled_from(names))
    if draw.draw(st.booleans()):
        path.unlink()
        return
    data = bytearray(path.read_bytes())
    data[draw.draw(st.integers(0, len(data) - 1))] ^= draw.draw(st.integers(1, 255))
    path.write_bytes(data)


def every_way_reports_the_same(draw: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        builder = long_trail(Path(folder))
        older = builder.write(sealed=draw.draw(st.integers(1, len(builder.records))))
        for _ in range(draw.draw(st.integers(0, 2))):
            damage(builder, draw)
        size = draw.draw(st.integers(700, len(builder.records)))
        builder.write(sealed=min(size, len(builder.records)))
        if draw.draw(st.booleans()):
            break_files(builder, draw)
        expected = report(builder, ONE_BY_ONE, older=older)

        for way in WAYS:
            assert report(builder, way, older=older) == expected, way


def test_every_way_sees_that_the_genesis_is_missing(tmp_path: Path) -> None:
    builder = long_trail(tmp_path)
    older = builder.write(sealed=1)
    del builder.records[0]
    builder.write(sealed=700)
    for way in (ONE_BY_ONE, *WAYS):
        found = report(builder, way, older=older).problems
        assert "genesis" in {each.fault.value for each in found}, way


SLOW = [HealthCheck.too_slow]


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_every_way_of_working_reports_the_same(draw: st.DataObject) -> None:
    every_way_reports_the_same(draw)


@pytest.mark.soak
@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_every_way_of_working_reports_the_same_of_much_damage(
    draw: st.DataObject,
) -> None:
    every_way_reports_the_same(draw)


def test_processes_report_what_one_does(tmp_path: Path) -> None:
    builder = long_trail(tmp_path)
    builder.records[300].fields["effect"] = "invented"
    builder.records.insert(600, builder.records[30])
    builder.write()
    shared = Spread(jobs=2, bundles=1, worth=1)

    expected = report(builder, ONE_BY_ONE)

    assert {each.index for each in expected.problems} >= {300, 600}
    assert report(builder, shared) == expected


def test_a_visitor_sees_the_same_records_in_order(tmp_path: Path) -> None:
    builder = long_trail(tmp_path)
    builder.records[300].fields["effect"] = "invented"
    builder.records[520].fields["body"] = "A" * 43
    builder.write()
    seen: dict[Spread, list[tuple[int, bytes, bytes | None]]] = {}
    for way in (ONE_BY_ONE, *WAYS):
        mine = seen.setdefault(way, [])
        verify_trail(
            TrailReader(builder.path),
            key=builder.key,
            now=builder.clock,
            visit=lambda *each, mine=mine: mine.append(each),
            spread=way,
        )

    assert [each[0] for each in seen[ONE_BY_ONE]] == [
        index for index in range(len(builder.records)) if index != 520
    ]
    assert all(each == seen[ONE_BY_ONE] for each in seen.values())


@pytest.mark.parametrize("spread", WAYS)
def test_progress_is_told_in_order_up_to_the_end(
    spread: Spread, tmp_path: Path
) -> None:
    builder = long_trail(tmp_path)
    builder.write()
    told: list[tuple[int, int]] = []
    verify_trail(
        TrailReader(builder.path),
        key=builder.key,
        now=builder.clock,
        progress=lambda done, total: told.append((done, total)),
        spread=spread,
    )
    size = len(builder.records)

    assert told == sorted(told)
    assert told[-1] == (size, size)


def test_work_ends_at_a_bundle_that_cannot_be_had(tmp_path: Path) -> None:
    builder = long_trail(tmp_path)
    builder.write()
    (tmp_path / "tile/entries/001").unlink()
    (tmp_path / "tile/0/001").unlink()
    pools: list[Executor] = []

    def pool(count: int) -> Executor:
        pools.append(ThreadPoolExecutor(count))
        return pools[-1]

    spread = Spread(jobs=2, bundles=1, worth=1, pool=pool)
    found = report(builder, spread)

    assert found.records_checked == 256
    assert any("after the missing bundle" in each for each in found.unchecked)
    with pytest.raises(RuntimeError, match="shutdown"):
        pools[0].submit(print)


def test_every_older_checkpoint_is_found_again(tmp_path: Path) -> None:
    builder = long_trail(tmp_path)
    notes = {size: builder.write(sealed=size) for size in (1, 255, 256, 257, 512, 700)}
    builder.write()

    for size, note in notes.items():
        assert report(builder, Spread(), older=note).problems == (), size
    other = trails.checkpoint(builder.origin, 300, bytes(32), builder.signer)
    assert [p.fault.value for p in report(builder, Spread(), older=other).problems] == [
        "history"
    ]
