"""What the installed openai sends, read from its own source: no list kept by hand."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from inspect import getattr_static
from pathlib import Path

import openai
from openai._resource import SyncAPIResource

_ROOT = Path(openai.__file__).parent
_VERBS = {
    "_get": "GET",
    "_get_api_list": "GET",
    "_post": "POST",
    "_put": "PUT",
    "_patch": "PATCH",
    "_delete": "DELETE",
}
_PLACE = re.compile(r"\{[^}]*\}")


@cache
def routes() -> dict[str, set[str]]:
    """`POST /files/{}` and the methods (`module:Class.method`) that send it."""
    found: dict[str, set[str]] = {}
    for file in sorted([*_ROOT.glob("resources/**/*.py"), *_ROOT.glob("lib/**/*.py")]):
        module = ".".join(["openai", *file.relative_to(_ROOT).with_suffix("").parts])
        for kind, method, call in _calls(ast.parse(file.read_text(encoding="utf-8"))):
            route = _route(call)
            found.setdefault(route, set()).add(f"{module}:{kind}.{method}")
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[str, str, ast.Call]]:
    for kind in tree.body:
        for method in kind.body if isinstance(kind, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                assert isinstance(kind, ast.ClassDef)
                for node in ast.walk(method):
                    if _sends(node):
                        assert isinstance(node, ast.Call)
                        yield kind.name, method.name, node


def _sends(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _VERBS
    )


def _route(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    verb = _VERBS[call.func.attr]
    for keyword in call.keywords:
        if keyword.arg == "method":  # of a list that is asked for with a POST
            assert isinstance(keyword.value, ast.Constant), ast.unparse(call)
            verb = str(keyword.value.value).upper()
    path = _path(call.args[0]).partition("?")[0]
    return f"{verb} {_PLACE.sub('{}', path)}"


def _path(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(path)):
            return path
        case ast.Call(func=ast.Name(id="path_template"), args=[template, *_]):
            return _path(template)
        case ast.JoinedStr(values=values):
            return "".join(
                str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values
            )
        case _:
            raise AssertionError(f"a path spelt in a new way: {ast.unparse(node)}")


@cache
def names() -> dict[str, set[str]]:
    """`module:Class` of each resource and of its bases, and where a client has it.

    A beta resource bears the plain name.
    """
    found: dict[str, set[str]] = {}
    for path, resource in _resources(openai.OpenAI(api_key="k"), ()):
        for base in type(resource).__mro__:
            where = found.setdefault(f"{base.__module__}:{base.__qualname__}", set())
            where.add(".".join(path).removeprefix("beta."))
    return found


def _resources(
    owner: object, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], SyncAPIResource]]:
    for name in dir(type(owner)):
        kind = type(getattr_static(type(owner), name)).__name__
        if name.startswith(("_", "with_")) or kind != "cached_property":
            continue
        resource = getattr(owner, name)
        if isinstance(resource, SyncAPIResource):
            yield (*path, name), resource
            yield from _resources(resource, (*path, name))


def spelled(route: str) -> set[str]:
    """How a user of the SDK writes what sends `route`: `files.create`."""
    said = (sender.rpartition(".") for sender in routes()[route])
    return {
        f"{where}.{method}"
        for kind, _, method in said
        for where in names().get(kind, ())
    }


def handshakes() -> set[str]:
    """Each `connect` of a resource, as `realtime.connect`."""
    client = openai.OpenAI(api_key="k")
    return {
        ".".join(path).removeprefix("beta.") + ".connect"
        for path, resource in _resources(client, ())
        if hasattr(resource, "connect")
    }
