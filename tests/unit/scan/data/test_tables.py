import io

import pytest

from affidavit.scan.data.rows import Problem
from affidavit.scan.data.tables import read_table


def read(data: bytes) -> tuple[list[tuple[int, object]], list[Problem]]:
    problems: list[Problem] = []
    found = read_table(io.BytesIO(data), problems)
    return [(row.number, row.value) for row in found], problems


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_cells_go_by_their_column(mark: str) -> None:
    data = f'\ufeffid{mark}text\r\n1{mark}"a\nb"\r\n2{mark}c{mark}d\r\n'.encode()

    assert read(data) == (
        [
            (1, {"id": "id", "text": "text"}),
            (2, {"id": "1", "text": "a\nb"}),
            (4, {"id": "2", "text": "c", "column 3": "d"}),
        ],
        [],
    )


def test_bytes_that_are_no_text_are_told_and_the_row_is_read() -> None:
    found, problems = read(b"a,b\nx\xff,y\nz,w\n")

    assert len(found) == 3
    assert problems == [Problem(2, "not UTF-8")]


def test_what_follows_a_broken_quote_is_said_to_be_unread() -> None:
    found, problems = read(b'a,b\n"x"y,1\nc,d\n')

    assert len(found) == 1
    assert "not read" in problems[0].message


def test_an_empty_file_has_no_rows() -> None:
    assert read(b"") == ([], [])
