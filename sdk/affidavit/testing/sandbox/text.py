"""What the sandbox says: a reply made from the question, and how it is counted and cut.

Knows text only. A token is here a run of at most four characters that are not white
space, with the white space before it: a rule of thumb that anyone can check by hand,
and that no tokenizer's tables are needed for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Any

import orjson

from affidavit.testing.sandbox.schema import an_instance

_TOKEN = re.compile(r"\s*\S{1,4}|\s+")
_QUOTED_WORDS = 8
_QUOTED_LETTERS = 24


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply in the pieces in which a stream sends it."""

    deltas: tuple[str, ...]
    truncated: bool = False
    """The caller's limit on tokens cut it short."""

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(self.deltas)

    @property
    def tokens(self) -> int:
        """How many tokens the reply has."""
        return count_tokens(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to speak: what a caller or a test asked for beside the question."""

    limit: int | None = None
    """At most so many tokens."""
    chunks: int | None = None
    """In exactly so many deltas; a reply of our own is made long enough for it."""
    exactly: str | None = None
    """This text, and no reply of our own."""
    schema: Mapping[str, Any] | None = None
    """JSON that this JSON Schema accepts; `{}` accepts any object."""


def tokens_of(text: str) -> list[str]:
    """The tokens of `text`; joined they are `text` again."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """How many tokens `text` has."""
    return len(tokens_of(text))


def reply_to(question: str, index: int = 0) -> str:
    """One or two sentences about `question`; `index` tells choices apart."""
    words = question.split()
    if not words:
        said = "You wrote nothing that I can read."
    else:
        opening = " ".join(word[:_QUOTED_LETTERS] for word in words[:_QUOTED_WORDS])
        unit = "word" if len(words) == 1 else "words"
        said = f"You wrote {len(words)} {unit}, beginning with “{opening}”."
    return said if index == 0 else f"{said} This is choice {index + 1}."


def speak(question: str, manner: Manner, index: int = 0) -> Spoken:
    """The reply to `question` in the manner asked for."""
    if manner.exactly is not None:
        tokens = tokens_of(manner.exactly)
    elif manner.schema is not None:
        instance = an_instance(manner.schema, reply_to(question, index))
        tokens = tokens_of(orjson.dumps(instance).decode())
    else:
        tokens = _long_enough(reply_to(question, index), manner.chunks or 0)
    kept = tokens[: manner.limit]
    deltas = kept if manner.chunks is None else _dealt(kept, manner.chunks)
    return Spoken(tuple(deltas), truncated=len(kept) < len(tokens))


def _long_enough(text: str, wanted: int) -> list[str]:
    """The tokens of `text`, said over and over until there are `wanted`."""
    tokens = tokens_of(text)
    if len(tokens) >= wanted:
        return tokens
    again = tokens_of(f" {text}")
    return tokens + list(islice(cycle(again), wanted - len(tokens)))


def _dealt(tokens: list[str], chunks: int) -> list[str]:
    """`tokens` joined into exactly `chunks` texts; the last are empty if need be."""
    if len(tokens) < chunks:
        return tokens + [""] * (chunks - len(tokens))
    bounds = [number * len(tokens) // chunks for number in range(chunks + 1)]
    return ["".join(tokens[start:end]) for start, end in pairwise(bounds)]
