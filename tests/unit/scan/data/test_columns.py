from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest

from affidavit.scan.data import columns
from support import datasets

ROWS = [
    {
        "id": at,
        "text": f"text {at}",
        "score": 0.5,
        "messages": [{"role": "user", "content": f"hi {at}"}],
        "raw": b"bytes",
    }
    for at in range(5)
]
READ = [
    {"id": row["id"], "text": row["text"], "messages": row["messages"]} for row in ROWS
]


def test_row_groups_are_read_one_by_one(tmp_path: Path) -> None:
    path = datasets.parquet(tmp_path / "a.parquet", ROWS)

    assert columns.groups(path) == [2, 2, 1]
    found = [row for group in range(3) for row in columns.read_group(path, group)]
    assert [row.value for row in found] == READ
    assert [row.number for row in found] == [1, 2, 1, 2, 1]


@pytest.mark.parametrize("stream", [True, False])
def test_arrow_files_and_streams_are_read(tmp_path: Path, stream: bool) -> None:  # noqa: FBT001 - a parameter of the test
    path = datasets.arrow(tmp_path / "a.arrow", ROWS, stream=stream)

    found = list(columns.read_arrow(path))
    assert [row.value for row in found] == READ
    assert [row.number for row in found] == [1, 2, 3, 4, 5]


def test_rows_without_text_are_still_rows(tmp_path: Path) -> None:
    path = datasets.parquet(tmp_path / "a.parquet", [{"score": 1}, {"score": 2}])

    assert [row.value for row in columns.read_group(path, 0)] == [{}, {}]
    path = datasets.arrow(tmp_path / "a.arrow", [{"score": 1}], stream=True)
    assert [row.number for row in columns.read_arrow(path)] == [1]


def test_text_is_found_in_any_kind_of_column() -> None:
    schema = pa.schema(
        [
            ("a", pa.large_string()),
            ("b", pa.dictionary(pa.int32(), pa.string())),
            ("c", pa.map_(pa.string(), pa.int64())),
            ("d", pa.list_(pa.list_(pa.string()))),
            ("e", pa.struct([("x", pa.int64())])),
            ("f", pa.binary()),
            ("g", pa.timestamp("ms")),
        ]
    )

    assert columns.textual(pa, schema) == ["a", "b", "c", "d"]


def test_names_with_dots_are_names(tmp_path: Path) -> None:
    path = datasets.parquet(tmp_path / "a.parquet", [{"a.b": "x", "c": 1}])

    assert [row.value for row in columns.read_group(path, 0)] == [{"a.b": "x"}]
