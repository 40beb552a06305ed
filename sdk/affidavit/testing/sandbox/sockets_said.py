"""What the sandbox says over a websocket: events for events, and no sockets.

Knows the events of the provider's sockets by their `type`, in the order in which the
provider sends them. One of these is one connection: it remembers what it was told. Its
replies are made from the last thing that was said, as everywhere in the sandbox.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.http import Declined, ReceivedRequest, Stream
from affidavit.testing.sandbox.responses import answer_responses
from affidavit.testing.sandbox.routes import Asked
from affidavit.testing.sandbox.text import Manner, count_tokens, speak

Event = dict[str, Any]
Said = Iterator[Event]

CLOSES: Final = {"session.closed"}
"""After such an event the provider ends the connection."""


class Talk:
    """One connection's conversation; `hears` answers each event of the client's."""

    def __init__(
        self, *, model: str | None, new_serial: Callable[[], str], now: int
    ) -> None:
        self.model = model or "sandbox"
        self._new_serial = new_serial
        self._now = now
        self._numbers = count(1)
        self._said = ""
        self._tokens = 0

    def opens(self) -> Said:
        """What is said before the client says anything."""
        yield from ()

    def hears(self, event: Mapping[str, Any]) -> Said:
        """The answers to one event; an `error` for one that has none."""
        yield self.error(f"unknown event type {event.get('type')!r}", event)

    def error(self, message: str, event: Mapping[str, Any]) -> Event:
        """The provider's complaint about a client's event."""
        return {
            "type": "error",
            "event_id": self.number("event"),
            "error": {
                "type": "invalid_request_error",
                "code": "invalid_value",
                "message": message,
                "event_id": event.get("event_id"),
            },
        }

    def number(self, kind: str) -> str:
        """An id of this connection."""
        return f"{kind}_{self._new_serial()}_{next(self._numbers)}"

    def told(self, text: str) -> None:
        """Remember what the next reply is about."""
        if text:
            self._said = text
            self._tokens += count_tokens(text)

    def reply(self) -> tuple[str, ...]:
        """What is said about it, in the pieces of a stream."""
        return speak(self._said, Manner()).deltas

    @property
    def input_tokens(self) -> int:
        """How much was told so far."""
        return self._tokens


class Responses(Talk):
    """`/responses`: every question is a request of `POST /responses`."""

    def hears(self, event: Mapping[str, Any]) -> Said:
        """A response's events; `stream_id` comes back on each."""
        if event.get("type") != "response.create":
            yield from super().hears(event)
            return
        asked = {key: event[key] for key in event if key not in ("type", "stream_id")}
        lane = {key: event[key] for key in ("stream_id",) if event.get(key)}
        body = orjson.dumps({**asked, "stream": True})
        request = ReceivedRequest(method="POST", path="/v1/responses", body=body)
        try:
            reply = answer_responses(
                Asked(request=request, now=self._now, serial=self._new_serial())
            )
        except Declined as declined:
            said = orjson.loads(declined.answer.body)
            yield {"type": "error", "status": 400, "error": said["error"], **lane}
            return
        for framed in reply.events if isinstance(reply, Stream) else ():
            data = framed.partition(b"data: ")[2]
            yield {**orjson.loads(data), **lane}


class Realtime(Talk):
    """`/realtime`: a conversation, with turns of speech.

    A turn of speech is over when a chunk of silence (zero bytes) follows other audio.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._listens = True
        self._spoken = False

    def opens(self) -> Said:
        """The session, as it is before it is configured."""
        yield self._session("session.created")

    def _session(self, kind: str) -> Event:
        session = {"type": "realtime", "id": self.number("sess"), "model": self.model}
        return {"type": kind, "event_id": self.number("event"), "session": session}

    def hears(self, event: Mapping[str, Any]) -> Said:
        """Acknowledgements, and a response where one is asked for."""
        match event.get("type"):
            case "session.update":
                self._update(event.get("session") or {})
                yield self._session("session.updated")
            case "conversation.item.create":
                item = event.get("item") or {}
                self.told(_text_of(item))
                yield self._event("conversation.item.added", item=item)
                yield self._event("conversation.item.done", item=item)
            case "input_audio_buffer.append":
                yield from self._listen(str(event.get("audio") or ""))
            case "input_audio_buffer.commit":
                yield self._event("input_audio_buffer.committed")
            case "response.create":
                yield from self._respond(event.get("response") or {})
            case "input_audio_buffer.clear" | "response.cancel":
                yield self._event(str(event["type"]).replace("clear", "cleared"))
            case _:
                yield from super().hears(event)

    def _event(self, kind: str, **fields: Any) -> Event:
        return {"type": kind, "event_id": self.number("event"), **fields}

    def _update(self, session: Mapping[str, Any]) -> None:
        self.told(str(session.get("instructions") or ""))
        self.model = session.get("model") or self.model
        audio = (session.get("audio") or {}).get("input") or {}
        for place in (session, audio):
            if "turn_detection" in place:
                self._listens = place["turn_detection"] is not None

    def _listen(self, audio: str) -> Said:
        try:
            heard = any(base64.b64decode(audio))
        except binascii.Error:
            yield self.error("audio is not base64", {})
            return
        if heard:
            self._spoken = True
        elif self._spoken and self._listens:
            self._spoken = False
            yield self._event("input_audio_buffer.speech_stopped")
            yield self._event("input_audio_buffer.committed")
            yield from self._respond({})

    def _respond(self, asked: Mapping[str, Any]) -> Said:
        self.told(str(asked.get("instructions") or ""))
        for item in asked.get("input") or ():
            self.told(_text_of(item))
        response: Event = {
            "id": self.number("resp"),
            "object": "realtime.response",
            "status": "in_progress",
            "metadata": asked.get("metadata"),
            "output": [],
            "usage": None,
        }
        place = {"response_id": response["id"], "item_id": self.number("item")}
        place |= {"output_index": 0, "content_index": 0}
        yield self._event("response.created", response=response)
        pieces = self.reply()
        for piece in pieces:
            yield self._event("response.output_text.delta", **place, delta=piece)
        text = "".join(pieces)
        yield self._event("response.output_text.done", **place, text=text)
        item = {"id": place["item_id"], "type": "message", "role": "assistant"}
        item |= {"content": [{"type": "output_text", "text": text}]}
        ended = {**response, "status": "completed", "output": [item]}
        ended["usage"] = self._usage(text)
        yield self._event("response.done", response=ended)

    def _usage(self, text: str) -> Event:
        came, went = self.input_tokens, count_tokens(text)
        return {
            "input_tokens": came,
            "output_tokens": went,
            "total_tokens": came + went,
        }


class Translation(Talk):
    """`/realtime/translations`: what is heard is said again, at once."""

    def opens(self) -> Said:
        """The session, as it is before it is configured."""
        yield {"type": "session.created", "session": {"model": self.model}}

    def hears(self, event: Mapping[str, Any]) -> Said:
        """A chunk of speech for a chunk of speech."""
        match event.get("type"):
            case "session.update":
                yield {"type": "session.updated", "session": event.get("session")}
            case "session.input_audio_buffer.append":
                yield {"type": "session.output_transcript.delta", "delta": "So. "}
                audio = event.get("audio")
                yield {"type": "session.output_audio.delta", "delta": audio}
            case "session.close":
                yield {"type": "session.closed", "event_id": self.number("event")}
            case _:
                yield from super().hears(event)


class Live(Talk):
    """`/live/sessions`: a model that listens and speaks from the start to the end."""

    attached = False
    """Does somebody else hold the session already?"""

    def opens(self) -> Said:
        """Nothing, unless the session is under way."""
        if self.attached:
            yield self._started()

    def _started(self) -> Event:
        session = {"id": self.number("live"), "model": self.model}
        return {"type": "session.started", "session": session}

    def hears(self, event: Mapping[str, Any]) -> Said:
        """What the client's event has the session do."""
        name = str(event.get("type"))
        match name:
            case "session.start":
                self.model = (event.get("session") or {}).get("model") or self.model
                yield self._started()
            case "session.update":
                yield {"type": "session.updated", "session": event.get("session")}
            case "session.input_audio.append":
                yield {"type": "session.output_transcript.delta", "delta": "Mm. "}
            case "session.close":
                usage = {"seconds": 1.5}
                ended = {"reason": "close_requested", "usage": usage}
                yield {"type": "session.closed", **ended}
            case "response.create":
                yield from self._delegated(event)
            case "decision.create":
                usage = {"input_tokens": self.input_tokens, "output_tokens": 1}
                decision = {"id": self.number("dec"), "usage": usage}
                inner = {"type": "decision.completed", "decision": decision}
                yield {"type": "decision.event", "event": inner}
            case _ if name.endswith((".append", ".create")):
                self.told(str(event.get("content") or ""))
                yield {"type": f"{name}ed".replace("createed", "created")}
            case _:
                yield from super().hears(event)

    def _delegated(self, event: Mapping[str, Any]) -> Said:
        response: Event = {"id": self.number("resp"), "object": "response"}
        response |= {"model": "sandbox-backend", "status": "in_progress"}
        text = "".join(self.reply())
        usage = {"input_tokens": self.input_tokens}
        usage["output_tokens"] = count_tokens(text)
        ended = {**response, "status": "completed", "usage": usage}
        for kind, said in (
            ("response.created", {"response": response}),
            ("response.output_text.delta", {"delta": text}),
            ("response.completed", {"response": ended}),
        ):
            inner = {"type": kind, **said}
            asked = {"client_event_id": event.get("event_id")}
            yield {"type": "response.event", "event": inner, **asked}


class Attached(Live):
    """`/live/sessions/{id}/attach`: beside whoever holds the session."""

    attached = True


TALKS: Mapping[str, type[Talk]] = {
    "/responses": Responses,
    "/realtime": Realtime,
    "/realtime/translations": Translation,
    "/live/sessions": Live,
    "/live/sessions/{}/attach": Attached,
    "/live/sessions/{}/fork": Live,
}


def talk_at(path: str) -> type[Talk] | None:
    """What is spoken under a path below `/v1` or `/openai`; None when nothing is."""
    steps = [step for step in path.split("/") if step]
    while steps and (steps[0] == "openai" or steps[0] == "v1"):
        del steps[0]
    for pattern, talk in TALKS.items():
        wanted = pattern.strip("/").split("/")
        if len(steps) == len(wanted) and all(
            want in (step, "{}") for step, want in zip(steps, wanted, strict=True)
        ):
            return talk
    return None


def _text_of(item: Mapping[str, Any]) -> str:
    parts = item.get("content") or ()
    return " ".join(str(part["text"]) for part in parts if part.get("text"))
