from collections.abc import Callable
from itertools import permutations, product

import pytest

from affidavit.policy.combining import all_of, any_of, none_of
from affidavit.policy.in_force import Facts, Test, Truth
from support.policies import a_call

FACTS = Facts(a_call(), (), None)
THREE = list(product(Truth, repeat=3))


def outcome(combine: Callable[[list[Test]], Test], truths: tuple[Truth, ...]) -> Truth:
    tests: list[Test] = [lambda _facts, truth=truth: truth for truth in truths]  # type: ignore[misc] # a default binds
    return combine(tests)(FACTS)


@pytest.mark.parametrize("truths", THREE)
def test_kleenes_logic_whatever_the_order(truths: tuple[Truth, ...]) -> None:
    rank = {Truth.NO: 0, Truth.UNKNOWN: 1, Truth.YES: 2}
    least, most = min(truths, key=rank.__getitem__), max(truths, key=rank.__getitem__)
    opposite = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}
    for order in permutations(truths):
        assert outcome(all_of, order) is least
        assert outcome(any_of, order) is most
        assert outcome(none_of, order) is opposite[most]


def test_of_nothing_all_hold_and_none_does() -> None:
    assert outcome(all_of, ()) is Truth.YES
    assert outcome(any_of, ()) is Truth.NO
