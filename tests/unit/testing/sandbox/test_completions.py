from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful

MODEL = "gpt-3.5-turbo-instruct"


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def test_a_prompt_is_completed(client: OpenAI) -> None:
    made = faithful(client.completions.create(model=MODEL, prompt="Hi", max_tokens=50))

    assert made.choices[0].text == "You wrote 1 word, beginning with “Hi”."
    assert made.choices[0].finish_reason == "stop"
    assert made.usage is not None
    assert made.usage.prompt_tokens == 1


def test_each_prompt_gets_n_choices(client: OpenAI) -> None:
    made = client.completions.create(
        model=MODEL, prompt=["One", "Two"], n=2, max_tokens=99
    )

    assert [choice.index for choice in made.choices] == [0, 1, 2, 3]
    assert len({choice.text for choice in made.choices}) == 4


def test_a_limit_cuts_and_sixteen_tokens_are_usual(client: OpenAI) -> None:
    made = client.completions.create(model=MODEL, prompt="a b c d e f g h i")

    assert made.choices[0].finish_reason == "length"
    assert made.usage is not None
    assert made.usage.completion_tokens == 16


def test_an_echo_repeats_the_prompt(client: OpenAI) -> None:
    made = client.completions.create(
        model=MODEL, prompt=[[1, 2], [3]], echo=True, max_tokens=0
    )

    assert [choice.text for choice in made.choices] == ["1 2", "3"]
    assert made.usage is not None
    assert made.usage.prompt_tokens == 3


def test_a_stream_says_the_same(client: OpenAI) -> None:
    whole = client.completions.create(model=MODEL, prompt="Hi")
    stream = list(
        client.completions.create(
            model=MODEL,
            prompt="Hi",
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = "".join(c.text for event in stream for c in event.choices)

    assert said == whole.choices[0].text
    assert stream[-1].usage == whole.usage
    assert stream[-2].choices[0].finish_reason == "stop"
    bare = client.completions.create(model=MODEL, prompt="Hi", stream=True)
    assert all(event.usage is None for event in bare)


def test_a_prompt_that_cannot_be_is_400(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="'prompt'"):
        client.completions.create(model=MODEL, prompt=[])
