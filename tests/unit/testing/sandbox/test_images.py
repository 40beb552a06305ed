import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from affidavit.testing.sandbox.images import SIDE, png
from support.sandboxed import a_client, faithful


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def chunks(image: bytes) -> dict[bytes, bytes]:
    """A PNG's chunks by name, each with the checksum that it should have."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(image):
        size, name = struct.unpack(">I4s", image[at : at + 8])
        data = image[at + 8 : at + 8 + size]
        (crc,) = struct.unpack(">I", image[at + 8 + size : at + 12 + size])
        assert crc == zlib.crc32(name + data)
        found[name], at = data, at + 12 + size
    return found


def test_an_image_is_a_png_of_one_colour() -> None:
    found = chunks(png("a parcel"))
    pixels = zlib.decompress(found[b"IDAT"])

    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (SIDE, SIDE)
    assert len(pixels) == SIDE * (1 + 3 * SIDE)
    assert png("a parcel") != png("a letter")


def test_n_images_differ(client: OpenAI) -> None:
    made = faithful(client.images.generate(prompt="a parcel", n=2))
    assert made.data is not None
    images = [base64.b64decode(image.b64_json or "") for image in made.data]

    assert len({*images}) == 2
    assert all(chunks(image) for image in images)


def test_a_url_holds_the_image_itself(client: OpenAI) -> None:
    made = client.images.generate(prompt="a parcel", response_format="url")
    assert made.data is not None

    assert str(made.data[0].url).startswith("data:image/png;base64,")


def test_a_stream_has_an_event_an_image(client: OpenAI) -> None:
    events = list(client.images.generate(prompt="a parcel", stream=True))

    assert [event.type for event in map(faithful, events)] == [
        "image_generation.completed"
    ]


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "a", "n": 11}])
def test_what_cannot_be_is_400(client: OpenAI, body: Any) -> None:
    with pytest.raises(openai.BadRequestError):
        client.post("/images/generations", body=body, cast_to=object)
