import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed, SettingsInvalid
from affidavit.tlog.ranges import RangeProof
from affidavit.trail.record import FIELDS, Opening
from affidavit.verify.disclosure.manifest import (
    By,
    Counts,
    Manifest,
    Selection,
    Window,
)
from support.mutations import damaged
from support.trails import START, canonical, uuid7

WINDOW = Window("2026-03-02T09:00:00.000Z", "2026-03-03T00:00:00.000Z")
ID = uuid7(1, START)

openings = st.lists(
    st.builds(
        Opening,
        st.sampled_from(sorted(FIELDS)),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        st.binary(min_size=16, max_size=16),
    ),
    min_size=1,
    unique_by=lambda each: each.field,
)
selections = st.one_of(
    openings.map(Selection.of_labels),
    st.lists(st.integers(0, 99), min_size=1, unique=True).map(
        lambda numbers: Selection.of_ids([uuid7(each, START) for each in numbers])
    ),
    st.just(Selection(by=By.NOTHING)),
)
hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    first, width, more = (draw(st.integers(0, 9)) for _ in range(3))
    end = (first + width) * 256
    size = end + more
    outside = st.integers(0, size + 5).filter(
        lambda each: each < size and not first * 256 <= each < end
    )
    return Manifest(
        origin="acme.example/log",
        size=size,
        root=draw(st.binary(min_size=32, max_size=32)) if size else EMPTY,
        window=WINDOW,
        first=first * 256,
        end=end,
        proof=RangeProof(left=draw(hashes), right=draw(hashes)),
        selection=draw(selections),
        counts=Counts(records=draw(st.integers(0, 99)), pruned=draw(st.integers(0, 9))),
        records_sha256="ab" * 32,
        proofs=tuple(sorted(draw(st.sets(outside, max_size=3)))) if more else (),
        tool="test",
    )


EMPTY = bytes.fromhex(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)


@given(manifests())
def test_what_is_printed_is_read(told: Manifest) -> None:
    assert Manifest.parse(told.encode()) == told


@given(manifests().flatmap(lambda told: damaged(told.encode())))
def test_nothing_else_is_read_as_it(data: bytes) -> None:
    try:
        read = Manifest.parse(data)
    except Malformed:
        return
    assert read.encode() == data


def a_manifest() -> dict[str, Any]:
    told = Manifest(
        origin="acme.example/log",
        size=900,
        root=bytes(32),
        window=WINDOW,
        first=256,
        end=512,
        proof=RangeProof(left=(bytes(32),), right=()),
        selection=Selection(by=By.NOTHING),
        counts=Counts(),
        records_sha256="ab" * 32,
        tool="test",
    )
    read: dict[str, Any] = json.loads(told.encode())
    return read


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"more": 1},
        {"origin": ""},
        {"tree": {"root": "00" * 32, "size": -1}},
        {"tree": {"root": "00" * 31, "size": 900}},
        {"tree": {"root": "zz" * 32, "size": 900}},
        {"window": {"from": WINDOW.end, "to": WINDOW.start}},
        {"window": {"from": "2026-03-02", "to": WINDOW.end}},
        {"window": {"from": "2026-03-02T09:00:00.0Z", "to": WINDOW.end}},
        {"range": {"end": 512, "first": 255, "left": [], "right": []}},
        {"range": {"end": 511, "first": 256, "left": [], "right": []}},
        {"range": {"end": 1024, "first": 256, "left": [], "right": []}},
        {"range": {"end": 512, "first": 768, "left": [], "right": []}},
        {"proofs": [300]},
        {"proofs": [600, 600]},
        {"proofs": [900]},
        {"proofs": [-1]},
        {"proofs": [True]},
        {"counts": {"records": 1}},
        {"records": {"sha256": "AB" * 32}},
        {"selection": {"by": "magic"}},
        {"selection": {"by": "ids", "ids": []}},
        {"selection": {"by": "ids", "ids": ["x"]}},
        {"selection": {"by": "ids", "ids": [ID, ID]}},
        {"selection": {"by": "labels", "openings": []}},
        {"selection": {"by": "labels", "openings": ["x"]}},
    ],
    ids=str,
)
def test_a_manifest_that_contradicts_itself_is_refused(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(Malformed):
        Manifest.parse(canonical(a_manifest() | changes))


def test_counts_are_numbers_from_zero() -> None:
    told = a_manifest()
    for value in (-1, True, "1", None):
        told["counts"]["pruned"] = value
        with pytest.raises(Malformed):
            Manifest.parse(canonical(told))


def test_a_list_is_no_manifest() -> None:
    with pytest.raises(Malformed):
        Manifest.parse(b"[]")


def test_two_openings_of_one_field_are_refused() -> None:
    twice = [Opening("purpose", each, bytes(16)) for each in "ab"]
    with pytest.raises(Malformed):
        Selection.of_labels(twice)
    with pytest.raises(Malformed):
        Selection.of_labels([Opening("salary", "a", bytes(16))])


def test_the_end_of_a_window_is_not_in_it() -> None:
    assert WINDOW.start in WINDOW
    assert WINDOW.end not in WINDOW
    with pytest.raises(SettingsInvalid, match="empty"):
        Window(WINDOW.end, WINDOW.end)
