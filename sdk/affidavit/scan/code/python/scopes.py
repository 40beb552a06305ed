"""Where names of a Python file are bound, and from where each use sees them.

Knows scopes, blocks and the order of statements. What a name stands for is `resolve`'s
business, and which statements bind is `collect`'s.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


@dataclass(slots=True, eq=False)
class Block:
    """A run of statements: a body, a branch, what a `with` holds."""

    parent: "Block | None" = None
    conditional: bool = False
    """Whether it may be left out: a branch, a loop's body, a `try`."""
    enters: "tuple[tuple[ast.expr, At], ...]" = ()
    """What a `with` enters around it."""

    def ancestors(self) -> Iterator["Block"]:
        """This block, and outwards."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent

    def settles(self, use: "Block") -> bool:
        """Whether what was bound here before is bound for certain at `use`."""
        anchor = next(
            each for each in self.ancestors() if each.conditional or each.parent is None
        )
        return anchor in use.ancestors()


class Kind(Enum):
    """What opens a scope."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"


class At(NamedTuple):
    """A point of the program: a scope, a statement's place in it, and its block."""

    scope: "Scope"
    order: int
    block: Block


class How(Enum):
    """How a name comes by what it stands for."""

    DOTTED = "dotted"
    """Imported: `what` is a chain of names."""
    VALUE = "value"
    """`what` is an expression."""
    ITEM = "item"
    """One of the items of the expression `what`."""
    ANNOTATED = "annotated"
    """An instance of whatever the expression `what` names."""
    LOCAL = "local"
    """`what` is the scope of a function or class."""
    SELF = "self"
    """An instance of the class whose scope `what` is."""
    UNKNOWN = "unknown"


@dataclass(slots=True, eq=False)
class Binding:
    """One place that binds a name."""

    how: How
    at: At
    what: "ast.expr | Scope | str | None" = None


class Site(NamedTuple):
    """A call, and the point of the program at which it stands."""

    node: ast.Call
    at: At


@dataclass(slots=True, eq=False)
class Scope:
    """A module, function or class: its names, and what is known of its calls."""

    kind: Kind
    node: ast.AST
    defined: At | None
    """Where the statement stands that defines it; None for the module."""
    root: Block = field(default_factory=Block)
    names: dict[str, list[Binding]] = field(default_factory=dict)
    fields: dict[str, list[Binding]] = field(default_factory=dict)
    """Of a class: what methods assign to `self.name`."""
    elsewhere: set[str] = field(default_factory=set)
    """Names that `global` or `nonlocal` gives to an outer scope."""
    stars: list[str] = field(default_factory=list)
    """Modules of which everything is imported."""
    returns: list[tuple[ast.expr, At]] = field(default_factory=list)
    entered: list[tuple[ast.expr, At]] = field(default_factory=list)
    """What it enters through an exit stack, or with a `with` of its own."""

    @property
    def parent(self) -> "Scope | None":
        """The scope around it."""
        return None if self.defined is None else self.defined.scope

    def bind(self, name: str, binding: Binding) -> None:
        """Note that `name` is bound here."""
        self.names.setdefault(name, []).append(binding)

    def chain(self) -> Iterator["Scope"]:
        """This scope, and outwards."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


def seen(name: str, at: At) -> list[Binding]:
    """What `name` may be bound to at a point, the latest first; [] where unbound.

    In the point's own scope what stands above it counts, up to what is bound for
    certain; in a scope around it, which has run to its end by then, everything does.
    """
    for scope in at.scope.chain():
        own = scope is at.scope
        if scope.kind is Kind.CLASS and not own:
            continue  # a class's names are no names of its methods
        if name in scope.elsewhere:
            continue
        bindings = scope.names.get(name)
        if bindings:
            return _reaching(bindings, at) if own else _last(bindings, scope.root)
    return []


def _reaching(bindings: list[Binding], at: At) -> list[Binding]:
    before = [each for each in bindings if each.at.order < at.order]
    # Bound below only: a loop's earlier round, or an error that the program will tell.
    return _last(before or bindings, at.block)


def _last(bindings: list[Binding], use: Block) -> list[Binding]:
    found = []
    for each in sorted(bindings, key=lambda binding: -binding.at.order):
        found.append(each)
        if each.at.block.settles(use):
            break
    return found
