"""/v1/batches: many requests in one file, answered at once by the sandbox's endpoints.

Knows OpenAI's batch object and the lines of its files. Reads and writes line by line,
so that a file of any size needs little memory.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.blobs import Blob, BlobWriter
from affidavit.testing.sandbox.body import declined_parameter, json_object, nested
from affidavit.testing.sandbox.files import Files
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    ReceivedRequest,
    Reply,
    error_answer,
    json_answer,
)
from affidavit.testing.sandbox.routes import Asked, Match, Route, find, route
from affidavit.testing.sandbox.shelf import Fields, Shelf, page

ENDPOINTS: Final = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/moderations",
    "/v1/responses",
)
"""What the lines of a batch may ask for."""
MOST_LINES: Final = 50_000
_LONGEST_LINE: Final = 16 << 20
_MOST_ERRORS: Final = 100
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One request of the input file."""

    number: int
    custom_id: str
    body: Mapping[str, Any]


class _BadLine(Exception):
    """A line that makes the whole file invalid."""

    def __init__(self, number: int, code: str, message: str) -> None:
        super().__init__(message)
        self.described = {
            "code": code,
            "line": number,
            "message": message,
            "param": None,
        }


class Batches:
    """The batches of one sandbox; `routes` answer their lines, `served` is told."""

    def __init__(
        self,
        files: Files,
        routes: Sequence[Route],
        served: Callable[[ReceivedRequest, Reply], None] = lambda *_: None,
    ) -> None:
        self._served = served
        self._files = files
        self._routes = routes
        self._shelf: Shelf[Fields] = Shelf("batch")

    def _create(self, asked: Asked) -> Reply:
        body = json_object(asked.request)
        endpoint = body.get("endpoint")
        if endpoint not in ENDPOINTS:
            raise declined_parameter("endpoint", f"one of {', '.join(ENDPOINTS)}")
        if body.get("completion_window") != "24h":
            raise declined_parameter("completion_window", "'24h'")
        file_id = str(body.get("input_file_id"))
        file = self._files.get(file_id)
        if file.purpose != "batch":
            raise declined_parameter("input_file_id", "a file whose purpose is 'batch'")
        begun = _begun(asked, endpoint, file_id, nested(body, "metadata"))
        errors = _errors(file.blob, endpoint)
        ended = _failed(asked, errors) if errors else self._run(asked, file.blob, begun)
        self._shelf.put(begun["id"], {**begun, **ended})
        return json_answer({**begun, **ended})

    def _run(self, asked: Asked, blob: Blob, begun: Fields) -> Fields:
        endpoint, done, failed = begun["endpoint"], 0, 0
        with BlobWriter() as output, BlobWriter() as refused:
            for line in _lines(blob, endpoint):
                answer = self._answer(asked, endpoint, line)
                good = answer.status < 400
                (output if good else refused).write(_told(asked, line, answer))
                done, failed = done + good, failed + (not good)
            return {
                "status": "completed",
                "completed_at": asked.now,
                "finalizing_at": asked.now,
                "output_file_id": self._keep(asked, output.finish(), "output"),
                "error_file_id": self._keep(asked, refused.finish(), "error"),
                "request_counts": {
                    "total": done + failed,
                    "completed": done,
                    "failed": failed,
                },
            }

    def _keep(self, asked: Asked, blob: Blob, what: str) -> str | None:
        if not blob.size:
            return None
        kept = self._files.keep(
            blob,
            key=f"{asked.serial}-{what}",
            filename=f"batch_{asked.serial}_{what}.jsonl",
            purpose="batch_output",
            now=asked.now,
        )
        file_id: str = kept["id"]
        return file_id

    def _answer(self, asked: Asked, endpoint: str, line: _Line) -> Answer:
        found = find(self._routes, "POST", endpoint)
        if not isinstance(found, Match):
            raise TypeError(f"{endpoint} is listed and has no route")
        request = ReceivedRequest(
            method="POST",
            path=endpoint,
            headers=asked.request.headers,
            body=orjson.dumps(line.body),
            endpoint=found.endpoint,
        )
        alone = Asked(
            request=request, now=asked.now, serial=f"{asked.serial}{line.number:06}"
        )
        try:
            reply = found.route.answer(alone)
        except Declined as declined:
            return declined.answer
        if isinstance(reply, Answer):
            self._served(request, reply)
            return reply
        return error_answer(400, "A line of a batch cannot stream.", param="stream")

    def _list(self, asked: Asked) -> Reply:
        return page(asked, self._shelf.all())

    def _retrieve(self, asked: Asked) -> Reply:
        return json_answer(self._shelf.get(asked.values["batch"]))

    def _cancel(self, asked: Asked) -> Reply:
        batch = self._shelf.get(asked.values["batch"])
        raise Declined(400, f"The batch is {batch['status']} already.")

    def routes(self) -> tuple[Route, ...]:
        """Its endpoints."""
        return (
            route("POST batches", "batches.create", self._create),
            route("GET batches", "batches.list", self._list),
            route("GET batches/{batch}", "batches.retrieve", self._retrieve),
            route("POST batches/{batch}/cancel", "batches.cancel", self._cancel),
        )


def _begun(asked: Asked, endpoint: str, file_id: str, metadata: Fields) -> Fields:
    return {
        "id": f"batch_{asked.serial}",
        "object": "batch",
        "endpoint": endpoint,
        "errors": None,
        "input_file_id": file_id,
        "completion_window": "24h",
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": asked.now,
        "in_progress_at": asked.now,
        "expires_at": asked.now + _DAY,
        "finalizing_at": None,
        "completed_at": None,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "metadata": metadata or None,
    }


def _failed(asked: Asked, errors: Sequence[Fields]) -> Fields:
    return {
        "status": "failed",
        "failed_at": asked.now,
        "errors": {"object": "list", "data": errors},
    }


def _errors(blob: Blob, endpoint: str) -> list[Fields]:
    """What is wrong with the file; nothing is run unless all of it is right."""
    errors: list[Fields] = []
    seen: set[str] = set()
    try:
        for line in _lines(blob, endpoint, errors):
            if line.custom_id in seen:
                message = f"The custom_id '{line.custom_id}' was used before."
                errors.append(
                    _BadLine(line.number, "duplicate_custom_id", message).described
                )
            seen.add(line.custom_id)
    except _BadLine as error:
        errors.append(error.described)
    if not seen and not errors:
        errors.append(_BadLine(1, "empty_file", "The file is empty.").described)
    return errors[:_MOST_ERRORS]


def _lines(
    blob: Blob, endpoint: str, errors: list[Fields] | None = None
) -> Iterator[_Line]:
    """The requests of a file; bad ones go to `errors`, and raise when there is none."""
    with blob.open() as reader:
        number = 0
        while raw := reader.readline(_LONGEST_LINE + 1):
            number += 1
            if number > MOST_LINES or len(raw) > _LONGEST_LINE:
                what = f"The file has a line over {_LONGEST_LINE} bytes, or over "
                raise _BadLine(number, "file_too_large", f"{what}{MOST_LINES} lines.")
            try:
                yield _line(number, raw, endpoint)
            except _BadLine as error:
                if errors is None or len(errors) >= _MOST_ERRORS:
                    raise
                errors.append(error.described)


def _line(number: int, raw: bytes, endpoint: str) -> _Line:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"The line is not JSON: {error}."
        raise _BadLine(number, "invalid_json_line", message) from error
    match said:
        case {
            "custom_id": str(custom_id),
            "method": "POST",
            "url": str(url),
            "body": dict(body),
        } if url == endpoint:
            return _Line(number=number, custom_id=custom_id, body=body)
        case {"url": str(url)} if url != endpoint:
            message = f"The line asks for {url}, the batch for {endpoint}."
            raise _BadLine(number, "mismatched_url", message)
        case _:
            message = "A line has custom_id, method (POST), url and body (an object)."
            raise _BadLine(number, "invalid_request", message)


def _told(asked: Asked, line: _Line, answer: Answer) -> bytes:
    key = f"{asked.serial}{line.number:06}"
    told = {
        "id": f"batch_req_{key}",
        "custom_id": line.custom_id,
        "response": {
            "status_code": answer.status,
            "request_id": f"req_{key}",
            "body": orjson.Fragment(answer.body),
        },
        "error": None,
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
