"""What an outcome's record says of the texts that a model produced: fingerprints.

Knows how many fit into a body, what is counted instead of being kept, and how the texts
of a long file are told in records that follow. Pure.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.fingerprint import Fingerprint, Key, attestable

MOST_TEXTS = 192
"""That an outcome's own record tells."""
MOST_BYTES = 27 << 10
"""Of all of one record's: 36 KiB as they are printed, of 60 that a body may have."""
MOST_AT_ONCE = 512
"""Texts that one further record tells, so that making it takes some ms."""
MOST_CHARACTERS = 56 << 10
"""Of a further record's fingerprints, as they are printed."""
_HEADER_BYTES = 12
_VALUE_BYTES = 4
_QUOTES = 3
"""Around each that is printed, and between."""


def told(said: Iterable[str] | None, key: Key, *, follow: int = 0) -> dict[str, Json]:
    """`fingerprints` of an outcome's body (docs/formats/trail.md).

    `follow`: texts beside `said` that records of kind `addendum` tell later.
    """
    if said is None:
        return {"unread": True}
    kept: list[Fingerprint] = []
    short = omitted = 0
    for text in said:
        if len(kept) == MOST_TEXTS:
            omitted += 1
            continue
        each = attestable(text, key)
        if each is None:
            short += 1
        else:
            kept.append(each)
    body: dict[str, Json] = {"omitted": omitted} if omitted else {}
    if follow:
        body["follow"] = follow
    if short:
        body["short"] = short
    if kept:
        body["outputs"] = [canonical.text(each.encode()) for each in _fitted(kept)]
    return body


def _fitted(kept: list[Fingerprint]) -> list[Fingerprint]:
    """The same, each with so many of its values that together they fit."""
    if sum(_HEADER_BYTES + _VALUE_BYTES * len(each.values) for each in kept) <= (
        MOST_BYTES
    ):
        return kept
    # As many for each: which values are the least has nothing to do with the text.
    share = (MOST_BYTES // len(kept) - _HEADER_BYTES) // _VALUE_BYTES
    return [each._replace(values=each.values[:share]) for each in kept]


class Portion(NamedTuple):
    """What one further record says, and where the next goes on."""

    fingerprints: dict[str, Json]
    end: int


def portion(texts: Sequence[str], start: int, key: Key) -> Portion:
    """The texts from `start` on, as many as one further record has room for; all of
    their values are kept. At least one, where there is one.
    """
    outputs: list[Json] = []
    short = room = 0
    at = start
    for at in range(start, min(start + MOST_AT_ONCE, len(texts))):
        each = attestable(texts[at], key)
        if each is None:
            short += 1
            continue
        printed = canonical.text(each.encode())
        room += len(printed) + _QUOTES
        if outputs and room > MOST_CHARACTERS:
            break
        outputs.append(printed)
    else:
        at = min(start + MOST_AT_ONCE, len(texts))
    body: dict[str, Json] = {"outputs": outputs} if outputs else {}
    if short:
        body["short"] = short
    return Portion(body, at)
