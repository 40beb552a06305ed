from typing import Any

import pytest

from affidavit.testing.sandbox.body import (
    flag,
    json_object,
    last_question,
    model_named,
    nested,
    objects,
    text_of,
    whole_number,
)
from affidavit.testing.sandbox.http import Declined, ReceivedRequest


def a_request(body: bytes) -> ReceivedRequest:
    return ReceivedRequest(method="POST", path="/v1/x", body=body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 5000])
def test_a_body_that_is_no_json_object_is_declined(body: bytes) -> None:
    with pytest.raises(Declined) as caught:
        json_object(a_request(body))

    assert caught.value.answer.status == 400


def test_a_model_has_to_be_named_unless_a_deployment_is() -> None:
    assert model_named({"model": "m"}, "d") == "m"
    assert model_named({}, "d") == "d"
    with pytest.raises(Declined, match="'model'"):
        model_named({}, None)


@pytest.mark.parametrize("value", [0, 11, True, "3", 2.0])
def test_numbers_out_of_bounds_or_of_another_kind_are_declined(value: object) -> None:
    with pytest.raises(Declined, match="'n' must be a whole number from 1 to 10"):
        whole_number({"n": value}, "n", high=10)


def test_absent_and_null_are_the_default() -> None:
    for body in ({}, {"x": None}):
        assert whole_number(body, "x") is None
        assert flag(body, "x") is False
        assert nested(body, "x") == {}


def test_flags_and_objects_of_another_kind_are_declined() -> None:
    with pytest.raises(Declined, match="true or false"):
        flag({"stream": "yes"}, "stream")
    with pytest.raises(Declined, match="an object"):
        nested({"text": []}, "text")


@pytest.mark.parametrize("value", [None, [], "hello", ["hello"], {}])
def test_messages_have_to_be_a_list_of_objects(value: object) -> None:
    with pytest.raises(Declined, match="'messages' must be a list"):
        objects(value, "messages")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}], "a\nb"),
        ([{"type": "image_url", "image_url": {}}, 7, {"text": 7}], ""),
        (None, ""),
    ],
)
def test_text_is_read_from_strings_and_from_parts(content: object, text: str) -> None:
    assert text_of(content) == text


def test_the_question_is_what_a_user_said_last() -> None:
    said: list[dict[str, Any]] = [
        {"role": "user", "content": "first"},
        {"role": "user", "content": "second"},
        {"role": "assistant", "content": "answer"},
    ]

    assert last_question(said) == "second"
    assert last_question(said[2:]) == "answer"
