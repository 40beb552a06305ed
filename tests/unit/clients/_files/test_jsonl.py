"""A line of a batch is a call; a line to train on is text; anything else says why."""

import json
from typing import Any

import pytest

from affidavit.calls import Call, Line
from affidavit.clients._calls import Site
from affidavit.clients._files.jsonl import OVERLAP, WINDOW, Use, parsed, use
from affidavit.clients._files.lines import RawLine

SITE = Site.of("https://api.openai.com/v1")
UPLOAD = Call(
    endpoint="files.create",
    provider="openai",
    host="api.openai.com",
    origin="https://api.openai.com",
    purpose="nightly",
    project="proj_1",
    parameters={"file_purpose": "fine-tune"},
    content=b"{}",
)
BODY = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Where is my parcel?"}],
    "n": 2,
    "user": "u-1",
    "safety_identifier": "s-1",
}


def line(value: object, kind: Use = Use.CALLS, site: Site = SITE) -> Line:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    (found,) = parsed(RawLine(number=7, data=data), kind, UPLOAD, site)
    return found


def batched(**changes: Any) -> dict[str, Any]:
    made = {
        "custom_id": "a-1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": BODY,
    }
    return made | changes


def call_of(found: Line) -> Call:
    assert found.call is not None
    return found.call


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("batch", Use.CALLS),
        ("fine-tune", Use.TEXTS),
        ("evals", Use.PERHAPS),
        ("assistants", Use.UNREAD),
        ("vision", Use.UNREAD),
        (None, Use.UNREAD),
    ],
)
def test_what_a_file_is_for_says_what_its_lines_are(
    purpose: str | None, expected: Use
) -> None:
    assert use(purpose) is expected


def test_a_batch_line_is_the_call_that_the_provider_will_make_of_it() -> None:
    found = line(batched())
    call = call_of(found)

    assert (found.number, found.name) == (7, "a-1")
    assert call.endpoint == "chat.completions"
    assert call.model == "gpt-4o-mini"
    assert (call.purpose, call.project) == ("nightly", "proj_1")
    assert (call.subject, call.safety_id) == ("u-1", "s-1")
    assert call.parameters["n"] == 2
    assert [(text.role, text.value) for text in call.texts] == [
        ("user", "Where is my parcel?")
    ]


def test_a_batch_line_for_another_host_is_a_call_there() -> None:
    call = call_of(line(batched(url="https://elsewhere.example/v1/responses")))

    assert call.endpoint == "other:POST https://elsewhere.example/v1/responses"
    assert call.host == "elsewhere.example"


def test_a_batch_line_for_azure_names_its_deployment_as_the_model() -> None:
    site = Site.of("https://acme.openai.azure.com/openai/", azure=True)
    call = call_of(line(batched(url="/chat/completions"), site=site))

    assert (call.endpoint, call.provider) == ("chat.completions", "azure")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        ([1], "not a JSON object"),
        (batched(url=None), "`method`, `url` and `body`"),
        (batched(body="{}"), "`method`, `url` and `body`"),
        ({"custom_id": "a", "body": {}}, "`method`, `url` and `body`"),
    ],
)
def test_a_line_that_is_no_call_says_why(value: object, problem: str) -> None:
    found = line(value)

    assert found.call is None
    assert problem in (found.problem or "")


def test_a_line_over_the_limit_says_so() -> None:
    (found,) = parsed(RawLine(number=3, data=None), Use.CALLS, UPLOAD, SITE)

    assert found.problem == "it is longer than 8 MiB"


def texts(value: object) -> list[tuple[str, str]]:
    return [(t.role, t.value) for t in call_of(line(value, Use.TEXTS)).texts]


def test_a_line_to_train_on_is_read_under_the_uploads_own_endpoint() -> None:
    call = call_of(line({"prompt": "2+2", "completion": "4"}, Use.TEXTS))

    assert call.endpoint == "files.create"
    assert call.parameters == UPLOAD.parameters
    assert call.content == b""
    assert texts({"prompt": "2+2", "completion": "4"}) == [
        ("input", "2+2"),
        ("input", "4"),
    ]


def test_messages_keep_their_roles_wherever_they_stand() -> None:
    preference = {
        "input": {"messages": [{"role": "user", "content": "q"}], "tools": []},
        "preferred_output": [{"role": "assistant", "content": "good"}],
        "non_preferred_output": [{"role": "assistant", "content": "bad"}],
        "reference_answer": {"id": "not said", "deep": [["said"]]},
    }

    assert texts(preference) == [
        ("user", "q"),
        ("assistant", "good"),
        ("assistant", "bad"),
        ("input", "said"),
    ]


def test_what_is_no_text_in_a_line_is_counted() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    message = {"role": "user", "content": [{"type": "text", "text": "what"}, image]}
    call = call_of(line({"messages": [message], "weight": 1}, Use.TEXTS))

    assert [text.value for text in call.texts] == ["what"]
    assert call.unread == {"images": 1}


def test_a_line_may_be_as_deep_as_json_may() -> None:
    deep: object = "down here"
    for _ in range(500):
        deep = [deep]

    assert texts({"a": deep}) == [("input", "down here")]


def test_a_line_with_much_text_comes_in_portions_that_overlap() -> None:
    long = "".join(f"{number:07} " for number in range(WINDOW // 4))
    value = {"messages": [{"role": "user", "content": each} for each in ("a", long)]}
    raw = RawLine(number=7, data=json.dumps(value).encode())
    portions = [call_of(found).texts for found in parsed(raw, Use.TEXTS, UPLOAD, SITE)]

    assert {found.number for found in parsed(raw, Use.TEXTS, UPLOAD, SITE)} == {7}
    assert [text.value for text in portions[0]] == ["a"]
    (first,), *others = portions[1:]
    whole = first.value
    for (text,) in others:
        assert len(text.value) <= WINDOW
        assert text.role == "user"
        assert text.value.startswith(whole[-OVERLAP:])
        whole += text.value[OVERLAP:]
    assert whole == long


def test_many_small_texts_are_looked_at_together_as_far_as_they_fit() -> None:
    body = {"model": "m", "input": ["x" * (WINDOW // 4)] * 6}
    raw = RawLine(number=7, data=json.dumps(batched(body=body)).encode())
    portions = [call_of(found) for found in parsed(raw, Use.CALLS, UPLOAD, SITE)]

    assert [len(call.texts) for call in portions] == [4, 2]
    assert {call.model for call in portions} == {"m"}


def test_a_large_line_without_text_is_one_call() -> None:
    body = {"model": "m", "pad": "x" * WINDOW}
    raw = RawLine(number=7, data=json.dumps(batched(body=body)).encode())

    assert [call_of(f).texts for f in parsed(raw, Use.CALLS, UPLOAD, SITE)] == [()]
