"""Whether a purpose reaches a point of a Python program, and which purposes it names.

A purpose comes with the call, with its client, with a scope around it, or with whoever
calls the function that it stands in. Callers in other files are not seen: then the
answer is `ELSEWHERE`.
"""

import ast
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from affidavit.scan.code.python.reading import (
    HEADER,
    HEADERS,
    PURPOSE,
    Reading,
    given,
    unseen_keywords,
)
from affidavit.scan.code.python.scopes import (
    At,
    Block,
    How,
    Kind,
    Scope,
    Site,
    seen,
)
from affidavit.scan.code.sdks import GOVERNED


class Reach(Enum):
    """Whether a purpose is there."""

    DECLARED = "declared"
    NONE = "none"
    ELSEWHERE = "elsewhere"


class Answer(NamedTuple):
    """Whether, and by which caller's line not."""

    reach: Reach
    line: int | None = None


_DECLARED, _NONE, _ELSEWHERE = (Answer(each) for each in Reach)


def by_arguments(call: ast.Call, at: At) -> bool:
    """Whether a call's own arguments declare one, or hide whether they do."""
    return given(call, "purpose") is not None or by_headers(call, at)


def by_headers(call: ast.Call, at: At) -> bool:
    """Whether a call's headers declare one, or hide whether they do."""
    return unseen_keywords(call) or any(
        _header(node, at) for name in HEADERS if (node := given(call, name)) is not None
    )


def _header(node: ast.expr, at: At) -> bool:
    """Whether headers declare a purpose; those that cannot be seen may."""
    if isinstance(node, ast.Name):
        literal = [
            each.what
            for each in seen(node.id, at)
            if each.how is How.VALUE and isinstance(each.what, ast.Dict)
        ]
        return not literal or any(_declares(each) for each in literal)
    return not isinstance(node, ast.Dict) or _declares(node)


def _declares(node: ast.Dict) -> bool:
    return any(
        key is None
        or not isinstance(key, ast.Constant)
        or str(key.value).lower() == HEADER
        for key in node.keys
    )


def declaring_header(node: ast.Dict) -> ast.expr | None:
    """The value of the purpose header in a literal."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and str(key.value).lower() == HEADER:
            return value
    return None


class Purposes:
    """Answers for one program; remembers who calls what."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._callers: dict[Scope, list[Site]] = {}
        self._called: set[int] = set()
        for site, functions, _ in reading.calls:
            self._called.add(id(site.node.func))
            for value in functions:
                if value.local is not None and not value.made:
                    self._callers.setdefault(_body(value.local), []).append(site)
        self._handed_on = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node, _ in reading.program.names
            if id(node) not in self._called
        }

    def around(self, at: At, visited: frozenset[Scope] = frozenset()) -> Answer:
        """Whether a scope around the point declares one, or around its callers."""
        if self._entered(at.block):
            return _DECLARED
        scope = at.scope
        if scope.defined is None:
            return _NONE
        if scope.kind is Kind.CLASS:
            return self.around(scope.defined, visited)
        if scope in visited or self._decorated(scope):
            return _DECLARED  # going round a loop decides nothing
        return self._through_callers(scope, visited | {scope})

    def _through_callers(self, scope: Scope, visited: frozenset[Scope]) -> Answer:
        callers = self._callers.get(scope, [])
        answers = {site: self.around(site.at, visited) for site in callers}
        for site, answer in answers.items():
            if answer.reach is Reach.NONE:
                return Answer(Reach.NONE, answer.line or site.node.lineno)
        name = getattr(scope.node, "name", "")
        if not callers or name in self._handed_on:
            return _ELSEWHERE
        unseen = any(each.reach is Reach.ELSEWHERE for each in answers.values())
        return _ELSEWHERE if unseen else _DECLARED

    def by_parameter(self, name: str, at: At) -> Answer:
        """Whether what callers of this file hand over as `name`, a client, or a scope
        around the call or around them, declares one.
        """
        if self._entered(at.block) or self._decorated(at.scope):
            return _DECLARED
        for caller in self._callers.get(at.scope, []):
            node = _argument(caller.node, at.scope.node, name)
            if node is None or not self._bare_client(node, caller.at):
                continue
            answer = self.around(caller.at, frozenset({at.scope}))
            if answer.reach is Reach.NONE:
                return Answer(Reach.NONE, caller.node.lineno)
        return _DECLARED  # as far as this file shows

    def _bare_client(self, node: ast.expr, at: At) -> bool:
        """Whether `node` is a client of ours that was made here without a purpose."""
        return any(
            GOVERNED.fullmatch(value.chain.removesuffix("()"))
            and value.calls
            and not any(by_arguments(each.node, each.at) for each in value.calls)
            for value in self._reading.values(node, at)
        )

    def _entered(self, block: Block) -> bool:
        return any(
            self.opens(node, at)
            for each in block.ancestors()
            for node, at in each.enters
        )

    def _decorated(self, scope: Scope) -> bool:
        node, at = scope.node, scope.defined
        if at is None or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        return any(self.opens(each, at) for each in node.decorator_list)

    def opens(self, node: ast.expr, at: At) -> bool:
        """Whether entering `node` declares a purpose: ours, or a function's of this
        file that enters ours.
        """
        for value in self._reading.values(node, at):
            if value.chain.endswith("()") and PURPOSE.fullmatch(value.chain[:-2]):
                return True
        if not isinstance(node, ast.Call):
            return False
        return any(
            value.local is not None and self._enters(value.local)
            for value in self._reading.values(node.func, at)
        )

    def _enters(self, scope: Scope) -> bool:
        return any(
            PURPOSE.fullmatch(value.chain.removesuffix("()"))
            for node, at in scope.entered
            for value in self._reading.values(node, at)
        )


def _argument(call: ast.Call, function: ast.AST, name: str) -> ast.expr | None:
    """What a call gives a function's parameter, if that is written out."""
    by_name = given(call, name)
    if by_name is not None:
        return by_name
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    # A method's own object is no argument of the call.
    bound = isinstance(call.func, ast.Attribute) and names[:1] == ["self"]
    place = names.index(name) - bound if name in names else len(call.args)
    before = call.args[: place + 1]
    starred = any(isinstance(each, ast.Starred) for each in before)
    return call.args[place] if 0 <= place < len(call.args) and not starred else None


def _body(scope: Scope) -> Scope:
    """What runs when a function or class of this file is called."""
    if scope.kind is Kind.CLASS:
        for each in scope.names.get("__init__", ()):
            if isinstance(each.what, Scope):
                return each.what
    return scope


def headers(calls: Iterable[Site]) -> Iterator[tuple[ast.Dict, At]]:
    """Literals that calls are given as headers."""
    for site in calls:
        for name in HEADERS:
            node = given(site.node, name)
            if isinstance(node, ast.Dict):
                yield node, site.at
