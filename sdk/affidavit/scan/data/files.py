"""Which file is what, and how it is divided into portions of work.

Knows names, first bytes and folders; reads nothing else. What is no data is left out by
name, what nobody can read is said.
"""

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from affidavit import regular
from affidavit.scan.data import columns

PORTION = 8 << 20
"""Bytes of JSON lines that are one portion."""
_SNIFFED = 1 << 16


class Format(Enum):
    """How rows stand in a file."""

    JSON_LINES = "JSON lines"
    JSON = "JSON"
    TABLE = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    TEXT = "text"


_BY_NAME = {
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".json": Format.JSON,
    ".csv": Format.TABLE,
    ".tsv": Format.TABLE,
    ".parquet": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".feather": Format.ARROW,
    ".ipc": Format.ARROW,
}
_PACKED = (".gz", ".zst")
_ABOUT = {
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "state.json",
    ".gitattributes",
}
"""What Hugging Face's `datasets` writes about the data beside it."""
_NO_TEXT = {
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ico"),
    *(".wav", ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".mp4", ".webm", ".mov"),
    *(".safetensors", ".lock"),
}
"""Pictures, sound, films, weights: no text of a model's stands there as text."""


class Portion(NamedTuple):
    """A piece of work: a whole file, or so much of it."""

    path: Path
    format: Format
    packing: str = ""
    """`.gz`, `.zst`, or nothing."""
    start: int = 0
    """JSON lines: the first byte. Parquet: the row group."""
    end: int | None = None
    rows: int | None = None
    """How many there are, where that is known beforehand."""
    size: int = 0
    """Bytes of the file that it stands for."""


class Source(NamedTuple):
    """One file of the data set."""

    path: Path
    name: str
    """As reports call it."""
    size: int
    portions: tuple[Portion, ...] = ()
    problem: str | None = None
    """Why it cannot be read."""
    left_out: str | None = None
    """Why it need not be."""


def sources(given: Path) -> Iterator[Source]:
    """The files at or below `given`, in order."""
    if not given.is_dir():
        yield _source(given, str(given))
        return
    for folder, inner, names in os.walk(given):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if name in _ABOUT or name.startswith("."):
                yield Source(path, str(path), 0, left_out="describes the data set")
            else:
                yield _source(path, str(path))
        yield from _missing(Path(folder))


def files_at(given: Path) -> list[Path]:
    """The files at or below `given` that a scan takes a digest of."""
    return [each.path for each in sources(given) if each.portions]


def _missing(folder: Path) -> Iterator[Source]:
    """The shards that a data set's own list names, and that are not there."""
    try:
        state = orjson.loads((folder / "state.json").read_bytes())
        listed = [each["filename"] for each in state["_data_files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for name in listed:
        path = folder / str(name)
        if not path.is_file():
            yield Source(
                path, str(path), 0, problem="state.json names it, and it is not there"
            )


def _source(path: Path, name: str) -> Source:
    try:
        with regular.opened(path) as file:
            size = os.fstat(file.fileno()).st_size
        if path.suffix.lower() in _NO_TEXT:
            return Source(path, name, size, left_out="holds no text")
        found = _portions(path, size)
        return Source(path, name, size, tuple(found))
    except OSError as error:
        reason = error.strerror or str(error)
        return Source(path, name, 0, problem=f"cannot be read: {reason}")
    except ValueError as error:
        return Source(path, name, 0, problem=f"cannot be read: {error}")


def _portions(path: Path, size: int) -> list[Portion]:
    """Raises `OSError` or `ValueError` where it is nothing that can be read."""
    packing = path.suffix.lower() if path.suffix.lower() in _PACKED else ""
    kind = _format(path.with_suffix("") if packing else path, path, packing)
    if kind is Format.PARQUET:
        counts = columns.groups(path)
        share = size // max(len(counts), 1)
        return [
            Portion(path, kind, start=at, rows=count, size=share)
            for at, count in enumerate(counts)
        ]
    if kind is Format.JSON_LINES and not packing:
        return [
            Portion(
                path,
                kind,
                start=at,
                end=min(at + PORTION, size),
                size=min(PORTION, size - at),
            )
            for at in range(0, max(size, 1), PORTION)
        ]
    return [Portion(path, kind, packing, size=size)]


def _format(named: Path, path: Path, packing: str) -> Format:
    kind = _BY_NAME.get(named.suffix.lower())
    if kind is Format.JSON:
        return _json_or_lines(_first(path, packing))
    if kind is None:
        first = _first(path, packing)
        if b"\0" in first:
            raise ValueError("it is neither text nor a format that is known here")
        return Format.TEXT
    if packing and kind in (Format.PARQUET, Format.ARROW):
        raise ValueError(f"{kind.value} inside {packing}: unpack it first")
    return kind


def _json_or_lines(first: bytes) -> Format:
    """Files called .json are often JSON lines: then the first line is a value."""
    line, newline, rest = first.partition(b"\n")
    if not newline or not rest.strip():
        return Format.JSON
    try:
        return (
            Format.JSON_LINES if isinstance(orjson.loads(line), dict) else Format.JSON
        )
    except orjson.JSONDecodeError:
        return Format.JSON


def _first(path: Path, packing: str) -> bytes:
    with opened(path, packing) as file:
        return file.read(_SNIFFED)


@contextmanager
def opened(path: Path, packing: str) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked; raises `OSError` or `ValueError`, also while read."""
    if packing == ".gz":
        with gzip.open(path) as file:
            yield file  # type: ignore[misc]  # a GzipFile is a BinaryIO in all but name
    elif packing == ".zst":
        pa: Any = columns.pyarrow()
        with pa.input_stream(str(path), compression="zstd") as stream:
            yield io.BufferedReader(stream)
    else:
        with path.open("rb", buffering=1 << 20) as plain:
            yield plain
