"""Files to upload, and a provider in memory that takes them."""

import io
import json
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from support.http_client import Provider, library
from support.project import DATASET_REQUEST

QUESTION = "Where is my parcel?"


def batch_line(number: int, text: str = QUESTION, **changes: Any) -> bytes:
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]}
    value = {
        "custom_id": f"a-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body | changes,
    }
    return json.dumps(value).encode() + b"\n"


def a_batch(lines: int = 5, *, dataset: int | None = None) -> bytes:
    """Batch input of so many lines; the one numbered `dataset` asks for a data set."""
    return b"".join(
        batch_line(number, DATASET_REQUEST if number == dataset else QUESTION)
        for number in range(1, lines + 1)
    )


class OnlyOnce(io.RawIOBase):
    """A stream that cannot be rewound, such as a socket's."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


class FileProvider(Provider):
    """Takes files, uploads in parts and batches; keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(self._answer_for)
        self.fields: list[dict[str, bytes]] = []
        """Of each multipart request."""
        self._made = 0
        self.failures: Iterator[int] = iter(())
        """Status codes to answer with before anything else."""

    @property
    def paths(self) -> list[str]:
        return [request.url.path.removeprefix("/v1") for request in self.requests]

    def _answer_for(self, request: Any) -> Any:
        request.read()
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            self.fields.append(_fields(kind, request.content))
        status = next(self.failures, 200)
        if status != 200:
            return library.Response(status, json={"error": {"message": "no"}})
        self._made += 1
        return library.Response(200, json=self._object(request.url.path))

    def _object(self, path: str) -> dict[str, Any]:
        times = {"created_at": 1, "expires_at": 2, "status": "pending"}
        number = self._made
        match path.removeprefix("/v1").strip("/").split("/"):
            case ["files"]:
                return _file(f"file-{number}")
            case ["uploads"]:
                return {"id": f"upload_{number}", "object": "upload", **times}
            case ["uploads", name, "parts"]:
                return {"id": f"part_{number}", "upload_id": name, "created_at": 1}
            case ["uploads", name, _]:
                file = _file(f"file-{number}")
                return {"id": name, "object": "upload", "file": file, **times}
            case _:
                return {"id": f"job_{number}", "object": "job", **times}


def _file(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "file",
        "bytes": 1,
        "created_at": 1,
        "filename": "f",
        "purpose": "batch",
        "status": "processed",
    }


def _fields(kind: str, body: bytes) -> dict[str, bytes]:
    parser = BytesParser(policy=HTTP)
    message = parser.parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        found[str(name)] = data
    return found
