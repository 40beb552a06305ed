import re
from fnmatch import translate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.policy import arrangement
from affidavit.policy.arrangement import TooLarge, kinds
from affidavit.policy.globs import Globs

PATTERNS = st.lists(
    st.text(alphabet="ab-*?[]!", min_size=1, max_size=6), min_size=1, max_size=4
)


def signature(patterns: list[str], name: str) -> tuple[bool, ...]:
    return tuple(Globs((pattern,)).match(name) for pattern in patterns)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, st.text(alphabet="abc-!]", min_size=1, max_size=6))
def test_every_name_is_of_one_of_the_kinds(patterns: list[str], name: str) -> None:
    found = {signature(patterns, each) for each in kinds(patterns)}

    assert signature(patterns, name) in found


@settings(max_examples=80, deadline=None)
@given(PATTERNS)
@example(["[!]"])
@example(["[]"])
def test_no_two_names_are_of_one_kind(patterns: list[str]) -> None:
    found = [signature(patterns, each) for each in kinds(patterns)]

    assert len(found) == len(set(found))


def test_preferred_names_stand_for_their_kind() -> None:
    found = kinds(["gpt-5*", "gpt-*"], prefer=["gpt-5-mini", "GPT-4o", "claude"])

    assert set(found) == {"gpt-5-mini", "GPT-4o", "claude"}


def test_kinds_can_be_asked_for_within_a_pattern() -> None:
    found = kinds(["other:POST *", "files.*"], within="other:*")

    assert all(name.startswith("other:") for name in found)
    assert len(found) == 2


def test_what_a_bracket_leaves_out_is_a_kind_of_its_own() -> None:
    found = kinds(["[!a-c]x", "[b]x"])

    assert sorted(signature(["[!a-c]x", "[b]x"], each) for each in found) == [
        (False, False),
        (False, True),
        (True, False),
    ]
    assert any(re.match(translate("[!a-c]x"), each) for each in found)


def test_patterns_that_multiply_are_refused_and_not_cut_short() -> None:
    with pytest.raises(TooLarge, match=f"{arrangement.MOST_STATES:,}"):
        kinds(["*a" + "?" * 20])
