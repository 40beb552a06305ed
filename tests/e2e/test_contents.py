"""Contents through the real SDK and real sockets: what was said is what is kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.testing import Sandbox
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Settings, read_settings
from support.cli import environment, program
from support.project import a_project

QUESTION: Any = [{"role": "user", "content": "Where is my parcel?"}]
CRASH = """
import os, signal
from affidavit import OpenAI
client = OpenAI(base_url=os.environ["BASE"], api_key="k", purpose="support.reply")
for _ in range(3):
    client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Where?"}]
    )
    print("done", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    a_project(tmp_path)
    (tmp_path / "affidavit.toml").write_text("keep_content = true\n")
    return read_settings(environ={}, directory=tmp_path)


def decided(settings: Settings) -> list[str]:
    records = TrailReader(settings.trail).records()
    return [each.entry.id for each in records if each.entry.kind is Kind.DECISION]


def shown(identifier: str, *options: str, cwd: Path) -> str:
    ran = program("content", "show", identifier, *options, cwd=cwd)
    assert ran.code == 0, ran.err
    return ran.out


def test_a_call_and_a_stream_are_kept_and_match_the_trail(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    with Governor(settings=settings) as governor:
        client = OpenAI(
            base_url=sandbox.base_url,
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
        )
        whole = client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=QUESTION, stream=True
        )
        chunks = list(stream)
    plain, streamed = decided(settings)
    assert json.loads(shown(plain, cwd=tmp_path))["messages"] == QUESTION
    assert json.loads(shown(plain, "--response", cwd=tmp_path))["id"] == whole.id
    assert json.loads(shown(streamed, cwd=tmp_path))["stream"] is True
    events = shown(streamed, "--response", cwd=tmp_path)
    assert events.count("data: {") == len(chunks)


def test_tasks_keep_theirs_too(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    async def run() -> None:
        async with AsyncOpenAI(
            base_url=sandbox.base_url,
            api_key="k",
            affidavit=governor,
            purpose="support.reply",
        ) as client:
            await asyncio.gather(
                *(
                    client.chat.completions.create(
                        model="gpt-4o-mini",
                        messages=[{"role": "user", "content": f"Parcel {number}?"}],
                    )
                    for number in range(20)
                )
            )

    with Governor(settings=settings) as governor:
        asyncio.run(run())
    ids = decided(settings)
    assert len(ids) == 20
    said = json.loads(shown(ids[0], cwd=tmp_path))["messages"][0]["content"]
    assert said.startswith("Parcel ")


def test_a_killed_process_leaves_each_request_that_left(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=tmp_path,
        env=environment({"BASE": sandbox.base_url}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout.count("done")) == (-signal.SIGKILL, 3), (
        ran.stderr
    )
    sealed = program(
        "attest", "--from", "2020-01-01", "--out", os.fspath(tmp_path), cwd=tmp_path
    )
    assert sealed.code == 0, sealed.err
    ids = decided(settings)
    assert len(ids) == 3
    for identifier in ids:
        said = json.loads(shown(identifier, cwd=tmp_path))
        assert said["messages"][0]["content"] == "Where?"
