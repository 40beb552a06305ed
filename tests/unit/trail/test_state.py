"""The state's one canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.trail.state import State, Taken
from support.mutations import damaged

NUMBERS = st.integers(0, 2**40)
STATES = st.builds(
    State,
    origin=st.text(st.characters(codec="utf-8"), max_size=8),
    size=NUMBERS,
    root=st.binary(min_size=32, max_size=32),
    wals=st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=8),
        st.builds(
            Taken,
            offset=NUMBERS,
            mac=st.binary(min_size=16, max_size=16),
            seq=NUMBERS,
        ),
        max_size=3,
    ),
    key=st.none() | st.text(st.characters(codec="ascii"), max_size=8),
    second=st.none() | st.text(st.characters(codec="ascii"), max_size=8),
)
ROOT = "ab" * 32
MAC = "A" * 22


@given(STATES)
def test_a_state_reads_back_as_it_was_printed(state: State) -> None:
    assert State.parse(state.print()) == state


@given(STATES, st.data())
def test_a_damaged_state_is_refused_or_is_another_states_own_form(
    state: State, data: st.DataObject
) -> None:
    changed = data.draw(damaged(state.print()))
    try:
        parsed = State.parse(changed)
    except Malformed:
        return
    assert parsed.print() == changed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"v":2}',
        b'{"origin":"o","root":"zz","size":1,"v":1,"wals":{}}',
        b'{"origin":"o","root":"","size":1,"v":1,"wals":{}}',
        f'{{"origin":"o","root":"{ROOT}","size":-1,"v":1,"wals":{{}}}}'.encode(),
        f'{{"origin":"o","root":"{ROOT}","size":true,"v":1,"wals":{{}}}}'.encode(),
        f'{{"origin":"o","root":"{ROOT.upper()}","size":1,"v":1,"wals":{{}}}}'.encode(),
        f'{{"origin":"o","root":"{ROOT}","size":1,"v":1,"wals":[]}}'.encode(),
        f'{{"origin":"o","root":"{ROOT}","size":1,"v":1,"wals":{{"w":1}}}}'.encode(),
        f'{{"origin":"o","other":1,"root":"{ROOT}","size":1,"v":1,"wals":{{}}}}'.encode(),
    ],
)
def test_what_is_no_state_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        State.parse(data)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"offset": 1, "mac": MAC},
        {"offset": -1, "mac": MAC, "seq": 0},
        {"offset": 1, "mac": MAC, "seq": -1},
        {"offset": 1, "mac": "short", "seq": 0},
        {"offset": 1, "mac": MAC, "seq": 0, "more": 1},
    ],
)
def test_what_is_no_progress_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        Taken.parse(value)  # type: ignore[arg-type]  # what a file may hold
