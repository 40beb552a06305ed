"""A Python program as its rules see it: calls with what is called, and findings.

Knows how a finding is placed. What deserves one, each rule's module says.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from affidavit.scan.code.facts import Finding, Named, Under
from affidavit.scan.code.python import strings
from affidavit.scan.code.python.collect import Program
from affidavit.scan.code.python.resolve import Resolver, Value, Values
from affidavit.scan.code.python.scopes import At, Site
from affidavit.scan.code.python.source import Positions
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.sdks import ROOTS

INSTALL = re.compile(r"affidavit(?:\.clients(?:\.install)?)?\.install")
PURPOSE = re.compile(r"affidavit\.(?:purpose\.)?purpose")
HEADER = "x-declared-purpose"


HEADERS = ("extra_headers", "default_headers", "set_default_headers")
"""Arguments that take headers."""
_BINDS = frozenset({"with_options", "with_purpose"})


class Called(NamedTuple):
    """A call, and what may be called."""

    site: Site
    functions: Values
    chains: tuple[str, ...]
    """What may be called, as chains of names; nothing of this file."""

    @property
    def matters(self) -> bool:
        """Whether any rule could be about it."""
        node = self.site.node
        if isinstance(node.func, ast.Attribute) and node.func.attr in _BINDS:
            return True
        if any(each.arg in HEADERS for each in node.keywords):
            return True
        return any(
            chain.partition(".")[0] in ROOTS or chain == "builtins.__import__"
            for chain in self.chains
        )


@dataclass(slots=True)
class Reading:
    """One program under examination."""

    program: Program
    positions: Positions
    resolver: Resolver = field(default_factory=Resolver)
    calls: list[Called] = field(default_factory=list)
    """Every call."""
    known: list[Called] = field(default_factory=list)
    """Those of packages that some rule is about."""
    installs: list[Site] = field(default_factory=list)
    """Calls of `affidavit.install`."""
    findings: list[Finding] = field(default_factory=list)
    purposes: list[Named] = field(default_factory=list)

    def __post_init__(self) -> None:
        for site in self.program.calls:
            functions = self.resolver.values(site.node.func, site.at)
            chains = tuple(each.chain for each in functions if each.chain)
            called = Called(site, functions, chains)
            self.calls.append(called)
            if called.matters:
                self.known.append(called)
            if any(INSTALL.fullmatch(chain) for chain in called.chains):
                self.installs.append(site)

    def find(
        self,
        rule: Rule,
        node: ast.expr | ast.stmt | ast.alias,
        message: str,
        help_: str,
        *,
        under: Under = Under.ALWAYS,
        whole: ast.expr | ast.stmt | None = None,
    ) -> None:
        """Note a finding at `node`; `whole` is the statement whose lines a waiver may
        stand on.
        """
        end = (whole or node).end_lineno or node.lineno
        self.findings.append(
            Finding(
                rule=rule,
                at=self.positions.spot(node.lineno, node.col_offset),
                message=message,
                help=help_,
                last_line=self.positions.line(end),
                under=under,
            )
        )

    def name(self, node: ast.expr, at: At) -> None:
        """Note the purposes that `node`, an expression for one, may name."""
        for text in strings.texts(self.resolver, node, at):
            if "\0" not in text:
                spot = self.positions.spot(node.lineno, node.col_offset)
                last = self.positions.line(node.end_lineno or node.lineno)
                self.purposes.append(Named(purpose=text, at=spot, last_line=last))

    def values(self, node: ast.expr, at: At) -> Values:
        """What `node` may stand for."""
        return self.resolver.values(node, at)


def given(call: ast.Call, name: str) -> ast.expr | None:
    """The keyword argument `name`, unless it is None."""
    for each in call.keywords:
        if each.arg == name and not _is_none(each.value):
            return each.value
    return None


def unseen_keywords(call: ast.Call) -> bool:
    """Whether `**options` hides arguments."""
    return any(each.arg is None for each in call.keywords)


def arguments(call: ast.Call) -> Iterator[ast.expr]:
    """Every argument, with the items of lists and tuples written out."""
    for each in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield each
        if isinstance(each, ast.List | ast.Tuple):
            yield from each.elts


def is_partial(value: Value) -> bool:
    """Whether a `functools.partial` made it, which has had a finding of its own."""
    return any(
        _last_name(site.node.func) in {"partial", "partialmethod"}
        for site in value.calls
    )


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
