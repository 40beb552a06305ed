"""Frames: whole or not at all, and chained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed
from affidavit.trail import wal

KEY = b"k" * 32
PAYLOADS = st.lists(st.binary(max_size=300), max_size=6)


def a_header(**changes: object) -> wal.Header:
    values = {
        "origin": "o",
        "writer": "w",
        "segment": 0,
        "first": 0,
        "size": 1,
        "pid": 1,
    }
    return wal.Header(**{**values, "after": b"a" * 16, "boot": "b", **changes})  # type: ignore[arg-type]  # a builder for tests


def sealed(payloads: list[bytes], mac: bytes = b"m" * 16) -> bytes:
    frames = []
    for payload in payloads:
        frame, mac = wal.seal(KEY, mac, payload)
        frames.append(frame)
    return b"".join(frames)


@given(PAYLOADS, st.integers(0, 64))
def test_every_sealed_frame_is_found_and_zeros_after_it_are_not(
    payloads: list[bytes], zeros: int
) -> None:
    data = sealed(payloads)
    frames = list(wal.scan(data + bytes(zeros)))

    assert [frame.payload for frame in frames] == payloads
    assert wal.tail(data + bytes(zeros), len(data)) is wal.Tail.CLEAN


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4), st.data())
def test_a_frame_cut_short_anywhere_is_not_found(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = sealed(payloads)
    last = len(sealed(payloads[:-1]))
    cut = data.draw(st.integers(last + 1, len(whole) - 1))

    frames = list(wal.scan(whole[:cut]))

    assert [frame.payload for frame in frames] == payloads[:-1]


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=3), st.data())
def test_a_flipped_bit_is_found_by_checksum_or_chain(
    payloads: list[bytes], data: st.DataObject
) -> None:
    changed = bytearray(sealed(payloads))
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))

    mac, found = b"m" * 16, []
    for frame in wal.scan(bytes(changed)):
        try:
            wal.authenticate(KEY, mac, frame)
        except BrokenTrail:
            break
        mac = frame.mac
        found.append(frame.payload)

    assert found == payloads[: len(found)]
    assert len(found) < len(payloads)


def test_a_frame_with_a_right_checksum_and_a_wrong_chain_is_refused() -> None:
    forged = sealed([b"one"], mac=b"x" * 16)
    (frame,) = wal.scan(forged)

    with pytest.raises(BrokenTrail, match="edited, moved or replayed"):
        wal.authenticate(KEY, b"m" * 16, frame)


def test_bytes_that_are_no_frame_are_a_torn_tail() -> None:
    data = sealed([b"one"])

    assert wal.tail(data + b"\0\0rest", len(data)) is wal.Tail.TORN


def test_a_payload_gives_back_entry_salt_and_body() -> None:
    payload = wal.payload(b"entry", b"s" * 16, b"body")
    (frame,) = wal.scan(sealed([payload]))

    assert frame.parts() == (b"entry", b"s" * 16, b"body")
    assert frame.entry == b"entry"


@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"\0\1" + b"e" * 16, b"\xff\xff" + b"e" * 99]
)
def test_a_payload_too_short_for_its_record_is_refused(payload: bytes) -> None:
    (frame,) = wal.scan(sealed([payload]))

    with pytest.raises(Malformed):
        frame.parts()


def test_a_header_reads_back_and_tells_where_records_begin() -> None:
    printed = a_header().print(KEY)

    header, frame = wal.header(printed + sealed([b"one"]))

    assert header == a_header()
    assert frame.end == len(printed)
    wal.authenticate(KEY, wal.MAGIC, frame)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a wal",
        wal.MAGIC,
        a_header().print(KEY)[:-1],
        wal.MAGIC + sealed([b"[]"]),
        wal.MAGIC + sealed([b'{"pid":1}']),
    ],
)
def test_a_file_without_a_whole_header_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        wal.header(data)


@pytest.mark.parametrize("change", [{"pid": True}, {"segment": -1}, {"writer": 3}])
def test_a_header_with_a_wrong_field_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Malformed, match="a WAL header has"):
        wal.header(a_header(**change).print(KEY))


def test_chains_of_two_writers_start_apart() -> None:
    assert wal.start(KEY, "one") != wal.start(KEY, "two")
    assert len(wal.start(KEY, "one")) == wal.MAC_BYTES
