"""A sandbox that answers every route of the openai package well enough to go on.

The sandbox's own endpoints answer where they can. Where they decline what the audit
made up, and where there are none, an object that fits everywhere does: a job that is
not done at first, a list with a second page, a stream with an event.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from affidavit.testing.sandbox import (
    Answer,
    Asked,
    Declined,
    ReceivedRequest,
    Reply,
    Route,
    Sandbox,
)
from affidavit.testing.sandbox.http import event_stream, json_answer, sse_event
from affidavit.testing.sandbox.provider import provided
from affidavit.testing.sandbox.routes import Match, find

RAW = [f"{verb} /audit" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")]
"""Where the client's own verbs are sent to."""
_ARTIFACT = {"session_id": "audit-1", "turn_id": "audit-1", "path": "/audit"}
_ENDS = (
    (re.compile("/files/[^/]+"), "processed"),
    (re.compile("/agents/sessions/[^/]+"), "idle"),
)
"""What a thing is once it is done, where that is not `completed`."""
_POLL = {"openai-poll-after-ms": "1"}


class AuditSandbox(Sandbox):
    """Remembers each request in `received` before it answers."""

    def __init__(self, routes: Iterable[str]) -> None:
        self.received: list[ReceivedRequest] = []
        self._real = provided()
        self._asked: Counter[str] = Counter()
        known = sorted({*routes, *RAW}, key=lambda route: (route.count("{"), route))
        super().__init__(
            routes=[self._route(route) for route in known if "…" not in route],
            watch=lambda request, _: self.received.append(request),
        )

    def _route(self, route: str) -> Route:
        method, _, path = route.partition(" ")
        pattern = re.sub(r"\{[^}]*\}", "{id}", path.strip("/"))
        return Route(
            method=method, pattern=pattern, endpoint=route, answer=self._answer
        )

    def _answer(self, asked: Asked) -> Reply:
        request = asked.request
        found = find(self._real, request.method, request.path)
        if isinstance(found, Match):
            try:
                real = found.route.answer(replace(asked, values=found.values))
            except Declined:
                return self._anything(asked)
            if not _is_last_page(real):
                return real
        return self._anything(asked)

    def _anything(self, asked: Asked) -> Reply:
        request = asked.request
        place = f"{request.method} {request.path}"
        self._asked[place] += 1
        path = request.path.removeprefix("/v1")
        status = next((end for at, end in _ENDS if at.fullmatch(path)), "completed")
        done = request.method != "GET" or self._asked[place] % 2 == 0
        said = _object(
            status if done or status == "idle" else "in_progress",
            last={"after", "page"} & request.query.keys(),
        )
        if _wants_stream(request):
            return event_stream([sse_event(said), b"data: [DONE]\n\n"])
        answer = json_answer(said)
        return replace(answer, headers={**answer.headers, **_POLL})


def _is_last_page(reply: Reply) -> bool:
    if not isinstance(reply, Answer) or b'"has_more":false' not in reply.body:
        return False
    more: object = orjson.loads(reply.body).get("has_more")
    return more is False


def _wants_stream(request: ReceivedRequest) -> bool:
    sent = request.json
    asked: Sequence[Any] = [
        sent.get("stream") if isinstance(sent, dict) else None,
        request.query.get("stream") == "true",
        *(
            part.name == "stream" and part.blob.read() == b"true"
            for part in request.parts
        ),
        "event-stream" in request.headers.get("accept", ""),
    ]
    return any(value is True for value in asked)


def _object(status: str, *, last: object) -> dict[str, Any]:
    """What fits wherever an object, a job, a list or an event is expected."""
    item = {"id": "audit-2"} if last else {"id": "audit-1", **_ARTIFACT}
    return {
        "id": "audit-1",
        "object": "audit",
        "type": "audit",
        "status": status,
        "thread_id": "audit-1",
        "file_counts": {"in_progress": int(status == "in_progress")},
        "data": [item],
        "first_id": "audit-1",
        "last_id": "audit-1",
        "next": None if last else "audit-1",
        "has_more": not last,
    }
