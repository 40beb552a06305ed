"""/v1/vector_stores: stores, their files and batches of files, and search by words.

Knows OpenAI's objects. A search compares the question with passages of 200 words by the
same vectors that `embeddings` gives: passages that share words with it come first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    declined_parameter,
    json_object,
    nested,
    objects,
    whole_number,
)
from affidavit.testing.sandbox.embeddings import vector
from affidavit.testing.sandbox.files import Files, StoredFile
from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf, page

_PASSAGE_WORDS: Final = 200
_MOST_READ: Final = 1 << 20
"""So many bytes of a file are searched."""
_SIZE: Final = 256
_USUAL_RESULTS: Final = 10
_MOST_RESULTS: Final = 50
_CHUNKING: Final = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    described: Fields
    files: Mapping[str, Fields] = field(default_factory=dict)
    batches: Mapping[str, Fields] = field(default_factory=dict)

    @property
    def id(self) -> str:
        found: str = self.described["id"]
        return found

    def told(self) -> Fields:
        """What is said about the store."""
        return {
            **self.described,
            "status": "completed",
            "file_counts": _counts(len(self.files)),
            "usage_bytes": sum(file["usage_bytes"] for file in self.files.values()),
        }

    def file(self, file_id: str) -> Fields:
        """A file of this store, else `Declined` with 404."""
        return _found(self.files, file_id, "file")


def _found(things: Mapping[str, Fields], key: str, noun: str) -> Fields:
    if key not in things:
        why = f"The vector store has no {noun} '{key}'."
        raise Declined(404, why, code="not_found")
    return things[key]


def _counts(done: int) -> Fields:
    return {
        "in_progress": 0,
        "completed": done,
        "failed": 0,
        "cancelled": 0,
        "total": done,
    }


class VectorStores:
    """The vector stores of one sandbox, filled from `files`."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._shelf: Shelf[_Store] = Shelf("vector store")
        self._changing = Lock()  # two attachments at once must not lose one

    def _create(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        described = {
            "id": f"vs_{asked.serial}",
            "object": "vector_store",
            "created_at": asked.now,
            "last_active_at": asked.now,
            "name": body.get("name") or "",
            "metadata": nested(body, "metadata"),
            "expires_after": body.get("expires_after"),
            "expires_at": None,
        }
        store = _Store(described=described)
        attached = [
            self._attached(asked, store.id, {"file_id": file_id})
            for file_id in body.get("file_ids") or ()
        ]
        store = replace(store, files={file["id"]: file for file in attached})
        return self._keep(store)

    def _keep(self, store: _Store) -> Reply:
        self._shelf.put(store.id, store)
        return json_answer(store.told())

    def _asked_for(self, asked: Asked) -> _Store:
        return self._shelf.get(asked.values["store"])

    def _list(self, asked: Asked) -> Reply:
        return page(asked, [store.told() for store in self._shelf.all()])

    def _retrieve(self, asked: Asked) -> Reply:
        return json_answer(self._asked_for(asked).told())

    def _update(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        names = ("name", "metadata", "expires_after")
        changes = {name: body[name] for name in names if body.get(name) is not None}
        with self._changing:
            store = self._asked_for(asked)
            return self._keep(replace(store, described={**store.described, **changes}))

    def _delete(self, asked: Asked) -> Reply:
        gone = self._shelf.take(asked.values["store"])
        return json_answer(
            {"id": gone.id, "object": "vector_store.deleted", "deleted": True}
        )

    def _search(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        most = whole_number(body, "max_num_results", high=_MOST_RESULTS)
        queries = _queries(body.get("query"))
        store = self._asked_for(asked)
        found = [
            result
            for attached in store.files.values()
            if attached["id"] in self._files  # it may have been deleted since
            for result in _passages(self._files.get(attached["id"]), attached, queries)
        ]
        found.sort(key=lambda result: -result["score"])
        return json_answer(
            {
                "object": "vector_store.search_results.page",
                "search_query": queries,
                "data": found[: most or _USUAL_RESULTS],
                "has_more": False,
                "next_page": None,
            }
        )

    def _attached(self, asked: Asked, store_id: str, said: Fields) -> Fields:
        """What is said about a file once it is in a store."""
        file_id = str(said.get("file_id"))
        return {
            "id": file_id,
            "object": "vector_store.file",
            "created_at": asked.now,
            "vector_store_id": store_id,
            "status": "completed",
            "last_error": None,
            "usage_bytes": self._files.get(file_id).blob.size,
            "attributes": nested(said, "attributes"),
            "chunking_strategy": _CHUNKING,
        }

    def _attach(self, asked: Asked) -> Reply:
        added = self._attached(
            asked, self._asked_for(asked).id, json_object(asked.request)
        )
        self._change(asked, files={added["id"]: added})
        return json_answer(added)

    def _change(self, asked: Asked, **added: Mapping[str, Fields]) -> None:
        with self._changing:
            store = self._asked_for(asked)
            grown = {
                name: {**getattr(store, name), **new} for name, new in added.items()
            }
            self._keep(replace(store, **grown))

    def _list_files(self, asked: Asked) -> Reply:
        return page(asked, list(self._asked_for(asked).files.values()))

    def _retrieve_file(self, asked: Asked) -> Reply:
        return json_answer(self._asked_for(asked).file(asked.values["file"]))

    def _update_file(self, asked: Asked) -> Reply:
        attributes = nested(json_object(asked.request), "attributes")
        file = self._asked_for(asked).file(asked.values["file"])
        changed = {**file, "attributes": attributes}
        self._change(asked, files={file["id"]: changed})
        return json_answer(changed)

    def _delete_file(self, asked: Asked) -> Reply:
        with self._changing:
            store = self._asked_for(asked)
            gone = store.file(asked.values["file"])["id"]
            left = {key: file for key, file in store.files.items() if key != gone}
            self._keep(replace(store, files=left))
        return json_answer(
            {"id": gone, "object": "vector_store.file.deleted", "deleted": True}
        )

    def _file_content(self, asked: Asked) -> Reply:
        file = self._asked_for(asked).file(asked.values["file"])
        text = _text(self._files.get(file["id"]))
        return json_answer(
            {
                "object": "vector_store.file_content.page",
                "data": [{"type": "text", "text": text}],
                "has_more": False,
                "next_page": None,
            }
        )

    def _attach_many(self, asked: Asked) -> Reply:
        store_id, body = self._asked_for(asked).id, json_object(asked.request)
        wanted = _batch_of(body)
        added = [self._attached(asked, store_id, each) for each in wanted]
        batch = {
            "id": f"vsfb_{asked.serial}",
            "object": "vector_store.files_batch",
            "created_at": asked.now,
            "vector_store_id": store_id,
            "status": "completed",
            "file_counts": _counts(len(added)),
        }
        files = {file["id"]: file for file in added}
        kept: Fields = {**batch, "files": list(files)}
        self._change(asked, files=files, batches={kept["id"]: kept})
        return json_answer(batch)

    def _batch(self, asked: Asked) -> Fields:
        batches = self._asked_for(asked).batches
        return _found(batches, asked.values["batch"], "file batch")

    def _retrieve_batch(self, asked: Asked) -> Reply:
        batch = self._batch(asked)
        return json_answer({name: batch[name] for name in batch if name != "files"})

    def _cancel_batch(self, asked: Asked) -> Reply:
        batch = self._batch(asked)
        raise Declined(400, f"The file batch is {batch['status']} already.")

    def _list_batch(self, asked: Asked) -> Reply:
        files, store = self._batch(asked)["files"], self._asked_for(asked)
        return page(asked, [store.files[key] for key in files if key in store.files])

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        many, one, name = "vector_stores", "vector_stores/{store}", "vector_stores"
        file, batch = f"{one}/files/{{file}}", f"{one}/file_batches/{{batch}}"
        batches = f"{name}.file_batches"
        return (
            route(f"POST {many}", f"{name}.create", self._create),
            route(f"GET {many}", f"{name}.list", self._list),
            route(f"GET {one}", f"{name}.retrieve", self._retrieve),
            route(f"POST {one}", f"{name}.update", self._update),
            route(f"DELETE {one}", f"{name}.delete", self._delete),
            route(f"POST {one}/search", f"{name}.search", self._search),
            route(f"POST {one}/files", f"{name}.files.create", self._attach),
            route(f"GET {one}/files", f"{name}.files.list", self._list_files),
            route(f"GET {file}", f"{name}.files.retrieve", self._retrieve_file),
            route(f"POST {file}", f"{name}.files.update", self._update_file),
            route(f"DELETE {file}", f"{name}.files.delete", self._delete_file),
            route(f"GET {file}/content", f"{name}.files.content", self._file_content),
            route(f"POST {one}/file_batches", f"{batches}.create", self._attach_many),
            route(f"GET {batch}", f"{batches}.retrieve", self._retrieve_batch),
            route(f"POST {batch}/cancel", f"{batches}.cancel", self._cancel_batch),
            route(f"GET {batch}/files", f"{batches}.list_files", self._list_batch),
        )


def _batch_of(body: Fields) -> Sequence[Fields]:
    """Which files a batch names, by ids or with attributes of their own."""
    if body.get("files") is not None:
        return objects(body["files"], "files")
    ids = body.get("file_ids")
    if not isinstance(ids, list) or not ids:
        raise declined_parameter("file_ids", "a list of files' ids, or give 'files'")
    attributes = nested(body, "attributes")
    return [{"file_id": file_id, "attributes": attributes} for file_id in ids]


def _queries(given: Any) -> list[str]:
    many = given if isinstance(given, list) else [given]
    if not many or not all(isinstance(query, str) and query for query in many):
        raise declined_parameter("query", "text or a list of texts, and is required")
    return many


def _text(file: StoredFile) -> str:
    with file.blob.open() as reader:
        return reader.read(_MOST_READ).decode(errors="replace")


def _passages(
    file: StoredFile, attached: Fields, queries: Sequence[str]
) -> Sequence[dict[str, Any]]:
    """The passages of a file, each with how near it comes to the nearest query."""
    words = _text(file).split()
    passages = [
        " ".join(words[begin : begin + _PASSAGE_WORDS])
        for begin in range(0, len(words), _PASSAGE_WORDS)
    ]
    wanted = [vector(query.lower(), _SIZE) for query in queries]
    return [
        {
            "file_id": attached["id"],
            "filename": file.described["filename"],
            "score": max(_nearness(passage, query) for query in wanted),
            "attributes": attached["attributes"],
            "content": [{"type": "text", "text": passage}],
        }
        for passage in passages
    ]


def _nearness(passage: str, query: Sequence[float]) -> float:
    """Cosine of the angle between the two, 0 where they have nothing in common."""
    made = vector(passage.lower(), _SIZE)
    return max(0.0, sum(a * b for a, b in zip(made, query, strict=True)))
