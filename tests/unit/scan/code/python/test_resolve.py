import ast
import textwrap

import pytest

from affidavit.scan.code.python.collect import collect
from affidavit.scan.code.python.resolve import Resolver


def chains(source: str) -> set[str]:
    """What may be called where a call is marked by an argument `here`."""
    found = collect(ast.parse(textwrap.dedent(source)))
    resolver = Resolver()
    return {
        value.chain
        for site in found.calls
        if any(isinstance(a, ast.Name) and a.id == "here" for a in site.node.args)
        for value in resolver.values(site.node.func, site.at)
        if value.chain
    }


@pytest.mark.parametrize(
    "source",
    [
        "from openai import OpenAI\nOpenAI(here)",
        "from openai import OpenAI as O\nO(here)",
        "import openai\nopenai.OpenAI(here)",
        "import openai as o\no.OpenAI(here)",
        "from openai import *\nOpenAI(here)",
        "import openai\nX = openai.OpenAI\nX(here)",
        "from openai import OpenAI\nA = B = OpenAI\nB(here)",
        "from openai import OpenAI\na, b = 1, OpenAI\nb(here)",
        "import openai\ngetattr(openai, 'OpenAI')(here)",
        "import importlib\nimportlib.import_module('openai').OpenAI(here)",
        "from importlib import import_module as i\ni('openai').OpenAI(here)",
        "__import__('openai').OpenAI(here)",
        "import sys\nsys.modules['openai'].OpenAI(here)",
        "from openai import OpenAI\nD = {'a': OpenAI}\nD['a'](here)",
        "from openai import OpenAI\nfor X in (OpenAI,):\n    X(here)",
        "from openai import OpenAI\n[X(here) for X in [OpenAI]]",
        "from openai import OpenAI\n(OpenAI if a else None)(here)",
        "from openai import OpenAI\n(X := OpenAI)\nX(here)",
        "from openai import OpenAI\ndef f(): return OpenAI\nf()(here)",
        "from openai import OpenAI\ndef f(X=OpenAI):\n    X(here)",
        "from openai import OpenAI\nclass A:\n    X = OpenAI\nA.X(here)",
        "from openai import OpenAI\nclass A:\n    X = OpenAI\nA().X(here)",
        (
            "from openai import OpenAI\nclass A:\n    X = OpenAI\n"
            "    def f(self):\n        self.X(here)"
        ),
        (
            "from openai import OpenAI\nclass A:\n    def __init__(self):\n"
            "        self.X = OpenAI\n    def f(self):\n        self.X(here)"
        ),
        (
            "from openai import OpenAI\nclass A:\n    @property\n"
            "    def x(self): return OpenAI\n    def f(self):\n        self.x(here)"
        ),
        "import typing, openai\ntyping.cast(type, openai.OpenAI)(here)",
        "import functools as f, openai\nf.partial(openai.OpenAI, a=1)(here)",
        (
            "def f():\n    global X\n    from openai import OpenAI as X\nX = f\n"
            "from openai import OpenAI as X\nX(here)"
        ),
    ],
)
def test_a_class_is_followed_to_where_it_is_called(source: str) -> None:
    assert "openai.OpenAI" in chains(source)


@pytest.mark.parametrize(
    "source",
    [
        "from openai import OpenAI\nc = OpenAI()\nc.chat(here)",
        "from openai import OpenAI\nwith OpenAI() as c:\n    c.chat(here)",
        "from openai import OpenAI\ndef f(c: OpenAI): c.chat(here)",
        "from openai import OpenAI\ndef f(c: 'OpenAI | None'): c.chat(here)",
        (
            "from openai import OpenAI\nfrom typing import Optional\n"
            "def f(c: Optional[OpenAI] = None): c.chat(here)"
        ),
        "from openai import OpenAI\nasync def f():\n    (await OpenAI()).chat(here)",
        "from openai import OpenAI\nclass A(OpenAI): ...\nA().chat(here)",
        "from openai import OpenAI\nclass A(OpenAI):\n    def f(self): self.chat(here)",
        "from openai import OpenAI\nc = None or OpenAI()\nc.chat(here)",
        "import copy, openai\ncopy.copy(openai.OpenAI()).chat(here)",
        "from openai import OpenAI\ndef f(): return OpenAI()\nf().chat(here)",
    ],
)
def test_a_client_is_followed_to_where_it_is_used(source: str) -> None:
    assert "openai.OpenAI().chat" in chains(source)


def test_all_that_a_name_may_be_is_said() -> None:
    source = """
        try:
            from affidavit import OpenAI
        except ImportError:
            from openai import OpenAI
        OpenAI(here)
    """
    assert chains(source) == {"affidavit.OpenAI", "openai.OpenAI"}


@pytest.mark.parametrize(
    "source",
    [
        "x = x\nx(here)",
        "def f(): return f()\nf()(here)",
        "a = b\nb = a\na(here)",
        "x = [x]\nx[0](here)",
        "class A(A): ...\nA().x(here)",
        "x = getattr(x, 'x')\nx(here)",
        "getattr(here)\ngetattr(a, b)(here)",
        "import functools\nfunctools.partial()(here)",
        "def f(c: '('): c(here)",
        "def f(c: '\"a\"'): c(here)",
    ],
)
def test_what_leads_round_or_nowhere_ends(source: str) -> None:
    assert "openai.OpenAI" not in chains(source)


def test_only_so_much_is_followed() -> None:
    aliases = "\n".join(f"a{n + 1} = a{n}" for n in range(200))
    assert chains(f"import openai as a0\n{aliases}\na200.OpenAI(here)") == set()
    assert chains(f"import openai as a0\n{aliases}\na9.OpenAI(here)")
