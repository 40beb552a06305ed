"""Which texts a Python expression may be, as far as they are written in the file.

What cannot be seen inside a text stands as `hosts.UNKNOWN`. A text that is wholly
unseen is none.
"""

import ast
from collections.abc import Iterable, Iterator

from affidavit.scan.code.hosts import UNKNOWN
from affidavit.scan.code.python.resolve import Resolver
from affidavit.scan.code.python.scopes import At, Binding, How, Kind, Scope, seen

_DEPTH = 12
_POSSIBILITIES = 8
_DEFAULTING = frozenset({"os.environ.get", "os.getenv"})


def texts(
    resolver: Resolver, node: ast.expr, at: At, *, depth: int = _DEPTH
) -> list[str]:
    """The texts that `node` may be at `at`, at most eight; [] where none is known."""
    return list(dict.fromkeys(_texts(resolver, node, at, depth)))[:_POSSIBILITIES]


def _texts(resolver: Resolver, node: ast.expr, at: At, depth: int) -> Iterable[str]:
    if not depth:
        return ()
    resolver.read.add(node)
    match node:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.Name() | ast.Attribute():
            return _named(resolver, node, at, depth)
        case ast.Call():
            return _called(resolver, node, at, depth)
        case _:
            return _composed(resolver, node, at, depth)


def _composed(resolver: Resolver, node: ast.expr, at: At, depth: int) -> Iterable[str]:
    match node:
        case ast.JoinedStr(values=parts):
            return _joined(resolver, parts, at, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(resolver, [left, right], at, depth)
        case ast.BinOp(left=left, op=ast.Mod()):
            return [
                text.replace("%s", UNKNOWN).replace("%d", UNKNOWN)
                for text in texts(resolver, left, at, depth=depth - 1)
            ]
        case ast.IfExp(body=first, orelse=second):
            return _either(resolver, (first, second), at, depth)
        case ast.BoolOp(values=several):
            return _either(resolver, several, at, depth)
        case ast.NamedExpr(value=inner) | ast.FormattedValue(value=inner):
            return texts(resolver, inner, at, depth=depth - 1)
        case _:
            return ()


def _either(
    resolver: Resolver, nodes: Iterable[ast.expr], at: At, depth: int
) -> Iterator[str]:
    for node in nodes:
        yield from texts(resolver, node, at, depth=depth - 1)


def _joined(
    resolver: Resolver, parts: Iterable[ast.expr], at: At, depth: int
) -> list[str]:
    found = [""]
    for part in parts:
        several = texts(resolver, part, at, depth=depth - 1) or [UNKNOWN]
        found = [left + right for left in found for right in several][:_POSSIBILITIES]
    return [text for text in found if text.strip(UNKNOWN)]


def _named(
    resolver: Resolver, node: ast.Name | ast.Attribute, at: At, depth: int
) -> Iterator[str]:
    for each in _bindings(resolver, node, at):
        if each.how is How.VALUE and isinstance(each.what, ast.expr):
            yield from texts(resolver, each.what, each.at, depth=depth - 1)


def _bindings(
    resolver: Resolver, node: ast.Name | ast.Attribute, at: At
) -> Iterable[Binding]:
    if isinstance(node, ast.Name):
        return seen(node.id, at)
    return [
        binding
        for value in resolver.values(node.value, at)
        if value.local is not None and value.local.kind is Kind.CLASS
        for binding in _members(value.local, node.attr)
    ]


def _members(scope: Scope, name: str) -> list[Binding]:
    return [*scope.names.get(name, ()), *scope.fields.get(name, ())]


def _called(resolver: Resolver, node: ast.Call, at: At, depth: int) -> Iterable[str]:
    match node.func, node.args:
        case ast.Attribute(attr="format", value=base), _:
            found = texts(resolver, base, at, depth=depth - 1)
            return [_filled(text) for text in found]
        case ast.Attribute(attr="rstrip" | "strip" | "lower", value=base), _:
            return texts(resolver, base, at, depth=depth - 1)
        case _, [first, *_] if _is_address(resolver, node, at):
            return texts(resolver, first, at, depth=depth - 1)
        case _, [_, default]:
            chains = {each.chain for each in resolver.values(node.func, at)}
            if chains & _DEFAULTING:
                return texts(resolver, default, at, depth=depth - 1)
            return ()
        case _:
            return ()


def _is_address(resolver: Resolver, node: ast.Call, at: At) -> bool:
    """Whether a call only wraps an address: `httpx.URL(…)`, `urljoin(base, …)`."""
    ends = ("httpx.URL", "yarl.URL", "urllib.parse.urljoin", "urllib.request.Request")
    return any(each.chain in ends for each in resolver.values(node.func, at))


def _filled(text: str) -> str:
    """A format with its fields unseen."""
    parts, rest = [], text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        _, closed, after = rest.partition("}")
        parts += [before, UNKNOWN]
        rest = after if closed else ""
    return "".join([*parts, rest])
