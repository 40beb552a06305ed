"""One request to what goes over the wire for it: routing, admission, trouble, answer.

Pure: time, the unique serial and the caller's standing come in. Knows no socket.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from affidavit.testing.sandbox import (
    audio,
    chat,
    completions,
    embeddings,
    images,
    models,
    moderations,
    responses,
)
from affidavit.testing.sandbox.batches import Batches
from affidavit.testing.sandbox.conversations import Conversations
from affidavit.testing.sandbox.files import Files
from affidavit.testing.sandbox.fine_tuning import Jobs
from affidavit.testing.sandbox.http import Declined, ReceivedRequest, Reply
from affidavit.testing.sandbox.instructions import Break, Instructions
from affidavit.testing.sandbox.routes import Asked, Match, Route, Unrouted
from affidavit.testing.sandbox.text import Manner
from affidavit.testing.sandbox.uploads import Uploads
from affidavit.testing.sandbox.vector_stores import VectorStores

FORGETFUL: Final[Sequence[Route]] = (
    *chat.ROUTES,
    *responses.ROUTES,
    *embeddings.ROUTES,
    *models.ROUTES,
    *moderations.ROUTES,
    *completions.ROUTES,
    *images.ROUTES,
    *audio.ROUTES,
)
"""Endpoints that answer from the request alone."""


def provided(
    batched: Callable[[ReceivedRequest, Reply], None] = lambda *_: None,
) -> Sequence[Route]:
    """Every endpoint of one sandbox, with memories of its own, empty yet; `batched` is
    told of each line of a batch that was answered.
    """
    files = Files()
    return (
        *FORGETFUL,
        *files.routes(),
        *Uploads(files).routes(),
        *Batches(files, FORGETFUL, batched).routes(),
        *Jobs(files).routes(),
        *VectorStores(files).routes(),
        *Conversations().routes(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the server does for one request."""

    reply: Reply
    delay_ms: int = 0
    chunk_delay_ms: int = 0
    break_at: Break | None = None


def admit(request: ReceivedRequest) -> None:
    """Return when the caller shows a credential, any at all; else 401."""
    held = (request.headers.get(name, "") for name in ("authorization", "api-key"))
    if not any(value.strip() for value in held):
        raise Declined(
            401,
            "No credential came with this request. Send 'Authorization: Bearer …' or "
            "'api-key: …'; the sandbox takes any value.",
        )


def plan(
    request: ReceivedRequest,
    found: Match | Unrouted,
    instructions: Instructions,
    *,
    now: int,
    serial: str,
) -> Plan:
    """What to do for an admitted request."""
    reply = instructions.forced_reply(request)
    if reply is None:
        reply = _answer(request, found, instructions, now=now, serial=serial)
    return Plan(
        reply=reply,
        delay_ms=instructions.delay_ms,
        chunk_delay_ms=instructions.chunk_delay_ms,
        break_at=instructions.break_at,
    )


def _answer(
    request: ReceivedRequest,
    found: Match | Unrouted,
    instructions: Instructions,
    *,
    now: int,
    serial: str,
) -> Reply:
    """The endpoint's answer; one that it declines is an answer too."""
    try:
        match = _routed(request, found)
        asked = Asked(
            request=request,
            values=match.values,
            deployment=match.place.deployment,
            now=now,
            serial=serial,
            manner=Manner(chunks=instructions.chunks, exactly=instructions.text),
        )
        return match.route.answer(asked)
    except Declined as declined:
        return declined.answer


def _routed(request: ReceivedRequest, found: Match | Unrouted) -> Match:
    if isinstance(found, Unrouted):
        raise found.declined(request.method, request.path)
    if found.place.versioned_by_query and not request.query.get("api-version"):
        raise Declined(
            400,
            "This form of path needs the query parameter 'api-version'.",
            code="missing_api_version",
            param="api-version",
        )
    return found


def stamped(reply: Reply, *, request_id: str, processing_ms: int) -> Reply:
    """`reply` with the headers that every response of the provider carries."""
    headers = {
        **reply.headers,
        "x-request-id": request_id,
        "openai-processing-ms": str(processing_ms),
        "openai-version": "2020-10-01",
    }
    return replace(reply, headers=headers)
