"""What an outcome's record says of the texts that a model produced: fingerprints.

Knows how many fit into a body, and what is counted instead of being kept. Pure.
"""

from collections.abc import Iterable

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.fingerprint import Fingerprint, Key, of

MOST_TEXTS = 192
MOST_BYTES = 27 << 10
"""Of all of one record's: 36 KiB as they are printed, of 60 that a body may have."""
_HEADER_BYTES = 12
_VALUE_BYTES = 4


def told(said: Iterable[str] | None, key: Key) -> dict[str, Json]:
    """`fingerprints` of an outcome's body (docs/formats/trail.md)."""
    if said is None:
        return {"unread": True}
    kept: list[Fingerprint] = []
    short = omitted = 0
    for text in said:
        if len(kept) == MOST_TEXTS:
            omitted += 1
            continue
        each = of(text, key)
        if each.attestable:
            kept.append(each)
        else:
            short += 1
    body: dict[str, Json] = {"omitted": omitted} if omitted else {}
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
