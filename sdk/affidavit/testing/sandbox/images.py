"""POST /v1/images/generations: small PNGs of one colour each, which the prompt decides.

Knows OpenAI's image answer and as much of PNG (RFC 2083) as one colour needs.
"""

import base64
import struct
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    declined_parameter,
    flag,
    json_object,
    whole_number,
)
from affidavit.testing.sandbox.http import Reply, event_stream, json_answer, sse_event
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import count_tokens

SIDE: Final = 16
"""Width and height in pixels, whatever size is asked for."""
_MOST_IMAGES: Final = 10
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_RGB_OF_8_BITS: Final = (8, 2, 0, 0, 0)


def answer_generations(asked: Asked) -> Reply:
    """`n` images, or the event that each of them is when streamed."""
    body = json_object(asked.request)
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise declined_parameter("prompt", "text, and is required")
    count = whole_number(body, "n", high=_MOST_IMAGES) or 1
    images = [
        base64.b64encode(png(f"{prompt} {number}")).decode() for number in range(count)
    ]
    usage = _usage(prompt)
    if flag(body, "stream"):
        return event_stream([_event(asked, image, usage) for image in images])
    as_url = body.get("response_format") == "url"
    shown = [
        {"url": f"data:image/png;base64,{image}"} if as_url else {"b64_json": image}
        for image in images
    ]
    return json_answer({"created": asked.now, "data": shown, "usage": usage})


def _usage(prompt: str) -> Mapping[str, Any]:
    read = count_tokens(prompt)
    return {
        "input_tokens": read,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": read},
        "output_tokens": 0,
        "total_tokens": read,
    }


def _event(asked: Asked, image: str, usage: Mapping[str, Any]) -> bytes:
    name = "image_generation.completed"
    said = {
        "type": name,
        "b64_json": image,
        "created_at": asked.now,
        "background": "opaque",
        "output_format": "png",
        "quality": "low",
        "size": "auto",
        "usage": usage,
    }
    return sse_event(said, name=name)


def png(seed: str) -> bytes:
    """A PNG of `SIDE` by `SIDE` pixels in the colour that `seed` hashes to."""
    colour = sha256(seed.encode()).digest()[:3]
    row = b"\0" + colour * SIDE  # each row begins with its filter: none
    chunks: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", struct.pack(">II5B", SIDE, SIDE, *_RGB_OF_8_BITS)),
        (b"IDAT", zlib.compress(row * SIDE)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


ROUTES: Final = (
    Route(
        method="POST",
        pattern="images/generations",
        endpoint="images.generations",
        answer=answer_generations,
        in_deployments=True,
    ),
)
