"""A pipeline through the real SDK: its answers come back, and the policy is told."""

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from affidavit import Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.findings import Kind
from affidavit.trail.reader import TrailReader
from support.http_client import COMPLETION, Bytes, delta, library
from support.project import a_project

MOST = 24


def an_answer(number: int) -> str:
    return " ".join(f"part{number} of{number} story{number}{j}" for j in range(10))


def provider(*, stream: bool) -> Any:
    """Answers each call with another text."""
    numbers = count()

    def answer(_: Any) -> Any:
        said = an_answer(next(numbers))
        if stream:
            events = [delta(said), delta("", "stop"), b"data: [DONE]\n\n"]
            headers = {"content-type": "text/event-stream"}
            return library.Response(200, stream=Bytes(events), headers=headers)
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": said},
        }
        return library.Response(200, json=COMPLETION | {"choices": [choice]})

    return library.Client(transport=library.MockTransport(answer))


@pytest.mark.parametrize("stream", [False, True])
def test_answers_that_come_back_are_found(tmp_path: Path, *, stream: bool) -> None:
    settings = replace(a_project(tmp_path), watch_behaviour=True)
    policy = settings.policy / "policy.yaml"
    pack = "  - pack:openai-services-agreement\n"
    policy.write_text(policy.read_text().replace(pack, pack + "  - pack:baseline\n"))
    made, text = 0, "The first story, which somebody wrote."
    with Governor(settings=settings) as governor:
        client = OpenAI(
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
            http_client=provider(stream=stream),
        )
        refused = None
        while refused is None and made < MOST:
            try:
                text = ask(client, text, stream=stream)
                governor.flush()
                made += 1
            except PolicyDenied as error:
                refused = error

    assert 8 <= made < MOST
    assert refused is not None
    assert refused.reasons[0].rule == "baseline-pipeline-without-model"
    bodies: list[Any] = [each.body for each in TrailReader(settings.trail).records()]
    kinds = {f["kind"] for body in bodies if body for f in body.get("findings", ())}
    assert Kind.DATASET_PIPELINE.value in kinds


def ask(client: OpenAI, text: str, *, stream: bool) -> str:
    messages: Any = [
        {"role": "user", "content": f"Rewrite this so that it is harder.\n\n{text}"}
    ]
    if not stream:
        done = client.chat.completions.create(model="gpt-4o-mini", messages=messages)
        return done.choices[0].message.content or ""
    pieces = client.chat.completions.create(
        model="gpt-4o-mini", messages=messages, stream=True
    )
    return "".join(
        choice.delta.content or "" for piece in pieces for choice in piece.choices
    )
