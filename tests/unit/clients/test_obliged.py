"""A request with changes: whatever way its body was spelled, or not at all."""

import json
from typing import Any

import pytest
from openai._models import FinalRequestOptions
from pydantic import BaseModel

from affidavit.clients._obliged import obliged
from affidavit.clients.errors import CallUngoverned
from affidavit.policy.obligations import ABSENT

CHANGES = {"n": 1, "logprobs": ABSENT}


def options(**given: Any) -> Any:
    return FinalRequestOptions.construct(
        method="post", url="/chat/completions", **given
    )


def test_the_sdk_s_own_body_is_changed_and_the_caller_s_stays() -> None:
    body = {"model": "gpt-5", "n": 3, "logprobs": True}

    sent = obliged(options(json_data=body, extra_json={"x": 1, "n": 4}), CHANGES)

    assert sent.json_data == {"model": "gpt-5", "x": 1, "n": 1}
    assert sent.extra_json is None
    assert body == {"model": "gpt-5", "n": 3, "logprobs": True}


def test_a_body_of_model_objects_is_changed_as_it_would_be_sent() -> None:
    class Body(BaseModel):
        model: str
        n: int

    sent = obliged(options(json_data=Body(model="gpt-5", n=3)), CHANGES)

    assert sent.json_data == {"model": "gpt-5", "n": 1}


def test_no_body_becomes_one() -> None:
    assert obliged(options(), {"store": False}).json_data == {"store": False}


@pytest.mark.parametrize("field", ["content", "json_data"])
def test_bytes_are_read_and_spelled_again(field: str) -> None:
    spelled = b'{"n": 3, "x": 36893488147419103232, "logprobs": true}'

    sent = getattr(obliged(options(**{field: spelled}), CHANGES), field)

    assert json.loads(sent) == {"n": 1, "x": 1 << 65}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"content": b"no JSON"}, "nobody can read"),
        ({"content": iter([b"{}"])}, "nobody can read"),
        ({"content": b"[]"}, "nobody can read"),
        ({"json_data": [1]}, "no JSON object"),
        ({"files": [("n", (None, b"3", "application/json"))]}, "a form's part"),
    ],
)
def test_what_cannot_be_changed_does_not_leave(given: dict[str, Any], why: str) -> None:
    with pytest.raises(CallUngoverned, match=why):
        obliged(options(**given), CHANGES)
