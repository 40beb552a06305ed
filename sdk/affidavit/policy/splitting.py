"""Where two things that formulas say differ: the domain split, axis by axis.

Pure. Goes through the whole domain by splitting it until both are settled; what settles
alike is dropped, and what was seen before is remembered. What a state of formulas comes
to is its owner's business.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from affidavit.policy.arrangement import TooLarge
from affidavit.policy.formulas import Formula, Formulas

T = TypeVar("T")

State: TypeAlias = tuple[Formula, ...]
"""What one side says; constants alone once all that it looks at is chosen."""
Within: TypeAlias = Mapping[int, frozenset[int]]
"""By axis, the classes that are chosen; one that makes no difference is left out."""

MOST_PARTS = 5_000
"""Up to which parts are made fewer by joining them."""


class _Node(NamedTuple):
    """Calls split along one axis: sets of classes and what becomes of each."""

    axis: int
    branches: tuple[tuple[tuple[int, ...], "_Tree"], ...]


class _Ends(NamedTuple):
    """What the two sides come to, where that differs."""

    first: Any
    second: Any


_Tree: TypeAlias = _Node | _Ends | None
"""None where nothing differs."""


class Splitting(Generic[T]):
    """Splits the domain of `formulas` until `end` can say what a state comes to.

    `settled` may make a state plainer, where a part of it decides already. `purpose` is
    whose calls they are.
    """

    def __init__(
        self,
        formulas: Formulas,
        end: Callable[[State], T],
        *,
        settled: Callable[[State], State] = lambda state: state,
        purpose: str,
        most_steps: int,
    ) -> None:
        self._formulas = formulas
        self._end = end
        self._settled = settled
        self._purpose = purpose
        self._most_steps = most_steps
        self._trees: dict[tuple[State, State], _Tree] = {}

    def parts(
        self, first: State, second: State
    ) -> Iterator[tuple[Within, tuple[T, T]]]:
        """Each part of the domain where the two differ, and what they come to.

        Raises `TooLarge` where that takes more than `most_steps`.
        """
        tree = self._split(self._settled(first), self._settled(second))
        yield from _merged(list(_paths(tree, {})))

    def _split(self, first: State, second: State) -> _Tree:
        if first == second:
            return None
        key = first, second
        if key in self._trees:
            return self._trees[key]
        if len(self._trees) > self._most_steps:
            raise TooLarge(
                f"Purpose {self._purpose}: the policies' conditions combine in more "
                f"than {self._most_steps:,} ways. Compare one change at a time."
            )
        support = self._formulas.support
        axes = frozenset[int]().union(*map(support, (*first, *second)))
        tree = (
            self._along(min(axes), first, second) if axes else self._ends(first, second)
        )
        self._trees[key] = tree
        return tree

    def _along(self, axis: int, first: State, second: State) -> _Tree:
        branches: dict[_Tree, list[int]] = {}
        for chosen in range(self._formulas.sizes[axis]):
            tree = self._split(
                self._restricted(first, axis, chosen),
                self._restricted(second, axis, chosen),
            )
            branches.setdefault(tree, []).append(chosen)
        if len(branches) == 1:
            return next(iter(branches))
        return _Node(
            axis,
            tuple((tuple(each), tree) for tree, each in branches.items() if tree),
        )

    def _restricted(self, state: State, axis: int, chosen: int) -> State:
        take = self._formulas.restricted
        return self._settled(tuple(take(each, axis, chosen) for each in state))

    def _ends(self, first: State, second: State) -> _Tree:
        ends = _Ends(self._end(first), self._end(second))
        return None if ends.first == ends.second else ends


def _paths(tree: _Tree, within: Within) -> Iterator[tuple[Within, tuple[Any, Any]]]:
    match tree:
        case None:
            return
        case _Ends():
            yield within, tree
        case _Node():
            for classes, below in tree.branches:
                yield from _paths(below, {**within, tree.axis: frozenset(classes)})


def _merged(
    paths: Sequence[tuple[Within, tuple[Any, Any]]],
) -> Iterator[tuple[Within, tuple[Any, Any]]]:
    """Fewer parts: two that differ along one axis only are one."""
    current = list(paths)
    if len(current) <= MOST_PARTS:
        axes = sorted({axis for within, _ in current for axis in within})
        for axis in axes:
            joined: dict[Any, frozenset[int]] = {}
            for within, ends in current:
                if axis in within:
                    rest = frozenset((k, v) for k, v in within.items() if k != axis)
                    key = rest, ends
                    joined[key] = joined.get(key, frozenset()) | within[axis]
                else:
                    joined[frozenset(within.items()), ends] = frozenset({-1})
            current = [
                (dict(rest) | ({} if classes == {-1} else {axis: classes}), ends)
                for (rest, ends), classes in joined.items()
            ]
    yield from current
