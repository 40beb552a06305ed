"""Answers every route of the installed openai package with the least its type holds.

Routes and types are read from the package's own resources: each `self._post("/path",
cast_to=Type)` says both. Nothing that a request carries is checked, except whether it
asks for a stream. Run by `run.py`: prints its port, and serves until it is terminated.
"""

import ast
import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import openai
from least import CannotAnswer, least  # type: ignore[import-not-found]  # beside this

VERBS = {
    "_get": "GET",
    "_get_api_list": "GET",
    "_post": "POST",
    "_put": "PUT",
    "_patch": "PATCH",
    "_delete": "DELETE",
}
REQUESTS_PATH = "/-/requests"
"""Where `run.py` asks what was requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    method: str
    path: str
    """With `{}` for each parameter."""
    answer: Answer

    def matches(self, method: str, path: str) -> bool:
        return method == self.method and bool(re.fullmatch(self._pattern, path))

    @property
    def _pattern(self) -> str:
        return "[^/]+".join(map(re.escape, self.path.split("{}"))) + "/?"


def routes() -> Iterator[Route]:
    """Every route that a resource of the package sends to, more precise ones first."""
    home = Path(openai.__file__).parent
    found: dict[tuple[str, str], Route] = {}
    for file in sorted((home / "resources").rglob("*.py")):
        name = ".".join(("openai", *file.relative_to(home).with_suffix("").parts))
        for route in _routes_of(ast.parse(file.read_text("utf-8")), name):
            found.setdefault((route.method, route.path), route)
    yield from sorted(found.values(), key=lambda route: route.path.count("{}"))


def _routes_of(tree: ast.Module, name: str) -> Iterator[Route]:
    module: ModuleType | None = None
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            path = _sends_to(call)
            if path is None or not isinstance(call, ast.Call):
                continue
            module = module or importlib.import_module(name)
            said = {word.arg: word.value for word in call.keywords}
            verb = VERBS[call.func.attr]  # type: ignore[attr-defined]  # `_sends_to` saw it
            method = ast.literal_eval(said["method"]) if "method" in said else verb
            answer = _answer(said, function, vars(module))
            yield Route(method=method.upper(), path=path, answer=answer)


def _sends_to(node: ast.AST) -> str | None:
    """The path of a call that sends, with `{}` for what is filled in."""
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in VERBS
        and node.args
    ):
        return None
    path = node.args[0]
    if isinstance(path, ast.Call) and path.args:  # path_template("/files/{id}", id=id)
        path = path.args[0]
    if isinstance(path, ast.JoinedStr):
        parts = (
            str(part.value) if isinstance(part, ast.Constant) else "{}"
            for part in path.values
        )
        return _without_query("".join(parts))
    if isinstance(path, ast.Constant) and isinstance(path.value, str):
        return _without_query(re.sub(r"\{[^}]*\}", "{}", path.value))
    return None


def _without_query(path: str) -> str:
    return path.partition("?")[0]


def _answer(
    said: dict[str | None, ast.expr],
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    names: dict[str, Any],
) -> Answer:
    """The least answer of what a call says it is cast to, or its function returns."""
    for expression in (said.get("page"), said.get("cast_to"), function.returns):
        if expression is None:
            continue
        try:
            code = compile(ast.Expression(expression), "<openai>", "eval")
            return _of_type(eval(code, dict(names)))
        except (CannotAnswer, NameError, TypeError):
            continue
    return Answer(status=404, kind="text/plain", body=b"no answer is known")


def _of_type(wanted: Any) -> Answer:
    if wanted is None or wanted is type(None):
        return Answer(status=204, kind="", body=b"")
    if "BinaryResponse" in getattr(wanted, "__name__", ""):
        return Answer(status=200, kind="application/octet-stream", body=b"bytes")
    if wanted is str:
        return Answer(status=200, kind="text/plain", body=b"text")
    body = json.dumps(least(wanted)).encode()
    return Answer(status=200, kind="application/json", body=body)


_STREAM = Answer(status=200, kind="text/event-stream", body=b"data: [DONE]\n\n")
_UNKNOWN = Answer(status=404, kind="text/plain", body=b"openai has no such route")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    table: tuple[Route, ...]
    requests: Counter[str]

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            body = b"".join(self._chunks())
        path = urlsplit(self.path).path
        if path == REQUESTS_PATH:
            told = json.dumps(self.requests).encode()
            self._send(Answer(status=200, kind="application/json", body=told))
            return
        declared = "declared" if "x-declared-purpose" in self.headers else "undeclared"
        self.requests[declared] += 1
        self._send(self._choose(path, body))

    def _choose(self, path: str, body: bytes) -> Answer:
        if "text/event-stream" in self.headers.get("accept", "") or _wants_stream(body):
            return _STREAM
        for route in self.table:
            if route.matches(self.command, path):
                return route.answer
        return _UNKNOWN

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("x-request-id", "req_suite")
        if answer.kind:
            self.send_header("content-type", answer.kind)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - as http.server calls them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        pass


def _wants_stream(body: bytes) -> bool:
    if b'name="stream"\r\n\r\ntrue' in body:
        return True
    return re.search(rb'"stream"\s*:\s*true', body) is not None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that has gone
            super().handle_error(request, client_address)


def main() -> None:
    _Handler.table = tuple(routes())
    _Handler.requests = Counter()
    server = _Server(("127.0.0.1", 0), _Handler)
    sys.stdout.write(f"{server.server_port} {len(_Handler.table)}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
