"""GET /v1/models and /v1/models/{model}: a short list of names that programs use.

The list is for looking at: calls may name any model, since a test of fine-tuned or
future names must not need a new release. Dates of creation are made up.
"""

from collections.abc import Mapping
from typing import Any, Final

from affidavit.testing.sandbox.http import Declined, Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, Route

SNAPSHOTS: Final[Mapping[str, str]] = {
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
}
"""The dated model that answers when a caller names an alias."""

MODELS: Final = (
    *sorted({*SNAPSHOTS, *SNAPSHOTS.values()}),
    "text-embedding-3-large",
    "text-embedding-3-small",
    "text-embedding-ada-002",
)
_CREATED: Final = 1_735_689_600


def snapshot_of(model: str) -> str:
    """The model that answers for `model`: its snapshot, or itself."""
    return SNAPSHOTS.get(model, model)


def answer_models(asked: Asked) -> Reply:
    """All models of the list."""
    del asked
    data = [_described(model) for model in MODELS]
    return json_answer({"object": "list", "data": data})


def answer_model(asked: Asked) -> Reply:
    """One model; `Declined` with 404 when the list does not have it."""
    model = asked.values["model"]
    if model not in MODELS:
        raise Declined(
            404,
            f"The sandbox lists no model '{model}'.",
            code="model_not_found",
            param="model",
        )
    return json_answer(_described(model))


def _described(model: str) -> Mapping[str, Any]:
    return {"id": model, "object": "model", "created": _CREATED, "owned_by": "openai"}


ROUTES: Final = (
    Route(method="GET", pattern="models", endpoint="models.list", answer=answer_models),
    Route(
        method="GET",
        pattern="models/{model}",
        endpoint="models.retrieve",
        answer=answer_model,
    ),
)
