import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.scan.code.facts import (
    NOTHING,
    Facts,
    Finding,
    Named,
    Spot,
    Under,
    Waiver,
    dump,
    failed,
    parse,
)
from affidavit.scan.code.rules import Rule

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBER = st.integers(0, 2**31)
SPOT = st.builds(Spot, NUMBER, NUMBER, NUMBER)
FINDING = st.builds(
    Finding,
    rule=st.sampled_from(Rule),
    at=SPOT,
    message=TEXT,
    help=st.none() | TEXT,
    last_line=NUMBER,
    under=st.sampled_from(Under),
)
NAMED = st.builds(Named, purpose=TEXT, at=SPOT, last_line=NUMBER)
WAIVER = st.builds(Waiver, at=SPOT, codes=st.tuples(TEXT), reason=TEXT, target=NUMBER)
FACTS = st.builds(
    Facts,
    findings=st.lists(FINDING, max_size=3).map(tuple),
    purposes=st.lists(NAMED, max_size=3).map(tuple),
    waivers=st.lists(WAIVER, max_size=3).map(tuple),
)


@given(FACTS)
def test_facts_are_read_as_they_were_written(facts: Facts) -> None:
    assert parse(dump(facts)) == facts


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"findings":[],"purposes":[],"waivers":[],"more":1}',
        b'{"findings":[{"rule":"C999"}],"purposes":[],"waivers":[]}',
        b'{"findings": [],"purposes":[],"waivers":[]}',
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


def test_only_facts_that_say_nothing_are_false() -> None:
    assert not NOTHING
    assert failed(Rule.UNREADABLE, "m", "h")
