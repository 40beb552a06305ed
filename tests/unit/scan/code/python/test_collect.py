import ast

import pytest

from affidavit.scan.code.python.collect import Program, collect
from affidavit.scan.code.python.scopes import How


def program(source: str) -> Program:
    return collect(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "f()",
        "x = [f() for y in z]",
        "lambda: f()",
        "@f()\ndef g(): ...",
        "def g(a=f()): ...",
        "def g(*, a=f()): ...",
        "class A(metaclass=f()): ...",
        "if a:\n    pass\nelif f():\n    pass",
        "for x in f(): pass",
        "while f(): pass",
        "with f() as x: pass",
        "try:\n    pass\nexcept f(): pass",
        "try:\n    pass\nfinally:\n    f()",
        "match f():\n    case _: pass",
        "match x:\n    case _: f()",
        "x[f()] = 1",
        "x: int = f()",
        "x += f()",
        "raise f() from None",
        "assert f()",
        "del x[f()]",
        "return f()",
        'x = f"{f()}"',
        "x = {**f()}",
        "(x := f())",
        "async def g():\n    async with f(): pass",
        "async def g():\n    async for x in f(): pass",
    ],
)
def test_every_call_is_collected_wherever_it_stands(source: str) -> None:
    calls = program(source).calls
    assert [each.node.func.id for each in calls if isinstance(each.node.func, ast.Name)]


@pytest.mark.parametrize(
    ("source", "how"),
    [
        ("x = 1", How.VALUE),
        ("x: int", How.ANNOTATED),
        ("x: int = 1", How.VALUE),
        ("x += 1", How.UNKNOWN),
        ("a, x = 1, 2", How.VALUE),
        ("a, x = f()", How.UNKNOWN),
        ("a, *x = 1, 2", How.UNKNOWN),
        ("for x in y: pass", How.ITEM),
        ("with y as x: pass", How.VALUE),
        ("def x(): ...", How.LOCAL),
        ("class x: ...", How.LOCAL),
        ("import x", How.DOTTED),
        ("from y import z as x", How.DOTTED),
        ("f(x := 1)", How.VALUE),
        ("[x for x in y]", How.ITEM),
    ],
)
def test_every_way_to_bind_a_name_binds_it(source: str, how: How) -> None:
    (binding,) = program(source).module.names["x"]
    assert binding.how is how


def test_parameters_are_bound_to_what_is_said_of_them() -> None:
    source = "class A:\n    def f(self, a: T, b=1, *c, d: T = 2, **e): ..."
    (function,) = program(source).functions
    kinds = {name: [b.how for b in found] for name, found in function.names.items()}
    assert kinds == {
        "self": [How.SELF],
        "a": [How.ANNOTATED],
        "b": [How.VALUE],
        "c": [How.UNKNOWN],
        "d": [How.ANNOTATED, How.VALUE],
        "e": [How.UNKNOWN],
    }


def test_what_methods_assign_to_self_is_the_classs() -> None:
    source = "class A:\n    def f(self):\n        self.x = 1\n        other.x = 2"
    found = program(source)
    scope = next(b.what for b in found.module.names["A"])
    assert list(scope.fields) == ["x"]  # type: ignore[union-attr]  # it is a scope
    assert [ast.unparse(each.target) for each in found.attributes] == [
        "self.x",
        "other.x",
    ]


def test_imports_are_noted_and_those_for_types_alone_told_apart() -> None:
    source = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a.b\n"
        "else:\n    from c import *\nfrom . import d"
    )
    found = program(source)
    assert [(i.module, i.name, i.typing_only) for i in found.imports[1:]] == [
        ("a.b", None, True),
        ("c", "*", False),
        (".", "d", False),
    ]
    assert found.module.stars == ["c"]


def test_documentation_is_no_text() -> None:
    source = '"""Doc."""\nx = "a"\ndef f():\n    "doc"\n    return f"b{x}"\n'
    assert [ast.unparse(each.node) for each in program(source).texts] == [
        "'a'",
        "f'b{x}'",
    ]
