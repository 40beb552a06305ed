"""Which rules a call can match at all, and what of them is still to be asked.

Knows what settles most of a policy for most calls before any condition is looked at:
the declared purpose, whose terms a pack's rule rests on, and that a call without
findings has none. What it leaves out would come out as NO, and what it drops from a
rule holds; so the index decides nothing, and only saves time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from affidavit import providers
from affidavit.policy.in_force import Facts, Purpose, Rule, Test
from affidavit.policy.residue import Known, residual

_MOST_KINDS = 256
"""Kinds of calls whose rules are kept: there are as many as there are sets of terms."""

_Chosen: TypeAlias = tuple[tuple[Rule, Test], ...]
_Kind: TypeAlias = tuple[frozenset[str] | None, bool]


@dataclass(frozen=True, slots=True)
class Index:
    """The rules for one purpose, by what a call shows first."""

    found: _Chosen
    """All that the purpose leaves open, in the order of evaluation."""
    quiet: _Chosen
    """Those that can match where there is no finding."""
    _kept: dict[_Kind, _Chosen] = field(default_factory=dict, repr=False, compare=False)

    def of(self, facts: Facts) -> _Chosen:
        """The rules that the call may match, in the order of evaluation."""
        call = facts.call
        terms = providers.terms(call.provider, call.model, call.parameters)
        kind = (terms, not facts.findings)
        chosen = self._kept.get(kind)
        if chosen is None:
            chosen = self._of(*kind)
            # Whoever else asks in the meantime finds the same rules.
            if len(self._kept) < _MOST_KINDS:
                self._kept[kind] = chosen
        return chosen

    def _of(self, terms: frozenset[str] | None, quiet: bool) -> _Chosen:  # noqa: FBT001 - one half of a key
        chosen = self.quiet if quiet else self.found
        if terms is None:
            return chosen  # nobody can tell whose terms apply, so all do
        return tuple(
            (rule, test)
            for rule, test in chosen
            if rule.terms is None or rule.terms in terms
        )


def indexed(rules: Iterable[Rule], purpose: Purpose | None) -> Index:
    """An index of `rules` for calls of `purpose`; for None, of any other purpose."""
    listed = tuple(rules)
    of_purpose = Known.NOTHING if purpose is None else Known.PURPOSE
    quiet = Known.FINDINGS | of_purpose
    return Index(
        tuple(_open(listed, purpose, of_purpose)), tuple(_open(listed, purpose, quiet))
    )


def _open(
    rules: Iterable[Rule], purpose: Purpose | None, known: Known
) -> Iterable[tuple[Rule, Test]]:
    for rule in rules:
        test = residual(rule, purpose, known)
        if test is not None:
            yield rule, test
