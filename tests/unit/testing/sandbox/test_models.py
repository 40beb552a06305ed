import orjson
import pytest

from affidavit.testing.sandbox.http import Answer, Declined, ReceivedRequest
from affidavit.testing.sandbox.models import (
    MODELS,
    SNAPSHOTS,
    answer_model,
    answer_models,
    snapshot_of,
)
from affidavit.testing.sandbox.routes import Asked


def asked(**values: str) -> Asked:
    request = ReceivedRequest(method="GET", path="/v1/models")
    return Asked(request=request, values=values, now=7, serial="s")


def test_every_model_listed_can_be_retrieved() -> None:
    listed = answer_models(asked())
    assert isinstance(listed, Answer)

    for model in orjson.loads(listed.body)["data"]:
        retrieved = answer_model(asked(model=model["id"]))
        assert isinstance(retrieved, Answer)
        assert orjson.loads(retrieved.body) == model


def test_a_model_that_is_not_listed_is_404() -> None:
    with pytest.raises(Declined, match="'gpt-0'") as caught:
        answer_model(asked(model="gpt-0"))

    assert caught.value.answer.status == 404


def test_an_alias_is_answered_by_its_snapshot() -> None:
    assert snapshot_of("gpt-4o") == "gpt-4o-2024-08-06"
    assert snapshot_of("ft:mine") == "ft:mine"
    assert set(SNAPSHOTS.values()) <= set(MODELS)
