import pytest

from support.scanned import codes, found

HEAD = "from affidavit import OpenAI, purpose\nclient = OpenAI()\n"
ASK = "client.responses.create(model='m')"


@pytest.mark.parametrize(
    "rest",
    [
        f"with purpose('support.reply'):\n    {ASK}",
        f"with a, purpose('support.reply') as p:\n    if b:\n        {ASK}",
        f"p = purpose('support.reply')\nwith p:\n    {ASK}",
        f"@purpose('support.reply')\ndef f():\n    {ASK}",
        f"p = purpose('support.reply')\n@p\nasync def f():\n    await {ASK}",
        f"@purpose('support.reply')\ndef f():\n    def g():\n        {ASK}\n    g()",
        f"def f():\n    {ASK}\nwith purpose('support.reply'):\n    f()",
        f"def f():\n    {ASK}\ndef g(): f()\nwith purpose('support.reply'):\n    g()",
        (
            f"class A:\n    def f(self):\n        {ASK}\n    def g(self):\n"
            "        with purpose('support.reply'):\n            self.f()"
        ),
        (
            f"class A:\n    def __init__(self):\n        {ASK}\n"
            "with purpose('support.reply'):\n    A()"
        ),
        f"def f(n):\n    f(n)\n    {ASK}\nwith purpose('support.reply'):\n    f(1)",
        (
            "from contextlib import contextmanager, ExitStack\n@contextmanager\n"
            "def scope():\n    with purpose('support.reply'):\n        yield\n"
            f"with scope():\n    {ASK}"
        ),
        (
            "from contextlib import ExitStack\nwith ExitStack() as s:\n"
            f"    s.enter_context(purpose('support.reply'))\n    {ASK}"
        ),
        "import affidavit\nwith affidavit.purpose('support.reply'):\n    " + ASK,
        "import asyncio\nasync def f():\n    await " + ASK + "\n"
        "with purpose('support.reply'):\n    asyncio.run(f())",
    ],
)
def test_a_scope_around_the_call_or_its_callers_declares(rest: str) -> None:
    assert codes(HEAD + rest) == []


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        (ASK, 3),
        (f"with purpose('support.reply'):\n    pass\n{ASK}", 5),
        (f"with a:\n    {ASK}", 4),
        (f"def f():\n    {ASK}\nf()", 4),
        (f"def f():\n    {ASK}\nwith purpose('support.reply'):\n    f()\nf()", 4),
        (f"class A:\n    {ASK}", 4),
        (
            (
                f"def f():\n    {ASK}\ndef main():\n    f()\n"
                "if __name__ == '__main__':\n    main()"
            ),
            4,
        ),
    ],
)
def test_a_call_that_is_reached_without_one_is_found(rest: str, line: int) -> None:
    assert found(HEAD + rest) == [("C201", line)]


HANDED = "from affidavit import OpenAI, purpose\ndef f(q, c: OpenAI):\n    c.x\n"


@pytest.mark.parametrize(
    ("rest", "lines"),
    [
        ("c = OpenAI()\nf(1, c)", [4]),
        ("f(1, c=OpenAI())", [4]),
        ("f(*a, OpenAI())", []),
        ("f(1, OpenAI(purpose='support.reply'))", []),
        ("with purpose('support.reply'):\n    f(1, OpenAI())", []),
        ("c = OpenAI()\nwith purpose('support.reply'):\n    f(1, c)\nf(2, c)", [4]),
        ("f(1, elsewhere)", []),
        ("def g():\n    f(1, OpenAI())", []),
    ],
)
def test_a_client_that_is_handed_over_is_looked_at_where_it_is_made(
    rest: str, lines: list[int]
) -> None:
    source = HANDED.replace("    c.x", "    q\n    c.responses.create(model='m')")
    assert found(source + rest) == [("C201", line) for line in lines]


def test_a_client_that_is_handed_to_a_method_is_too() -> None:
    source = (
        "from affidavit import OpenAI\nclass A:\n    def f(self, c: OpenAI):\n"
        "        c.responses.create(model='m')\nA().f(OpenAI())"
    )
    assert found(source) == [("C201", 4)]


@pytest.mark.parametrize(
    "rest",
    [
        f"def f():\n    {ASK}",
        f"@app.route('/')\ndef f():\n    {ASK}",
        f"def f():\n    {ASK}\nrun(f)",
        f"def f():\n    {ASK}\nwith purpose('support.reply'):\n    f()\n    run(f)",
        f"class A:\n    def f(self):\n        {ASK}",
        f"def f():\n    {ASK}\ndef g():\n    f()",
    ],
)
def test_what_depends_on_callers_elsewhere_is_a_warning(rest: str) -> None:
    assert codes(HEAD + rest) == ["C202"]
