"""What the sandbox remembers: objects by id, in the order in which they were made.

Knows locks, lists in pages and how a missing object is declined; what an object says is
its endpoint's. Objects are replaced, never changed, so a reader needs no lock.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from affidavit.testing.sandbox.body import declined_parameter
from affidavit.testing.sandbox.http import Answer, Declined, json_answer
from affidavit.testing.sandbox.routes import Asked

T = TypeVar("T")
Fields = Mapping[str, Any]


class Shelf(Generic[T]):
    """Objects of one kind; `noun` is what a message calls one. Safe for threads."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._lock = Lock()
        self._things: dict[str, T] = {}

    def put(self, key: str, thing: T) -> None:
        """Keep `thing`; in the place of an older one with its id."""
        with self._lock:
            self._things[key] = thing

    def get(self, key: str) -> T:
        """The object, else `Declined` with 404."""
        with self._lock:
            found = self._things.get(key)
        if found is None:
            raise self._missing(key)
        return found

    def take(self, key: str) -> T:
        """The object, which is not kept any longer; else `Declined` with 404."""
        with self._lock:
            found = self._things.pop(key, None)
        if found is None:
            raise self._missing(key)
        return found

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._things

    def all(self) -> list[T]:
        """Every object, oldest first."""
        with self._lock:
            return list(self._things.values())

    def _missing(self, key: str) -> Declined:
        return Declined(
            404, f"The sandbox has no {self._noun} '{key}'.", code="not_found"
        )


def page(
    asked: Asked,
    things: Sequence[Fields],
    *,
    usual: int = 20,
    most: int = 100,
    order: str = "desc",
) -> Answer:
    """The part of a list that `limit`, `after`, `before` and `order` ask for.

    `things` come oldest first; `usual` is the limit when none is asked for, and `order`
    the order.
    """
    query = asked.request.query
    ordered = list(things)
    if _choice(query.get("order", order), "order", ("asc", "desc")) == "desc":
        ordered.reverse()
    ids = [thing["id"] for thing in ordered]
    begin = _place(ids, query.get("after"), "after", 0, 1)
    end = _place(ids, query.get("before"), "before", len(ids), 0)
    limit = _limit(query.get("limit"), usual, most)
    shown = ordered[begin:end][:limit]
    return json_answer(
        {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": begin + limit < end,
        }
    )


def _choice(value: str, param: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise declined_parameter(param, f"one of {', '.join(known)}")
    return value


def _place(
    ids: Sequence[str], wanted: str | None, param: str, usual: int, beyond: int
) -> int:
    if wanted is None:
        return usual
    if wanted not in ids:
        raise declined_parameter(param, "the id of an object in this list")
    return ids.index(wanted) + beyond


def _limit(value: str | None, usual: int, most: int) -> int:
    if value is None:
        return usual
    plain = value.isascii() and value.isdecimal() and len(value) < 6
    if not plain or not 1 <= int(value) <= most:
        raise declined_parameter("limit", f"a whole number from 1 to {most}")
    return int(value)
