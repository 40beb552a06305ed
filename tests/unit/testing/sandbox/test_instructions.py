from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox.blobs import Blob
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    Headers,
    Part,
    ReceivedRequest,
)
from affidavit.testing.sandbox.instructions import (
    Break,
    Instructions,
    call_key,
    instructions_in,
    tries_told,
)


def a_request(body: bytes = b"", **headers: str) -> ReceivedRequest:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return ReceivedRequest(
        method="POST",
        path="/v1/responses",
        headers=Headers([("Host", "127.0.0.1:1"), *pairs]),
        body=body,
    )


def forced(instructions: Instructions) -> Answer:
    reply = instructions.forced_reply(a_request())
    assert isinstance(reply, Answer)
    return reply


def test_every_header_is_read() -> None:
    headers = {
        "X-Sandbox-Status": "429",
        "X-Sandbox-Retry-After": "1.5",
        "X-Sandbox-Delay-Ms": "10",
        "X-Sandbox-Chunk-Delay-Ms": "11",
        "X-Sandbox-Fail-Times": "2",
        "X-Sandbox-Break": "mid-stream",
        "X-Sandbox-Redirect": "http://there/v1",
        "X-Sandbox-Chunks": "9",
        "X-Other": "ignored",
    }

    assert instructions_in(Headers(list(headers.items()))) == Instructions(
        status=429,
        retry_after="1.5",
        delay_ms=10,
        chunk_delay_ms=11,
        fail_times=2,
        break_at=Break.MID_STREAM,
        redirect="http://there/v1",
        chunks=9,
    )


def test_no_header_is_no_instruction() -> None:
    assert instructions_in(Headers()) == Instructions()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Status", "200"),
        ("Status", "+429"),
        ("Status", "teapot"),
        ("Status", "9" * 5000),
        ("Delay-Ms", "-1"),
        ("Delay-Ms", "600001"),
        ("Chunks", "0"),
        ("Break", "never"),
        ("Redirect", "http://[broken"),
        ("Retry-After", "\u00e9"),
        ("Unknown", "1"),
    ],
)
def test_a_header_that_makes_no_sense_is_declined(name: str, value: str) -> None:
    with pytest.raises(Declined) as caught:
        instructions_in(Headers([(f"X-Sandbox-{name}", value)]))

    assert caught.value.answer.status == 400


@given(st.text())
def test_a_value_that_would_split_a_header_is_refused(value: str) -> None:
    if value.isascii() and value.isprintable():
        return
    with pytest.raises(SettingsInvalid):
        Instructions(retry_after=value)


def test_a_call_fails_as_often_as_asked_and_then_succeeds() -> None:
    asked = Instructions(status=429, delay_ms=5, fail_times=2, chunks=7)

    assert [asked.for_try(earlier).status for earlier in range(4)] == [
        429,
        429,
        None,
        None,
    ]
    assert asked.for_try(2) == Instructions(chunks=7)


def test_failing_without_saying_how_is_a_500() -> None:
    assert Instructions(fail_times=1).for_try(0).status == 500
    slow = Instructions(fail_times=1, delay_ms=5)
    assert slow.for_try(0).status is None


def test_no_number_of_times_is_every_time() -> None:
    assert Instructions(status=503).for_try(1000).status == 503


def test_an_error_says_when_to_come_back() -> None:
    answer = forced(Instructions(status=429, retry_after="2"))

    assert (answer.status, answer.headers["retry-after"]) == (429, "2")
    assert orjson.loads(answer.body)["error"]["code"] == "rate_limit_exceeded"


def test_json_that_a_test_gives_is_the_whole_body() -> None:
    good = forced(Instructions(json={"a": 1}))
    bad = forced(Instructions(json={"a": 1}, status=500, retry_after="1"))

    assert (good.status, good.body) == (200, b'{"a":1}')
    assert (bad.status, bad.body) == (500, b'{"a":1}')
    assert bad.headers == {"content-type": "application/json", "retry-after": "1"}


def test_a_redirect_names_the_place_until_the_request_is_there() -> None:
    away = forced(Instructions(redirect="http://there/v1/responses"))
    here = Instructions(redirect="http://127.0.0.1:1/v1/responses")

    assert away.status == 307
    assert away.headers == {"location": "http://there/v1/responses"}
    assert here.forced_reply(a_request()) is None


def test_nothing_asked_forces_nothing() -> None:
    assert Instructions(delay_ms=5, text="Hi").forced_reply(a_request()) is None


def test_the_clients_own_count_is_believed_unless_it_has_a_key() -> None:
    assert tries_told(a_request(x_stainless_retry_count="2")) == 2
    assert (
        tries_told(a_request(x_stainless_retry_count="2", idempotency_key="k")) is None
    )
    assert tries_told(a_request(x_stainless_retry_count="9" * 99)) is None
    assert tries_told(a_request()) is None


def test_tries_of_one_call_have_one_key() -> None:
    assert call_key(a_request(b"1")) == call_key(a_request(b"1", x_trace="other"))
    assert call_key(a_request(b"1")) != call_key(a_request(b"2"))
    assert call_key(a_request(b"1", idempotency_key="k")) == call_key(
        a_request(b"2", idempotency_key="k")
    )


def test_forms_with_equal_parts_are_one_call_whatever_their_boundary() -> None:
    def a_form(content: bytes, boundary: bytes) -> ReceivedRequest:
        part = Part(name="file", filename="a", blob=Blob.of(content))
        return replace(a_request(boundary), parts=(part,))

    assert call_key(a_form(b"1", b"--x")) == call_key(a_form(b"1", b"--y"))
    assert call_key(a_form(b"1", b"--x")) != call_key(a_form(b"2", b"--x"))
