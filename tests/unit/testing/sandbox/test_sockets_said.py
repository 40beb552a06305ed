from itertools import count
from typing import Any

import pytest

from affidavit.testing.sandbox.sockets_said import (
    Attached,
    Live,
    Realtime,
    Responses,
    Talk,
    Translation,
    talk_at,
)


def a_talk(kind: type[Talk], model: str | None = "m") -> Talk:
    numbers = count()
    return kind(model=model, new_serial=lambda: str(next(numbers)), now=0)


def types(talk: Talk, kind: str, **fields: Any) -> list[str]:
    return [said["type"] for said in talk.hears({"type": kind, **fields})]


ITEM = {"content": [{"type": "input_text", "text": "Where is parcel 12?"}]}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/responses", Responses),
        ("/v1/realtime", Realtime),
        ("/openai/v1/realtime", Realtime),
        ("/openai/realtime", Realtime),
        ("/v1/realtime/translations", Translation),
        ("/v1/live/sessions", Live),
        ("/v1/live/sessions/s/fork", Live),
        ("/v1/live/sessions/s/attach", Attached),
        ("/v1/files", None),
    ],
)
def test_what_is_spoken_depends_on_the_path(path: str, kind: type | None) -> None:
    assert talk_at(path) is kind


def test_a_responses_socket_speaks_the_events_of_the_stream() -> None:
    talk = a_talk(Responses)
    asked = {"type": "response.create", "model": "m", "input": "hi", "stream_id": "l"}
    said = list(talk.hears(asked))
    assert said[0]["type"] == "response.created"
    assert said[-1]["type"] == "response.completed"
    assert said[-1]["response"]["usage"]["output_tokens"] > 0
    assert {each["stream_id"] for each in said} == {"l"}
    assert types(talk, "response.create", input="no model") == ["error"]
    assert types(talk, "response.steer") == ["error"]


def test_a_realtime_socket_answers_what_it_was_told() -> None:
    talk = a_talk(Realtime)
    assert [said["type"] for said in talk.opens()] == ["session.created"]
    told = types(talk, "conversation.item.create", item=ITEM)
    assert told == ["conversation.item.added", "conversation.item.done"]
    asked = {"metadata": {"a": "b"}, "instructions": "x", "input": [ITEM]}
    said = list(talk.hears({"type": "response.create", "response": asked}))
    assert said[0]["response"]["metadata"] == {"a": "b"}
    done = said[-1]["response"]
    assert "parcel" in done["output"][0]["content"][0]["text"]
    assert done["usage"]["total_tokens"] > done["usage"]["output_tokens"] > 0
    for kind in ("input_audio_buffer.clear", "response.cancel", "session.update"):
        assert len(types(talk, kind)) == 1
    assert types(talk, "input_audio_buffer.commit") == ["input_audio_buffer.committed"]
    assert types(talk, "nonsense") == ["error"]


def test_silence_after_speech_ends_a_turn() -> None:
    talk = a_talk(Realtime)
    append = "input_audio_buffer.append"
    assert types(talk, append, audio="AAAA") == []
    assert types(talk, append, audio="AQID") == []
    assert types(talk, append, audio="AAAA")[-1] == "response.done"
    assert types(talk, append, audio="AAAA") == []
    assert types(talk, append, audio="A") == ["error"]
    off = {"audio": {"input": {"turn_detection": None}}, "model": "new"}
    types(talk, "session.update", session=off)
    assert talk.model == "new"
    types(talk, append, audio="AQID")
    assert types(talk, append, audio="AAAA") == []


def test_a_translation_speaks_for_each_chunk_until_it_is_closed() -> None:
    talk = a_talk(Translation)
    assert [said["type"] for said in talk.opens()] == ["session.created"]
    assert types(talk, "session.update") == ["session.updated"]
    said = types(talk, "session.input_audio_buffer.append", audio="AQID")
    assert said[-1] == "session.output_audio.delta"
    assert types(talk, "session.close") == ["session.closed"]
    assert types(talk, "nonsense") == ["error"]


def test_a_live_session_answers_each_event() -> None:
    talk = a_talk(Live, model=None)
    assert list(talk.opens()) == []
    assert [said["type"] for said in a_talk(Attached).opens()] == ["session.started"]
    assert types(talk, "session.start", session={"model": "l"}) == ["session.started"]
    assert talk.model == "l"
    for kind, answer in (
        ("session.update", "session.updated"),
        ("session.input_audio.append", "session.output_transcript.delta"),
        ("session.thinking.append", "session.thinking.appended"),
        ("decision.item.create", "decision.item.created"),
        ("decision.create", "decision.event"),
        ("session.close", "session.closed"),
        ("nonsense", "error"),
    ):
        assert types(talk, kind, content="x") == [answer]
    said = list(talk.hears({"type": "response.create", "event_id": "e"}))
    assert [each["event"]["type"] for each in said][-1] == "response.completed"
    assert {each["client_event_id"] for each in said} == {"e"}
    assert list(a_talk(Talk).opens()) == []
