"""A batch's answers come back in one file: every one of them is found in data later."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.calls import Line, Text
from affidavit.findings import Kind as Found
from affidavit.testing import Sandbox
from affidavit.testing.sandbox import Asked
from affidavit.testing.sandbox.http import Answer, Reply
from affidavit.testing.sandbox.routes import route
from affidavit.wiring import Settings
from support import datasets
from support.cli import invoke
from support.printed import edited, prose
from support.project import a_call, a_project, an_outcome

LINES = 1_200
TEXTS = [prose(40, seed) for seed in range(80)]


def said(at: int) -> str:
    return f"{TEXTS[at % 80]} and of number {at} {TEXTS[(at * 7 + 3) % 80]}"


def line(at: int) -> bytes:
    message = {"role": "assistant", "content": said(at)}
    body = {
        "id": f"chatcmpl-{at}",
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
    }
    response = {"status_code": 200, "request_id": f"r{at}", "body": body}
    told = {"id": f"b{at}", "custom_id": f"c{at}", "response": response, "error": None}
    return orjson.dumps(told) + b"\n"


OUTPUT = b"".join(map(line, range(LINES)))


def download(_: Asked) -> Reply:
    headers = {"content-type": "application/octet-stream"}
    return Answer(status=200, headers=headers, body=OUTPUT)


ROUTES = [route("GET files/{file}/content", "files.content", download)]


def a_batch_project(directory: Path, **changes: Any) -> Settings:
    settings = replace(a_project(directory), **changes)
    policy = settings.policy / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    listed = "endpoints: [chat.completions, responses]"
    assert listed in text
    allowed = 'endpoints: [chat.completions, responses, "files.*"]'
    text = text.replace(listed, allowed, 1)
    models = 'models: ["gpt-*", "o1*", "o3*", "o4*"]'
    policy.write_text(text.replace(models, 'models: ["*"]', 1), encoding="utf-8")
    return settings


def scanned(directory: Path, *texts: str) -> Any:
    datasets.json_lines(
        directory / "train.jsonl",
        [{"id": at, "text": text} for at, text in enumerate(texts)],
    )
    return invoke("scan", "data", "train.jsonl", "--json", cwd=directory)


def test_any_line_of_a_batch_is_found_again(tmp_path: Path) -> None:
    settings = a_batch_project(tmp_path)
    with Sandbox(routes=ROUTES) as sandbox, Governor(settings=settings) as governor:
        client = OpenAI(
            base_url=sandbox.base_url,
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
        )
        assert client.files.content("file-1").content == OUTPUT
    wanted = [said(0), edited(said(777), 0.1), said(LINES - 1)]
    ran = scanned(tmp_path, prose(90, 900), *wanted)

    assert ran.code == 1, ran.out + ran.err
    assert [each["id"] for each in ran.json["found"]] == ["1", "2", "3"]
    assert ran.json["trails"][0]["counts"]["outputs"] == LINES
    assert ran.json["exceptions"] == []
    clean = scanned(tmp_path, prose(90, 900))
    assert clean.code == 0, clean.out


@pytest.mark.parametrize("stream", [False, True])
async def test_async_downloads_are_told_too(tmp_path: Path, *, stream: bool) -> None:
    settings = a_batch_project(tmp_path)
    with Sandbox(routes=ROUTES) as sandbox, Governor(settings=settings) as governor:
        client = AsyncOpenAI(
            base_url=sandbox.base_url,
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
        )
        if stream:
            kept = client.files.with_streaming_response.content("file-1")
            async with kept as answer:
                assert await answer.read() == OUTPUT
        else:
            assert (await client.files.content("file-1")).content == OUTPUT
        await client.close()
    ran = scanned(tmp_path, said(LINES - 5))

    assert ran.code == 1, ran.out + ran.err


def test_what_was_not_told_keeps_the_scan_from_saying_none(tmp_path: Path) -> None:
    settings = a_batch_project(tmp_path)
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call())
        governor.commit(verdict)
        governor.conclude_soon(verdict, lambda: an_outcome(said=None))
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call())
        governor.commit(verdict)
        governor.conclude_soon(verdict, lambda: an_outcome(said=(said(3),)))
    ran = scanned(tmp_path, prose(90, 900))

    assert ran.code == 2
    assert ran.json["verdict"] == "INCOMPLETE"
    assert "--accept-missing unread" in ran.json["lacking"][0]
    accepted = invoke(
        *("scan", "data", "train.jsonl", "--accept-missing", "unread"),
        *("--sign", "scan.json", "--json"),
        cwd=tmp_path,
    )
    assert accepted.code == 0
    assert accepted.json["verdict"] == "NONE FOUND, WITH EXCEPTIONS"
    assert accepted.json["accepted"] == ["unread"]
    checked = invoke("verify", "scan.json", "--data", "train.jsonl", cwd=tmp_path)
    assert checked.code == 0, checked.out


def test_answers_of_a_batch_that_come_back_in_the_next_are_seen(
    tmp_path: Path,
) -> None:
    settings = a_batch_project(tmp_path, watch_behaviour=True)
    with Sandbox(routes=ROUTES) as sandbox, Governor(settings=settings) as governor:
        client = OpenAI(
            base_url=sandbox.base_url,
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
        )
        client.files.content("file-1")
        governor.flush()
        inspection = governor.inspect(
            Line(number=at + 1, call=saying(f"Make this harder.\n\n{said(at)}"))
            for at in range(60)
        )
    kinds = {each.kind: each for each in inspection.findings}

    assert kinds[Found.DATASET_PIPELINE.value].activity == "output_reuse"


def saying(text: str) -> Any:
    return a_call(texts=(Text(role="user", value=text),))
