from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit import providers
from affidavit.policy.globs import Globs
from affidavit.policy.makers import DOTTED, SLASHED, dialects

PARTS = st.sampled_from(
    [
        "gpt-5",
        "gpt-oss-20b",
        "gpt-oss",
        "claude-opus",
        "llama-4",
        "o1",
        "o1-x",
        "o12",
        "anthropic",
        "meta-llama",
        "meta",
        "openai",
        "amazon",
        "strange",
        "gemini-2",
        "models",
        "accounts/fireworks/models",
        "us",
        "eu",
        "mixtral",
        "deepseek-llama",
        "whisper-large-v3",
        "whisper-1",
        "command-r",
        "text-embedding-3",
        "gemma-2",
    ]
)
NAMES = st.builds(
    "".join,
    st.lists(st.one_of(PARTS, st.sampled_from(["/", ".", "-", "/"])), max_size=5),
)


SLASHES, *PREFIXED, DOTS = [
    [Globs((pattern,)).match for pattern in dialect] for dialect in dialects(["eu.*"])
]


def matchers(provider: str) -> list[Callable[[str | None], bool]]:
    """Those of the dialect, or dialects, that the provider speaks."""
    if provider in DOTTED:
        return DOTS
    own = {"google": PREFIXED[0], "fireworks": PREFIXED[1]}.get(provider, [])
    return [*SLASHES, *own]


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES.filter(bool), min_size=2, max_size=12))
def test_names_that_the_same_patterns_fit_stand_under_the_same_terms(
    names: list[str],
) -> None:
    for provider in (*SLASHED, *DOTTED):
        terms = defaultdict(set)
        for name in names:
            fits = tuple(match(name) for match in matchers(provider))
            terms[fits].add(providers.terms(provider, name, {}))
        assert all(len(each) == 1 for each in terms.values()), provider


def test_only_the_regions_that_a_pattern_could_mean_have_names_of_their_own() -> None:
    few = {p for dialect in dialects(["gpt-*"]) for p in dialect}
    more = {p for dialect in dialects(["eu.anthropic.*"]) for p in dialect}

    assert not any(pattern.startswith("eu.") for pattern in few)
    assert any(pattern.startswith("eu.") for pattern in more)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("eu.anthropic.claude-x", {"aws", "anthropic"}),
        ("anthropic.claude-us.x", {"aws", "anthropic"}),
    ],
)
def test_a_region_is_one_only_where_the_name_begins(name: str, terms: set[str]) -> None:
    assert set(providers.terms("aws", name, {}) or ()) == terms
