"""Small changes to the bodies of functions, one at a time.

Pure: source in, mutants out. What a message says and how something is annotated is left
alone: no promise is made about either. Neither are module-level tables and defaults.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from types import CodeType

_OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed function."""

    qualname: str
    line: int
    change: str
    """What stood there and what stands there now."""
    code: CodeType


def mutants(source: str, filename: str) -> Iterator[Mutant]:
    """Every mutant of the functions and methods in `source`, in order."""
    tree = ast.parse(source, filename)
    for qualname, function in _functions(tree, ""):
        for number, (node, _) in enumerate(_changes(function)):
            changed = deepcopy(tree)
            same = dict(_functions(changed, ""))[qualname]
            twin, apply = list(_changes(same))[number]
            was = ast.unparse(node)
            apply(twin)
            ast.fix_missing_locations(changed)
            code = _found(compile(changed, filename, "exec"), qualname)
            if code is not None:
                yield Mutant(
                    qualname=qualname,
                    line=getattr(node, "lineno", function.lineno),
                    change=f"{was}  ->  {ast.unparse(twin)}",
                    code=code,
                )


_Change = tuple[ast.AST, Callable[[ast.AST], None]]


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _changes(function: _Function) -> Iterator[_Change]:
    for statement in function.body:
        for node in _walk(statement):
            yield from _of(node)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below but messages, annotations and docstrings."""
    if isinstance(node, ast.JoinedStr):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    yield node
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _of(node: ast.AST) -> Iterator[_Change]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in _OPPOSITE:
            yield node, _other_comparison
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op) if (
            type(op) in _OPPOSITE
        ):
            yield node, _other_operator
        case ast.Constant(value=bool() | int()):
            yield node, _other_constant
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield test, _negated
        case ast.comprehension(ifs=[test, *_]):
            yield test, _negated
        case ast.Return(value=ast.AST() as value) if ast.unparse(value) != "None":
            yield node, _without_value
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield node, _silenced
        case _:
            pass


def _other_comparison(node: ast.AST) -> None:
    assert isinstance(node, ast.Compare)
    node.ops[0] = _OPPOSITE[type(node.ops[0])]()  # type: ignore[call-overload]  # of one kind each


def _other_operator(node: ast.AST) -> None:
    assert isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign)
    node.op = _OPPOSITE[type(node.op)]()  # type: ignore[assignment]  # of one kind each


def _other_constant(node: ast.AST) -> None:
    assert isinstance(node, ast.Constant)
    value = node.value
    node.value = (not value) if isinstance(value, bool) else int(str(value)) + 1


def _negated(node: ast.AST) -> None:
    """In place: the node becomes `not` itself."""
    assert isinstance(node, ast.expr)
    was = deepcopy(node)
    _become(node, ast.UnaryOp(op=ast.Not(), operand=was))


def _without_value(node: ast.AST) -> None:
    assert isinstance(node, ast.Return)
    node.value = ast.Constant(value=None)


def _silenced(node: ast.AST) -> None:
    _become(node, ast.Pass())


def _become(node: ast.AST, other: ast.AST) -> None:
    place = {name: getattr(node, name) for name in node._attributes}
    node.__class__ = type(other)
    node.__dict__ = {**other.__dict__, **place}


def _found(code: CodeType, qualname: str) -> CodeType | None:
    """The code of a function or method, within its module's."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_qualname == qualname:
                return each
            if qualname.startswith(each.co_qualname + "."):
                return _found(each, qualname)
    return None
