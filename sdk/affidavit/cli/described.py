"""A call that was never made, as flags or a JSON file describe it.

Reads a request's body with the client's own reader, so that a policy is shown the same
texts and parameters as at run time. Text that is no such description is `CallUnclear`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from affidavit import providers
from affidavit.calls import Call, Finding, Text
from affidavit.clients._reading import bodies as _bodies
from affidavit.clients._reading import parameters as _parameters
from affidavit.errors import AffidavitError
from affidavit.purpose import checked

HOST = "api.openai.com"
_NAMES = ("purpose", "model", "endpoint", "provider", "host", "origin", "project")
KEYS = (
    *_NAMES,
    *("user", "safety_identifier", "text", "body", "parameters", "findings", "at"),
)
_KINDS: Mapping[str, tuple[type, str]] = {
    "body": (dict, "an object"),
    "parameters": (dict, "an object"),
    "findings": (list, "a list"),
}
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
    origin: str | None = None
    """`scheme://host[:port]`; by default https and the host."""
    parameters: Mapping[str, Any] | None = None
    """Request parameters as rules name them."""


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
        wanted, kind = _KINDS.get(key, (str, "text"))
        if each is not None and not isinstance(each, wanted):
            raise CallUnclear(f"{name}: {key!r} must be {kind}.")
    return value


def call(description: Description, parameters: Mapping[str, int | str | bool]) -> Call:
    """The call that would reach the policy; `parameters` win over the body's."""
    body = description.body or {}
    reading = _bodies.Reading(body)
    texts = tuple(reading.texts)
    if description.text:
        texts += (Text(role="user", value=description.text),)
    purpose, host = description.purpose, _host(description)
    return Call(
        endpoint=description.endpoint or "responses",
        provider=description.provider or providers.of(host.lower()),
        host=host,
        origin=description.origin or f"https://{host}",
        model=description.model or _text(body, "model") or _parameters.model(body),
        purpose=checked(purpose) if purpose is not None else None,
        subject=description.user or _text(body, "user"),
        safety_id=description.safety_identifier or _text(body, "safety_identifier"),
        project=description.project,
        parameters={
            **_parameters.parameters(body),
            **_given(description.parameters or {}),
            **parameters,
        },
        texts=texts,
        content=orjson.dumps(body, option=orjson.OPT_SORT_KEYS),
        unread=reading.unread,
    )


def _host(description: Description) -> str:
    if description.host is not None or description.origin is None:
        return description.host or HOST
    return urlsplit(description.origin).hostname or HOST


def _given(parameters: Mapping[str, Any]) -> dict[str, int | str | bool]:
    """As a call carries them: fractions travel as text."""
    made: dict[str, int | str | bool] = {}
    for name, value in parameters.items():
        if not isinstance(value, int | float | str):
            raise CallUnclear(
                f"parameter {name!r} must be a number, true, false or text."
            )
        made[name] = repr(value) if isinstance(value, float) else value
    return made


def findings(given: Sequence[Any]) -> tuple[Finding, ...]:
    """Findings as `policy explain` and `policy diff` write them."""
    return tuple(map(_finding, given))


def _finding(given: Any) -> Finding:
    try:
        kind, score = str(given["kind"]), float(given["score"])
    except (TypeError, KeyError, ValueError) as error:
        raise CallUnclear(
            f"{given!r:.80} is no finding. Write "
            '{"kind": "dataset_generation", "score": 0.9, "activity": "self_instruct"}.'
        ) from error
    return Finding(
        kind=kind,
        score=score,
        activity=str(given.get("activity", "training_data")),
        rules=(),
        detector="given",
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
