import ast

from affidavit.scan.code.python.collect import Program, collect
from affidavit.scan.code.python.scopes import Block, seen


def program(source: str) -> Program:
    return collect(ast.parse(source))


def bound(source: str) -> list[str]:
    """What `x` may be bound to where `use(x)` stands, the latest first."""
    found = program(source)
    (site,) = [
        each for each in found.calls if getattr(each.node.func, "id", "") == "use"
    ]
    return [
        ast.unparse(each.what) if isinstance(each.what, ast.AST) else str(each.what)
        for each in seen("x", site.at)
    ]


def test_what_is_bound_for_certain_hides_what_was_before() -> None:
    assert bound("x = 1\nx = 2\nuse(x)\nx = 3") == ["2"]
    assert bound("x = 1\nwith a:\n    x = 2\nuse(x)") == ["2"]


def test_what_may_be_left_out_hides_nothing() -> None:
    assert bound("x = 1\nif a:\n    x = 2\nuse(x)") == ["2", "1"]
    assert bound("try:\n    x = 1\nexcept E:\n    x = 2\nuse(x)") == ["2", "1"]
    assert bound("if a:\n    x = 1\n    use(x)") == ["1"]


def test_a_function_sees_the_module_as_it_ends() -> None:
    assert bound("x = 1\ndef f():\n    use(x)\nx = 2") == ["2"]
    assert bound("x = 1\ndef f():\n    x = 3\n    use(x)\nx = 2") == ["3"]
    assert bound("def f():\n    global x\n    use(x)\nx = 2") == ["2"]


def test_a_method_does_not_see_its_classs_names() -> None:
    assert bound("x = 1\nclass A:\n    x = 2\n    def f(self):\n        use(x)") == [
        "1"
    ]
    assert bound("x = 1\nclass A:\n    x = 2\n    use(x)") == ["2"]


def test_a_loop_may_have_bound_below() -> None:
    assert bound("while a:\n    use(x)\n    x = 1") == ["1"]


def test_what_is_bound_nowhere_is_not_seen() -> None:
    assert bound("use(x)") == []


def test_a_block_settles_what_it_encloses() -> None:
    outer = Block()
    branch = Block(outer, conditional=True)
    inside = Block(branch)
    assert outer.settles(inside)
    assert inside.settles(branch)
    assert not branch.settles(outer)
