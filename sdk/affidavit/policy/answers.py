"""What each check of a policy answers to every call along the axes that it looks at.

Knows tables of answers, and how values that no table tells apart become one class, so
that formulas are made over few classes. Knows nothing of effects: `verdicts` does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from affidavit.policy import domain
from affidavit.policy.domain import DAY, Domain
from affidavit.policy.formulas import FALSE, TRUE, Formula, Formulas
from affidavit.policy.found import Found, findings
from affidavit.policy.in_force import Check, Facts, Policy, Truth

TRUTHS = (Truth.NO, Truth.YES, Truth.UNKNOWN)


class Answers(NamedTuple):
    """What one check says of every combination along some axes: 0 no, 1 yes, 2 ?."""

    axes: tuple[str, ...]
    truths: bytes


@dataclass(slots=True)
class Space:
    """A purpose's domain: the axes, and which of their values are alike."""

    purpose: str
    axes: dict[str, tuple[Any, ...]]
    found: tuple[Found, ...]
    classes: dict[str, list[list[int]]] = field(default_factory=dict)
    """By axis, places of its values that nothing tells apart."""

    def names(self) -> list[str]:
        """The axes in the order in which they are gone through."""
        return list(self.axes)


@dataclass(slots=True)
class Asked:
    """Remembers what checks say that do not hang on the purpose."""

    space: Domain
    _answers: dict[int, Answers] = field(default_factory=dict)
    _facts: dict[tuple[str, ...], list[Facts]] = field(default_factory=dict)

    def plain(self, check: Check, axes: tuple[str, ...]) -> Answers:
        """The answers of a check that reads the call alone."""
        # By the check itself: two may read alike, as `10` and "10" do, and mean
        # something else.
        found = self._answers.get(id(check))
        if found is None:
            truths = bytes(TRUTHS.index(check.test(f)) for f in self._along(axes))
            found = self._answers[id(check)] = Answers(axes, truths)
        return found

    def _along(self, axes: tuple[str, ...]) -> list[Facts]:
        made = self._facts.get(axes)
        if made is None:
            base = self.space.base()
            combinations = product(*(self.space.axes[axis] for axis in axes))
            made = self._facts[axes] = [
                Facts(
                    domain.call_of(base | dict(zip(axes, chosen, strict=True)), None),
                    (),
                    None,
                )
                for chosen in combinations
            ]
        return made


def space_of(whole: Domain, purpose: str, sides: Sequence[Policy]) -> Space:
    """The axes of one purpose; nothing is merged yet."""
    found = findings(whole, [side.purposes.get(purpose) for side in sides])
    # Days first: what expires does so whatever else a call is.
    axes = {DAY: whole.axes[DAY], **whole.axes}
    axes |= {each.axis: values for each, values in found.items()}
    return Space(purpose=purpose, axes=axes, found=tuple(found))


class Making(NamedTuple):
    """Formulas over the classes of a space, from answers about its values."""

    space: Space
    formulas: Formulas

    def formula(self, answers: Answers, wanted: set[int]) -> Formula:
        """That the answer is among `wanted`."""
        if not answers.axes:
            return TRUE if answers.truths[0] in wanted else FALSE
        names = self.space.names()
        order = sorted(answers.axes, key=names.index)
        at = [order.index(axis) for axis in answers.axes]
        sizes = [len(self.space.axes[axis]) for axis in answers.axes]
        chosen = [self.space.classes[axis] for axis in answers.axes]

        def holds(classes: tuple[int, ...]) -> bool:
            place = 0
            for index, size in enumerate(sizes):
                place = place * size + chosen[index][classes[at[index]]][0]
            return answers.truths[place] in wanted

        return self.formulas.table([names.index(axis) for axis in order], holds)

    def along(self, axis: str, holds: Callable[[Any], bool]) -> Formula:
        """That the value on one axis has a property which its class shares."""
        values, classes = self.space.axes[axis], self.space.classes[axis]
        return self.formulas.table(
            [self.space.names().index(axis)],
            lambda chosen: holds(values[classes[chosen[0]][0]]),
        )


def merge(space: Space, answers: Iterable[Answers]) -> None:
    """Put values into one class where every answer is the same for all of them."""
    by_axis: dict[str, set[Answers]] = {axis: set() for axis in space.axes}
    for each in answers:
        for axis in each.axes:
            by_axis[axis].add(each)
    for axis, values in space.axes.items():
        kinds: dict[tuple[bytes, ...], list[int]] = {}
        about = sorted(by_axis[axis])
        sliced = [_slices(each, axis, space) for each in about]
        for place in range(len(values)):
            kinds.setdefault(tuple(one[place] for one in sliced), []).append(place)
        space.classes[axis] = list(kinds.values())


def _slices(answers: Answers, axis: str, space: Space) -> list[bytes]:
    """For each value of `axis`, what is answered along the other axes."""
    sizes = [len(space.axes[name]) for name in answers.axes]
    at = answers.axes.index(axis)
    inner = 1
    for size in sizes[at + 1 :]:
        inner *= size
    step = inner * sizes[at]
    truths = answers.truths
    return [
        b"".join(
            truths[start + place * inner : start + (place + 1) * inner]
            for start in range(0, len(truths), step)
        )
        for place in range(sizes[at])
    ]
