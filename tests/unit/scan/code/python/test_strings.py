import ast

import pytest

from affidavit.scan.code.python.collect import collect
from affidavit.scan.code.python.resolve import Resolver
from affidavit.scan.code.python.strings import texts


def known(source: str) -> list[str]:
    """What the argument of `use(…)` may be."""
    found = collect(ast.parse(source))
    (site,) = [c for c in found.calls if getattr(c.node.func, "id", "") == "use"]
    return texts(Resolver(), site.node.args[0], site.at)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("use('a')", "a"),
        ("A = 'a'\nuse(A)", "a"),
        ("A = 'a'\nuse(A + '/b')", "a/b"),
        ("A = 'a'\nuse(f'{A}/b')", "a/b"),
        ("use(f'{x}/b')", "\0/b"),
        ("use('https://%s/b' % x)", "https://\0/b"),
        ("use('https://{}/{b}'.format(x))", "https://\0/\0"),
        ("use('a' 'b')", "ab"),
        ("use('a/'.rstrip('/'))", "a/"),
        ("import os\nuse(os.environ.get('A', 'b'))", "b"),
        ("from os import getenv\nuse(getenv('A', 'b'))", "b"),
        ("class A:\n    B = 'b'\nuse(A.B)", "b"),
        ("import httpx\nuse(httpx.URL('a'))", "a"),
        ("from urllib.parse import urljoin\nuse(urljoin('a', x))", "a"),
        ("use(x or 'b')", "b"),
        ("use('a' if x else y)", "a"),
        ("use(z := 'b')", "b"),
    ],
)
def test_a_text_is_followed_to_where_it_is_used(source: str, text: str) -> None:
    assert known(source) == [text]


def test_what_it_may_be_is_all_said() -> None:
    assert known("if x:\n    A = 'a'\nelse:\n    A = 'b'\nuse(A)") == ["b", "a"]


@pytest.mark.parametrize(
    "source", ["use(x)", "use(f'{x}')", "use(1)", "use(f(a, b))", "use(x + y)"]
)
def test_what_is_wholly_unseen_is_none(source: str) -> None:
    assert known(source) == []


def test_text_that_grows_without_end_is_cut_short() -> None:
    assert len(known("A = 'a'\nwhile x:\n    A = A + A\nuse(A)")) <= 8
