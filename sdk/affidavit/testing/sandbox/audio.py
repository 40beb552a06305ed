"""POST /v1/audio/speech, transcriptions and translations.

Speech is a WAV of one tone, a twentieth of a second a word. A transcript says how many
bytes came, since nobody listens. Knows OpenAI's forms of both, and nothing of sound.
"""

import io
import math
import struct
import wave
from collections.abc import Callable, Mapping
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    declined_parameter,
    field_text,
    file_part,
    json_object,
    model_named,
)
from affidavit.testing.sandbox.http import (
    Answer,
    Reply,
    event_stream,
    json_answer,
    sse_event,
)
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import tokens_of

_RATE: Final = 8_000
_PITCH: Final = 440
_LOUD: Final = 8_000
_SECONDS_A_WORD: Final = 0.05
_LONGEST_SECONDS: Final = 60.0
_VTT: Final = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{}\n\n"
_SRT: Final = "1\n00:00:00,000 --> 00:00:01,000\n{}\n\n"


def answer_speech(asked: Asked) -> Reply:
    """A WAV, whatever `response_format` asks for: programs that play it can tell."""
    body = json_object(asked.request)
    model_named(body, asked.deployment)
    text, voice = body.get("input"), body.get("voice")
    if not isinstance(text, str) or not text:
        raise declined_parameter("input", "text, and is required")
    if not isinstance(voice, str | dict):
        raise declined_parameter("voice", "the name of a voice, and is required")
    if body.get("stream_format", "audio") != "audio":
        raise declined_parameter("stream_format", "'audio': the sandbox has no other")
    return Answer(headers={"content-type": "audio/wav"}, body=wav(len(text.split())))


def wav(words: int) -> bytes:
    """A tone as long as so many words, at most a minute: mono, 16 bits, 8 kHz."""
    frames = int(min(words * _SECONDS_A_WORD, _LONGEST_SECONDS) * _RATE)
    step = 2 * math.pi * _PITCH / _RATE
    samples = (round(_LOUD * math.sin(step * number)) for number in range(frames))
    kept = io.BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(struct.pack(f"<{frames}h", *samples))
    return kept.getvalue()


def answer_transcript(asked: Asked) -> Reply:
    """A transcript in the form asked for, or streamed; `Declined` without a file."""
    request = asked.request
    size = file_part(request, "file").blob.size
    if not field_text(request, "model") and asked.deployment is None:
        raise declined_parameter("model", "the name of a model, and is required")
    text = asked.manner.exactly or f"You sent {size} bytes of audio."
    if field_text(request, "stream") == "true":
        return _streamed(text)
    wanted = field_text(request, "response_format") or "json"
    form = _FORMS.get(wanted)
    if form is None:
        raise declined_parameter("response_format", f"one of {', '.join(_FORMS)}")
    return form(text)


def _plain(text: str) -> Answer:
    kind = {"content-type": "text/plain; charset=utf-8"}
    return Answer(headers=kind, body=text.encode())


def _verbose(text: str) -> Answer:
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": 1.0,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": 0.0,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }
    return json_answer(
        {"language": "english", "duration": 1.0, "text": text, "segments": [segment]}
    )


_FORMS: Final[Mapping[str, Callable[[str], Answer]]] = {
    "json": lambda text: json_answer({"text": text}),
    "text": lambda text: _plain(f"{text}\n"),
    "verbose_json": _verbose,
    "srt": lambda text: _plain(_SRT.format(text)),
    "vtt": lambda text: _plain(_VTT.format(text)),
}


def _streamed(text: str) -> Reply:
    events: list[Mapping[str, Any]] = [
        {"type": "transcript.text.delta", "delta": token} for token in tokens_of(text)
    ]
    events.append({"type": "transcript.text.done", "text": text})
    return event_stream([sse_event(event, name=event["type"]) for event in events])


def _route(path: str, answer: Callable[[Asked], Reply]) -> Route:
    return Route(
        method="POST",
        pattern=f"audio/{path}",
        endpoint=f"audio.{path}",
        answer=answer,
        in_deployments=True,
    )


ROUTES: Final = (
    _route("speech", answer_speech),
    _route("transcriptions", answer_transcript),
    _route("translations", answer_transcript),
)
