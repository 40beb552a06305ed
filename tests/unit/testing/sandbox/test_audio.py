import io
import wave
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import OpenAI

from affidavit.testing.sandbox.audio import wav
from support.sandboxed import a_client, faithful

SOUND = ("a.wav", wav(1))
SAID = f"You sent {len(SOUND[1])} bytes of audio."


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def test_speech_is_a_sound_as_long_as_its_words(client: OpenAI) -> None:
    made = client.audio.speech.create(model="tts-1", voice="alloy", input="Where is it")
    with wave.open(io.BytesIO(made.read())) as sound:
        seconds = sound.getnframes() / sound.getframerate()

    assert seconds == pytest.approx(0.15)


@pytest.mark.parametrize(
    "change", [{"input": ""}, {"voice": None}, {"stream_format": "sse"}, {"model": ""}]
)
def test_speech_that_cannot_be_is_400(client: OpenAI, change: Any) -> None:
    body = {"model": "tts-1", "voice": "alloy", "input": "Hi", **change}

    with pytest.raises(openai.BadRequestError, match=next(iter(change))):
        client.post("/audio/speech", body=body, cast_to=object)


def test_a_transcript_says_how_much_came(client: OpenAI) -> None:
    heard = faithful(client.audio.transcriptions.create(file=SOUND, model="whisper-1"))
    translated = client.post(  # openai 3 warns of the method that does this
        "/audio/translations",
        body={"model": "whisper-1"},
        files={"file": SOUND},
        options={"headers": {"Content-Type": "multipart/form-data"}},
        cast_to=object,
    )

    assert {"text": heard.text} == translated == {"text": SAID}


@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
def test_a_transcript_comes_as_text(client: OpenAI, form: Any) -> None:
    heard: Any = client.audio.transcriptions.create(
        file=SOUND, model="whisper-1", response_format=form
    )

    assert SAID in heard


def test_a_verbose_transcript_has_segments(client: OpenAI) -> None:
    heard = client.audio.transcriptions.create(
        file=SOUND, model="whisper-1", response_format="verbose_json"
    )

    segments = faithful(heard).segments
    assert segments is not None
    assert segments[0].text == SAID


def test_a_transcript_is_streamed(client: OpenAI) -> None:
    events: list[Any] = list(
        client.audio.transcriptions.create(
            file=SOUND, model="gpt-4o-transcribe", stream=True
        )
    )

    assert "".join(event.delta for event in events[:-1]) == events[-1].text == SAID


@pytest.mark.parametrize(
    "fields", [{"model": "whisper-1", "response_format": "wax"}, {"model": ""}]
)
def test_a_transcript_that_cannot_be_is_400(client: OpenAI, fields: Any) -> None:
    with pytest.raises(openai.BadRequestError, match=list(fields)[-1]):
        client.post(
            "/audio/transcriptions",
            body=fields,
            files={"file": SOUND},
            options={"headers": {"Content-Type": "multipart/form-data"}},
            cast_to=object,
        )
