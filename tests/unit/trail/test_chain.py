"""Frames in one order without gaps, whatever is refused between them; no salt twice."""

import errno
from collections.abc import Sequence
from pathlib import Path

import pytest

from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import wal
from affidavit.trail.chain import OUTCOME_BYTES, Chain, MakeSegment
from affidavit.trail.record import MAX_BODY_BYTES, Kind, Record, decode
from affidavit.trail.segment import FIRST_BYTES, NoRoom, Segment
from affidavit.trail.ticket import Ticket
from support.live import a_policy_record, a_record, an_identity


class Numbers:
    """Randomness that never repeats, and keeps count of the draws."""

    def __init__(self) -> None:
        self.draws = 0

    def __call__(self, size: int) -> bytes:
        self.draws += 1
        return b"".join(
            (self.draws * 1_000_000 + place).to_bytes(8) for place in range(size // 8)
        )


class SmallSegment(Segment):
    """A file on a disk that has no room beyond its first bytes."""

    def reserve(self, size: int) -> None:
        if self.free < size:
            raise NoRoom(errno.errorcode[errno.ENOSPC])


def a_chain(
    directory: Path,
    *,
    numbers: Numbers | None = None,
    make_segment: MakeSegment = Segment.create,
) -> Chain:
    return Chain(
        directory=directory,
        identity=an_identity(),
        first=a_policy_record(),
        boot="boot",
        randomness=numbers or Numbers(),
        sealed_size=lambda: 1,
        make_segment=make_segment,
    )


def frames(chain: Chain) -> list[wal.Frame]:
    """Every frame of its file, the chain of MACs checked."""
    assert chain.file is not None
    data = chain.file.path.read_bytes()
    header, frame = wal.header(data)
    found, mac = list(wal.scan(data, frame.end)), header.after
    for each in found:
        wal.authenticate(an_identity().secrets.wal, mac, each)
        mac = each.mac
    return found


def waited(records: Sequence[Record]) -> list[Ticket]:
    return [Ticket(record, 0, waited_for=True) for record in records]


def test_one_write_of_many_is_the_same_chain_as_many_of_one(tmp_path: Path) -> None:
    records = [a_record() for _ in range(5)]
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    at_once, in_turn = a_chain(tmp_path / "1"), a_chain(tmp_path / "2")
    at_once.write(waited(records))
    for record in records:
        in_turn.write(waited([record]))

    for chain in (at_once, in_turn):
        entries = [decode(frame.entry) for frame in frames(chain)]
        assert [entry.seq for entry in entries] == list(range(6))
        assert [entry.id for entry in entries[1:]] == [each.id for each in records]
        assert chain.seq == 6
        chain.release()


def test_no_salt_is_used_twice_and_most_come_without_a_draw(tmp_path: Path) -> None:
    numbers = Numbers()
    chain = a_chain(tmp_path, numbers=numbers)
    for _ in range(300):
        chain.write(waited([a_record()]))
    chain.write(waited([a_record() for _ in range(300)]))

    salts = [frame.parts()[1] for frame in frames(chain)]
    assert len(set(salts)) == len(salts) == 601
    assert numbers.draws < 12
    chain.release()


def test_what_has_no_form_is_refused_alone(tmp_path: Path) -> None:
    chain = a_chain(tmp_path)
    tickets = waited([a_record(), a_record(size=MAX_BODY_BYTES), a_record()])
    chain.write(tickets)

    assert [type(ticket.error) for ticket in tickets] == [
        type(None),
        Malformed,
        type(None),
    ]
    assert len(frames(chain)) == 3
    chain.release()


def test_a_record_that_cannot_be_made_is_refused_alone(tmp_path: Path) -> None:
    def broken() -> Record:
        raise KeyError("a bug")

    chain = a_chain(tmp_path)
    late, bad = a_record(), Ticket(broken, -1, waited_for=False)
    chain.write([bad, Ticket(lambda: late, -1, waited_for=False)])

    assert isinstance(bad.error, TrailUnavailable)
    assert decode(frames(chain)[1].entry).id == late.id
    chain.release()


def test_without_room_the_chain_stays_where_it_was(tmp_path: Path) -> None:
    chain = a_chain(tmp_path, make_segment=SmallSegment.create)
    calls = 0
    while True:
        ticket = Ticket(a_record(), 1, waited_for=True)
        chain.write([ticket])
        assert chain.seq == 1 + calls + (ticket.error is None)
        if ticket.error is not None:
            break
        calls += 1
    outcomes = [a_record(Kind.OUTCOME, effect="complete") for _ in range(calls)]
    chain.write([Ticket(each, -1, waited_for=False) for each in outcomes])

    assert isinstance(ticket.error, NoRoom)
    assert 0 < calls < FIRST_BYTES // OUTCOME_BYTES
    entries = [decode(frame.entry) for frame in frames(chain)]
    assert [entry.id for entry in entries[-calls:]] == [each.id for each in outcomes]
    assert [entry.seq for entry in entries] == list(range(1 + 2 * calls))
    chain.release()


def test_syncing_twice_asks_the_disk_once(tmp_path: Path) -> None:
    class Counting(Segment):
        syncs = 0

        def sync(self) -> None:
            Counting.syncs += 1
            super().sync()

    chain = a_chain(tmp_path, make_segment=Counting.create)
    assert not chain.started
    chain.write([])
    chain.sync()
    assert Counting.syncs == 0
    chain.write(waited([a_record()]))
    assert chain.seq == 2
    chain.sync()
    chain.sync()
    assert Counting.syncs == 1
    chain.release()
    chain.release()


@pytest.mark.parametrize("fails", ["create", "reserve"])
def test_a_next_segment_that_finds_no_room_leaves_the_old_one_in_use(
    tmp_path: Path, fails: str
) -> None:
    class Full(Segment):
        made = 0
        full = True

        @classmethod
        def make(cls, directory: Path, name: str, header: bytes) -> Segment:
            cls.made += 1
            if fails == "create" and cls.made > 1:
                raise NoRoom("ENOSPC")
            return cls.create(directory, name, header)

        def reserve(self, size: int) -> None:
            if fails == "reserve" and self.made > 1 and self.empty:
                raise NoRoom("ENOSPC")
            super().reserve(size)

    chain = a_chain(tmp_path, make_segment=Full.make)
    chain.write(waited([a_record()]))
    chain.write(waited([a_record()]))

    assert len(frames(chain)) == 3
    assert len(list(tmp_path.iterdir())) == 1
    chain.release()
