"""A call that was never made, as flags or a JSON file describe it.

Reads a request's body with the client's own reader, so that a policy is shown the same
texts and parameters as at run time. Text that is no such description is `CallUnclear`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from affidavit import providers
from affidavit.calls import Call, Text
from affidavit.clients._reading import bodies as _bodies
from affidavit.clients._reading import parameters as _parameters
from affidavit.errors import AffidavitError
from affidavit.purpose import checked

HOST = "api.openai.com"
_NAMES = ("purpose", "model", "endpoint", "provider", "host", "project")
KEYS = (*_NAMES, "user", "safety_identifier", "text", "body")
MAX_BYTES = 64 << 20


class CallUnclear(AffidavitError):
    """The description of a call cannot be read; the message says where it is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is known of the call. Each value given here wins over one in `body`."""

    purpose: str | None = None
    model: str | None = None
    endpoint: str | None = None
    provider: str | None = None
    host: str | None = None
    project: str | None = None
    user: str | None = None
    safety_identifier: str | None = None
    text: str | None = None
    """Said by the user, after what the body says."""
    body: Mapping[str, Any] | None = None
    """The request's JSON body."""


def parse(data: bytes, name: str) -> dict[str, Any]:
    """A description's JSON object with known keys, else `CallUnclear` naming `name`."""
    if len(data) > MAX_BYTES:
        raise CallUnclear(f"{name}: larger than {MAX_BYTES} bytes.")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise CallUnclear(f"{name}: not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise CallUnclear(f"{name}: must be an object with {', '.join(KEYS)}.")
    for key, each in value.items():
        if key not in KEYS:
            raise CallUnclear(
                f"{name}: {key!r} is not known. Known: {', '.join(KEYS)}. The "
                "request's own fields belong under `body`."
            )
        wanted = dict if key == "body" else str
        if each is not None and not isinstance(each, wanted):
            kind = "an object" if key == "body" else "text"
            raise CallUnclear(f"{name}: {key!r} must be {kind}.")
    return value


def call(description: Description, parameters: Mapping[str, int | str | bool]) -> Call:
    """The call that would reach the policy; `parameters` win over the body's."""
    body = description.body or {}
    reading = _bodies.Reading(body)
    texts = tuple(reading.texts)
    if description.text:
        texts += (Text(role="user", value=description.text),)
    purpose, host = description.purpose, description.host or HOST
    return Call(
        endpoint=description.endpoint or "responses",
        provider=description.provider or providers.of(host.lower()),
        host=host,
        origin=f"https://{host}",
        model=description.model or _text(body, "model") or _parameters.model(body),
        purpose=checked(purpose) if purpose is not None else None,
        subject=description.user or _text(body, "user"),
        safety_id=description.safety_identifier or _text(body, "safety_identifier"),
        project=description.project,
        parameters={**_parameters.parameters(body), **parameters},
        texts=texts,
        content=orjson.dumps(body, option=orjson.OPT_SORT_KEYS),
        unread=reading.unread,
    )


def parameter(text: str) -> tuple[str, int | str | bool]:
    """`n=16` as a name and a value; `CallUnclear` for anything else."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CallUnclear(f"{text!r} is no parameter. Write NAME=VALUE, as in n=16.")
    if value in ("true", "false"):
        return name, value == "true"
    try:
        return name, int(value)
    except ValueError:
        return name, value


def parameters(texts: Sequence[str]) -> dict[str, int | str | bool]:
    """Each text read by `parameter`; the last of a name wins."""
    return dict(parameter(text) for text in texts)


def _text(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None
