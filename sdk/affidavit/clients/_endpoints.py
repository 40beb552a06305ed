"""Names of a provider's endpoints, from method and path.

Knows paths relative to the API's root and nothing of hosts. A path that it does not
know has no name: `clients._calls` then spells it out as `other:<METHOD> <path>`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

ENDPOINTS: Mapping[str, str] = {
    "POST /chat/completions": "chat.completions",
    "GET /chat/completions": "chat.completions.list",
    "GET /chat/completions/{}": "chat.completions.retrieve",
    "POST /chat/completions/{}": "chat.completions.update",
    "DELETE /chat/completions/{}": "chat.completions.delete",
    "GET /chat/completions/{}/messages": "chat.completions.messages.list",
    "POST /responses": "responses",
    "GET /responses/{}": "responses.retrieve",
    "DELETE /responses/{}": "responses.delete",
    "POST /responses/{}/cancel": "responses.cancel",
    "POST /responses/compact": "responses.compact",
    "GET /responses/{}/input_items": "responses.input_items.list",
    "POST /responses/input_tokens": "responses.input_tokens",
    "POST /conversations": "conversations",
    "GET /conversations/{}": "conversations.retrieve",
    "POST /conversations/{}": "conversations.update",
    "DELETE /conversations/{}": "conversations.delete",
    "POST /conversations/{}/items": "conversations.items",
    "GET /conversations/{}/items": "conversations.items.list",
    "GET /conversations/{}/items/{}": "conversations.items.retrieve",
    "DELETE /conversations/{}/items/{}": "conversations.items.delete",
    "POST /embeddings": "embeddings",
    "POST /completions": "completions",
    "POST /moderations": "moderations",
    "GET /models": "models.list",
    "GET /models/{}": "models.retrieve",
    "DELETE /models/{}": "models.delete",
    "POST /images/generations": "images.generations",
    "POST /images/edits": "images.edits",
    "POST /images/variations": "images.variations",
    "POST /audio/speech": "audio.speech",
    "POST /audio/transcriptions": "audio.transcriptions",
    "POST /audio/translations": "audio.translations",
    "POST /videos": "videos",
    "GET /videos": "videos.list",
    "GET /videos/{}": "videos.retrieve",
    "DELETE /videos/{}": "videos.delete",
    "GET /videos/{}/content": "videos.content",
    "POST /videos/{}/remix": "videos.remix",
    "POST /files": "files",
    "GET /files": "files.list",
    "GET /files/{}": "files.retrieve",
    "DELETE /files/{}": "files.delete",
    "GET /files/{}/content": "files.content",
    "POST /uploads": "uploads",
    "POST /uploads/{}/parts": "uploads.parts",
    "POST /uploads/{}/complete": "uploads.complete",
    "POST /uploads/{}/cancel": "uploads.cancel",
    "POST /batches": "batches",
    "GET /batches": "batches.list",
    "GET /batches/{}": "batches.retrieve",
    "POST /batches/{}/cancel": "batches.cancel",
    "POST /fine_tuning/jobs": "fine_tuning.jobs",
    "GET /fine_tuning/jobs": "fine_tuning.jobs.list",
    "GET /fine_tuning/jobs/{}": "fine_tuning.jobs.retrieve",
    "POST /fine_tuning/jobs/{}/cancel": "fine_tuning.jobs.cancel",
    "POST /fine_tuning/jobs/{}/pause": "fine_tuning.jobs.pause",
    "POST /fine_tuning/jobs/{}/resume": "fine_tuning.jobs.resume",
    "GET /fine_tuning/jobs/{}/events": "fine_tuning.jobs.events.list",
    "GET /fine_tuning/jobs/{}/checkpoints": "fine_tuning.jobs.checkpoints.list",
    "POST /vector_stores": "vector_stores",
    "GET /vector_stores": "vector_stores.list",
    "GET /vector_stores/{}": "vector_stores.retrieve",
    "POST /vector_stores/{}": "vector_stores.update",
    "DELETE /vector_stores/{}": "vector_stores.delete",
    "POST /vector_stores/{}/search": "vector_stores.search",
    "POST /vector_stores/{}/files": "vector_stores.files",
    "GET /vector_stores/{}/files": "vector_stores.files.list",
    "GET /vector_stores/{}/files/{}": "vector_stores.files.retrieve",
    "DELETE /vector_stores/{}/files/{}": "vector_stores.files.delete",
}
"""`{}` stands for one path segment."""

_Branch = dict[str, Any]  # segment to branch, and " METHOD" to name


def _tree(endpoints: Mapping[str, str]) -> _Branch:
    root: _Branch = {}
    for pattern, name in endpoints.items():
        *inner, last = _steps(*pattern.split(" ", 1))
        branch = root
        for step in inner:
            branch = branch.setdefault(step, {})
        branch[last] = name
    return root


def _steps(method: str, path: str) -> list[str]:
    # The method comes last, so that the same path under two methods shares its branch;
    # the space keeps it apart from any path segment.
    return [*path.strip("/").split("/"), f" {method}"]


_TREE = _tree(ENDPOINTS)


@lru_cache(maxsize=1024)
def named(method: str, path: str) -> str | None:
    """The endpoint's name, or None; `path` has no query. A literal beats a `{}`."""
    return _walk(_TREE, _steps(method.upper(), path))


def _walk(branch: _Branch, steps: list[str]) -> str | None:
    step, *rest = steps
    # A dot segment is no name: the HTTP client would resolve it to some other path.
    literal = step.startswith(" ") or step in ("", ".", "..")
    choices = (step,) if literal else (step, "{}")
    for below in (branch.get(choice) for choice in choices):
        if isinstance(below, str):
            return below
        found = _walk(below, rest) if below and rest else None
        if found is not None:
            return found
    return None
