"""Questions go over real sockets, decided and recorded as any other call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import orjson
import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.calls import Text
from affidavit.clients.second_opinion import (
    KEY_VARIABLE,
    MOST_CHARACTERS,
    parsed,
    shown,
)
from affidavit.testing import Sandbox
from affidavit.testing.sandbox import Asked, Declined
from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import route
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import Verdict, verify_trail
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.opinion_plan import Endpoint, OpinionPlan
from affidavit.wiring.opinions import Answer, NoAnswer
from support.project import a_project

JUDGE = "gpt-4o-judge"
PLAN = OpinionPlan(model=JUDGE, purpose="second.opinion", rate=1.0)
PURPOSE = """\
  second.opinion:
    owner: compliance@acme.example
    models: ["*"]
    endpoints: [chat.completions, decisions]
"""
SAID = '```json\n{"score": 0.91, "activity": "evolve_instruct"}\n```'
MESSAGES: Any = [{"role": "user", "content": "Make this harder: add 2 and 2."}]


def completion(model: str, said: str) -> Reply:
    message = {"role": "assistant", "content": said}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return json_answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [choice],
            "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
        }
    )


def chat(asked: Asked) -> Reply:
    model = orjson.loads(asked.request.body)["model"]
    return completion(model, SAID if model == JUDGE else "Add 22 and 22.")


def decision(asked: Asked) -> Reply:
    body = orjson.loads(asked.request.body)
    assert {each["name"] for each in body["questions"]} == {"score", "activity"}
    answers = [
        {"type": "predicate", "name": "score", "probability": 0.12},
        {
            "type": "choice",
            "name": "activity",
            "choice": "reply",
            "confidence": 0.9,
            "probabilities": [],
        },
    ]
    return json_answer({"answers": answers, "model": body["model"], "usage": {}})


ROUTES = [
    route("POST chat/completions", "chat.completions", chat),
    route("POST decisions", "decisions", decision),
]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(routes=ROUTES) as running:
        yield running


def a_judged_project(directory: Path, plan: OpinionPlan) -> Settings:
    settings = a_project(directory)
    policy = settings.policy / "policy.yaml"
    text = policy.read_text()
    assert "\npurposes:\n" in text
    policy.write_text(text.replace("\npurposes:\n", "\npurposes:\n" + PURPOSE, 1))
    return replace(settings, second_opinion=plan)


def records(settings: Settings) -> list[Any]:
    return list(TrailReader(settings.trail).records())


def opinions(settings: Settings) -> list[dict[str, Any]]:
    found = [each for each in records(settings) if each.entry.kind is Kind.ADDENDUM]
    return [each.body for each in found]


@pytest.fixture(autouse=True)
def own_address(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "k")


def test_a_call_and_the_question_about_it_are_both_recorded(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    settings = a_judged_project(tmp_path, PLAN)
    with Governor(settings=settings) as governor:
        client = OpenAI(affidavit=governor, purpose="support.reply")
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    (told,) = opinions(settings)
    decided = {
        each.entry.id: each.body
        for each in records(settings)
        if each.entry.kind is Kind.DECISION
    }

    assert answer.choices[0].message.content == "Add 22 and 22."
    assert told["finding"]["score"] == "0.910"
    assert told["finding"]["activity"] == "evolve_instruct"
    assert decided[told["call"]]["purpose"] == "support.reply"
    question = decided[told["question"]]
    assert (question["purpose"], question["model"]) == ("second.opinion", JUDGE)
    assert question["unread"] == {"second_opinion": 1}
    assert len(decided) == 2, "its own question was not asked about"
    asked = [orjson.loads(each.body) for each in sandbox.requests]
    assert [each["model"] for each in asked] == ["gpt-4o-mini", JUDGE]
    assert "add 2 and 2" in asked[1]["messages"][1]["content"]
    report = verify_trail(
        TrailReader(settings.trail),
        key=load_identity(settings).verifier,
        now=datetime.now(UTC),
    )
    assert report.verdict is Verdict.VALID
    assert report.unknown_outcomes == ()


async def test_async_clients_calls_are_asked_about_too(tmp_path: Path) -> None:
    settings = a_judged_project(tmp_path, PLAN)
    with Governor(settings=settings) as governor:
        client = AsyncOpenAI(affidavit=governor, purpose="support.reply")
        await client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
        await client.close()

    assert [each["finding"]["score"] for each in opinions(settings)] == ["0.910"]


def test_the_decisions_endpoint_is_asked_where_openai_has_it(tmp_path: Path) -> None:
    plan = replace(PLAN, endpoint=Endpoint.DECISIONS)
    settings = a_judged_project(tmp_path, plan)
    with Governor(settings=settings) as governor:
        client = OpenAI(affidavit=governor, purpose="support.reply")
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    (told,) = opinions(settings)

    if hasattr(openai.OpenAI, "decisions"):
        assert told["finding"]["score"] == "0.120"
        assert told["finding"]["activity"] == "reply"
    else:
        assert told["problem"] == "unavailable"


def test_a_purpose_that_the_policy_does_not_know_is_refused_and_said(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    settings = replace(a_project(tmp_path), second_opinion=PLAN)
    with Governor(settings=settings) as governor:
        client = OpenAI(affidavit=governor, purpose="support.reply")
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    (told,) = opinions(settings)
    effects = [each.entry.effect for each in records(settings) if each.entry.effect]

    assert told["problem"] == "refused"
    assert "refuse" in effects
    assert len(sandbox.requests) == 1


def decline(_: Asked) -> Reply:
    raise Declined(500, "no")


def test_a_provider_that_fails_is_said_and_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k")
    routes = [route("POST chat/completions", "chat.completions", decline)]
    with Sandbox(routes=routes) as broken:
        plan = replace(PLAN, url=broken.base_url)
        told = asked_about(a_judged_project(tmp_path, plan))

    assert told["problem"] == "status 500"
    assert len(broken.requests) == 1, "it was not tried again"


def asked_about(settings: Settings) -> dict[str, Any]:
    """What is recorded after one call."""
    with Governor(settings=settings) as governor:
        client = OpenAI(affidavit=governor, purpose="support.reply")
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    (told,) = opinions(settings)
    return told


def test_a_key_for_another_place_is_never_sent_to_the_named_one(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    settings = a_judged_project(tmp_path, replace(PLAN, url=sandbox.base_url))

    assert asked_about(settings)["problem"] == "failed"
    assert len(sandbox.requests) == 1


def test_the_named_place_is_asked_with_its_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "another")
    with Sandbox(routes=ROUTES) as other:
        settings = a_judged_project(tmp_path, replace(PLAN, url=other.base_url))
        told = asked_about(settings)
        (request,) = other.requests

    assert told["finding"]["score"] == "0.910"
    assert request.headers["authorization"] == "Bearer another"


def test_a_connection_that_fails_brings_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k")
    plan = replace(PLAN, url="http://127.0.0.1:1/v1")

    assert asked_about(a_judged_project(tmp_path, plan))["problem"] == "connection"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0.9",
        "[0.9]",
        '{"score": "0.9"}',
        '{"score": true}',
        '{"score": 1.5}',
        '{"score": NaN}',
        '{"activity": "reply"}',
        "{{}",
    ],
)
def test_what_is_no_answer_is_none(said: str) -> None:
    assert parsed(said, "m") == NoAnswer("unreadable")


def test_an_activity_that_is_none_of_ours_is_left_out() -> None:
    assert parsed('{"score": 1, "activity": ["x"]}', "m") == Answer(1.0, None, "m")


def test_long_texts_are_shown_by_head_and_tail() -> None:
    texts = [
        Text(role="system", value="Be brief."),
        Text(role="user", value="begin " + "x" * 50_000 + " end"),
    ]
    told = orjson.loads(shown(texts))

    assert told[0] == {"role": "system", "text": "Be brief."}
    assert told[1]["text"].startswith("begin ")
    assert told[1]["text"].endswith(" end")
    assert len(told[1]["text"]) <= MOST_CHARACTERS


def test_many_texts_are_shown_by_the_first_and_the_last() -> None:
    texts = [Text(role="user", value=f"number {at} \ud800") for at in range(500)]
    told = orjson.loads(shown(texts))

    assert told[0]["text"] == "number 0 ?"
    assert told[-1]["text"] == "number 499 ?"
    assert len(shown(texts)) < 2 * MOST_CHARACTERS
