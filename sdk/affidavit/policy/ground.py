"""Two policies under one purpose: the axes that they share, and what each says there.

Knows the order in which a comparison is built: what every check answers, then which
values are alike, then formulas over those. What is made of the formulas is `diff`, for
effects, and `obliged`, for obligations.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from affidavit.policy.answers import Asked, merge, space_of
from affidavit.policy.domain import Domain
from affidavit.policy.formulas import Formula, Formulas
from affidavit.policy.in_force import Policy
from affidavit.policy.opaque import Opaque
from affidavit.policy.splitting import Within
from affidavit.policy.verdicts import Reader, Verdict


class Ground:
    """Where two policies are compared, under the purpose called `name`."""

    def __init__(
        self,
        whole: Domain,
        asked: Asked,
        policies: tuple[Policy, Policy],
        name: str,
    ) -> None:
        self.whole = whole
        self.policies = policies
        self.space = space_of(whole, name, policies)
        self.opaque = Opaque()
        self._readers = tuple(
            Reader(policy, self.space, asked, self.opaque) for policy in policies
        )
        # In full before any are merged: reading can add axes.
        gathered = [each for reader in self._readers for each in reader.gather()]
        merge(self.space, gathered)
        self.names = self.space.names()
        self.formulas = Formulas(
            [len(self.space.classes[axis]) for axis in self.space.axes]
        )

    @cached_property
    def verdicts(self) -> tuple[Verdict, Verdict]:
        """When each policy refuses, and when it asks for review."""
        first, second = (each.verdict(self.formulas) for each in self._readers)
        return first, second

    @cached_property
    def obliged(self) -> tuple[Mapping[str, Formula], Mapping[str, Formula]]:
        """When each rule with obligations obliges, by its id.

        Only where both policies know the purpose.
        """
        first, second = (each.obliged(self.formulas) for each in self._readers)
        return first, second

    def values(self, within: Within) -> dict[str, tuple[Any, ...]]:
        """By the axis's name, the values of the chosen classes."""
        return {
            self.names[axis]: tuple(
                self.space.axes[self.names[axis]][place]
                for chosen in sorted(classes)
                for place in self.space.classes[self.names[axis]][chosen]
            )
            for axis, classes in within.items()
        }
