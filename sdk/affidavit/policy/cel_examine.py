"""What a policy accepts of a CEL expression, beyond that it is one.

Knows which names there are, what macros may range over, and how much one evaluation may
cost: each is a number that the tree shows, so that nothing has to be stopped half-way.
Pure: reads a tree and runs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from affidavit.policy.cel_names import MOST_VALUES, NAMES, Type
from affidavit.policy.cel_tree import Constant, Kind, Tree, dotted, walk
from affidavit.policy.cel_values import Held, never
from affidavit.policy.nearest import shown, suggestion

LONGEST = 2_000
"""Characters of one expression."""
MOST_STEPS = 20_000
"""What one evaluation may cost, in nodes that are looked at."""
DEEPEST_LOOP = 2
"""Macros (`all`, `exists`, `exists_one`, `map`, `filter`) within one another."""

_COMPARES = frozenset({"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"})
_SEARCHES = frozenset({"startsWith", "endsWith", "contains"})


class Problem(NamedTuple):
    """Something wrong, and where in the expression it stands, in characters."""

    offset: int
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What an expression says of itself."""

    problems: tuple[Problem, ...]
    names: tuple[str, ...]
    held: tuple[Held, ...]
    """Each name with each literal that it is directly held against."""
    patterns: tuple[tuple[int, str], ...]
    """Regular expressions and where they stand."""


class _Unbounded(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def examine(tree: Tree) -> Examined:
    """Names, literals and patterns of an expression, and what is wrong with it."""
    held = tuple(_held_against(tree))
    problems = [*_unknown(tree), *_presence(tree), *_patterns(tree)]
    problems += [problem for each in held if (problem := _in_vain(each))]
    if not problems:
        problems += _too_costly(tree)
    return Examined(
        problems=tuple(sorted(set(problems), key=lambda p: p.offset)),
        names=tuple(sorted({name for name, _ in _names(tree) if name in NAMES})),
        held=held,
        patterns=tuple(
            (pattern.offset, pattern.value)
            for pattern in _matched(tree)
            if isinstance(pattern.value, str)
        ),
    )


def _names(
    tree: Tree, bound: frozenset[str] = frozenset()
) -> Iterator[tuple[str, int]]:
    """Each name that no macro binds: the longest that is declared, or as written."""
    chain = dotted(tree)
    if chain is not None:
        name, offset = chain
        if name.partition(".")[0] not in bound:
            yield _declared(name), offset
        return
    for index, part in enumerate(tree.parts):
        outside = tree.kind is Kind.LOOP and index == 0
        yield from _names(part, bound if outside else bound | tree.locals)


def _declared(name: str) -> str:
    """`request.model` of `request.model.size`; what nobody declared stays whole."""
    parts = name.split(".")
    heads = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((head for head in heads if head in NAMES), name)


def _unknown(tree: Tree) -> Iterator[Problem]:
    for name, offset in _names(tree):
        if name not in NAMES:
            nearest = suggestion(name, NAMES)
            remedy = nearest or "docs/policy.md lists the names that there are."
            yield Problem(offset, f"no value is called {shown(name)}", remedy)


def _presence(tree: Tree) -> Iterator[Problem]:
    """`has()` asks of a flat name what it holds, and not whether it is there."""
    for node, _ in walk(tree):
        if node.kind is Kind.TEST:
            name = (dotted(node) or ("request.parameters.n", 0))[0]
            yield Problem(
                node.offset,
                "`has()` does not apply: every name has a value",
                f"Write `{name} != null`.",
            )


def _matched(tree: Tree) -> Iterator[Tree]:
    for node, _ in walk(tree):
        if node.kind is Kind.CALL and node.name == "matches" and node.parts:
            yield node.parts[-1]


def _patterns(tree: Tree) -> Iterator[Problem]:
    for pattern in _matched(tree):
        if not isinstance(pattern.value, str):
            yield Problem(
                pattern.offset,
                "`matches` takes a pattern that is written out",
                "Write the pattern in quotes.",
            )


def literals(held: Iterable[Held]) -> Mapping[str, tuple[Constant, ...]]:
    """By name, what it is held against, each once."""
    found: dict[str, list[Constant]] = {}
    for each in held:
        found.setdefault(each.name, []).append(each.literal.value)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def _held_against(tree: Tree) -> Iterator[Held]:
    """Each name with each literal that the expression holds it against."""
    for node, bound in walk(tree):
        compares = node.kind is Kind.CALL and node.name in _COMPARES | _SEARCHES
        if not compares or len(node.parts) != 2:
            continue
        for side, other in (node.parts, node.parts[::-1]):
            name, _ = dotted(side) or ("", 0)
            if name in NAMES and name.partition(".")[0] not in bound:
                first = side is node.parts[0]
                listed = other.parts if other.kind is Kind.LIST else (other,)
                constants = (each for each in listed if each.kind is Kind.CONSTANT)
                yield from (Held(name, node.name, each, first) for each in constants)


def _in_vain(held: Held) -> Problem | None:
    """A literal that no call has: a prohibition of it would never match."""
    text, offset = held.literal.value, held.literal.offset
    if NAMES[held.name].folded and isinstance(text, str) and text != text.lower():
        return Problem(
            offset,
            f"{held.name} is always in small letters: {shown(text)} never matches",
            f"Write {shown(text.lower())}.",
        )
    why = never(held)
    return None if why is None else Problem(offset, *why)


def _too_costly(tree: Tree) -> Iterator[Problem]:
    try:
        steps = _steps(tree, 0)
    except _Unbounded as error:
        yield error.problem
        return
    if steps > MOST_STEPS:
        yield Problem(
            0,
            f"evaluating may take {steps} steps; {MOST_STEPS} are allowed",
            "Range over fewer values, or write several conditions.",
        )


def _steps(tree: Tree, loops: int) -> int:
    """An upper bound of the nodes that one evaluation looks at."""
    if tree.kind is Kind.LOOP:
        return _steps_of_loop(tree, loops + 1)
    own = 1
    if tree.kind is Kind.CONSTANT and isinstance(tree.value, str | bytes):
        own += len(tree.value) // 16
    if tree.kind is Kind.CALL and tree.name == "matches":
        pattern = tree.parts[-1].value
        own += 32 + (len(pattern) if isinstance(pattern, str) else 0)
    return own + sum(_steps(part, loops) for part in tree.parts)


def _steps_of_loop(tree: Tree, loops: int) -> int:
    if loops > DEEPEST_LOOP:
        message = f"macros are nested deeper than {DEEPEST_LOOP}"
        raise _Unbounded(Problem(tree.offset, message, "Write several conditions."))
    values, *rest = tree.parts
    rounds = _size(values)
    if rounds is None:
        raise _Unbounded(
            Problem(
                tree.offset,
                "the macro ranges over a list whose size is not known",
                "Range over a list that is written out, activities or purpose.data.",
            )
        )
    return _steps(values, loops - 1) + (rounds + 1) * sum(
        _steps(part, loops) for part in rest
    )


def _size(tree: Tree) -> int | None:
    """The most entries that a list has; None where nobody can tell."""
    match tree.kind:
        case Kind.LIST:
            return len(tree.parts)
        case Kind.LOOP:
            return _size(tree.parts[0])
        case Kind.CALL if tree.name == "_+_":
            sizes = [_size(part) for part in tree.parts]
            return None if None in sizes else sum(size or 0 for size in sizes)
        case _:
            chain = dotted(tree)
            named = NAMES.get(chain[0]) if chain is not None else None
            lists = named is not None and named.type is Type.STRINGS
            return MOST_VALUES if lists else None
