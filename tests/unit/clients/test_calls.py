import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from openai import NotGiven, Omit
from pydantic import BaseModel

from affidavit.calls import Call
from affidavit.clients import _calls
from affidavit.clients._calls import Site, header
from affidavit.clients.errors import CallUngoverned

OPENAI = Site.of("https://api.openai.com/v1/")
AZURE = Site.of("https://acme.openai.azure.com/openai/deployments/d/", azure=True)


@dataclass
class Asked:
    method: str = "post"
    url: str = "/chat/completions"
    headers: Any = field(default_factory=NotGiven)
    json_data: Any = None
    extra_json: Any = None
    content: Any = None
    files: Any = None


def call(site: Site = OPENAI, **changes: Any) -> Call:
    return _calls.call(Asked(**changes), site, purpose="support")


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://eu.api.openai.com/v1", "openai"),
        ("https://API.openai.com./v1", "openai"),
        ("https://acme.openai.azure.com/openai", "azure"),
        ("https://acme.services.ai.azure.com/openai/v1", "azure"),
        ("https://acme.cognitiveservices.azure.com/openai", "azure"),
        ("https://evilapi.openai.com.example/v1", "other"),
        ("https://notapi.openai.community/v1", "other"),
        ("http://127.0.0.1:8000/v1", "other"),
        ("https://gateway.example/v1", "other"),
    ],
)
def test_the_host_says_whose_terms_apply(url: str, provider: str) -> None:
    assert Site.of(url).provider == provider


def test_an_azure_client_is_azure_whatever_its_host() -> None:
    assert Site.of("https://gateway.example/openai", azure=True).provider == "azure"


def test_the_fields_that_rules_read_are_taken_from_the_body() -> None:
    seen = call(
        json_data={
            "model": "gpt",
            "messages": [{"role": "user", "content": "hello"}],
            "user": "u-1",
            "safety_identifier": "s-1",
            "n": 2,
        },
        headers={"OpenAI-Project": "proj_1"},
    )
    assert (seen.endpoint, seen.provider, seen.host) == (
        "chat.completions",
        "openai",
        "api.openai.com",
    )
    assert (seen.model, seen.purpose, seen.project) == ("gpt", "support", "proj_1")
    assert (seen.subject, seen.safety_id, seen.parameters) == ("u-1", "s-1", {"n": 2})
    assert [text.value for text in seen.texts] == ["hello"]
    assert json.loads(seen.content)["user"] == "u-1"
    assert seen.content.startswith(b'{"messages":')  # keys are sorted


def test_extra_body_counts_as_it_will_be_sent() -> None:
    seen = call(
        json_data={"model": "small", "n": 1, "user": "u"},
        extra_json={"model": "large", "user": Omit()},
    )
    assert (seen.model, seen.subject) == ("large", None)
    assert seen.content == b'{"model":"large","n":1}'
    assert call(extra_json={"model": "alone"}).model == "alone"


def test_a_model_object_is_read_as_the_sdk_writes_it() -> None:
    class Message(BaseModel):
        role: str = "user"
        content: str
        name: str | None = None

    seen = call(json_data={"messages": [Message(role="user", content="hi")]})

    assert seen.content == b'{"messages":[{"content":"hi","role":"user"}]}'
    assert [text.value for text in seen.texts] == ["hi"]


def test_raw_json_bytes_are_read_like_a_body() -> None:
    seen = call(content=b'{"model": "gpt", "prompt": "hi"}')
    assert (seen.model, [text.value for text in seen.texts]) == ("gpt", ["hi"])
    assert call(json_data=b'{"model":"gpt"}').model == "gpt"


def test_bytes_that_are_no_json_are_committed_to_by_digest() -> None:
    seen = call(url="/uploads/u/parts", content=b"\x00\x01")
    assert seen.unread == {"bytes": 1}
    assert json.loads(seen.content)["bytes"] == 2


def test_a_stream_is_left_unread_because_reading_would_spend_it() -> None:
    source = io.BytesIO(b"x")
    seen = call(content=source)
    assert (seen.unread, seen.content, source.tell()) == ({"streams": 1}, b"", 0)


def test_files_are_counted_and_their_form_is_the_content() -> None:
    seen = call(
        url="/files",
        json_data={"purpose": "batch", "model": "m"},
        files=[("file", b"data")],
        headers={"Content-Type": "multipart/form-data"},
    )
    assert (seen.endpoint, seen.unread) == ("files.create", {"files": 1})
    assert seen.content == b'{"model":"m","purpose":"batch"}'
    assert (seen.model, seen.texts) == ("m", ())


def test_what_a_form_says_beside_its_files_is_read() -> None:
    seen = call(
        url="/images/edits",
        json_data={"prompt": "A parcel", "model": "m", "n": 2, "size": "auto"},
        files=[("image", b"png")],
    )
    assert [(text.role, text.value) for text in seen.texts] == [("input", "A parcel")]
    assert (seen.model, seen.parameters) == ("m", {"n": 2, "size": "auto"})


@pytest.mark.parametrize("kind", [dict, list])
def test_json_within_a_form_is_read_as_the_body_that_it_is(
    kind: Callable[[object], object],
) -> None:
    session = b'{"model": "gpt-realtime", "instructions": "Be brief."}'
    parts = [
        ("sdp", (None, b"v=0", "application/sdp")),
        ("session", (None, session, "application/json")),
        ("broken", (None, b"{", "application/json")),
        ("file", ("a.json", b"{}", "application/json")),
    ]
    seen = call(url="/realtime/calls", files=kind(parts))
    assert (seen.endpoint, seen.model) == ("realtime.calls.create", "gpt-realtime")
    assert [text.value for text in seen.texts] == ["Be brief."]
    assert json.loads(seen.content) == {"session": json.loads(session)}


def test_a_get_sends_no_body_whatever_it_was_given() -> None:
    assert call(method="get", url="/models", json_data={"model": "x"}).content == b""


def test_what_is_not_json_does_not_leave() -> None:
    with pytest.raises(CallUngoverned, match="cannot be written as JSON"):
        call(json_data={"messages": object()})
    with pytest.raises(CallUngoverned):
        call(json_data={"model": "\ud800"})


def test_an_integer_beyond_64_bits_is_still_decided_about() -> None:
    assert call(json_data={"seed": 2**70}).content == b'{"seed":%d}' % 2**70


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("chat/completions", "chat.completions"),
        ("//chat/completions", "other:POST ://chat/completions"),
        ("/chat/completions?x=https://elsewhere/", "chat.completions"),
        ("https://api.openai.com/v1/chat/completions", "chat.completions"),
        ("https://API.OPENAI.COM/v1/responses#x", "responses"),
        ("/unheard/of", "other:POST /unheard/of"),
        ("https://api.openai.com/other", "other:POST /other"),
        ("http://api.openai.com/v1/responses", "other:POST http://api.openai.com/v1/responses"),
        ("https://elsewhere.example/v1/responses", "other:POST https://elsewhere.example/v1/responses"),
        ("https://api.openai.com@evil.example/v1/responses", "other:POST https://evil.example/v1/responses"),
    ],
)  # fmt: skip
def test_the_endpoint_is_where_the_bytes_would_go(url: str, endpoint: str) -> None:
    assert call(url=url).endpoint == endpoint


def test_another_origin_is_judged_by_its_own_host() -> None:
    seen = call(AZURE, url="https://elsewhere.example/v1/responses")
    assert (seen.host, seen.provider) == ("elsewhere.example", "other")


@pytest.mark.parametrize(
    ("site", "url", "endpoint", "model"),
    [
        (AZURE, "/chat/completions", "chat.completions", "d"),
        (AZURE, "https://acme.openai.azure.com/openai/models", "models.list", "body"),
        (
            Site.of("https://acme.openai.azure.com/openai/", azure=True),
            "/deployments/gpt%204/chat/completions",
            "chat.completions",
            "gpt 4",
        ),
        (
            Site.of("https://acme.openai.azure.com/openai/v1/", azure=True),
            "/responses",
            "responses",
            "body",
        ),
    ],
)
def test_azure_names_the_deployment(
    site: Site, url: str, endpoint: str, model: str
) -> None:
    method = "get" if "models" in url else "post"
    seen = call(site, method=method, url=url, json_data={"model": "body"})
    assert seen.endpoint == endpoint
    assert seen.model == (model if method == "post" else None)


def test_the_last_spelling_of_a_header_counts_and_omitted_ones_do_not() -> None:
    assert header({"X-A": "1", "x-a": "2"}, "x-a") == "2"
    assert header({"X-A": Omit()}, "x-a") is None
    assert header(NotGiven(), "x-a") is None
