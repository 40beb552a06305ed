from typing import Any

import orjson
import pytest

from affidavit.testing.sandbox.http import Declined, ReceivedRequest
from affidavit.testing.sandbox.routes import Asked
from affidavit.testing.sandbox.shelf import Shelf, page

THINGS = [{"id": name} for name in "abcde"]


def paged(**query: str) -> Any:
    request = ReceivedRequest(method="GET", path="/", query=query)
    return orjson.loads(page(Asked(request=request, now=7, serial="s"), THINGS).body)


def ids(answer: Any) -> str:
    return "".join(thing["id"] for thing in answer["data"])


def test_what_is_put_is_there_until_it_is_taken() -> None:
    shelf: Shelf[str] = Shelf("parcel")
    shelf.put("1", "one")
    shelf.put("2", "two")
    shelf.put("1", "ONE")

    assert (shelf.get("1"), shelf.all(), "2" in shelf) == ("ONE", ["ONE", "two"], True)
    assert shelf.take("2") == "two"
    assert "2" not in shelf


def test_what_is_not_there_is_404_and_says_what() -> None:
    shelf: Shelf[str] = Shelf("parcel")
    for look in (shelf.get, shelf.take):
        with pytest.raises(Declined, match="no parcel '9'") as caught:
            look("9")
        assert caught.value.answer.status == 404


def test_a_list_begins_with_the_newest() -> None:
    assert ids(paged()) == "edcba"
    assert ids(paged(order="asc")) == "abcde"


def test_pages_follow_each_other() -> None:
    first = paged(limit="2")
    second = paged(limit="3", after=first["last_id"])

    assert (ids(first), first["has_more"], first["first_id"]) == ("ed", True, "e")
    assert (ids(second), second["has_more"]) == ("cba", False)
    assert ids(paged(before="c")) == "ed"
    assert paged(after="a")["last_id"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"limit": "9" * 5000},
        {"order": "up"},
        {"after": "z"},
    ],
)
def test_a_query_that_cannot_be_is_400(query: dict[str, str]) -> None:
    with pytest.raises(Declined) as caught:
        paged(**query)

    assert caught.value.answer.status == 400
