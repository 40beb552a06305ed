"""Entries, labels, ids and times."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.trail.record import (
    MAX_BODY_BYTES,
    Field,
    Kind,
    Labels,
    Record,
    decode,
    encode,
    moment_of,
    new_id,
    parse_moment,
    stamp,
)

MOMENTS = st.integers(min_value=0, max_value=253402300799999)
LABEL_KEY = b"l" * 32


@st.composite
def records(draw: st.DrawFn) -> Record:
    milliseconds = draw(MOMENTS)
    optional = st.none() | st.text(max_size=20)
    return Record(
        kind=draw(st.sampled_from(Kind)),
        id=new_id(milliseconds, draw(st.binary(min_size=10, max_size=10))),
        at=stamp(milliseconds),
        body=draw(st.binary(max_size=200)),
        effect=draw(optional),
        policy=draw(optional),
        labels=draw(
            st.dictionaries(
                st.sampled_from([each.value for each in Field]), st.text(max_size=24)
            )
        ),
    )


@given(records(), st.integers(0, 2**40), st.binary(min_size=16, max_size=16))
def test_an_entry_reads_back_as_it_was_written(
    record: Record, seq: int, salt: bytes
) -> None:
    entry = decode(encode(record, writer="w", seq=seq, salt=salt))

    assert (entry.kind, entry.id, entry.at) == (record.kind, record.id, record.at)
    assert (entry.writer, entry.seq, entry.effect) == ("w", seq, record.effect)
    assert (entry.policy, entry.labels) == (record.policy, record.labels)
    assert entry.body == canonical.text(canonical.sha256(salt + record.body))


@given(records(), st.data())
def test_a_reader_accepts_only_what_the_writer_prints(
    record: Record, data: st.DataObject
) -> None:
    printed = encode(record, writer="w", seq=3, salt=b"s" * 16)
    at = data.draw(st.integers(0, len(printed) - 1))
    changed = bytearray(printed)
    changed[at] ^= data.draw(st.integers(1, 255))

    try:
        entry = decode(bytes(changed))
    except Malformed:
        return
    again = canonical.dumps(canonical.parse(bytes(changed)))
    assert again == bytes(changed)
    assert entry != decode(printed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("v", True),
        ("kind", "unheard-of"),
        ("kind", ["decision"]),
        ("seq", -1),
        ("seq", False),
        ("at", "2026-11-22T10:00:00Z"),
        ("at", "2026-02-30T10:00:00.000Z"),
        ("id", 7),
        ("labels", {"colour": "x"}),
        ("labels", {"purpose": 1}),
        ("labels", ["purpose"]),
        ("labels", {}),
        ("writer", "w" * 4096),
        ("effect", 1),
        ("surplus", "x"),
    ],
)
def test_an_entry_with_a_wrong_field_is_refused(field: str, value: object) -> None:
    record = Record(kind=Kind.CLOSE, id="i", at=stamp(0), body=b"{}")
    entry = orjson.loads(encode(record, writer="w", seq=0, salt=b"s" * 16))

    entry[field] = value
    with pytest.raises(Malformed):
        decode(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))


@pytest.mark.parametrize("missing", ["v", "kind", "id", "at", "writer", "seq", "body"])
def test_an_entry_that_lacks_a_field_is_refused(missing: str) -> None:
    record = Record(kind=Kind.CLOSE, id="i", at=stamp(0), body=b"{}")
    entry = orjson.loads(encode(record, writer="w", seq=0, salt=b"s" * 16))
    del entry[missing]

    with pytest.raises(Malformed):
        decode(canonical.dumps(entry))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b'{"v": 1}'])
def test_what_is_no_canonical_object_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    at_limit = Record(kind=Kind.CLOSE, id="i", at=stamp(0), body=b"x" * MAX_BODY_BYTES)
    over = Record(kind=Kind.CLOSE, id="i", at=stamp(0), body=at_limit.body + b"x")

    encode(at_limit, writer="w", seq=0, salt=b"")
    with pytest.raises(Malformed, match="61441 bytes is over the limit of 61440"):
        encode(over, writer="w", seq=0, salt=b"")


def test_an_entry_over_the_limit_is_refused() -> None:
    record = Record(kind=Kind.CLOSE, id="i" * 5000, at=stamp(0), body=b"")

    with pytest.raises(Malformed, match="over 4096"):
        encode(record, writer="w", seq=0, salt=b"")


def test_a_decision_with_every_label_fits_512_bytes() -> None:
    labels = Labels(LABEL_KEY)
    record = Record(
        kind=Kind.DECISION,
        id=new_id(1_800_000_000_000, b"r" * 10),
        at=stamp(1_800_000_000_000),
        body=b"{}",
        effect="observed",
        policy="ab" * 32,
        labels={each.value: labels.of(each.value, "value") for each in Field},
    )

    assert len(encode(record, writer="AAAAAAAAAAA", seq=999_999, salt=b"")) <= 512


@given(st.text(max_size=30), st.text(max_size=30))
def test_labels_are_equal_exactly_when_field_and_value_are(a: str, b: str) -> None:
    labels = Labels(LABEL_KEY)

    assert (labels.of("purpose", a) == labels.of("purpose", b)) == (a == b)
    assert labels.of("purpose", a) != labels.of("model", a)
    assert labels.of("purpose", a) != Labels(b"m" * 32).of("purpose", a)


def test_an_opening_opens_its_label_and_no_other() -> None:
    labels = Labels(LABEL_KEY)
    opening = labels.opening("purpose", "support.reply")

    assert opening.label == labels.of("purpose", "support.reply")
    assert type(opening)("purpose", "support.other", opening.nonce).label not in (
        opening.label,
        labels.of("purpose", "support.other"),
    )


@given(MOMENTS | st.integers(-(10**12), 0))
def test_a_time_reads_back_to_the_millisecond(milliseconds: int) -> None:
    moment = parse_moment(stamp(milliseconds))

    expected = datetime.fromtimestamp(milliseconds // 1000, UTC)
    assert moment == expected.replace(microsecond=milliseconds % 1000 * 1000)
    record = Record(kind=Kind.CLOSE, id="i", at=stamp(milliseconds), body=b"{}")
    assert decode(encode(record, writer="w", seq=0, salt=b"")).at == record.at


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7_that_sorts_by_time(
    at: int, random: bytes
) -> None:
    made = UUID(new_id(at, random))

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == at
    assert made.int & (1 << 62) - 1 == int.from_bytes(random, "big") & (1 << 62) - 1


@given(records())
def test_the_time_of_an_entry_is_found_without_parsing_it(record: Record) -> None:
    entry = encode(record, writer="w", seq=0, salt=b"s" * 16)

    assert moment_of(entry).decode() == record.at
