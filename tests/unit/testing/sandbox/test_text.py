import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.text import (
    Manner,
    count_tokens,
    reply_to,
    speak,
    tokens_of,
)


@given(st.text())
def test_tokens_lose_no_character(text: str) -> None:
    assert "".join(tokens_of(text)) == text


def test_tokens_can_be_counted_by_hand() -> None:
    assert tokens_of("Where is parcel 12?") == [
        "Wher",
        "e",
        " is",
        " parc",
        "el",
        " 12?",
    ]
    assert count_tokens("") == 0


@given(st.text(), st.integers(0, 3))
def test_the_same_question_gets_the_same_reply(question: str, index: int) -> None:
    assert reply_to(question, index) == reply_to(question, index)
    assert reply_to(question, index) != reply_to(question, index + 1)


def test_a_reply_to_a_long_question_is_short() -> None:
    assert len(reply_to("x" * 100_000)) < 100


@given(st.text(), st.integers(1, 200))
def test_a_reply_comes_in_exactly_the_deltas_asked_for(
    question: str, chunks: int
) -> None:
    spoken = speak(question, Manner(chunks=chunks))

    assert len(spoken.deltas) == chunks
    assert all(spoken.deltas)
    assert spoken.text.startswith(reply_to(question))


@given(st.text(), st.integers(1, 40))
def test_a_text_that_was_dictated_is_said_exactly(text: str, chunks: int) -> None:
    spoken = speak("anything", Manner(chunks=chunks, exactly=text))

    assert spoken.text == text
    assert len(spoken.deltas) == chunks


@given(st.integers(1, 30))
def test_a_limit_on_tokens_is_kept_and_told(limit: int) -> None:
    spoken = speak("Where is parcel 12?", Manner(limit=limit))
    whole = speak("Where is parcel 12?", Manner())

    assert spoken.tokens == min(limit, whole.tokens)
    assert spoken.truncated == (limit < whole.tokens)
    assert whole.text.startswith(spoken.text)


@pytest.mark.parametrize("chunks", [1, 3, 300])
def test_structured_output_stays_json_in_any_number_of_deltas(chunks: int) -> None:
    spoken = speak("Hi", Manner(schema={}, chunks=chunks))

    assert orjson.loads(spoken.text) == {"reply": reply_to("Hi")}
    assert len(spoken.deltas) == chunks
