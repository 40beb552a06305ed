import orjson
import pytest

from affidavit.testing.sandbox.http import (
    Declined,
    Headers,
    ReceivedRequest,
    error_answer,
    event_stream,
    sse_event,
)


def test_a_representation_hides_credentials() -> None:
    shown = repr(Headers([("Authorization", "Bearer sk-1"), ("Host", "here")]))

    assert "sk-1" not in shown
    assert "here" in shown


def test_headers_that_are_absent_are_absent() -> None:
    headers = Headers([("Host", "here")])

    assert headers.get("Accept") is None
    assert dict(headers) == {"host": "here"}


def test_a_body_that_is_not_json_has_no_json() -> None:
    assert ReceivedRequest(method="POST", path="/", body=b"{").json is None
    assert ReceivedRequest(method="POST", path="/", body=b"[1]").json == [1]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "invalid_request_error", None),
        (401, "invalid_request_error", "invalid_api_key"),
        (429, "requests", "rate_limit_exceeded"),
        (500, "server_error", None),
    ],
)
def test_errors_have_openais_shape(status: int, kind: str, code: str | None) -> None:
    answer = error_answer(status, "why")

    assert answer.status == status
    assert orjson.loads(answer.body) == {
        "error": {"message": "why", "type": kind, "param": None, "code": code}
    }


def test_a_declined_request_carries_its_answer() -> None:
    declined = Declined(405, "no", headers={"allow": "GET"})

    assert declined.answer.status == 405
    assert declined.answer.headers["allow"] == "GET"
    assert str(declined) == "no"


def test_events_are_framed_for_server_sent_events() -> None:
    assert sse_event({"a": 1}) == b'data: {"a":1}\n\n'
    assert sse_event({"a": "\n"}, name="x") == b'event: x\ndata: {"a":"\\n"}\n\n'
    assert event_stream([b"x"]).headers["content-type"].startswith("text/event-stream")
