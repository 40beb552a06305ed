"""What is taken of a call: its caller's last words, and what it asks for."""

from typing import Any

import pytest

from affidavit.calls import Finding
from affidavit.detect.behaviour.features import Work, is_short, of_call, work
from affidavit.findings import Kind
from support.behaviour import asked, features


def test_history_is_not_looked_at() -> None:
    call = features(
        ("system", "Be brief."),
        "Where is it?",
        ("assistant", "In the harbour."),
        "And the boat?",
    )

    assert call.text == "And the boat?"
    assert call.system == "Be brief."
    assert call.history


def test_what_only_the_system_is_told_is_the_callers() -> None:
    call = features(("system", "Write a poem."))

    assert call.text == "Write a poem."
    assert call.system == ""


def test_calls_that_no_model_answers_with_text_are_left_out() -> None:
    call = asked("hello")
    embedding = type(call)(
        endpoint="embeddings", provider="openai", host="h", texts=call.texts
    )

    assert of_call(embedding, (), 0) is None
    assert of_call(asked(), (), 0) is None


@pytest.mark.parametrize(
    ("parameters", "alternatives"),
    [
        ({}, 0),
        ({"logprobs": False}, 0),
        ({"logprobs": True}, 1),
        ({"logprobs": True, "top_logprobs": 5}, 6),
        ({"logprobs": 3}, 4),
    ],
)
def test_logprobs_are_read_in_every_spelling(
    parameters: dict[str, Any], alternatives: int
) -> None:
    assert features("hi", **parameters).logprobs == alternatives


def test_parameters_of_odd_types_are_none() -> None:
    call = features("hi", n="many", temperature="warm", max_tokens=-4, seed="x")

    assert (call.samples, call.hot, call.most) == (1, False, 0)
    assert call.seed


def test_only_data_generation_counts_as_asked() -> None:
    other = Finding(
        kind="purpose_mismatch", score=1.0, activity="a", rules=(), detector="d"
    )
    wanted = Finding(
        kind=Kind.DATASET_GENERATION.value,
        score=0.6,
        activity="a",
        rules=(),
        detector="d",
    )

    assert features("hi", findings=(other,)).asked == 0
    assert features("hi", findings=(other, wanted)).asked == 0.6


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("Tell me about the harbour and its boats.", Work.PROSE),
        ("def f(a, b):\n    return {a: [b], 'x': (a + b)}\n", Work.CODE),
        ("Customer: where is it?\nAgent: in the harbour", Work.CHAT),
        ("Thought: look it up\nObservation: three boats", Work.SCRATCHPAD),
    ],
)
def test_work_is_told_by_its_look(text: str, look: Work) -> None:
    assert work(text) is look


def test_a_label_is_short_and_a_paragraph_is_not() -> None:
    assert is_short("urgent")
    assert not is_short("It arrives on Monday by the morning ferry. " * 4)
