"""/v1/files: what was uploaded, with its contents. Files are processed at once.

Knows OpenAI's file object. Other endpoints keep their results here and read from here.
"""

from dataclasses import dataclass
from typing import Final

from affidavit.testing.sandbox.blobs import Blob
from affidavit.testing.sandbox.body import declined_parameter, field_text, file_part
from affidavit.testing.sandbox.http import Download, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf, page

PURPOSES: Final = ("assistants", "batch", "evals", "fine-tune", "user_data", "vision")
_MOST_LISTED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file and what is said about it."""

    described: Fields
    blob: Blob

    @property
    def purpose(self) -> str:
        """What the uploader said it is for."""
        purpose: str = self.described["purpose"]
        return purpose


def checked_purpose(purpose: object) -> str:
    """A purpose that files may have, else `Declined`."""
    if purpose not in PURPOSES:
        raise declined_parameter("purpose", f"one of {', '.join(PURPOSES)}")
    return str(purpose)


class Files:
    """The files of one sandbox."""

    def __init__(self) -> None:
        self._shelf: Shelf[StoredFile] = Shelf("file")

    def keep(
        self, blob: Blob, *, key: str, filename: str, purpose: str, now: int
    ) -> Fields:
        """Store a file as `file-{key}`; what is said about it."""
        file_id = f"file-{key}"
        described = {
            "id": file_id,
            "object": "file",
            "bytes": blob.size,
            "created_at": now,
            "expires_at": None,
            "filename": filename,
            "purpose": purpose,
            "status": "processed",
            "status_details": None,
        }
        self._shelf.put(file_id, StoredFile(described=described, blob=blob))
        return described

    def get(self, file_id: str) -> StoredFile:
        """A stored file, else `Declined` with 404."""
        return self._shelf.get(file_id)

    def __contains__(self, file_id: str) -> bool:
        return file_id in self._shelf

    def _create(self, asked: Asked) -> Reply:
        file = file_part(asked.request, "file")
        described = self.keep(
            file.blob,
            key=asked.serial,
            filename=file.filename or "upload",
            purpose=checked_purpose(field_text(asked.request, "purpose")),
            now=asked.now,
        )
        return json_answer(described)

    def _list(self, asked: Asked) -> Reply:
        purpose = asked.request.query.get("purpose")
        listed = [
            file.described
            for file in self._shelf.all()
            if purpose in (None, file.purpose)
        ]
        return page(asked, listed, usual=_MOST_LISTED, most=_MOST_LISTED)

    def _retrieve(self, asked: Asked) -> Reply:
        return json_answer(self.get(asked.values["file"]).described)

    def _delete(self, asked: Asked) -> Reply:
        file_id = asked.values["file"]
        self._shelf.take(file_id)
        return json_answer({"id": file_id, "object": "file", "deleted": True})

    def _content(self, asked: Asked) -> Reply:
        file = self.get(asked.values["file"])
        return Download(
            headers={"content-type": "application/octet-stream"}, blob=file.blob
        )

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        one = "files/{file}"
        return (
            route("POST files", "files.create", self._create),
            route("GET files", "files.list", self._list),
            route(f"GET {one}", "files.retrieve", self._retrieve),
            route(f"DELETE {one}", "files.delete", self._delete),
            route(f"GET {one}/content", "files.content", self._content),
        )
