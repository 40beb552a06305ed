"""Truth as a function of a few axes, each of which has so many classes.

Pure. A formula is a number: equal numbers are equal formulas, and most that mean the
same are the same, because whatever looks along one axis only is one table. Knows
nothing of policies: what an axis stands for is its owner's business.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

Formula: TypeAlias = int
FALSE: Formula = 0
TRUE: Formula = 1


class _Table(NamedTuple):
    axes: tuple[int, ...]
    bits: bytes
    """One byte for each combination of classes, the last axis fastest."""


class _Both(NamedTuple):
    members: frozenset[Formula]


class _Either(NamedTuple):
    members: frozenset[Formula]


class _Not(NamedTuple):
    member: Formula


_Node: TypeAlias = _Table | _Both | _Either | _Not


class Formulas:
    """Makes formulas over axes of the given sizes, and keeps each once."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self._nodes: list[_Node | None] = [None, None]
        self._known: dict[tuple[type, _Node], Formula] = {}
        self._supports: list[frozenset[int]] = [frozenset(), frozenset()]
        self._restricted: dict[tuple[Formula, int, int], Formula] = {}

    def table(
        self, axes: Sequence[int], holds: Callable[[tuple[int, ...]], bool]
    ) -> Formula:
        """What `holds` says of each combination of the classes of `axes`."""
        listed = tuple(sorted(axes))
        bits = bytes(
            holds(classes)
            for classes in product(*(range(self.sizes[axis]) for axis in listed))
        )
        return self._reduced(listed, bits)

    def negation(self, member: Formula) -> Formula:
        """Not `member`."""
        if member in (FALSE, TRUE):
            return TRUE - member
        node = self._nodes[member]
        if isinstance(node, _Not):
            return node.member
        if isinstance(node, _Table):
            return self._kept(_Table(node.axes, bytes(1 - bit for bit in node.bits)))
        return self._kept(_Not(member))

    def both(self, members: Iterable[Formula]) -> Formula:
        """All of the members; TRUE of none."""
        return self._joined(members, _Both, neutral=TRUE)

    def either(self, members: Iterable[Formula]) -> Formula:
        """One of the members at least; FALSE of none."""
        return self._joined(members, _Either, neutral=FALSE)

    def support(self, formula: Formula) -> frozenset[int]:
        """The axes that it may depend on."""
        return self._supports[formula]

    def restricted(self, formula: Formula, axis: int, chosen: int) -> Formula:
        """What is left of it where `axis` has the class `chosen`."""
        if axis not in self._supports[formula]:
            return formula
        key = formula, axis, chosen
        found = self._restricted.get(key)
        if found is None:
            found = self._restricted[key] = self._restrict(formula, axis, chosen)
        return found

    def _restrict(self, formula: Formula, axis: int, chosen: int) -> Formula:
        node = self._nodes[formula]
        match node:
            case _Table():
                return self._slice(node, axis, chosen)
            case _Not():
                return self.negation(self.restricted(node.member, axis, chosen))
            case _Both():
                return self.both(self.restricted(m, axis, chosen) for m in node.members)
            case _Either():
                return self.either(
                    self.restricted(m, axis, chosen) for m in node.members
                )
            case None:
                return formula

    def _slice(self, table: _Table, axis: int, chosen: int) -> Formula:
        at = table.axes.index(axis)
        rest = table.axes[:at] + table.axes[at + 1 :]
        inner = 1
        for later in table.axes[at + 1 :]:
            inner *= self.sizes[later]
        step = inner * self.sizes[axis]
        bits = b"".join(
            table.bits[start + chosen * inner : start + (chosen + 1) * inner]
            for start in range(0, len(table.bits), step)
        )
        return self._reduced(rest, bits)

    def _reduced(self, axes: tuple[int, ...], bits: bytes) -> Formula:
        """Without the axes that make no difference."""
        if not any(bits):
            return FALSE
        if all(bits):
            return TRUE
        for axis in axes:
            whole = _Table(axes, bits)
            if self._makes_no_difference(whole, axis):
                return self._slice(whole, axis, 0)
        return self._kept(_Table(axes, bits))

    def _makes_no_difference(self, table: _Table, axis: int) -> bool:
        at = table.axes.index(axis)
        inner = 1
        for later in table.axes[at + 1 :]:
            inner *= self.sizes[later]
        size = self.sizes[axis]
        bits = table.bits
        return all(
            bits[start + k * inner : start + (k + 1) * inner]
            == bits[start : start + inner]
            for start in range(0, len(bits), inner * size)
            for k in range(1, size)
        )

    def _joined(
        self,
        members: Iterable[Formula],
        kind: type[_Both] | type[_Either],
        *,
        neutral: Formula,
    ) -> Formula:
        flat: set[Formula] = set()
        for member in members:
            node = self._nodes[member]
            flat |= node.members if isinstance(node, kind) else {member}
        flat.discard(neutral)
        if TRUE - neutral in flat:
            return TRUE - neutral
        flat = self._tables_joined(flat, conjunct=kind is _Both)
        opposite = any(self.negation(member) in flat for member in flat)
        if opposite or TRUE - neutral in flat:
            return TRUE - neutral
        if len(flat) < 2:
            return next(iter(flat), neutral)
        return self._kept(kind(frozenset(flat)))

    def _tables_joined(self, members: set[Formula], *, conjunct: bool) -> set[Formula]:
        """One table for all that look along the same axes."""
        tables: dict[tuple[int, ...], bytes] = {}
        rest: set[Formula] = set()
        for member in members:
            node = self._nodes[member]
            if not isinstance(node, _Table):
                rest.add(member)
                continue
            other = tables.get(node.axes)
            if other is None:
                tables[node.axes] = node.bits
            else:
                pairs = zip(other, node.bits, strict=True)
                tables[node.axes] = bytes(
                    a & b if conjunct else a | b for a, b in pairs
                )
        joined = {self._reduced(axes, bits) for axes, bits in tables.items()}
        return rest | joined - {TRUE if conjunct else FALSE}

    def _kept(self, node: _Node) -> Formula:
        # By its kind too: named tuples of two kinds are equal where their members are.
        key = type(node), node
        known = self._known.get(key)
        if known is not None:
            return known
        number = self._known[key] = len(self._nodes)
        self._nodes.append(node)
        self._supports.append(self._support_of(node))
        return number

    def _support_of(self, node: _Node) -> frozenset[int]:
        match node:
            case _Table():
                return frozenset(node.axes)
            case _Not():
                return self._supports[node.member]
            case _Both() | _Either():
                members = (self._supports[member] for member in node.members)
                return frozenset[int]().union(*members)
