"""/v1/uploads: large files in parts, put together when the upload is completed.

Knows OpenAI's upload and part objects. Parts stay on disk, and so does the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import md5
from typing import Any, Final

from affidavit.testing.sandbox.blobs import Blob, BlobWriter
from affidavit.testing.sandbox.body import (
    declined_parameter,
    file_part,
    json_object,
    whole_number,
)
from affidavit.testing.sandbox.files import Files, checked_purpose
from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route, route
from affidavit.testing.sandbox.shelf import Fields, Shelf

_MOST_BYTES: Final = 8 << 30
_LIFETIME: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    described: Fields
    parts: Mapping[str, Blob] = field(default_factory=dict)

    def saying(self, **changes: Any) -> "_Upload":
        return replace(self, described={**self.described, **changes})


class Uploads:
    """The uploads of one sandbox; `files` gets what is completed."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._shelf: Shelf[_Upload] = Shelf("upload")

    def _create(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        size = whole_number(body, "bytes", low=0, high=_MOST_BYTES)
        if size is None:
            raise declined_parameter("bytes", "the file's size, and is required")
        upload_id = f"upload_{asked.serial}"
        described = {
            "id": upload_id,
            "object": "upload",
            "bytes": size,
            "created_at": asked.now,
            "expires_at": asked.now + _LIFETIME,
            "filename": _text(body, "filename"),
            "purpose": checked_purpose(body.get("purpose")),
            "status": "pending",
            "file": None,
        }
        _text(body, "mime_type")
        self._shelf.put(upload_id, _Upload(described=described))
        return json_answer(described)

    def _add_part(self, asked: Asked) -> Reply:
        upload = self._pending(asked)
        key = f"part_{asked.serial}"
        blob = file_part(asked.request, "data").blob
        changed = replace(upload, parts={**upload.parts, key: blob})
        self._shelf.put(asked.values["upload"], changed)
        return json_answer(
            {
                "id": key,
                "object": "upload.part",
                "created_at": asked.now,
                "upload_id": asked.values["upload"],
            }
        )

    def _complete(self, asked: Asked) -> Reply:
        upload = self._pending(asked)
        body = json_object(asked.request)
        blob, digest = _joined(upload, body.get("part_ids"))
        if blob.size != upload.described["bytes"]:
            announced = upload.described["bytes"]
            raise Declined(
                400,
                f"The parts have {blob.size} bytes together; the upload was announced "
                f"with {announced}.",
                param="part_ids",
            )
        if body.get("md5") not in (None, digest):
            raise Declined(400, f"The parts have the MD5 {digest}.", param="md5")
        file = self._files.keep(
            blob,
            key=asked.serial,
            filename=upload.described["filename"],
            purpose=upload.described["purpose"],
            now=asked.now,
        )
        # Parts are let go of: the file has their bytes.
        return self._settle(replace(upload, parts={}), status="completed", file=file)

    def _cancel(self, asked: Asked) -> Reply:
        upload = self._pending(asked)
        return self._settle(replace(upload, parts={}), status="cancelled")

    def _pending(self, asked: Asked) -> _Upload:
        upload = self._shelf.get(asked.values["upload"])
        status = upload.described["status"]
        if status != "pending":
            raise Declined(400, f"The upload is {status} already.", param="upload_id")
        return upload

    def _settle(self, upload: _Upload, **changes: Any) -> Reply:
        settled = upload.saying(**changes)
        self._shelf.put(settled.described["id"], settled)
        return json_answer(settled.described)

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        one = "uploads/{upload}"
        return (
            route("POST uploads", "uploads.create", self._create),
            route(f"POST {one}/parts", "uploads.parts.create", self._add_part),
            route(f"POST {one}/complete", "uploads.complete", self._complete),
            route(f"POST {one}/cancel", "uploads.cancel", self._cancel),
        )


def _text(body: Mapping[str, Any], param: str) -> str:
    value = body.get(param)
    if not isinstance(value, str) or not value:
        raise declined_parameter(param, "text, and is required")
    return value


def _joined(upload: _Upload, part_ids: object) -> tuple[Blob, str]:
    """The parts named, one behind the other, and the MD5 of the whole."""
    if not isinstance(part_ids, list):
        raise declined_parameter("part_ids", "a list of ids, and is required")
    digest = md5(usedforsecurity=False)
    with BlobWriter() as writer:
        for part_id in part_ids:
            if part_id not in upload.parts:
                raise declined_parameter("part_ids", "ids of this upload's parts")
            for piece in upload.parts[part_id].pieces():
                writer.write(piece)
                digest.update(piece)
        return writer.finish(), digest.hexdigest()
