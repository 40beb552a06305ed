import io

from affidavit.scan.data.prose import PIECE, read_text
from affidavit.scan.data.rows import Problem


def test_paragraphs_are_put_together_and_named_by_their_first_line() -> None:
    paragraph = "word " * 300 + "\n\n"
    problems: list[Problem] = []
    data = (paragraph * 20).encode()

    found = list(read_text(io.BytesIO(data), problems))

    assert "".join(str(row.value) for row in found) == data.decode()
    assert len(found) > 2
    assert all(row.size < PIECE + 2 * len(paragraph) for row in found)
    assert [row.number for row in found][:2] == [1, str(found[0].value).count("\n") + 1]
    assert not problems


def test_bytes_that_are_no_text_are_told_once() -> None:
    problems: list[Problem] = []

    assert list(read_text(io.BytesIO(b"a\nb\xff\n\xfe\n"), problems))
    assert [each.number for each in problems] == [2]


def test_a_text_without_lines_is_read() -> None:
    (row,) = read_text(io.BytesIO(b"x" * 100), [])

    assert row.value == "x" * 100
