"""POST /v1/embeddings: vectors made of a text's words, as floats or base64.

Each word adds to a few places of the vector that its hash names, so equal texts have
equal vectors and texts with words in common lie nearer; all vectors have length 1.
"""

import base64
import struct
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import hypot
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    declined_parameter,
    json_object,
    model_named,
    whole_number,
)
from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import count_tokens

_DIMENSIONS: Final[Mapping[str, int]] = {"text-embedding-3-large": 3072}
_USUAL_DIMENSIONS: Final = 1536
_MOST_DIMENSIONS: Final = 3072
_MOST_INPUTS: Final = 2048

Entry = str | tuple[int, ...]
"""One text to embed, or the same as token numbers."""


def answer_embeddings(asked: Asked) -> Reply:
    """One vector for each input, in order; `Declined` if there is nothing to embed."""
    body = json_object(asked.request)
    model = model_named(body, asked.deployment)
    entries = entries_of(body.get("input"))
    usual = _DIMENSIONS.get(model, _USUAL_DIMENSIONS)
    size = whole_number(body, "dimensions", high=_MOST_DIMENSIONS) or usual
    encode = _encoding(body.get("encoding_format"))
    tokens = sum(_tokens(entry) for entry in entries)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": encode(vector(entry, size)),
        }
        for index, entry in enumerate(entries)
    ]
    return json_answer(
        {
            "object": "list",
            "data": data,
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
    )


def entries_of(given: object, param: str = "input") -> Sequence[Entry]:
    """The inputs: a text, token numbers, or a list of either."""
    many = given if isinstance(given, list) else [given]
    if many and all(_is_number(item) for item in many):
        many = [many]
    if not 0 < len(many) <= _MOST_INPUTS:
        raise declined_parameter(param, f"1 to {_MOST_INPUTS} inputs")
    return [_entry(item, param) for item in many]


def _entry(item: object, param: str) -> Entry:
    if isinstance(item, str) and item:
        return item
    if isinstance(item, list) and item and all(_is_number(token) for token in item):
        return tuple(item)
    wanted = "text that is not empty, token numbers, or a list of either"
    raise declined_parameter(param, wanted)


def _is_number(item: object) -> bool:
    return isinstance(item, int) and not isinstance(item, bool)


def _tokens(entry: Entry) -> int:
    return count_tokens(entry) if isinstance(entry, str) else len(entry)


def vector(entry: Entry, size: int) -> list[float]:
    """The vector of `entry`: `size` numbers, of length 1 together."""
    words = entry.split() or [entry] if isinstance(entry, str) else map(str, entry)
    numbers = [0.0] * size
    for word in words:
        digest = blake2b(word.encode(), digest_size=16).digest()
        for place, sign in struct.iter_unpack("<Ii", digest):
            numbers[place % size] += 1.0 if sign < 0 else -1.0
    length = hypot(*numbers)
    if length == 0.0:
        # Words that cancel each other out leave no direction; any fixed one will do.
        return [1.0, *numbers[1:]]
    return [number / length for number in numbers]


def _encoding(wanted: object) -> Any:
    match wanted:
        case None | "float":
            return list
        case "base64":
            return _base64
        case _:
            raise declined_parameter("encoding_format", "'float' or 'base64'")


def _base64(numbers: Sequence[float]) -> str:
    """32-bit floats, little-endian, as the SDKs decode them."""
    packed = struct.pack(f"<{len(numbers)}f", *numbers)
    return base64.b64encode(packed).decode("ascii")


ROUTES: Final = (
    Route(
        method="POST",
        pattern="embeddings",
        endpoint="embeddings",
        answer=answer_embeddings,
        in_deployments=True,
    ),
)
