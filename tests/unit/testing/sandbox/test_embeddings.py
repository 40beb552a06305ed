import base64
import struct
from math import isclose
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.embeddings import answer_embeddings, vector
from affidavit.testing.sandbox.http import Answer, Declined, ReceivedRequest
from affidavit.testing.sandbox.routes import Asked


def embedded(**changes: object) -> Any:
    body = {"model": "text-embedding-3-small", "input": "Hi", "dimensions": 4} | changes
    request = ReceivedRequest(method="POST", path="/x", body=orjson.dumps(body))
    reply = answer_embeddings(Asked(request=request, now=7, serial="s"))
    assert isinstance(reply, Answer)
    return orjson.loads(reply.body)


@given(st.text(min_size=1), st.integers(1, 64))
def test_every_vector_has_the_size_asked_for_and_length_one(
    text: str, size: int
) -> None:
    numbers = vector(text, size)

    assert len(numbers) == size
    assert isclose(sum(number * number for number in numbers), 1.0)


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_texts_with_words_in_common_lie_nearer() -> None:
    parcel = vector("where is the parcel", 256)
    near = vector("where is the letter", 256)
    far = vector("three green apples fell", 256)

    assert cosine(parcel, near) > cosine(parcel, far)


def test_base64_is_little_endian_floats_of_32_bits() -> None:
    floats = embedded()["data"][0]["embedding"]
    packed = embedded(encoding_format="base64")["data"][0]["embedding"]

    assert struct.unpack("<4f", base64.b64decode(packed)) == pytest.approx(floats)


@pytest.mark.parametrize(
    ("given", "count", "tokens"),
    [
        ("two words", 1, 3),
        (["one", "two"], 2, 2),
        ([5, 6, 7], 1, 3),
        ([[5, 6], [7]], 2, 3),
    ],
)
def test_texts_and_token_numbers_are_embedded(
    given: object, count: int, tokens: int
) -> None:
    answer = embedded(input=given)

    assert [item["index"] for item in answer["data"]] == list(range(count))
    assert answer["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}


def test_models_have_their_own_usual_size() -> None:
    large = embedded(model="text-embedding-3-large", dimensions=None)

    assert len(large["data"][0]["embedding"]) == 3072


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("input", ""),
        ("input", []),
        ("input", [[]]),
        ("input", None),
        ("input", [True]),
        ("input", ["a"] * 2049),
        ("dimensions", 0),
        ("encoding_format", "hex"),
        ("model", ""),
    ],
)
def test_what_cannot_be_embedded_is_declined_by_name(param: str, value: object) -> None:
    with pytest.raises(Declined) as caught:
        embedded(**{param: value})

    assert orjson.loads(caught.value.answer.body)["error"]["param"] == param
