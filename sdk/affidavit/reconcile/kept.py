"""A reconciliation as it is kept: the provider's responses, and what was asked of them.

    reconciliation.json   what `affidavit reconcile --json` says
    <name>.json, …        the responses, byte for byte

Knows that folder, and that every response is the one that was reconciled. Its figures
are not taken from here: whoever attests counts them again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.reconcile.reconciliation import Asked
from affidavit.reconcile.usage import MAX_DOCUMENT_BYTES

FILE_NAME = "reconciliation.json"
UNFINISHED = "fetching.json"
"""Stands there while responses are still being fetched."""
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""What a response may be called: it becomes a file's name elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a statement about coverage is made of."""

    asked: Asked
    fetched: str
    """UTC, whole seconds."""
    documents: tuple[tuple[str, bytes], ...]
    """Responses by name, in order."""


def load(path: Path) -> Kept:
    """The reconciliation at `path`, the folder or its `reconciliation.json`.

    `Incomplete` where it cannot be read, is none, or a response is another.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        said = canonical.parse(_bytes(file))
    except Malformed as error:
        raise Incomplete(f"{file}: not a reconciliation: {error}") from error
    match said:
        case {
            "from": str(start),
            "to": str(end),
            "fetched": str(fetched),
            "terms": dict(terms),
            "sources": [*sources],
        }:
            pass
        case _:
            raise Incomplete(
                f"{file}: not a reconciliation. Give the folder that `affidavit "
                "reconcile --save` made."
            )
    try:
        asked, at = asked_of(start, end, terms), moment(fetched)
    except Malformed as error:
        raise Incomplete(f"{file}: {error}") from error
    documents = tuple(_document(file.parent, each) for each in sources)
    return Kept(asked=asked, fetched=at, documents=documents)


def asked_of(start: str, end: str, terms: Mapping[str, Json]) -> Asked:
    """What was asked, from its days and `Asked.terms`; `Malformed` where it is none."""
    match terms:
        case {
            "governedKeys": (None | list()) as keys,
            "project": (None | str()) as project,
            "aliases": dict(aliases),
            **rest,
        } if not rest and _texts(keys or []) and _texts(aliases.values()):
            pass
        case _:
            raise Malformed("its terms are none")
    asked = Asked(
        start=_day(start),
        end=_day(end),
        keys=None if keys is None else frozenset(map(str, keys)),
        project=project,
        aliases={name: str(value) for name, value in aliases.items()},
    )
    if asked.terms != terms or start >= end:
        raise Malformed("its terms or days are not in order")
    return asked


def moment(text: str) -> str:
    """A UTC time in whole seconds, `2026-11-02T09:00:00Z`, as it is."""
    try:
        again = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").isoformat() + "Z"  # noqa: DTZ007 - it is only printed again
    except ValueError as error:
        raise Malformed(f"not a UTC time in whole seconds: {text!r:.40}") from error
    if again != text:
        raise Malformed(f"not a UTC time in whole seconds: {text!r:.40}")
    return text


def _texts(values: Iterable[Json]) -> bool:
    return all(isinstance(each, str) for each in values)


def _day(text: str) -> str:
    try:
        again = date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Malformed(f"not a day: {text!r:.40}") from error
    if again != text:
        raise Malformed(f"not a day: {text!r:.40}")
    return text


def _document(folder: Path, source: Json) -> tuple[str, bytes]:
    match source:
        case {"name": str(name), "digest": {"sha256": str(digest)}}:
            pass
        case _:
            raise Incomplete(f"{folder}: a source without name or digest")
    if NAME.fullmatch(name) is None:
        raise Incomplete(
            f"{folder}: a response is called {name!r:.80}. Use letters, digits, `.`, "
            "`-` and `_` only."
        )
    data = _bytes(folder / name)
    if sha256(data).hexdigest() != digest:
        raise Incomplete(
            f"{folder / name}: not the response that was reconciled. Run `affidavit "
            "reconcile` again."
        )
    return name, data


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise Incomplete(f"{file}: cannot be read ({error.strerror}).") from error
