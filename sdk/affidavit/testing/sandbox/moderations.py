"""POST /v1/moderations: a text is flagged for each category whose name stands in it.

So a test says what it wants: "violence" flags violence, "hate/threatening" both hate
and its sharper form. Nothing else is judged; images never are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from affidavit.testing.sandbox.body import declined_parameter, json_object, text_of
from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import Asked, route

CATEGORIES: Final = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
_USUAL_MODEL: Final = "omni-moderation-latest"


def answer_moderations(asked: Asked) -> Reply:
    """One result for each text; of content in parts, one for all parts together."""
    body = json_object(asked.request)
    model = body.get("model", _USUAL_MODEL)
    if not isinstance(model, str):
        raise declined_parameter("model", "the name of a model")
    return json_answer(
        {
            "id": f"modr-{asked.serial}",
            "model": model,
            "results": [_judged(text) for text in _texts(body.get("input"))],
        }
    )


def _texts(given: Any) -> Sequence[str]:
    match given:
        case str():
            return [given]
        case [str(), *_] if all(isinstance(item, str) for item in given):
            return [*given]
        case [dict(), *_]:
            return [text_of(given)]
        case _:
            wanted = "a text, a list of texts or a list of parts, and is required"
            raise declined_parameter("input", wanted)


def _judged(text: str) -> Mapping[str, Any]:
    lower = text.lower()
    flags = {category: category in lower for category in CATEGORIES}
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": {name: float(flag) for name, flag in flags.items()},
        "category_applied_input_types": {
            name: ["text"] if flag else [] for name, flag in flags.items()
        },
    }


ROUTES: Final = (route("POST moderations", "moderations", answer_moderations),)
