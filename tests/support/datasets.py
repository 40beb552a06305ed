"""Data sets on disk, in the formats that people keep them in."""

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.ipc  # type: ignore[import-untyped]  # nor here
import pyarrow.parquet  # type: ignore[import-untyped]  # nor here

Rows = Sequence[dict[str, Any]]


def json_lines(path: Path, rows: Rows) -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    if path.suffix == ".gz":
        data = gzip.compress(data)
    if path.suffix == ".zst":
        data = pa.compress(data, codec="zstd", asbytes=True)
    path.write_bytes(data)
    return path


def table(path: Path, rows: Rows) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def parquet(path: Path, rows: Rows, *, group: int = 2) -> Path:
    pa.parquet.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=group)
    return path


def arrow(path: Path, rows: Rows, *, stream: bool) -> Path:
    made = pa.Table.from_pylist(list(rows))
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(str(path), made.schema) as writer:
        writer.write_table(made)
    return path


def saved(folder: Path, rows: Rows) -> Path:
    """As `datasets.Dataset.save_to_disk` leaves it."""
    folder.mkdir()
    name = "data-00000-of-00001.arrow"
    arrow(folder / name, rows, stream=True)
    (folder / "state.json").write_text(
        json.dumps({"_data_files": [{"filename": name}]})
    )
    (folder / "dataset_info.json").write_text(json.dumps({"features": {}}))
    return folder
