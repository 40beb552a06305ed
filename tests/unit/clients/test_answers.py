import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affidavit.calls import Ending
from affidavit.clients._answers import LARGEST_BODY, NOTHING, of_events, of_json


def sse(*events: Any) -> bytes:
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return b"".join(b"data: " + line.encode() + b"\n\n" for line in lines)


def test_a_chat_completion_says_who_answered_and_what_it_cost() -> None:
    answer = of_json(
        b'{"id":"c","model":"m","choices":[{"finish_reason":"stop"},{"finish_reason":"length"}'
        b'],"usage":{"prompt_tokens":3,"completion_tokens":4}}'
    )
    assert (answer.response_id, answer.model) == ("c", "m")
    assert (answer.input_tokens, answer.output_tokens) == (3, 4)
    assert answer.finish_reason == "stop,length"


def test_a_response_says_why_it_is_incomplete() -> None:
    body = {
        "id": "r",
        "object": "response",
        "status": "incomplete",
        "incomplete_details": {"reason": "max_output_tokens"},
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    answer = of_json(json.dumps(body).encode())
    assert answer.finish_reason == "max_output_tokens"
    assert (answer.input_tokens, answer.output_tokens) == (1, 2)


def test_embeddings_have_no_output_tokens() -> None:
    answer = of_json(b'{"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}')
    assert (answer.input_tokens, answer.output_tokens) == (8, None)


def test_what_is_no_object_or_too_large_says_nothing() -> None:
    for body in (b"", b"<html>", b"[1]", b'{"id":', b"{" + b" " * LARGEST_BODY + b"}"):
        assert of_json(body) == NOTHING


def test_claims_of_the_wrong_kind_are_not_taken() -> None:
    body = (
        b'{"id":1,"model":null,"usage":{"prompt_tokens":true,"completion_tokens":-1}}'
    )
    assert of_json(body) == NOTHING
    assert (
        len(of_json(json.dumps({"id": "x" * 9999}).encode()).response_id or "") == 256
    )


def test_a_finished_chat_stream_is_read_from_its_end() -> None:
    tail = sse(
        {"id": "c", "model": "m", "choices": [{"finish_reason": "stop"}]},
        {
            "id": "c",
            "choices": [],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
        "[DONE]",
    )
    stream = of_events(tail, tail)
    assert stream.ending is Ending.COMPLETE
    assert stream.answer.finish_reason == "stop"
    assert (stream.answer.input_tokens, stream.answer.output_tokens) == (1, 2)


def test_a_finished_response_stream_needs_no_done() -> None:
    final = {
        "type": "response.completed",
        "response": {
            "id": "r",
            "object": "response",
            "status": "completed",
            "usage": {"input_tokens": 5, "output_tokens": 6},
        },
    }
    created = {"type": "response.created", "response": {"id": "r", "model": "m"}}
    stream = of_events(sse(created), b'truncated"}\n\n' + sse(final))
    assert stream.ending is Ending.COMPLETE
    assert stream.answer.finish_reason == "completed"
    assert (stream.answer.model, stream.answer.input_tokens) == ("m", 5)


def test_a_stream_that_stops_in_between_has_not_ended() -> None:
    stream = of_events(sse({"id": "c", "choices": [{"delta": {}}]}), b"data: {")
    assert stream.ending is None


def test_long_events_are_looked_for_further_back() -> None:
    long = [{"id": "c", "choices": [], "text": "x" * 9000} for _ in range(12)]
    usage = {"id": "c", "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    stream = of_events(b"", sse(usage, *long, "[DONE]"))
    assert stream.answer.output_tokens == 2


def test_an_error_event_is_an_error() -> None:
    for event in (
        {"error": {"code": "server_error", "message": "m"}},
        {"type": "error", "code": "server_error"},
    ):
        stream = of_events(b"", sse({"id": "c"}, event))
        assert (stream.ending, stream.error) == (Ending.ERROR, "server_error")


def test_done_is_seen_with_any_line_end() -> None:
    for end in (b"\n\n", b"\r\n\r\n", b"\n", b""):
        assert of_events(b"", b"data: [DONE]" + end).ending is Ending.COMPLETE


def test_the_word_done_inside_an_answer_ends_nothing() -> None:
    event = {"choices": [{"delta": {"content": "\n\ndata: [DONE]\n\n"}}]}
    assert of_events(b"", sse(event)).ending is None


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_raise(head: bytes, tail: bytes) -> None:
    of_events(head, tail)
    of_json(head)


def test_an_upload_names_the_file_that_it_was_made_into() -> None:
    upload = {"id": "upload_1", "object": "upload", "file": {"id": "file-1"}}

    answer = of_json(json.dumps(upload).encode())
    assert (answer.response_id, answer.file_id) == ("upload_1", "file-1")
    assert of_json(json.dumps(upload | {"file": None}).encode()).file_id is None
    assert of_json(json.dumps(upload | {"object": "x"}).encode()).file_id is None
