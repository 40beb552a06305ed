from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful, uploaded

PARCELS = b"Parcel 12 is lost in the depot at Ghent."
WEATHER = b"It rains in Bergen on most days of the year."


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def a_store(client: OpenAI, *contents: bytes) -> tuple[str, list[str]]:
    files = [uploaded(client, each, purpose="assistants").id for each in contents]
    return client.vector_stores.create(name="texts", file_ids=files).id, files


def test_a_store_has_its_files(client: OpenAI) -> None:
    store, files = a_store(client, PARCELS, WEATHER)
    told = faithful(client.vector_stores.retrieve(store))

    assert (told.file_counts.completed, told.status) == (2, "completed")
    assert told.usage_bytes == len(PARCELS) + len(WEATHER)
    listed = list(client.vector_stores.files.list(store, limit=1, order="asc"))
    assert [faithful(file).id for file in listed] == files


def test_stores_are_listed_renamed_and_deleted(client: OpenAI) -> None:
    store, _ = a_store(client)
    other, _ = a_store(client)
    client.vector_stores.update(store, name="new", metadata={"a": "b"})

    assert [each.id for each in client.vector_stores.list()] == [other, store]
    renamed = client.vector_stores.retrieve(store)
    assert (renamed.name, renamed.metadata) == ("new", {"a": "b"})
    assert faithful(client.vector_stores.delete(store)).deleted
    with pytest.raises(openai.NotFoundError, match=store):
        client.vector_stores.retrieve(store)


@pytest.mark.parametrize("query", ["Where is parcel 12?", ["Ghent", "depot"]])
def test_a_search_finds_what_shares_words_with_it(client: OpenAI, query: Any) -> None:
    store, files = a_store(client, WEATHER, PARCELS)
    found = list(client.vector_stores.search(store, query=query))

    assert faithful(found[0]).file_id == files[1]
    assert found[0].content[0].text == PARCELS.decode()
    assert found[0].score > found[1].score >= 0
    assert (
        len(list(client.vector_stores.search(store, query="a", max_num_results=1))) == 1
    )


def test_a_file_that_was_deleted_is_not_found_any_more(client: OpenAI) -> None:
    store, files = a_store(client, PARCELS)
    client.files.delete(files[0])

    assert list(client.vector_stores.search(store, query="parcel")) == []


def test_a_file_is_attached_changed_and_detached(client: OpenAI) -> None:
    store, _ = a_store(client)
    file = uploaded(client, PARCELS, purpose="assistants").id
    attached = client.vector_stores.files.create_and_poll(
        file, vector_store_id=store, attributes={"kind": "note"}
    )

    assert faithful(attached).attributes == {"kind": "note"}
    files = client.vector_stores.files
    assert files.retrieve(file, vector_store_id=store) == attached
    changed = files.update(file, vector_store_id=store, attributes={"kind": "old"})
    assert changed.attributes == {"kind": "old"}
    (content,) = files.content(file, vector_store_id=store)
    assert content.text == PARCELS.decode()
    assert files.delete(file, vector_store_id=store).deleted
    with pytest.raises(openai.NotFoundError, match=file):
        files.retrieve(file, vector_store_id=store)


def test_files_are_attached_together(client: OpenAI) -> None:
    store, _ = a_store(client)
    batches = client.vector_stores.file_batches
    batch = batches.upload_and_poll(
        store, files=[("a.txt", PARCELS), ("b.txt", WEATHER)]
    )
    one = uploaded(client, WEATHER, purpose="assistants").id
    other = batches.create(store, files=[{"file_id": one, "attributes": {"a": "b"}}])

    assert (faithful(batch).status, batch.file_counts.completed) == ("completed", 2)
    listed = batches.list_files(batch.id, vector_store_id=store)
    assert len(list(listed)) == 2
    (with_own,) = batches.list_files(other.id, vector_store_id=store)
    assert with_own.attributes == {"a": "b"}
    with pytest.raises(openai.BadRequestError, match="completed already"):
        batches.cancel(batch.id, vector_store_id=store)
    with pytest.raises(openai.NotFoundError, match="vsfb_none"):
        batches.retrieve("vsfb_none", vector_store_id=store)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("search", {}),
        ("search", {"query": []}),
        ("file_batches", {}),
        ("file_batches", {"files": []}),
    ],
)
def test_what_cannot_be_is_400(client: OpenAI, path: str, body: Any) -> None:
    store, _ = a_store(client)

    with pytest.raises(openai.BadRequestError):
        client.post(f"/vector_stores/{store}/{path}", body=body, cast_to=object)
