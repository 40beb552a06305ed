"""Each attack on each kind of trail: found, or named as out of reach, by everyone.

`support.attacks` carries them out on copies, with the real key where the attacker would
have it, and compares what each verifier is told with what follows from the files.
"""

from collections.abc import Callable

import pytest

from support.attacks import rotated
from support.attacks.suite import ATTACKS, OUTSIDE, Subject, carry_out
from support.attacks.terms import Attack, Held, Said, Unsuited

SOME = (
    "one record",
    "257 records",
    "half sealed",
    "rotated",
    "a project",
    "pruned",
    "a dead writer",
    "eight processes",
    "anchored",
)
HOLDING = (Held.OLDER, Held.AGE)
"""On the wide trail below, verifiers hold everything that there is."""
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda each: each.name)


def on(kind: str, *marks: pytest.MarkDecorator) -> object:
    """One worker makes the trail of a kind and attacks it."""
    group = pytest.mark.xdist_group(f"attacks on {kind}")
    return pytest.param(kind, marks=[group, *marks], id=kind)


@each_attack
@pytest.mark.parametrize(
    "kind",
    [
        *(on(each) for each in SOME),
        on("70,000 records", pytest.mark.soak, pytest.mark.timeout(1800)),
    ],
)
def test_an_attack_is_found_or_named_as_out_of_reach(
    subject_of: Callable[[str], Subject], kind: str, attack: Attack
) -> None:
    try:
        result = carry_out(subject_of(kind), attack, HOLDING)
    except Unsuited:
        # Such a trail gives no occasion; on the wide one below every attack has one.
        return

    assert result.wrong == []


@pytest.mark.parametrize("attack", rotated.ATTACKS, ids=lambda each: each.name)
@pytest.mark.parametrize("kind", [on("rotated")])
def test_a_trail_whose_key_was_handed_over_can_be_attacked_in_all_those_ways(
    subject_of: Callable[[str], Subject], kind: str, attack: Attack
) -> None:
    assert carry_out(subject_of(kind), attack).wrong == []


@pytest.mark.parametrize(
    "attack",
    [each for each in ATTACKS if each not in rotated.ATTACKS],
    ids=lambda each: each.name,
)
@pytest.mark.parametrize("kind", [on("wide")])
def test_a_wide_trail_can_be_attacked_in_every_way_and_who_finds_it_is_documented(
    subject_of: Callable[[str], Subject], kind: str, attack: Attack
) -> None:
    result = carry_out(subject_of(kind), attack)

    assert result.wrong == []
    if attack.said.clean or attack.judge is Held.PINS:
        finders = {
            held
            for held in (Held.SECRET, *OUTSIDE)
            if held is not Held.EARLIER and not result.judged[held].said.clean
        }
        assert finders == attack.found_by


def test_no_attack_stands_twice() -> None:
    names = [each.name for each in ATTACKS]

    assert len(set(names)) == len(names)


def test_what_is_out_of_reach_is_always_said() -> None:
    """A table row without an admission would pass whatever the report says."""
    silent = [
        each.name
        for each in ATTACKS
        if each.said is Said.OUT_OF_REACH and not each.admits and each.judge is Held.KEY
    ]

    assert silent == []
