from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.calls import Text
from affidavit.cli import described
from affidavit.cli.described import CallUnclear, Description
from affidavit.errors import SettingsInvalid


def test_a_description_of_nothing_is_still_a_call() -> None:
    call = described.call(Description(), {})

    assert (call.endpoint, call.provider, call.host) == (
        "responses",
        "openai",
        "api.openai.com",
    )
    assert (call.purpose, call.model, call.texts) == (None, None, ())


@pytest.mark.parametrize(
    ("given", "provider"),
    [
        ({"host": "OpenRouter.ai"}, "openrouter"),
        ({"host": "gateway.acme.example"}, "other"),
        ({"host": "gateway.acme.example", "provider": "azure"}, "azure"),
    ],
)
def test_the_host_says_who_answers_unless_it_is_said(
    given: dict[str, Any], provider: str
) -> None:
    assert described.call(Description(**given), {}).provider == provider


def test_a_body_is_read_as_the_client_reads_it() -> None:
    body = {
        "model": "gpt-5",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look."},
                    {"type": "image_url", "image_url": {"url": "data:"}},
                ],
            },
        ],
        "n": 3,
        "user": "u1",
        "safety_identifier": "s1",
    }
    call = described.call(Description(body=body), {})

    assert call.model == "gpt-5"
    assert [text.value for text in call.texts] == ["Be brief.", "Look."]
    assert call.unread == {"images": 1}
    assert call.parameters["n"] == 3
    assert (call.subject, call.safety_id) == ("u1", "s1")


def test_what_is_given_wins_over_the_body() -> None:
    body = {"model": "gpt-5", "input": "first", "n": 3, "user": "u1"}
    call = described.call(
        Description(body=body, model="o3", user="u2", text="second"), {"n": 9}
    )

    assert (call.model, call.subject, call.parameters["n"]) == ("o3", "u2", 9)
    assert call.texts[-1] == Text(role="user", value="second")
    assert len(call.texts) == 2


def test_a_purpose_that_no_policy_could_hold_is_refused() -> None:
    with pytest.raises(SettingsInvalid):
        described.call(Description(purpose="Not A Name"), {})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "must be an object"),
        (b'{"modle": "x"}', "'modle' is not known"),
        (b'{"model": 5}', "'model' must be text"),
        (b'{"body": "x"}', "'body' must be an object"),
    ],
)
def test_what_is_no_description_is_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(CallUnclear, match=words) as caught:
        described.parse(data, "call.json")

    assert str(caught.value).startswith("call.json: ")
    assert caught.value.exit_code == 2


def test_every_known_key_is_a_field_of_the_description() -> None:
    other = {"body": {}, "parameters": {"n": 2}, "findings": []}
    value = {key: other.get(key, "x") for key in described.KEYS}
    parsed = described.parse(orjson.dumps(value), "call.json")
    # Of the call itself they are not: what was found, and when it was made.
    assert (parsed.pop("findings"), parsed.pop("at")) == ([], "x")
    call = described.call(Description(**parsed), {})

    assert (call.model, call.parameters) == ("x", {"n": 2})


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    try:
        parsed = described.parse(data, "call.json")
    except CallUnclear:
        return
    assert set(parsed) <= set(described.KEYS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n=16", 16),
        ("stream=true", True),
        ("tool_choice=auto", "auto"),
        ("top_p=0.5", "0.5"),
    ],
)
def test_a_parameter_is_a_name_and_a_value(text: str, value: object) -> None:
    assert described.parameters([text]) == {text.partition("=")[0]: value}


@pytest.mark.parametrize("text", ["", "n", "=3"])
def test_anything_else_is_no_parameter(text: str) -> None:
    with pytest.raises(CallUnclear):
        described.parameter(text)
