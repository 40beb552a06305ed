from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def test_a_text_that_names_a_category_is_flagged_for_it(client: OpenAI) -> None:
    made = faithful(client.moderations.create(input=["A parcel.", "Hate/threatening!"]))
    harmless, flagged = made.results

    assert (harmless.flagged, flagged.flagged) == (False, True)
    assert (flagged.categories.hate, flagged.categories.hate_threatening) == (
        True,
        True,
    )
    assert (flagged.categories.violence, flagged.category_scores.hate) == (False, 1.0)
    assert made.model == "omni-moderation-latest"


@pytest.mark.parametrize(
    "content",
    ["violence", [{"type": "text", "text": "a"}, {"type": "text", "text": "violence"}]],
)
def test_content_in_parts_is_one_text(client: OpenAI, content: Any) -> None:
    (result,) = client.moderations.create(input=content).results

    assert result.categories.violence


@pytest.mark.parametrize("body", [{}, {"input": []}, {"input": ["a", 1]}, {"input": 1}])
def test_what_is_no_text_is_400(client: OpenAI, body: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="'input'"):
        client.post("/moderations", body=body, cast_to=object)


def test_a_model_is_a_name(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="'model'"):
        client.post("/moderations", body={"input": "a", "model": 1}, cast_to=object)
