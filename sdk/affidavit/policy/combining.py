"""Tests put together: Kleene's strong logic over closures, so that order never matters.

Knows three truths and nothing of what is tested.
"""

from collections.abc import Sequence

from affidavit.policy.in_force import Facts, Test, Truth

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def all_of(tests: Sequence[Test]) -> Test:
    """NO if one is NO, else UNKNOWN if one is, else YES; YES of none."""
    if len(tests) == 1:
        return tests[0]
    members = tuple(tests)

    def test(facts: Facts) -> Truth:
        truth = YES
        for member in members:
            result = member(facts)
            if result is NO:
                return NO
            if result is UNKNOWN:
                truth = UNKNOWN
        return truth

    return test


def any_of(tests: Sequence[Test]) -> Test:
    """YES if one is YES, else UNKNOWN if one is, else NO; NO of none."""
    if len(tests) == 1:
        return tests[0]
    members = tuple(tests)

    def test(facts: Facts) -> Truth:
        truth = NO
        for member in members:
            result = member(facts)
            if result is YES:
                return YES
            if result is UNKNOWN:
                truth = UNKNOWN
        return truth

    return test


def none_of(tests: Sequence[Test]) -> Test:
    """The opposite of `any_of`."""
    some = any_of(tests)
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}
    return lambda facts: opposite[some(facts)]
