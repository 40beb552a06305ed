"""Records that are shown, as they are printed and read."""

from dataclasses import replace

import pytest

from affidavit import canonical
from affidavit.attest.sample_shown import One, Shown, take
from affidavit.errors import BrokenTrail, Malformed
from support.sampled import Sampled, a_sampled


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("shown"), bodies=True)


def parsed(told: object) -> Shown:
    match told:
        case {"records": list(records), "proof": str(proof)}:
            return Shown.parse(records, proof)
        case _:
            raise AssertionError


def test_what_is_printed_is_read_the_same(made: Sampled) -> None:
    shown = made.sample.shown
    assert parsed(shown.as_json()) == shown
    assert shown.embodied
    bodies = [each.body() for each in shown.records]
    assert all(each is not None for each in bodies)


def test_nothing_is_proved_by_nothing(made: Sampled) -> None:
    Shown(records=(), proof=()).verify(made.told.head)
    assert not Shown(records=(), proof=()).embodied


def test_a_record_shown_twice_is_refused(made: Sampled) -> None:
    shown = made.sample.shown
    twice = replace(shown, records=(*shown.records, shown.records[-1]))
    with pytest.raises(Malformed, match="twice"):
        twice.verify(made.told.head)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"index": -1, "entry": "AA"},
        {"index": 1, "entry": "AA", "more": 1},
        {"index": 1, "entry": "AA", "body": 1},
        {"index": 1, "entry": "A="},
    ],
)
def test_what_is_no_record_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        One.parse(value)  # type: ignore[arg-type]  # on purpose


def test_a_proof_of_broken_hashes_and_bodies_here_and_there_are_refused(
    made: Sampled,
) -> None:
    told = made.sample.shown.as_json()
    with pytest.raises(Malformed, match="list of hashes"):
        parsed(told | {"proof": "AA"})
    records = list(made.sample.shown.records)
    records[0] = replace(records[0], embodied=False, salted=None)
    with pytest.raises(Malformed, match="others have not"):
        parsed(replace(made.sample.shown, records=tuple(records)).as_json())


def test_a_pruned_body_is_printed_as_null() -> None:
    gone = One(index=1, data=b"x", embodied=True)
    assert gone.as_json()["body"] is None
    assert One.parse(gone.as_json()) == gone
    assert gone.body() is None


def test_a_body_that_is_no_object_is_refused(made: Sampled) -> None:
    one = made.sample.shown.records[0]
    with pytest.raises(BrokenTrail, match="commits"):
        replace(one, salted=b"s" * 16 + b"[]").body()


def test_another_tree_than_the_trails_proves_nothing(made: Sampled) -> None:
    head = replace(made.told.head, root=bytes(32))
    challenge = made.challenge()
    with pytest.raises(BrokenTrail):
        take(made.reader, head, made.told.period, challenge.seed, challenge.span)


def test_the_entries_are_those_of_the_trail(made: Sampled) -> None:
    entries = [each.entry for each in made.trail.records]
    for one in made.sample.shown.records:
        assert one.data == entries[one.index]
        assert one.as_json()["entry"] == canonical.text(entries[one.index])
