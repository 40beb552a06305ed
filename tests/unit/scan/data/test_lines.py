import io

import pytest

from affidavit.scan.data import lines
from affidavit.scan.data.rows import Problem


def read(data: bytes, **span: int) -> tuple[list[tuple[int, object]], list[Problem]]:
    problems: list[Problem] = []
    found = lines.read_lines(io.BytesIO(data), problems, **span)
    return [(row.number, row.value) for row in found if row.size], problems


def read_json(data: bytes) -> tuple[list[object], list[Problem]]:
    problems: list[Problem] = []
    found = lines.read_json(io.BytesIO(data), problems)
    return [row.value for row in found], problems


def test_a_line_is_a_row_and_an_empty_one_is_none() -> None:
    assert read(b'\xef\xbb\xbf{"a":1}\n\n"b"') == ([(1, {"a": 1}), (3, "b")], [])


def test_a_bad_line_is_told_and_the_others_are_read() -> None:
    found, problems = read(b'{"a":1}\n{"a"\n{"b":"\xff"}\n{"c":3}\n')

    assert [value for _, value in found] == [{"a": 1}, None, None, {"c": 3}]
    assert [each.number for each in problems] == [2, 3]
    assert "not UTF-8" in problems[1].message


def test_utf_16_is_called_by_its_name() -> None:
    _, problems = read('{"a":1}\n'.encode("utf-16"))

    assert "UTF-16" in problems[0].message


@pytest.mark.parametrize("size", [1, 3, 8, 11, 100])
def test_portions_have_each_line_once(size: int) -> None:
    data = b"".join(b'{"a":%d}\n' % at for at in range(20)) + b'{"a":20}'
    values: list[object] = []
    for start in range(0, len(data), size):
        found, problems = read(data, start=start, end=start + size)
        values += [value for _, value in found]
        assert not problems

    assert values == [{"a": at} for at in range(21)]


def test_a_huge_line_is_passed_over() -> None:
    data = b'"' + b"x" * lines.MOST_ROW + b'"\n{"a":1}\n'
    found, problems = read(data)

    assert found[1:] == [(2, {"a": 1})]
    assert "longer than" in problems[0].message


def test_json_is_read_by_the_items_of_its_lists() -> None:
    assert read_json(b'[{"a":1},"b"]') == ([{"a": 1}, "b"], [])
    value = b'{"name":"n","data":[{"a":1},{"a":2}]}'
    assert read_json(value) == ([{"a": 1}, {"a": 2}, {"name": "n"}], [])
    assert read_json(b'{"a":["x"]}') == ([{"a": ["x"]}], [])


def test_broken_json_is_told() -> None:
    rows, problems = read_json(b'[{"a":1},')

    assert not rows
    assert "not JSON" in problems[0].message
