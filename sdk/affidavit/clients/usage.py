"""The provider's own count of use, fetched by a governed client.

Knows which endpoints count what, and pages. An administrator's key reads them; each
page is a call as any other: decided, recorded, declared under a purpose. What comes
back is handed on as it came, byte for byte.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import openai
import orjson

from affidavit.clients.openai import OpenAI
from affidavit.errors import Incomplete

KINDS = (
    "completions",
    "embeddings",
    "moderations",
    "images",
    "audio_speeches",
    "audio_transcriptions",
    "vector_stores",
    "code_interpreter_sessions",
)
"""Usage endpoints of either major of openai."""
LATER = ("decisions", "file_search_calls", "web_search_calls")
"""Usage endpoints that not every provider has: one that answers 404 has no such use."""
_BUCKETS = 31
_GROUPED = ("project_id", "api_key_id", "model")


class Page(NamedTuple):
    """One document as it came."""

    name: str
    """`completions-0001.json`."""
    data: bytes


def fetch(
    client: OpenAI,
    start: int,
    end: int,
    *,
    most_pages: int = 1_000,
    have: Callable[[str], bytes | None] = lambda _: None,
) -> Iterator[Page]:
    """Every page of usage and costs from `start` to `end` (Unix seconds, UTC days).

    `have` gives a page that an earlier, interrupted run of the same period fetched: it
    is handed on, and not asked for again. Each page is retried as the client retries.

    Raises `PolicyDenied` where the policy does not let it, and `Incomplete` where the
    provider does not, or for pages without end.
    """
    asked = {"start_time": start, "end_time": end, "bucket_width": "1d"}
    pages = partial(_pages, client, most=most_pages, have=have)
    for kind in KINDS:
        yield from pages(kind, {**asked, "group_by": _grouping(kind)})
    for kind in LATER:
        with suppress(_Lacking):
            yield from pages(kind, {**asked, "group_by": _grouping(kind)})
    yield from pages("costs", {**asked, "group_by": ["project_id", "line_item"]})


class _Lacking(Incomplete):
    """The provider has no such endpoint."""


def _grouping(kind: str) -> list[str]:
    if kind == "file_search_calls":
        return ["project_id", "api_key_id"]
    if kind in ("vector_stores", "code_interpreter_sessions"):
        return ["project_id"]
    batched = kind in ("completions", "decisions")
    return [*_GROUPED, "batch"] if batched else [*_GROUPED]


def _pages(
    client: OpenAI,
    kind: str,
    asked: dict[str, Any],
    *,
    most: int,
    have: Callable[[str], bytes | None],
) -> Iterator[Page]:
    where = f"/organization/{'costs' if kind == 'costs' else f'usage/{kind}'}"
    following: str | None = None
    for number in range(1, most + 1):
        paged = {"page": following} if following else {}
        name = f"{kind}-{number:04d}.json"
        data = have(name)
        if data is None:
            data = _got(client, where, {**asked, "limit": _BUCKETS, **paged})
        yield Page(name, data)
        page = orjson.loads(data)
        following = page.get("next_page") if isinstance(page, dict) else None
        if not following:
            return
    raise Incomplete(f"{where}: over {most} pages; ask for a shorter period.")


def _got(client: OpenAI, where: str, asked: dict[str, Any]) -> bytes:
    # Without the SDK's types: what is kept is what was sent, fields unknown to this
    # version included.
    try:
        return client.get(where, cast_to=bytes, options={"params": asked})
    except openai.APIError as error:
        lacking = isinstance(error, openai.NotFoundError)
        kind = _Lacking if lacking else Incomplete
        raise kind(
            f"{where}: could not be fetched: {error.message}. Check that the key is an "
            "administrator's, or give what you have as files."
        ) from error
