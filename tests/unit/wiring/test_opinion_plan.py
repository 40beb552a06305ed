import re
from typing import Any

import pytest

from affidavit.errors import SettingsInvalid
from affidavit.wiring.opinion_plan import Endpoint, OpinionPlan, read

LEAST = {"model": "gpt-4o-mini", "purpose": "second.opinion"}


def test_a_model_and_a_purpose_are_enough() -> None:
    assert read(LEAST, source="f") == OpinionPlan(
        model="gpt-4o-mini", purpose="second.opinion"
    )


def test_everything_can_be_said() -> None:
    told = {
        "rate": 1,
        "budget": 5,
        "endpoint": "decisions",
        "url": "https://models.acme.example/v1",
    }
    plan = read({**LEAST, **told}, source="f")

    assert (plan.rate, plan.budget) == (1.0, 5)
    assert plan.endpoint is Endpoint.DECISIONS
    assert plan.url == "https://models.acme.example/v1"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "must be a table"),
        ({"model": "m"}, "purpose must name one"),
        ({"purpose": "p"}, "model must name one"),
        ({**LEAST, "sample": 1}, "has no 'sample'"),
        ({**LEAST, "purpose": "a b"}, "second_opinion.purpose"),
        ({**LEAST, "rate": 0}, "above 0"),
        ({**LEAST, "rate": 1.01}, "above 0"),
        ({**LEAST, "rate": True}, "above 0"),
        ({**LEAST, "budget": 0}, "questions a day"),
        ({**LEAST, "budget": 1.5}, "questions a day"),
        ({**LEAST, "endpoint": "responses"}, "must be chat.completions or decisions"),
        ({**LEAST, "url": "http://models.acme.example"}, "https"),
        ({**LEAST, "url": "https://user@models.acme.example"}, "https"),
        ({**LEAST, "url": "models"}, "https"),
    ],
)
def test_what_cannot_be_meant_is_refused(table: Any, message: str) -> None:
    with pytest.raises(SettingsInvalid, match=re.escape(message)):
        read(table, source="affidavit.toml")


def test_a_model_on_this_machine_needs_no_tls() -> None:
    url = "http://127.0.0.1:9/v1"
    assert read({**LEAST, "url": url}, source="f").url == url


@pytest.mark.parametrize(
    ("rate", "tail", "sampled"),
    [
        (1.0, "ffffffff", True),
        (0.5, "7fffffff", True),
        (0.5, "80000000", False),
        (0.01, "028f5c28", True),
        (0.01, "028f5c29", False),
    ],
)
def test_the_records_own_identifier_says_whether_it_is_sampled(
    rate: float, tail: str, *, sampled: bool
) -> None:
    plan = OpinionPlan(model="m", purpose="p", rate=rate)
    assert plan.samples(f"0193a5b0-0000-7000-8000-0000{tail}") is sampled
