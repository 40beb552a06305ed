"""/v1/conversations and their items.

Knows OpenAI's conversation and item objects. A response does not read from a
conversation nor add to it: the sandbox answers each call from that call alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affidavit.testing.sandbox.body import json_object, nested, objects
from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf, page

_MOST_ITEMS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversation:
    described: Fields
    items: Mapping[str, Fields] = field(default_factory=dict)

    @property
    def id(self) -> str:
        found: str = self.described["id"]
        return found


class Conversations:
    """The conversations of one sandbox."""

    def __init__(self) -> None:
        self._shelf: Shelf[_Conversation] = Shelf("conversation")

    def _create(self, asked: Asked) -> Reply:
        body = json_object(asked.request) if asked.request.body else {}
        given = body.get("items")
        described = {
            "id": f"conv_{asked.serial}",
            "object": "conversation",
            "created_at": asked.now,
            "metadata": nested(body, "metadata"),
        }
        items = _items(asked, given) if given else []
        return self._keep(
            _Conversation(
                described=described, items={item["id"]: item for item in items}
            )
        )

    def _keep(self, conversation: _Conversation) -> Reply:
        self._shelf.put(conversation.id, conversation)
        return json_answer(conversation.described)

    def _asked_for(self, asked: Asked) -> _Conversation:
        return self._shelf.get(asked.values["conversation"])

    def _retrieve(self, asked: Asked) -> Reply:
        return json_answer(self._asked_for(asked).described)

    def _update(self, asked: Asked) -> Reply:
        conversation = self._asked_for(asked)
        metadata = nested(json_object(asked.request), "metadata")
        described = {**conversation.described, "metadata": metadata}
        return self._keep(replace(conversation, described=described))

    def _delete(self, asked: Asked) -> Reply:
        gone = self._shelf.take(asked.values["conversation"])
        return json_answer(
            {"id": gone.id, "object": "conversation.deleted", "deleted": True}
        )

    def _add(self, asked: Asked) -> Reply:
        conversation = self._asked_for(asked)
        added = _items(asked, json_object(asked.request).get("items"))
        new = {item["id"]: item for item in added}
        self._keep(replace(conversation, items={**conversation.items, **new}))
        ids = list(new)
        return json_answer(
            {
                "object": "list",
                "data": added,
                "first_id": ids[0],
                "last_id": ids[-1],
                "has_more": False,
            }
        )

    def _list(self, asked: Asked) -> Reply:
        return page(asked, list(self._asked_for(asked).items.values()))

    def _retrieve_item(self, asked: Asked) -> Reply:
        return json_answer(_item(self._asked_for(asked), asked.values["item"]))

    def _delete_item(self, asked: Asked) -> Reply:
        conversation = self._asked_for(asked)
        gone = _item(conversation, asked.values["item"])
        left = {key: item for key, item in conversation.items.items() if item != gone}
        return self._keep(replace(conversation, items=left))

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        one = "conversations/{conversation}"
        item, items = f"{one}/items/{{item}}", "conversations.items"
        return (
            route("POST conversations", "conversations.create", self._create),
            route(f"GET {one}", "conversations.retrieve", self._retrieve),
            route(f"POST {one}", "conversations.update", self._update),
            route(f"DELETE {one}", "conversations.delete", self._delete),
            route(f"POST {one}/items", f"{items}.create", self._add),
            route(f"GET {one}/items", f"{items}.list", self._list),
            route(f"GET {item}", f"{items}.retrieve", self._retrieve_item),
            route(f"DELETE {item}", f"{items}.delete", self._delete_item),
        )


def _item(conversation: _Conversation, item_id: str) -> Fields:
    found = conversation.items.get(item_id)
    if found is None:
        raise Declined(
            404, f"The conversation has no item '{item_id}'.", code="not_found"
        )
    return found


def _items(asked: Asked, given: object) -> Sequence[Fields]:
    """Items as they are kept: each with an id, a message with its content in parts."""
    items = objects(given, "items")
    if len(items) > _MOST_ITEMS:
        raise Declined(400, f"At most {_MOST_ITEMS} items at a time.", param="items")
    return [_kept(asked, number, item) for number, item in enumerate(items)]


def _kept(asked: Asked, number: int, item: Fields) -> Fields:
    kind = item.get("type", "message")
    kept: dict[str, Any] = {
        "id": f"{'msg' if kind == 'message' else 'item'}_{asked.serial}{number:02}",
        **item,
        "type": kind,
        "status": "completed",
    }
    if kind == "message" and isinstance(item.get("content"), str):
        said = "output_text" if item.get("role") == "assistant" else "input_text"
        kept["content"] = [{"type": said, "text": item["content"]}]
    return kept
