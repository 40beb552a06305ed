"""What the events of a websocket are, and what they say: pure, and no openai.

Knows every client event of the provider's sockets by its `type`, and for each whether a
model is asked to work by it. An event that it does not know counts as asking: what is
not understood is decided, not waved through. A test holds the table against the event
types of the installed openai.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

import orjson

from affidavit.calls import JsonObject, Text
from affidavit.clients._reading import parameters as _parameters
from affidavit.clients._reading.bodies import Reading
from affidavit.clients._reading.shapes import OBJECT, inside, strings
from affidavit.endpoints import WEBSOCKETS

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
_DELEGATES = tuple(
    ("session", "delegation", backend, "model")
    for backend in ("responses", "decisions")
)
_PARTS = frozenset({"response", "item", "content"})
_NAMES_ONLY = frozenset({"type", "event_id", "id", "stream_id", "audio"})


class Kind(Enum):
    """What sending an event does."""

    ASKS = "asks"
    """The provider answers it with a response of its own."""
    STEERS = "steers"
    """Its input joins the response that follows the one that is being made."""
    DECIDES = "decides"
    """The provider answers it with one of its decisions."""
    STARTS = "starts"
    """From here on a model works by itself, until the session ends."""
    PUTS = "puts"
    """Its input goes to a model that is at work already."""
    SPEAKS = "speaks"
    """Audio: where the provider listens for turns, it answers by itself."""
    COMMITS = "commits"
    """Audio sent before is now to be heard, and transcribed if the session says so."""
    TELLS = "tells"
    """Context: a model sees it when it is next asked."""
    CONTROLS = "controls"
    """Nothing that a model sees."""


EVENTS: Mapping[str, Kind] = {
    "conversation.item.create": Kind.TELLS,
    "conversation.item.delete": Kind.CONTROLS,
    "conversation.item.retrieve": Kind.CONTROLS,
    "conversation.item.truncate": Kind.CONTROLS,
    "decision.create": Kind.DECIDES,
    "decision.item.create": Kind.TELLS,
    "decision.item.delete": Kind.CONTROLS,
    "input_audio_buffer.append": Kind.SPEAKS,
    "input_audio_buffer.clear": Kind.CONTROLS,
    "input_audio_buffer.commit": Kind.COMMITS,
    "output_audio_buffer.clear": Kind.CONTROLS,
    "response.cancel": Kind.CONTROLS,
    "response.create": Kind.ASKS,
    "response.inject": Kind.PUTS,
    "response.item.create": Kind.TELLS,
    "response.steer": Kind.STEERS,
    "session.close": Kind.CONTROLS,
    "session.commentary.append": Kind.TELLS,
    "session.input_audio.append": Kind.SPEAKS,
    "session.input_audio.mute": Kind.CONTROLS,
    "session.input_audio.unmute": Kind.CONTROLS,
    "session.input_audio_buffer.append": Kind.SPEAKS,
    "session.instructions.append": Kind.TELLS,
    "session.output_audio.fixture.play": Kind.CONTROLS,  # heard by people, not by it
    "session.start": Kind.STARTS,
    "session.thinking.append": Kind.TELLS,
    "session.update": Kind.TELLS,
    "transcription_session.update": Kind.TELLS,
    "transport.dtmf.send": Kind.CONTROLS,
}


class Manner(Enum):
    """Who begins a response on a socket."""

    ASKED = "asked"
    """The client, each time."""
    TURNS = "turns"
    """The client, or the provider when it hears that a speaker has finished."""
    ALWAYS = "always"
    """The model listens and speaks at once, from the session's start to its end."""


_MANNERS = {
    "live.connect": Manner.ALWAYS,
    "live.forks.connect": Manner.ALWAYS,
    "live.sideband.connect": Manner.ALWAYS,
    "realtime.connect": Manner.TURNS,
    "realtime.translations.connect": Manner.ALWAYS,
    "responses.connect": Manner.ASKED,
}


def manner(endpoint: str) -> Manner:
    """How the socket of this name works; of one that we do not know, the strictest."""
    return _MANNERS.get(endpoint, Manner.ALWAYS)


def endpoint(path: str, base: str = "/") -> str | None:
    """Name of the socket that is served under `path`, or None.

    `base` is the path of the client's base URL. Azure puts `/openai/` before the
    provider's paths.
    """
    relative = path.removeprefix(base.rstrip("/"))
    steps = relative.strip("/").removeprefix("openai/").split("/")
    if steps[0][:1] == "v" and steps[0][1:].isdigit():
        del steps[0]
    for pattern, name in WEBSOCKETS.items():
        wanted = pattern.strip("/").split("/")
        if len(wanted) == len(steps) and all(
            step == want or (want == "{}" and step not in ("", ".", ".."))
            for step, want in zip(steps, wanted, strict=True)
        ):
            return name
    return None


class Event(NamedTuple):
    """One frame that a client is about to send."""

    type: str
    """As the event says it; empty where nobody can tell."""
    kind: Kind
    body: JsonObject
    """Empty for a frame that is no JSON object."""
    frame: bytes


def read(frame: bytes) -> Event:
    """What a client's frame is. What is no event of ours counts as asking a model."""
    body = loads(frame)
    name = body.get("type")
    if not isinstance(name, str):
        return Event("", Kind.PUTS, body, frame)
    return Event(name, EVENTS.get(name, Kind.PUTS), body, frame)


def loads(frame: bytes) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    try:
        value = orjson.loads(frame)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(frame)  # NaN, or half of a surrogate pair
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


class Said(NamedTuple):
    """What an event puts before a model."""

    texts: tuple[Text, ...] = ()
    unread: Mapping[str, int] = {}
    parameters: Mapping[str, int | str | bool] = {}
    model: str | None = None
    other_model: str | None = None
    """One that works where no model is named: for a transcription, say."""
    delegate: str | None = None
    """The model that a live session hands tasks to."""
    subject: str | None = None
    safety_id: str | None = None
    metadata: JsonObject | None = None


def said(event: Event) -> Said:
    """Texts, parameters and models of an event."""
    if not event.body:
        return Said(unread={"bytes": 1})
    bodies = _bodies(event)
    texts: list[Text] = []
    unread: dict[str, int] = {}
    parameters: dict[str, int | str | bool] = {}
    for body in bodies:
        reading = Reading(body)
        texts += reading.texts
        for kind, count in reading.unread.items():
            unread[kind] = unread.get(kind, 0) + count
        parameters |= _parameters.parameters(body)
    if event.type not in EVENTS:
        texts = list(_all_texts(event.body))
    if event.kind is Kind.SPEAKS:
        unread["audio"] = 1
    return Said(
        texts=tuple(texts),
        unread=unread,
        parameters={**parameters, "event": event.type or "unknown"},
        model=_first(bodies, ("model",), ("session", "model")),
        other_model=_parameters.model(event.body),
        delegate=_first(bodies, *_DELEGATES),
        subject=_first(bodies, ("user",)),
        safety_id=_first(
            bodies, ("safety_identifier",), ("session", "safety_identifier")
        ),
        metadata=_metadata(bodies),
    )


def _bodies(event: Event) -> list[JsonObject]:
    """The event, and the part of it that has the shape of a request's body."""
    body = event.body
    inner, item, content = body.get("response"), body.get("item"), body.get("content")
    part: JsonObject | None = None
    if isinstance(inner, OBJECT):
        part = inner
    elif isinstance(item, OBJECT):
        part = {"input": [item]}
    elif isinstance(content, str):
        role = "assistant" if "thinking" in event.type else "developer"
        part = {"input": [{"role": role, "content": content}]}
    if part is None:
        return [body]
    return [{key: body[key] for key in body if key not in _PARTS}, part]


def _first(bodies: Iterable[JsonObject], *paths: tuple[str, ...]) -> str | None:
    for body in bodies:
        for path in paths:
            value = inside(body, *path)
            if isinstance(value, str):
                return value
    return None


def _metadata(bodies: Iterable[JsonObject]) -> JsonObject | None:
    found = [inside(body, "metadata") for body in bodies]
    return next((each for each in found if isinstance(each, OBJECT) and each), None)


def _all_texts(body: JsonObject) -> tuple[Text, ...]:
    found = strings(body, but=_NAMES_ONLY)
    return tuple(Text(role="input", value=each) for each in found if each)


def canonical(event: Event, *, told: int, told_digest: bytes) -> bytes:
    """What a decision's commitment is made to: the event, and what was sent before it.

    `told` context events went out since the decision before; `told_digest` is the
    SHA-256 over their frames.
    """
    body: object = event.body or {
        "bytes": len(event.frame),
        "sha256": hashlib.sha256(event.frame).hexdigest(),
    }
    context = {"events": told, "sha256": told_digest.hex()}
    try:
        return orjson.dumps({"context": context, "event": body}, option=_CANONICAL)
    except TypeError:  # half of a surrogate pair
        return json.dumps({"context": context, "event": body}, sort_keys=True).encode()


def turns(session: object) -> Iterator[tuple[bool, bool]]:
    """What a session's update says of turn detection: whether the provider answers by
    itself when a speaker has finished, and whether when nobody speaks. Nothing, when it
    does not mention it.
    """
    for place in (session, inside(session, "audio", "input")):
        if isinstance(place, OBJECT) and "turn_detection" in place:
            detection = place["turn_detection"]
            listens = isinstance(detection, OBJECT) and not (
                detection.get("create_response") is False
                and detection.get("interrupt_response") is False
            )
            yield listens, bool(inside(detection, "idle_timeout_ms"))


def transcribes(session: object) -> bool:
    """Does a session's update have what is said transcribed?"""
    return bool(
        inside(session, "type") == "transcription"
        or inside(session, "input_audio_transcription")
        or inside(session, "audio", "input", "transcription")
    )
