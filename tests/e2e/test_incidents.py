"""A notice comes: every process on the trail stops, and what follows is provable."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import NotFoundError

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.testing import Sandbox
from affidavit.wiring import Settings
from support.cli import Ran, invoke
from support.incidents import POLICY, a_case
from support.project import a_project
from support.sockets import Kind
from support.suspended import callers

ASKED: Any = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": "Where is my parcel?"}],
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = a_project(tmp_path)
    (settings.policy / "policy.yaml").write_text(POLICY)
    return settings


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def incident(settings: Settings, *arguments: str, stdin: bytes = b"") -> Ran:
    return invoke("incident", *arguments, cwd=settings.trail.parents[1], stdin=stdin)


def test_the_next_call_of_every_process_is_refused(
    settings: Settings, sandbox: Sandbox
) -> None:
    count = 8
    # Every other one is asynchronous.
    with callers(settings.trail.parents[1], sandbox.base_url, count) as running:
        assert running.ask("call") == ["sent"] * count
        told = incident(
            settings, "open", "--reason", "A letter.", "--purpose", "support.reply",
            "--json",
        )  # fmt: skip
        served = len(sandbox.requests)
        rule = f"incident:{told.json['incident']}"

        assert running.ask("call") == [rule] * count
        assert len(sandbox.requests) == served, "not a byte has left"
        incident(settings, "lift", told.json["incident"], "cleared")
        assert running.ask("call") == ["sent"] * count
    verified = invoke("trail", "verify", cwd=settings.trail.parents[1])
    assert verified.code == 0, verified.err


async def test_sync_and_async_callers_learn_why_and_how_it_ends(
    settings: Settings, sandbox: Sandbox
) -> None:
    with Governor(settings=settings) as governor:
        given: Any = {
            "api_key": "k",
            "base_url": sandbox.base_url,
            "purpose": "support.reply",
            "affidavit": governor,
        }
        client = OpenAI(**given)
        client.chat.completions.create(**ASKED, safety_identifier="user-17")
        made = incident(settings, "open", "-", "--json", stdin=a_case()).json
        served = len(sandbox.requests)

        with pytest.raises(PolicyDenied) as denied:
            client.chat.completions.create(**ASKED, safety_identifier="user-17")
        async with AsyncOpenAI(**given) as other:
            with pytest.raises(PolicyDenied) as again:
                await other.chat.completions.create(**ASKED, user="user-17")
        client.chat.completions.create(**ASKED, safety_identifier="user-1")

    assert len(sandbox.requests) == served + 1
    for each in (denied.value, again.value):
        assert each.rule == f"incident:{made['incident']}"
        assert "Requests about restricted substances." in each.reason
        assert f"affidavit incident lift {made['incident']}" in (each.remedy or "")
    shown = invoke(
        "trail", "show", "--effect", "refuse", "--json", cwd=settings.trail.parents[1]
    )
    assert {json.loads(line)["id"] for line in shown.out.splitlines()} == {
        denied.value.record_id,
        again.value.record_id,
    }


def test_an_open_connection_is_refused_its_next_event(
    settings: Settings, sandbox: Sandbox
) -> None:
    said: Any = {"type": "response.create"}
    kind = Kind(is_async=False)
    with Governor(settings=settings) as governor:
        client = kind.client(sandbox, governor).copy(purpose="support.reply")
        with kind.open(client.realtime.connect(model="gpt-realtime")) as socket:
            socket.send(said)
            socket.until("response.done")
            incident(settings, "open", "--reason", "A letter.", "--everything")
            with pytest.raises(PolicyDenied, match="incident:"):
                socket.send(said)
        kind.close()
    assert sandbox.sockets.types() == ["response.create"]


def test_a_batch_is_cancelled_though_everything_is_suspended(
    settings: Settings, sandbox: Sandbox
) -> None:
    with Governor(settings=settings) as governor:
        client = OpenAI(
            api_key="k",
            base_url=sandbox.base_url,
            purpose="support.reply",
            affidavit=governor,
        )
        incident(settings, "open", "--reason", "A letter.", "--everything")
        served = len(sandbox.requests)
        with pytest.raises(NotFoundError):
            client.batches.cancel("batch_0")
        with pytest.raises(PolicyDenied, match="Every call is suspended"):
            client.batches.list()

    assert len(sandbox.requests) == served + 1


def test_from_the_notice_to_the_day_it_is_settled(settings: Settings) -> None:
    made = incident(settings, "open", "-", "--json", stdin=a_case()).json["incident"]
    question = incident(
        settings, "clarify", made, "--question", "Whose is it?", "--json"
    ).json["record"]
    incident(settings, "clarify", made, "--answer", "A tester's.", "--to", question)
    incident(settings, "lift", made, "cleared")
    closed = incident(settings, "close", made, "withdrawn", "--json")
    root = settings.trail.parents[1]

    assert closed.json["open"] is False
    listed = invoke("trail", "show", "--kind", "incident", cwd=root)
    assert "question: Whose is it?" in listed.out
    assert "lifted: cleared" in listed.out
    assert invoke("trail", "verify", cwd=root).code == 0
    assert invoke("doctor", cwd=root).code == 0
    assert len(incident(settings, "show", made, "--json").json["events"]) == 5
