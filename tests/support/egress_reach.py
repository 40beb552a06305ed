"""Whether a method of the openai package sends, read from its source.

Follows what a method's code mentions, with the objects that the names really have: the
method's own `self`, what it is handed on to, what is made with it, helpers in other
modules. A method sends when that leads to the client's request loop, to the HTTP client
behind it, or to code that opens websockets. No method is called.
"""

import ast
import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import cache, partial
from importlib.util import resolve_name
from types import FunctionType, MethodType, ModuleType
from typing import Any

from pydantic import BaseModel

LOOP = ("request", "_request_api_list")
"""The client's methods that every request goes through."""
VERBS = ("get", "post", "put", "patch", "delete", "get_api_list")
"""The client's methods that are told a path."""
HTTP = ("send", "request", "stream", "get", "post", "put", "patch", "delete")
"""What of an HTTP client sends."""
SOCKETS = "websockets"
_UNKNOWN: Any = object()
_DEEPEST = 4


@dataclass(slots=True)
class Reach:
    """What a method's code leads to."""

    routes: dict[str, None] = field(default_factory=dict)
    """`POST /files/{file_id}`, in the order in which the code mentions them."""
    loop: bool = False
    http: bool = False
    sockets: bool = False
    pages: bool = False
    """It answers with pages of a list."""

    @property
    def sends(self) -> bool:
        return self.loop or self.http or self.sockets

    @property
    def how(self) -> str:
        """In words, for the table."""
        if self.sockets:
            return "websocket"
        if not self.sends:
            return "nothing: its code reaches neither request loop nor websocket"
        if self.pages:
            return "pages"
        return "once" if len(self.routes) < 2 else "several"


def reach(client: Any, method: Any) -> Reach:
    """What `method`, bound to something of the stock `client`, leads to."""
    reader = _Reader(client)
    reader.follow(method, {})
    return reader.found


class _Reader:
    def __init__(self, client: Any) -> None:
        self.client = client
        self.found = Reach()
        self._seen: set[object] = set()
        self._made: dict[object, Made] = {}

    def follow(self, target: Any, known: Mapping[str, Any]) -> None:
        """Read a function's code, with what is `known` of its arguments."""
        bound, function = _unbound(target)
        if not isinstance(function, FunctionType) or not _is_theirs(function):
            return
        if bound is self.client and function.__name__ in LOOP:
            self.found.loop = True
            self.found.pages |= function.__name__ != "request"
            return
        key = (function, id(bound), tuple((n, id(v)) for n, v in known.items()))
        if key in self._seen:
            return
        self._seen.add(key)
        names = [*inspect.signature(function).parameters]
        local = dict(known)
        if bound is not None and names:
            local.setdefault(names[0], bound)
        for node in _body(function):
            _Code(self, function, local).visit(node)

    def construct(self, kind: type, known: Mapping[str, Any]) -> Any:
        """An object of theirs that a method makes may send later: all of it is read."""
        ours = kind.__module__.startswith("openai.") and not issubclass(kind, BaseModel)
        depth = 1 + max((_depth(value) for value in known.values()), default=0)
        if not ours or depth > _DEEPEST:
            return _UNKNOWN
        key = (kind, tuple((name, id(value)) for name, value in known.items()))
        if key not in self._made:
            made = self._made[key] = Made(kind=kind, depth=depth)
            if is_dataclass(kind):  # its constructor is made at run time
                made.attributes |= known
            for function in _functions(kind):
                first = known if function.__name__ == "__init__" else {}
                self.follow(MethodType(function, made), first)
        return self._made[key]


@dataclass(slots=True, eq=False)
class Made:
    """An object that a method's code makes, as far as its constructor says."""

    kind: type
    depth: int
    attributes: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        if name in self.attributes:
            return self.attributes[name]
        value = inspect.getattr_static(self.kind, name, _UNKNOWN)
        return MethodType(value, self) if isinstance(value, FunctionType) else _UNKNOWN


def _depth(value: object) -> int:
    return value.depth if isinstance(value, Made) else 0


def _made_at_run_time(function: FunctionType) -> bool:
    """What a dataclass gets has no source, and sends nothing."""
    file: str = inspect.unwrap(function).__code__.co_filename
    return file == "<string>"


def _functions(kind: type) -> list[FunctionType]:
    """What a class defines, its constructor first."""
    members = [
        value.fget if isinstance(value, property) else value
        for value in vars(kind).values()
    ]
    functions = [
        each
        for each in members
        if isinstance(each, FunctionType) and not _made_at_run_time(each)
    ]
    return sorted(functions, key=lambda each: each.__name__ != "__init__")


class _Code(ast.NodeVisitor):
    """The code of one function, in the order in which it is written."""

    def __init__(
        self, reader: _Reader, function: FunctionType, local: dict[str, Any]
    ) -> None:
        self._reader = reader
        self._function = function
        self._local = local

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self._reader.found.sockets |= name.name.startswith(SOCKETS)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if not node.level:
            self._reader.found.sockets |= module.startswith(SOCKETS)
        for name, value in _imported(self._function, node):
            self._local[name] = value

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._assign(target, self._value(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:  # the annotation itself does nothing
            self.visit(node.value)
            self._assign(node.target, self._value(node.value))

    def _assign(self, target: ast.expr, value: Any) -> None:
        if value is _UNKNOWN:
            return
        if isinstance(target, ast.Name):
            self._local[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self._value(target.value)
            if isinstance(owner, Made):
                owner.attributes[target.attr] = value

    def visit_Call(self, node: ast.Call) -> None:
        target = self._value(node.func)
        if target is partial and node.args:
            self._note_route(self._value(node.args[0]), node, node.args[1:])
        elif isinstance(target, type):
            self._value(node)
        elif isinstance(target, FunctionType):
            self._reader.follow(target, self._handed_on(target, node))
        else:
            self._note_route(target, node, node.args)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        value = self._value(node)
        if node.attr in HTTP and self._value(node.value) is self._http_client():
            self._reader.found.http = True
        elif isinstance(value, FunctionType | MethodType) or _is_twin(value):
            self._reader.follow(value, {})
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        value = self._value(node)
        if isinstance(value, FunctionType):
            self._reader.follow(value, {})

    def _http_client(self) -> Any:
        return self._reader.client._client

    def _note_route(self, target: Any, node: ast.Call, rest: list[ast.expr]) -> None:
        if target is _UNKNOWN:
            return
        bound, function = _unbound(target)
        if bound is self._reader.client and function.__name__ in VERBS:
            words = {word.arg: word.value for word in node.keywords}
            path = rest[0] if rest else words.get("path")
            route = _route(function.__name__, path, words.get("method"))
            self._reader.found.routes.setdefault(route)

    def _handed_on(self, target: Any, node: ast.Call) -> dict[str, Any]:
        """What the callee's parameters are, as far as we know."""
        try:
            names = [*inspect.signature(target).parameters]
        except ValueError:  # a class of Python's own
            return {}
        given = dict(zip(names, node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords if word.arg}
        known = ((name, self._value(value)) for name, value in given.items())
        return {name: value for name, value in known if value is not _UNKNOWN}

    def _value(self, node: ast.expr) -> Any:
        """The object that an expression names; most expressions are not followed."""
        match node:
            case ast.Name(id=name) if name in self._local:
                return self._local[name]
            case ast.Name(id=name):
                return self._function.__globals__.get(name, _UNKNOWN)
            case ast.Attribute(value=base, attr=name):
                return self._attribute(self._value(base), name)
            case ast.Call(func=func):
                kind = self._value(func)
                if isinstance(kind, type):
                    known = self._handed_on(kind, node)
                    return self._reader.construct(kind, known)
                return _UNKNOWN
            case ast.Await(value=inner):
                return self._value(inner)
            case _:
                return _UNKNOWN

    def _attribute(self, base: Any, name: str) -> Any:
        if isinstance(base, Made):
            return base[name]
        followed = base is self._reader.client or isinstance(base, ModuleType | type)
        if base is _UNKNOWN or not (followed or _is_resource(base)):
            return _UNKNOWN
        return getattr(base, name, _UNKNOWN)


def _is_resource(value: Any) -> bool:
    """A resource, or one of its twins: their attributes may be read freely."""
    return type(value).__module__.startswith("openai.resources.")


def _is_twin(value: Any) -> bool:
    """A raw or streaming twin of a method: a function around a bound method."""
    return isinstance(getattr(value, "__wrapped__", None), MethodType)


def _is_theirs(function: FunctionType) -> bool:
    return function.__module__.partition(".")[0] == "openai"


def _unbound(target: Any) -> tuple[Any, Any]:
    """A callable's object and its innermost function; twins wrap bound methods."""
    bound = None
    while True:
        if isinstance(target, MethodType):
            bound, target = target.__self__, target.__func__
        elif hasattr(target, "__wrapped__"):
            target = target.__wrapped__
        else:
            return bound, target


@cache
def _body(function: FunctionType) -> tuple[ast.stmt, ...]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef), definition
    return tuple(definition.body)


def _imported(
    function: FunctionType, node: ast.ImportFrom
) -> Iterator[tuple[str, Any]]:
    """Names that an import inside a function brings, of the openai package only."""
    module = sys.modules[function.__module__]
    package = module.__name__ if hasattr(module, "__path__") else module.__package__
    dots = "." * node.level
    home = resolve_name(dots + (node.module or ""), package)
    if home.partition(".")[0] != "openai":
        return
    source = importlib.import_module(home)
    for name in node.names:
        value = getattr(source, name.name, _UNKNOWN)
        if value is not _UNKNOWN:
            yield name.asname or name.name, value


def _route(verb: str, path: ast.expr | None, method: ast.expr | None) -> str:
    """`POST /files`: what a call of a client's verb says where it goes."""
    if isinstance(path, ast.Call) and path.args:
        path = path.args[0]  # path_template("/files/{file_id}", …)
    said = "GET" if verb == "get_api_list" else verb.upper()
    if isinstance(method, ast.Constant):
        said = str(method.value).upper()
    match path:
        case ast.Constant(value=str(text)):
            return f"{said} {text.partition('?')[0]}"
        case _:
            return f"{said} …"
