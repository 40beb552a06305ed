"""What a Python expression may stand for, as chains of names and calls.

`OpenAI().chat` becomes `openai.OpenAI().chat`, wherever `OpenAI` came from: an import,
an alias, an attribute of `self`, a function of the same file, a base class. Where
several things are possible, all of them are said. What cannot be seen is left out: this
follows names, it does not run programs.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from affidavit.scan.code.python.scopes import (
    At,
    Binding,
    How,
    Kind,
    Scope,
    Site,
    seen,
)

_DEPTH = 40
"""Names that stand for names that stand for names, at most."""
_POSSIBILITIES = 12


class Value(NamedTuple):
    """One thing that an expression may stand for."""

    chain: str
    """`openai.OpenAI().chat.completions`; empty for what this file defines."""
    calls: tuple[Site, ...] = ()
    """The calls that the chain went through, the first first."""
    local: Scope | None = None
    """A function or class of this file."""
    made: bool = False
    """Whether it is an instance of the class `local`, not the class."""


Values: TypeAlias = tuple[Value, ...]
NOTHING: Values = ()

_SAME: Mapping[str, int] = {
    "contextlib.aclosing": 0,
    "contextlib.closing": 0,
    "copy.copy": 0,
    "copy.deepcopy": 0,
    "functools.partial": 0,
    "functools.partialmethod": 0,
    "typing.cast": 1,
    "typing_extensions.cast": 1,
    "asyncio.run": 0,
}
"""Functions that hand on one of their arguments, and which."""


class Resolver:
    """Resolves expressions of one file; remembers what each name stood for."""

    def __init__(self) -> None:
        self._known: dict[Binding, Values] = {}
        self._returned: dict[Scope, Values] = {}
        self._depth = 0
        self.read: set[ast.expr] = set()
        """Texts that `strings` has read: somebody takes what they say."""

    def values(self, node: ast.expr, at: At) -> Values:
        """What `node` may stand for at `at`, at most twelve things, none twice."""
        if self._depth >= _DEPTH:
            return NOTHING
        self._depth += 1
        try:
            return _distinct(self._values(node, at))
        finally:
            self._depth -= 1

    def _values(self, node: ast.expr, at: At) -> Iterable[Value]:
        match node:
            case ast.Name(id=name):
                return self._named(name, at)
            case ast.Attribute(value=base, attr=name):
                return self._attributes(self.values(base, at), name)
            case ast.Call():
                return self._called(Site(node, at))
            case ast.Await() | ast.Starred() | ast.NamedExpr():
                return self.values(node.value, at)
            case ast.IfExp(body=first, orelse=second):
                return self._either((first, second), at)
            case ast.BoolOp(values=several):
                return self._either(several, at)
            case ast.Subscript():
                return self._item(node, at)
            case _:
                return NOTHING

    def _either(self, nodes: Iterable[ast.expr], at: At) -> Iterator[Value]:
        for node in nodes:
            yield from self.values(node, at)

    def _named(self, name: str, at: At) -> Iterable[Value]:
        bindings = seen(name, at)
        if not bindings:
            stars = [star for each in at.scope.chain() for star in each.stars]
            return [Value(f"{module}.{name}") for module in stars] or [
                Value(f"builtins.{name}")
            ]
        return [value for each in bindings for value in self.bound(each)]

    def bound(self, binding: Binding) -> Values:
        """What a binding gives its name."""
        known = self._known.get(binding)
        if known is None:
            self._known[binding] = NOTHING  # for a name that is made from itself
            known = self._known[binding] = _distinct(self._bound(binding))
        return known

    def _bound(self, binding: Binding) -> Iterable[Value]:
        what = binding.what
        match binding.how, what:
            case How.DOTTED, str():
                return [Value(what)]
            case How.VALUE, ast.expr():
                return self.values(what, binding.at)
            case How.ITEM, ast.expr():
                return self._items(what, binding.at)
            case How.ANNOTATED, ast.expr():
                return self._annotated(what, binding.at)
            case How.LOCAL, Scope():
                return self._defined(what)
            case How.SELF, Scope():
                return self._instances(what, ())
            case _:
                return NOTHING

    def _defined(self, scope: Scope) -> Iterator[Value]:
        yield Value("", local=scope)
        if isinstance(scope.node, ast.ClassDef) and scope.defined is not None:
            for base in scope.node.bases:
                yield from self.values(base, scope.defined)

    def _instances(self, scope: Scope, calls: tuple[Site, ...]) -> Iterator[Value]:
        for each in self._defined(scope):
            if each.local is not None:
                yield Value("", calls, each.local, made=True)
            elif each.chain:
                yield Value(f"{each.chain}()", calls)

    def _annotated(self, node: ast.expr, at: At) -> Iterator[Value]:
        for part in _types(node):
            for each in self.values(part, at):
                if each.chain:
                    yield Value(f"{each.chain}()")
                elif each.local is not None and each.local.kind is Kind.CLASS:
                    yield each._replace(made=True)

    def _attributes(self, bases: Values, name: str) -> Iterator[Value]:
        for base in bases:
            if base.chain:
                yield Value(f"{base.chain}.{name}", base.calls)
            elif base.local is not None and base.local.kind is Kind.CLASS:
                yield from self._members(base.local, name)

    def _members(self, scope: Scope, name: str) -> Iterator[Value]:
        for each in (*scope.names.get(name, ()), *scope.fields.get(name, ())):
            values = self.bound(each)
            yield from values
            # A property is what its function returns.
            for value in values:
                if value.local is not None and _is_property(value.local):
                    yield from self.returned(value.local)

    def _called(self, site: Site) -> Iterable[Value]:
        found: list[Value] = []
        for function in self.values(site.node.func, site.at):
            if function.local is None:
                found += self._called_chain(function, site)
            elif function.local.kind is Kind.CLASS and not function.made:
                found.append(Value("", (site,), function.local, made=True))
            elif function.local.kind is Kind.FUNCTION:
                found += self.returned(function.local)
        return found

    def _called_chain(self, function: Value, site: Site) -> Iterable[Value]:
        arguments = site.node.args
        index = _SAME.get(function.chain)
        if index is not None:
            if len(arguments) <= index:
                return NOTHING
            inner = self.values(arguments[index], site.at)
            if "partial" not in function.chain:
                return inner
            return [each._replace(calls=(*each.calls, site)) for each in inner]
        special = _SPECIAL.get(function.chain)
        if special is not None:
            return special(self, site)
        return [Value(f"{function.chain}()", (*function.calls, site))]

    def attribute_by_name(self, site: Site) -> Iterable[Value]:
        """`getattr(x, "name")`, where the name is written out."""
        match site.node.args:
            case [base, ast.Constant(value=str(name)), *_]:
                return self._attributes(self.values(base, site.at), name)
            case _:
                return NOTHING

    def module_by_name(self, site: Site) -> Iterable[Value]:
        """`import_module("name")`, where the name is written out."""
        match site.node.args:
            case [ast.Constant(value=str(name)), *_] if name:
                return [Value(name)]
            case _:
                return NOTHING

    def returned(self, scope: Scope) -> Values:
        """What a function of this file may return."""
        known = self._returned.get(scope)
        if known is None:
            self._returned[scope] = NOTHING  # for a function that calls itself
            found = [
                value for node, at in scope.returns for value in self.values(node, at)
            ]
            known = self._returned[scope] = _distinct(found)
        return known

    def _item(self, node: ast.Subscript, at: At) -> Iterable[Value]:
        modules = any(
            each.chain == "sys.modules" for each in self.values(node.value, at)
        )
        match node.slice:
            case ast.Constant(value=str(name)) if modules:
                return [Value(name)]
            case _:
                return self._items(node.value, at)

    def _items(self, node: ast.expr, at: At) -> Iterable[Value]:
        """What the items of a literal, or of what names it, stand for."""
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                parts: list[ast.expr] = items
            case ast.Dict(values=parts):
                pass
            case ast.Name(id=name) if self._depth < _DEPTH:
                return self._items_of_name(name, at)
            case _:
                return NOTHING
        return [each for part in parts for each in self.values(part, at)]

    def _items_of_name(self, name: str, at: At) -> Iterable[Value]:
        self._depth += 1
        found = [
            value
            for each in seen(name, at)
            if each.how is How.VALUE and isinstance(each.what, ast.expr)
            for value in self._items(each.what, each.at)
        ]
        self._depth -= 1
        return found


_SPECIAL: Mapping[str, Callable[[Resolver, Site], Iterable[Value]]] = {
    "builtins.getattr": Resolver.attribute_by_name,
    "builtins.__import__": Resolver.module_by_name,
    "importlib.import_module": Resolver.module_by_name,
}


def _distinct(values: Iterable[Value]) -> Values:
    return tuple(dict.fromkeys(values))[:_POSSIBILITIES]


def _types(node: ast.expr) -> Iterator[ast.expr]:
    """The types that an annotation names: `A | None`, `Optional[A]`, `"A"`."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _types(left)
            yield from _types(right)
        case ast.Subscript(slice=ast.Tuple(elts=parts)):
            for part in parts:
                yield from _types(part)
        case ast.Subscript(slice=part):
            yield from _types(part)
        case ast.Constant(value=str(text)):
            yield from _quoted(text)
        case ast.Name() | ast.Attribute():
            yield node
        case _:
            pass


def _quoted(text: str) -> Iterator[ast.expr]:
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError):
        return
    if not isinstance(tree.body, ast.Constant):
        yield from _types(tree.body)


def _is_property(scope: Scope) -> bool:
    if not isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    names = (
        each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
        for each in scope.node.decorator_list
    )
    return any(name in {"property", "cached_property"} for name in names)
