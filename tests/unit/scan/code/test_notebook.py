import json
from typing import Any

import pytest

from affidavit.scan.code.languages import Language
from support.scanned import found, said


def a_notebook(*cells: str, kind: str = "code") -> bytes:
    return json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["from openai import nothing"]},
                *(
                    {"cell_type": kind, "source": each.splitlines(keepends=True)}
                    for each in cells
                ),
            ],
            "nbformat": 4,
        }
    ).encode()


def places(*cells: str) -> list[tuple[str, str, int, int]]:
    told = said(a_notebook(*cells), Language.NOTEBOOK)
    return [(each.rule, each.path, each.line, each.column) for each in told]


def test_names_are_followed_from_cell_to_cell() -> None:
    assert places("from openai import OpenAI", "x = 1\nc = OpenAI()") == [
        ("C101", "a.py:cell 2", 2, 5)
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nOpenAI()",
        "!pip install openai\nOpenAI()",
        "files = !ls\nOpenAI()",
        "t = %timeit -o x\nOpenAI()",
        "%%time\nOpenAI()",
        "OpenAI?\nOpenAI()",
        "if x:\n    !ls\nOpenAI()",
        "if x:\n    %cd ..\nOpenAI()",
        "x %= 2\nOpenAI()",
        "x = 7 % 2 != 1\nOpenAI()",
        "s = 'what?'\nOpenAI()",
        "await x\nOpenAI()",
    ],
)
def test_magics_are_set_aside(cell: str) -> None:
    (told,) = places("from openai import OpenAI", cell)
    assert told[:2] == ("C101", "a.py:cell 2")
    assert told[2] == cell.count("\n") + 1


def test_a_statement_behind_a_magic_is_read_where_it_stands() -> None:
    (told,) = places("from openai import OpenAI", "%time c = OpenAI()")
    assert told == ("C101", "a.py:cell 2", 1, 11)


@pytest.mark.parametrize(
    "cell",
    [
        "!curl https://api.openai.com/v1/models",
        "x = !curl https://api.openai.com",
        "%%bash\nwget https://api.openai.com/v1/models",
    ],
)
def test_a_shell_that_asks_a_provider_is_found(cell: str) -> None:
    (told,) = places(cell)
    assert told[0] == "C103"
    assert told[2] == cell.count("\n") + 1


def test_a_cell_in_another_language_is_no_python() -> None:
    assert places("%%html\n<b>OpenAI</b>", "%%javascript\nnew OpenAI()") == []


def test_a_cell_that_does_not_parse_is_said_and_the_others_are_read() -> None:
    told = places("from openai import OpenAI", "def (", "OpenAI()")
    assert [each[:3] for each in told] == [
        ("C001", "a.py:cell 2", 1),
        ("C101", "a.py:cell 3", 1),
    ]


def test_a_waiver_is_for_its_own_cell() -> None:
    waiver = "# affidavit: allow C104 -- r\n"
    assert places(f"{waiver}import groq") == []
    assert [each[0] for each in places(waiver, "x = 1\nimport groq")] == [
        "C402",
        "C104",
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"openai",
        b'["openai"]',
        b'{"openai": 1}',
        b'{"cells": "openai"}',
        b'{"cells": [1], "openai": 1}',
        b"openai\xff",
        b'{"worksheets": ["openai"]',
    ],
)
def test_what_is_no_notebook_is_said(data: bytes) -> None:
    assert found(data, Language.NOTEBOOK) == [("C001", 1)]


@pytest.mark.parametrize("source", [None, 1, [1], {}])
def test_a_source_that_is_no_text_is_said(source: Any) -> None:
    data = json.dumps(
        {"openai": 1, "cells": [{"cell_type": "code", "source": source}]}
    ).encode()
    assert found(data, Language.NOTEBOOK) in ([("C001", 1)], [])


def test_older_notebooks_are_read() -> None:
    cell = {"cell_type": "code", "input": "import groq"}
    data = json.dumps({"worksheets": [{"cells": [cell]}]}).encode()
    assert found(data, Language.NOTEBOOK) == [("C104", 1)]
