"""Calls as Parquet files, one folder for each purpose and day.

Knows the folders' names (Hive's, which DuckDB, pandas and Spark read) and pyarrow,
which is an extra. Holds one batch of rows in memory.
"""

from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any, get_type_hints

from affidavit.cli import handing
from affidavit.errors import ToolUnavailable
from affidavit.trail.history import COLUMNS, CallRecord

ROWS_A_BATCH = 1 << 17
_NONE = "none"
_STORED = tuple(name for name in COLUMNS if name != "purpose")
"""The purpose is in the folder's name."""


def write(rows: Iterator[CallRecord], out: Path) -> int:
    """Write `rows` below the folder `out`; how many they were.

    `ToolUnavailable` without pyarrow. An interrupted run leaves whole files only, and
    the folder to be removed.
    """
    arrow, files = _pyarrow()
    schema = arrow.schema([(name, _arrow_type(arrow, name)) for name in _STORED])
    number = written = 0
    while batch := list(islice(rows, ROWS_A_BATCH)):
        written += len(batch)
        for folder, part in _partitions(batch):
            columns = {name: [getattr(row, name) for row in part] for name in _STORED}
            file = out / folder / f"part-{number:05}.parquet"
            with handing.writing(out):
                file.parent.mkdir(parents=True, exist_ok=True)
                files.write_table(arrow.table(columns, schema=schema), file)
            number += 1
    return written


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
        import pyarrow.parquet as pq  # type: ignore[import-untyped]  # nor here
    except ImportError as error:
        raise ToolUnavailable(
            "Parquet needs pyarrow. Install it: pip install 'affidavit[parquet]'."
        ) from error
    return pa, pq


def _partitions(batch: list[CallRecord]) -> Iterator[tuple[str, list[CallRecord]]]:
    for folder, part in groupby(sorted(batch, key=_folder), key=_folder):
        yield folder, list(part)


def _folder(row: CallRecord) -> str:
    return f"purpose={_safe(row.purpose or _NONE)}/day={row.at[:10]}"


def _safe(purpose: str) -> str:
    """A purpose as a folder's name: what was declared may be anything."""
    return "".join(
        each if each.isalnum() or each in "._-" else f"%{ord(each):02X}"
        for each in purpose[:128]
    )


def _arrow_type(arrow: Any, name: str) -> Any:
    hint = get_type_hints(CallRecord)[name]
    if hint in (int, int | None):
        return arrow.int64()
    return arrow.bool_() if hint in (bool, bool | None) else arrow.string()
