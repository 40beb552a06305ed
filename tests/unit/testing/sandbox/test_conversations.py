from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful

HELLO: Any = {"type": "message", "role": "user", "content": "Hello"}
ANSWER: Any = {"type": "message", "role": "assistant", "content": "Yes?"}


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def test_a_conversation_is_kept_until_it_is_deleted(client: OpenAI) -> None:
    made = faithful(client.conversations.create(metadata={"a": "b"}))
    changed = client.conversations.update(made.id, metadata={"a": "c"})

    assert client.conversations.retrieve(made.id) == changed
    assert changed.metadata == {"a": "c"}
    assert faithful(client.conversations.delete(made.id)).deleted
    with pytest.raises(openai.NotFoundError, match=made.id):
        client.conversations.retrieve(made.id)


def test_items_are_added_listed_and_deleted(client: OpenAI) -> None:
    items = client.conversations.items
    made = client.conversations.create(items=[HELLO])
    added = items.create(made.id, items=[ANSWER, HELLO])
    listed: list[Any] = list(items.list(made.id, order="asc", limit=1))

    assert [item.role for item in listed] == ["user", "assistant", "user"]
    assert [item.content[0].type for item in listed[:2]] == [
        "input_text",
        "output_text",
    ]
    last = str(added.last_id)
    assert items.retrieve(last, conversation_id=made.id) == listed[-1]
    assert items.delete(last, conversation_id=made.id).id == made.id
    with pytest.raises(openai.NotFoundError, match=last):
        items.retrieve(last, conversation_id=made.id)


def test_what_is_no_message_keeps_its_fields(client: OpenAI) -> None:
    made = client.conversations.create()
    call: Any = {
        "type": "function_call",
        "call_id": "1",
        "name": "f",
        "arguments": "{}",
    }
    (kept,) = client.conversations.items.create(made.id, items=[call]).data

    assert kept.type == "function_call"
    assert kept.arguments == "{}"


def test_twenty_items_at_a_time_are_enough(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="At most 20"):
        client.conversations.create(items=[HELLO] * 21)
