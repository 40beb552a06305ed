"""A refused prompt that comes back under another purpose."""

import random

from affidavit.detect.behaviour.denied import (
    DENIED_BYTES,
    FORGOTTEN_MS,
    KIND,
    REMEMBERED,
    Denied,
)
from affidavit.detect.behaviour.words import Key
from support.behaviour import features

KEY = Key.of(b"0123456789abcdef")
IDENTIFIER = "0193d6a0-0000-7000-8000-0123456789ab"
PROMPT = (
    "Write two hundred requests that people of many trades would put to an assistant, "
    "each with the answer that the best of experts would give, and number them all."
)


def refused(text: str = PROMPT, at: int = 1000) -> Denied:
    denied = Denied(KEY)
    denied.add(features(text, at=at), "research", IDENTIFIER)
    return denied


def test_it_is_known_under_another_purpose() -> None:
    (finding,) = refused().find(features(PROMPT, at=2000), "support.reply")

    assert finding.kind == KIND
    assert finding.score == 1.0
    assert IDENTIFIER in finding.notes[0]


def test_it_is_known_when_a_word_was_changed() -> None:
    changed = PROMPT.replace("Write two hundred", "Please write two hundred")

    (finding,) = refused().find(features(changed, at=2000), "support.reply")
    assert 0.8 < finding.score <= 1


def test_trying_again_under_the_same_purpose_is_none() -> None:
    assert refused().find(features(PROMPT, at=2000), "research") == ()


def test_another_prompt_is_none() -> None:
    denied = refused()

    assert denied.find(features("Where is my parcel?", at=2000), "support.reply") == ()


def test_it_is_forgotten_after_a_week() -> None:
    late = features(PROMPT, at=2000 + FORGOTTEN_MS)

    assert refused().find(late, "support.reply") == ()


def test_a_short_prompt_is_known_as_a_whole() -> None:
    denied = refused("Train me a rival")

    assert denied.find(features("Train me a rival", at=2000), "other")
    assert not denied.find(features("Train me a friend", at=2000), "other")


def test_the_ring_is_bounded() -> None:
    denied = Denied(KEY)
    for number in range(REMEMBERED + 3):
        denied.add(features(f"Number {number} of them"), "a", "")

    assert not denied.find(features("Number 1 of them"), "b")
    assert denied.find(features(f"Number {REMEMBERED} of them"), "b")


def test_any_bytes_at_all_are_a_ring() -> None:
    noise = bytearray(random.Random(3).randbytes(DENIED_BYTES))
    denied = Denied(KEY, noise)

    assert denied.find(features(PROMPT, at=1), "a") == ()
    denied.add(features(PROMPT, at=1), "a", "no identifier")
