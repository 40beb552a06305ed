"""A block of fixed size, whatever its bytes."""

import random

from affidavit.detect.behaviour import window
from affidavit.detect.behaviour.features import OutcomeFeatures
from affidavit.detect.behaviour.state import STATE_BYTES, WINDOW, State
from affidavit.detect.behaviour.words import Key
from support.behaviour import features

IDENTIFIER = "0193d6a0-0000-7000-8000-0123456789ab"


def test_a_state_is_bounded() -> None:
    assert STATE_BYTES <= 512 << 10


def test_two_views_of_one_block_share_what_they_know() -> None:
    block = bytearray(STATE_BYTES)
    one, other = State(block), State(block)
    one.call_name(5, IDENTIFIER)

    assert other.name(5) == IDENTIFIER


def test_a_call_without_a_record_is_named_as_its_line_is() -> None:
    state = State()
    state.call_name(1, "line 7")
    state.call_name(2, "")
    state.call_name(3, "g" * 32)

    assert state.name(1) == "line 7"
    assert state.name(2) is None
    assert state.name(3) == "g" * 15


def test_a_new_window_forgets_calls_and_keeps_what_was_said() -> None:
    state = State()
    state.header[0], state.fed[3], state.made[7] = 40, 100, 99
    state.begin_window()

    assert state.filled == 0
    assert state.fed[3] == 0
    assert state.made[7] == 99


def test_a_copy_goes_its_own_way() -> None:
    state = State()
    copy = state.copy()
    copy.seen[1] = 9

    assert state.seen[1] == 0


def test_any_bytes_at_all_are_a_state() -> None:
    rng = random.Random(7)
    key = Key.of(b"0123456789abcdef")
    for _ in range(6):
        state = State(bytearray(rng.randbytes(STATE_BYTES)))
        for number in range(WINDOW + 5):
            call = features(f"Describe the article number {number}.", at=number)
            seen = window.consider(state, call, key)
            assert 0 <= seen.score <= 1
            at = window.admit(state, seen, IDENTIFIER)
            window.conclude(state, at, OutcomeFeatures(("A text.",)), key)
