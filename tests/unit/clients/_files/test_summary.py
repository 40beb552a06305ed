"""A summary gives each line once and keeps counts, whatever the file holds."""

import hashlib
import json

from affidavit.calls import Call, Line
from affidavit.clients._calls import Site
from affidavit.clients._files.summary import OTHERS, Summary

SITE = Site.of("https://api.openai.com/v1")
UPLOAD = Call(
    endpoint="files.create",
    provider="openai",
    host="api.openai.com",
    unread={"files": 1},
)


def batch_line(number: int, model: str | None = "gpt-4o-mini") -> bytes:
    body = {"messages": [{"role": "user", "content": f"question {number}"}]}
    if model is not None:
        body["model"] = model  # type: ignore[assignment]  # JSON
    value = {
        "custom_id": f"a-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body,
    }
    return json.dumps(value).encode() + b"\n"


def read(summary: Summary, *chunks: bytes) -> list[Line]:
    return [*summary.read(chunks), *summary.rest()]


def a_summary(purpose: str | None = "batch") -> Summary:
    return Summary(UPLOAD, SITE, purpose)


def test_a_file_is_told_by_size_digest_lines_models_and_endpoints() -> None:
    data = batch_line(1) + b"nonsense\n" + batch_line(3)
    summary = a_summary()
    lines = read(summary, data[:50], data[50:])
    file = summary.file()

    assert [line.number for line in lines] == [1, 2, 3]
    assert lines[1].call is None
    assert file.size == len(data)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert (file.lines, file.malformed, file.read) == (3, 1, True)
    assert file.models == {"gpt-4o-mini": 2}
    assert file.endpoints == {"chat.completions": 2}
    assert summary.model == "gpt-4o-mini"


def test_a_file_with_several_models_or_none_has_no_one_model() -> None:
    several, none = a_summary(), a_summary()
    read(several, batch_line(1), batch_line(2, "gpt-5"))
    read(none, batch_line(1, None))

    assert several.model is None
    assert none.model is None
    assert none.file().models == {"(none)": 1}


def test_names_are_counted_up_to_a_bound() -> None:
    summary = a_summary()
    read(summary, *(batch_line(i, f"model-{i}") for i in range(100)))
    models = summary.file().models

    assert len(models) == 65
    assert models[OTHERS] == 36


def test_a_file_that_is_not_made_of_lines_is_only_hashed() -> None:
    summary = a_summary("assistants")

    assert read(summary, b"\x00\x01\n{") == []
    assert summary.file().sha256 == hashlib.sha256(b"\x00\x01\n{").hexdigest()
    assert not summary.file().read


def test_an_evaluation_file_may_hold_lines_that_are_no_json() -> None:
    summary = a_summary("evals")
    lines = read(summary, b'{"item": {"question": "why"}}\nquestion,answer\n')

    assert [line.number for line in lines] == [1]
    assert summary.file().malformed == 1
    assert not summary.file().read


def test_a_copy_goes_on_and_tells_what_came_since() -> None:
    first = a_summary()
    read_first = list(first.read([batch_line(1) + batch_line(2)[:30]]))
    second = first.copy(UPLOAD)
    read_second = list(second.read([batch_line(2)[30:] + batch_line(3, "gpt-5")]))

    assert [line.number for line in read_first] == [1]
    assert first.carried == 30
    assert [line.number for line in read_second] == [2, 3]
    assert first.lines == 1
    since = second.file(before=first)
    assert (since.lines, since.models) == (2, {"gpt-4o-mini": 1, "gpt-5": 1})
    assert since.sha256 is None
    whole = batch_line(1) + batch_line(2) + batch_line(3, "gpt-5")
    assert second.file().sha256 == hashlib.sha256(whole).hexdigest()
    assert second.file().size == len(whole)


def test_what_no_detector_reads_is_counted_over_all_lines() -> None:
    summary = a_summary("fine-tune")
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    message = {"messages": [{"role": "user", "content": [image]}]}
    read(summary, json.dumps(message).encode() + b"\n", json.dumps(message).encode())

    assert summary.unread == {"images": 2}
