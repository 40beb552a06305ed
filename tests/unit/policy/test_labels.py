from datetime import date
from pathlib import Path
from typing import Any

import pytest

from affidavit.policy import domain, labels, ranges
from affidavit.policy.domain import Place, Spoken
from affidavit.policy.in_force import Truth
from affidavit.policy.sides import side
from support.comparing import TODAY
from support.policies import written

BODY = """\
purposes:
  a.b:
    owner: x
    models: ["gpt-*", "gpt-5*"]
    endpoints: [responses, "*.connect"]
rules:
  - {id: r, effect: warn, message: m, all: [{parameter: {n: "> 8", size: large}}]}
"""


@pytest.fixture
def space(tmp_path: Path) -> domain.Domain:
    made = side(written(tmp_path, BODY))
    return domain.domain([made.policy], made.looks, since=TODAY)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["gpt-5"], "gpt-5*"),
        (["gpt-4o"], "gpt-* but gpt-5*"),
        (["gpt-5", "gpt-4o"], "gpt-*"),
        (["claude-opus-4"], "any other"),
        ([None], "no model"),
        (["gpt-5", None], "no model, gpt-5*"),
    ],
)
def test_models_are_told_by_the_policies_patterns(
    values: list[Any], words: str, space: domain.Domain
) -> None:
    assert labels.label("model", values, space.axes["model"], space) == words


def test_all_there_is_is_any(space: domain.Domain) -> None:
    every = space.axes["model"]
    assert labels.label("model", every, every, space) == labels.ANY


@pytest.mark.parametrize(
    ("axis", "keep", "words"),
    [
        ("parameter.n", lambda v: isinstance(v, int) and v == 9, "> 8"),
        ("parameter.n", lambda v: v is None, "absent"),
        ("parameter.size", lambda v: v == "large", "'large'"),
        ("parameter.size", lambda v: v is True, "true"),
    ],
)
def test_parameters_are_told_as_policies_write_them(
    axis: str, keep: Any, words: str, space: domain.Domain
) -> None:
    every = space.axes[axis]
    values = [value for value in every if keep(value) and value is not False]
    assert labels.label(axis, values, every, space) == words


def test_what_is_no_number_is_told_once(space: domain.Domain) -> None:
    every = space.axes["parameter.n"]
    values = [v for v in every if v in (True, False, "other") and v not in (1, 0)]
    values += [True, False]
    assert labels.label("parameter.n", values, every, space) == "no number"


def test_scores_days_terms_and_places_are_told_in_words(space: domain.Domain) -> None:
    scores = (None, *ranges.scores([0.8]))
    axis = "finding.dataset_generation/x"
    days = (TODAY, date(2027, 1, 1))
    none: frozenset[str] = frozenset()
    terms = (frozenset({"openai"}), none, frozenset({"aws", "openai"}))
    here = Place("openai", "api.openai.com", "https://api.openai.com")
    there = Place("aws", "h", "https://h")

    assert labels.label(axis, [800, 801, 1000], scores, space) == ">= 0.8"
    assert labels.label(axis, [None], scores, space) == "none"
    assert labels.label("day", days[1:], days, space) == "from 2027-01-01"
    assert labels.label("day", days[:1], days, space) == "until 2026-12-31"
    assert labels.label("terms", [terms[0], terms[2]], terms, space) == "openai"
    assert labels.label("terms", [terms[1]], terms, space) == "not openai"
    assert labels.label("where", [here], [here, there], space) == "openai"
    assert labels.label("subject", [None], [None, "u"], space) == "absent"
    assert labels.label("expression x", [Truth.NO], [*Truth], space) == "does not hold"


def test_events_are_told_where_they_matter(space: domain.Domain) -> None:
    every = [
        Spoken("x.connect", None),
        Spoken("x.connect", "a"),
        Spoken("x.connect", "b"),
    ]
    told = labels.label("endpoint", every[1:2], every, space)

    assert told.endswith("event a")


def test_an_activity_is_named_where_several_are_apart() -> None:
    axes = ["finding.k/a", "finding.k/b", "finding.j/a"]

    assert labels.heading("finding.k/a", axes) == "finding.k (a)"
    assert labels.heading("finding.j/a", axes) == "finding.j"
    assert labels.heading("where", axes) == "provider"
