from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._reading import parameters as _parameters
from affidavit.clients._reading.parameters import model, parameters

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_KEYS = [*sorted(_parameters._DEEPER), "n", "stream", "seconds"]


def test_parameters_are_integers_strings_and_truths_only() -> None:
    body = {
        "n": 4,
        "stream": True,
        "temperature": 0.7,
        "max_tokens": 2**60,
        "tools": [{}, {}],
        "reasoning": {"effort": "high"},
        "response_format": {"type": "json_schema", "json_schema": {}},
        "logprobs": None,
        "unknown": "left out",
    }
    assert parameters(body) == {
        "n": 4,
        "stream": True,
        "temperature": "0.7",
        "max_tokens": str(2**60),
        "tools": 2,
        "reasoning_effort": "high",
        "response_format": "json_schema",
    }


def test_the_format_of_a_response_is_a_parameter_too() -> None:
    body = {"text": {"format": {"type": "json_object"}, "verbosity": "low"}}
    assert parameters(body) == {"response_format": "json_object", "verbosity": "low"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"purpose": "batch"}, {"file_purpose": "batch"}),
        ({"functions": [{}, {}]}, {"tools": 2}),
        ({"prediction": {"type": "content"}}, {"prediction": True}),
        ({"web_search_options": {"user_location": {}}}, {"web_search_options": True}),
        ({"logit_bias": {"50256": -100}}, {"logit_bias": True}),
        ({"logit_bias": {}}, {}),
        ({"models": ["a/b", "c/d"], "plugins": [{}]}, {"models": 2, "plugins": 1}),
        ({"models": "a/b", "preset": "mail"}, {"models": 1, "preset": True}),
        ({"modalities": ["text", "audio"]}, {"modalities": "audio,text"}),
        ({"output_modalities": ["audio"]}, {"modalities": "audio"}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"include": ["file_search_call.results"]}, {}),
        ({"include": "logprobs"}, {"logprobs": True}),
        ({"voice": "alloy"}, {"voice": "alloy"}),
        ({"voice": {"id": "voice_1"}}, {"voice": "voice_1"}),
        ({"audio": {"voice": "ash", "format": "mp3"}}, {"voice": "ash"}),
        ({"output_expires_after": {"seconds": 60}}, {"output_expires_after": 60}),
        ({"response_format": "b64_json"}, {"response_format": "b64_json"}),
        ({"image": {"size": "x"}, "size": "1024x1024"}, {"size": "1024x1024"}),
        ({"seconds": "8", "size": "720x1280"}, {"seconds": "8", "size": "720x1280"}),
        (
            {"input_file_id": "file-1", "endpoint": "/v1/responses"},
            {"input_file_id": "file-1", "endpoint": "/v1/responses"},
        ),
        (
            {
                "training_file": "file-1",
                "method": {
                    "type": "dpo",
                    "dpo": {"hyperparameters": {"n_epochs": 3, "beta": 0.1}},
                },
            },
            {"training_file": "file-1", "method": "dpo", "n_epochs": 3},
        ),
        ({"hyperparameters": {"batch_size": "auto"}}, {"batch_size": "auto"}),
    ],
)
def test_each_endpoints_parameters_are_found(
    body: dict[str, Any], found: dict[str, Any]
) -> None:
    assert parameters(body) == found


def test_a_sessions_parameters_count_and_what_stands_further_out_wins() -> None:
    session = {"temperature": 0.2, "audio": {"output": {"voice": "ash"}}, "tools": [{}]}
    assert parameters({"session": session, "tools": [{}, {}]}) == {
        "temperature": "0.2",
        "voice": "ash",
        "tools": 2,
    }


def test_parameters_of_bodies_within_bodies_are_sought_to_a_bound() -> None:
    body: dict[str, Any] = {"n": 9}
    for _ in range(500):
        body = {"session": body}
    assert parameters(body) == {}


@pytest.mark.parametrize(
    "body",
    [
        {"session": {"model": "m"}},
        {"agent": {"model": "m"}},
        {"target": {"type": "new_session", "agent": {"model": "m"}}},
        {"data_source": {"model": "m"}},
        {"grader": {"model": "m"}},
        {"input_audio_transcription": {"model": "m"}},
        {"session": {"audio": {"input": {"transcription": {"model": "m"}}}}},
    ],
)
def test_the_model_of_a_session_or_an_agent_is_found(body: dict[str, Any]) -> None:
    assert model(body) == "m"


def test_where_no_model_is_named_none_is_found() -> None:
    assert model({"session": {"model": 7}}) is None
    assert model({}) is None


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_no_shape_of_body_raises(body: dict[str, Any]) -> None:
    model(body)
    for value in parameters(body).values():
        assert isinstance(value, bool | int | str)
