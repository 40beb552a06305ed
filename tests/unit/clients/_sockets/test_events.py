import importlib
import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit.clients._sockets.events import (
    EVENTS,
    Kind,
    Manner,
    canonical,
    endpoint,
    loads,
    manner,
    read,
    said,
    transcribes,
    turns,
)
from affidavit.endpoints import CONNECTIONS


def event(body: dict[str, Any]) -> Any:
    return read(json.dumps(body).encode())


def texts(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(text.role, text.value) for text in said(event(body)).texts]


def _client_events() -> Iterator[tuple[str, Any]]:
    """Every union of client events that a websocket of the installed openai takes."""
    root = Path(openai.__file__).parent
    for path in sorted((root / "resources").rglob("*.py")):
        if re.search(
            r"^class \w+ConnectionManager", path.read_text("utf-8"), re.MULTILINE
        ):
            name = ".".join(path.relative_to(root.parent).with_suffix("").parts)
            module = importlib.import_module(name)
            for each in dir(module):
                if each.endswith("ClientEvent"):
                    yield f"{name}.{each}", getattr(module, each)


def _types(union: Any) -> Iterator[str]:
    arguments = typing.get_args(union)
    if typing.get_origin(union) is typing.Annotated:
        yield from _types(arguments[0])
    elif typing.get_origin(union) is typing.Union:
        for each in arguments:
            yield from _types(each)
    else:
        yield from typing.get_args(union.model_fields["type"].annotation)


def test_every_client_event_of_the_installed_openai_is_classified() -> None:
    found = dict(_client_events())
    assert len(found) >= 4
    for where, union in found.items():
        unknown = set(_types(union)) - EVENTS.keys()
        assert not unknown, f"{where}: say in EVENTS what {unknown} do"


def test_every_socket_has_a_manner() -> None:
    assert {manner(name) for name in CONNECTIONS} == set(Manner)
    assert manner("what.connect") is Manner.ALWAYS


@pytest.mark.parametrize(
    ("path", "base", "name"),
    [
        ("/v1/realtime", "/v1/", "realtime.connect"),
        ("/v1/responses", "/v1", "responses.connect"),
        ("/v1/realtime/translations", "/v1/", "realtime.translations.connect"),
        ("/gateway/x/realtime", "/gateway/x/", "realtime.connect"),
        ("/openai/realtime", "/openai/deployments/d", "realtime.connect"),
        ("/openai/v1/realtime", "/openai/v1/", "realtime.connect"),
        ("/v1/live/sessions", "/v1/", "live.connect"),
        ("/v1/live/sessions/s/attach", "/v1/", "live.sideband.connect"),
        ("/v1/live/sessions/s/fork", "/v1/", "live.forks.connect"),
        ("/v1/live/sessions/../fork", "/v1/", None),
        ("/v1/else", "/v1/", None),
        ("/x/v1/realtime", "/v1/", None),
    ],
)
def test_a_socket_is_named_by_its_path(path: str, base: str, name: str | None) -> None:
    assert endpoint(path, base) == name


def test_what_is_not_understood_counts_as_put_to_a_model() -> None:
    for frame in (b"", b"\xff", b"[1]", b'"x"', b"{}", b'{"type": 1}', b'{"type":"n"}'):
        assert read(frame).kind is Kind.PUTS
    assert said(read(b"\xff")).unread == {"bytes": 1}
    unknown = {"type": "new.event", "deep": [{"words": "hidden"}]}
    assert texts(unknown) == [("input", "hidden")]
    assert said(event(unknown)).parameters == {"event": "new.event"}
    assert said(read(b'{"a":"b"}')).parameters == {"event": "unknown"}


def test_json_that_only_python_reads_is_read() -> None:
    assert loads(b'{"a": NaN}').keys() == {"a"}
    assert loads(b'{"a": "\\ud800"}') == {"a": "\ud800"}
    assert canonical(read(b'{"a": "\\ud800"}'), told=0, told_digest=b"")


def test_what_an_event_says_is_read_wherever_it_stands() -> None:
    item = {"role": "user", "content": [{"type": "input_text", "text": "hello"}]}
    assert texts({"type": "conversation.item.create", "item": item}) == [
        ("user", "hello")
    ]
    realtime = {"instructions": "be kind", "input": [item]}
    asked = {"type": "response.create", "response": realtime, "input": "outer"}
    assert [value for _, value in texts(asked)] == ["outer", "be kind", "hello"]
    appended = {"type": "session.instructions.append", "content": "now"}
    assert texts(appended) == [("developer", "now")]
    thought = {"type": "session.thinking.append", "content": "hm"}
    assert texts(thought) == [("assistant", "hm")]
    session = {"instructions": "act", "model": "m", "safety_identifier": "s"}
    update = event({"type": "session.update", "session": session})
    assert [text.value for text in said(update).texts] == ["act"]
    assert (said(update).model, said(update).safety_id) == ("m", "s")


def test_the_models_behind_a_session_are_found() -> None:
    backend = {"type": "responses", "responses": {"model": "b", "instructions": "do"}}
    session = {"model": "live", "delegation": backend}
    start = said(event({"type": "session.start", "session": session}))
    assert (start.model, start.delegate) == ("live", "b")
    assert "do" in [text.value for text in start.texts]


def test_what_a_question_is_marked_with_is_kept() -> None:
    asked = {"type": "response.create", "response": {"metadata": {"k": "v"}}}
    assert said(event(asked)).metadata == {"k": "v"}
    assert said(event({"type": "response.create", "metadata": {}})).metadata is None


def test_audio_is_counted_and_not_read() -> None:
    spoken = event({"type": "input_audio_buffer.append", "audio": "AAAA"})
    assert said(spoken).unread == {"audio": 1}
    assert said(spoken).texts == ()


def test_the_commitment_covers_the_event_and_what_came_before_it() -> None:
    one = read(b'{"type":"response.create","a":1}')
    same = read(b'{"a": 1, "type": "response.create"}')
    digest = b"\x00" * 32
    assert canonical(one, told=1, told_digest=digest) == canonical(
        same, told=1, told_digest=digest
    )
    assert canonical(one, told=2, told_digest=digest) != canonical(
        one, told=1, told_digest=digest
    )
    assert b"sha256" in canonical(read(b"\xff"), told=0, told_digest=digest)


def test_turn_detection_is_read_in_both_places() -> None:
    assert list(turns({})) == []
    assert list(turns({"turn_detection": None})) == [(False, False)]
    off = {"create_response": False, "interrupt_response": False}
    assert list(turns({"audio": {"input": {"turn_detection": off}}})) == [
        (False, False)
    ]
    idle = {"type": "server_vad", "idle_timeout_ms": 5000}
    assert list(turns({"turn_detection": idle})) == [(True, True)]


def test_a_session_that_transcribes_is_known() -> None:
    assert transcribes({"type": "transcription"})
    assert transcribes({"audio": {"input": {"transcription": {"model": "w"}}}})
    assert not transcribes({"type": "realtime"})
