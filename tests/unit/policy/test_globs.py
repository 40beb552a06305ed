import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy.globs import Globs

NAMES = st.text(alphabet="ab-*?[]!.", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("gpt-5*", "gpt-5-mini", True),
        ("gpt-5*", "gpt-4o", False),
        ("gpt-5*", "GPT-5", True),
        ("GPT-5", "gpt-5", True),
        ("gpt-?", "gpt-5", True),
        ("gpt-?", "gpt-55", False),
        ("*.openai.azure.com", "acme.openai.azure.com", True),
        ("o[134]*", "o3-mini", True),
        ("o[134]*", "omni", False),
        ("gpt.5", "gptx5", False),
    ],
)
def test_patterns_match_as_a_shell_s_do_without_case(
    pattern: str, name: str, *, matches: bool
) -> None:
    assert Globs((pattern,)).match(name) is matches


def test_an_absent_name_is_matched_by_the_star_alone() -> None:
    assert Globs(("*",)).match(None)
    assert not Globs(("gpt-*", "?*", "**")).match(None)


@given(st.lists(NAMES, min_size=1, max_size=4), NAMES)
def test_the_shortcuts_agree_with_fnmatch(patterns: list[str], name: str) -> None:
    expected = any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    assert Globs(tuple(patterns)).match(name) is expected


def test_a_pattern_of_many_stars_stays_bounded() -> None:
    assert not Globs(("a*" * 25 + "b",)).match("a" * 2_000)


def test_a_long_list_is_shown_in_part() -> None:
    assert str(Globs(tuple("abcdefghij"))) == "a, b, c, d, e, f, g, h and 2 more"
