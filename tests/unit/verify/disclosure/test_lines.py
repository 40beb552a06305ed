from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.trail.record import Kind
from affidavit.verify.disclosure.lines import MAX_LINE_BYTES, MAX_REASON, Line, State
from support.mutations import damaged
from support.trails import START, canonical, uuid7

ID = uuid7(1, START)
GIVEN: dict[State, dict[str, Any]] = {
    State.DISCLOSED: {"body": b'{"a":"\xc3\xbc"}', "salt": bytes(16)},
    State.WITHHELD: {"reason": "personal data"},
    State.PRUNED: {"pruning": 7},
    State.MISSING: {},
}


def a_line(state: State = State.DISCLOSED, **changes: Any) -> Line:
    told: dict[str, Any] = {"index": 3, "kind": Kind.DECISION, "id": ID}
    return Line(**told | {"state": state} | GIVEN[state] | changes)


lines = st.sampled_from(State).map(a_line) | st.just(a_line(content_key=bytes(32)))


@given(lines)
def test_what_is_printed_is_read(line: Line) -> None:
    assert Line.parse(line.encode()) == line


@given(lines.flatmap(lambda line: damaged(line.encode())))
def test_nothing_else_is_read_as_it(data: bytes) -> None:
    try:
        read = Line.parse(data)
    except Malformed:
        return
    assert read.encode() == data


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("other", State)
def test_a_state_has_what_belongs_to_it_and_no_more(state: State, other: State) -> None:
    mixed = GIVEN[state] | GIVEN[other]
    if mixed == GIVEN[state]:
        return
    with pytest.raises(Malformed, match=f"what a {state.value} has"):
        a_line(state, **mixed)


def test_a_content_goes_with_its_body_alone() -> None:
    with pytest.raises(Malformed, match="without its body"):
        a_line(State.WITHHELD, content_key=bytes(32))


@pytest.mark.parametrize("reason", ["", "x" * (MAX_REASON + 1)])
def test_a_reason_says_something_and_no_novel(reason: str) -> None:
    with pytest.raises(Malformed, match="reason"):
        a_line(State.WITHHELD, reason=reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"kind": "poem"},
        {"id": "x"},
        {"index": -1},
        {"salt": "AA"},
        {"body": 7},
        {"pruning": True},
        {"pruning": "7"},
        {"content_key": "AA"},
    ],
    ids=str,
)
def test_a_line_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    told: dict[str, Any] = {"id": ID, "index": 3, "kind": "decision"}
    told |= {"state": "disclosed"}
    told |= {"body": "{}", "salt": "A" * 21 + "A"}
    Line.parse(canonical(told) + b"\n")
    with pytest.raises(Malformed):
        Line.parse(canonical(told | changes) + b"\n")


@pytest.mark.parametrize("data", [b"[]\n", b"{}\n", b"", b"x" * MAX_LINE_BYTES + b"\n"])
def test_what_is_no_line_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Line.parse(data)


def test_a_content_is_named_after_its_record() -> None:
    assert a_line().content == f"{ID}.request"
    assert a_line(kind=Kind.OUTCOME).content == f"{ID}.response"


def test_a_body_that_is_no_text_has_no_line() -> None:
    with pytest.raises(Malformed, match="no text"):
        a_line(body=b"\xff").encode()
