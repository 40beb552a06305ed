"""Parquet and Arrow: rows of the columns that hold text, at any depth.

Knows pyarrow, which is in the extra `scan`. Columns of bytes, numbers and times are not
read: no text stands there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from affidavit.errors import ToolUnavailable
from affidavit.scan.data.rows import Row

_ROWS = 512


def pyarrow() -> Any:
    """The library, or `ToolUnavailable`."""
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
        import pyarrow.ipc  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ImportError as error:
        raise ToolUnavailable(
            "Parquet, Arrow and zstd files are read with pyarrow, which is not "
            "installed. Run: pip install 'affidavit[scan]'"
        ) from error
    return pa


def groups(path: Path) -> list[int]:
    """How many rows each row group of a Parquet file has; raises as `read_group`."""
    about = pyarrow().parquet.read_metadata(path)
    return [about.row_group(at).num_rows for at in range(about.num_row_groups)]


def read_group(path: Path, group: int) -> Iterator[Row]:
    """The rows of one row group, numbered from 1.

    Raises `OSError` or `ValueError` (pyarrow's own errors are of these) for a file that
    is damaged.
    """
    pa = pyarrow()
    with pa.parquet.ParquetFile(path) as file:
        names = textual(pa, file.schema_arrow)
        if not names:
            yield from _empty(file.metadata.row_group(group).num_rows)
            return
        dotted = any("." in name for name in names)
        yield from _rows(
            pa,
            file.iter_batches(
                batch_size=_ROWS, row_groups=[group], columns=None if dotted else names
            ),
        )


def read_arrow(path: Path) -> Iterator[Row]:
    """The rows of an Arrow file or stream, numbered from 1; raises as `read_group`."""
    pa = pyarrow()
    with pa.memory_map(str(path)) as source:
        try:
            file = pa.ipc.open_file(source)
            batches = (file.get_batch(at) for at in range(file.num_record_batches))
        except pa.ArrowInvalid:  # Hugging Face's `datasets` writes streams
            source.seek(0)
            batches = iter(pa.ipc.open_stream(source))
        yield from _rows(pa, _small(batches))


def _small(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            yield batch.slice(start, _ROWS)


def _rows(pa: Any, batches: Iterator[Any]) -> Iterator[Row]:
    number = 0
    for batch in batches:
        names = textual(pa, batch.schema)
        columns = [batch.column(name).to_pylist() for name in names]
        size = batch.nbytes // max(batch.num_rows, 1)
        if not columns:
            columns, names = [[None] * batch.num_rows], [""]
        for cells in zip(*columns, strict=True):
            number += 1
            yield Row(number, dict(zip(names, cells, strict=True)), size)


def _empty(count: int) -> Iterator[Row]:
    for number in range(1, count + 1):
        yield Row(number, {}, 0)


def textual(pa: Any, schema: Any) -> list[str]:
    """The columns that hold text, or are called as identifiers are."""
    return [
        field.name
        for field in schema
        if _holds_text(pa, field.type) or field.name in ("id", "_id", "idx")
    ]


def _holds_text(pa: Any, kind: Any) -> bool:
    types = pa.types
    if types.is_dictionary(kind):
        return _holds_text(pa, kind.value_type)
    if types.is_map(kind):
        return _holds_text(pa, kind.key_type) or _holds_text(pa, kind.item_type)
    if types.is_nested(kind):
        return any(
            _holds_text(pa, kind.field(at).type) for at in range(kind.num_fields)
        )
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
    )
