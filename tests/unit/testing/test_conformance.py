import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit.clients.errors import CallUngoverned
from affidavit.testing import MemoryGovernor, conformance_classes
from affidavit.testing.conformance import NAMES, PURPOSE, permissive_governor
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from support.http_client import Provider


def recorded() -> list[Any]:
    """Bodies of the decisions in this process's trail."""
    governor = permissive_governor()
    governor.trail.seal()
    return [
        stored.body
        for stored in TrailReader(governor.settings.trail).records()
        if stored.entry.kind is Kind.DECISION and stored.entry.effect == "permit"
    ]


def test_the_classes_need_no_settings_and_keep_their_names() -> None:
    classes = conformance_classes()
    assert list(classes) == list(NAMES)
    assert len(NAMES) == 6
    for name, kind in classes.items():
        assert kind.__name__ == name
        assert issubclass(kind, getattr(openai, name))


def test_any_call_is_governed_and_recorded_in_a_real_trail() -> None:
    provider, before = Provider(), len(recorded())
    client = conformance_classes()["OpenAI"](api_key="sk", http_client=provider.client)
    client.post("/nobody/knows", body={}, cast_to=object)
    assert provider.requests[0].headers["x-declared-purpose"] == PURPOSE
    (said,) = recorded()[before:]
    assert (said["endpoint"], said["purpose"]) == ("other:POST /nobody/knows", PURPOSE)


def test_only_these_classes_send_behind_the_request_loop() -> None:
    provider, before = Provider(), len(recorded())
    request = provider.client.build_request("GET", "https://api.openai.com/v1/models")
    kind = conformance_classes()["OpenAI"]
    kind(api_key="sk", http_client=provider.client)._send_request(request, stream=False)
    assert len(recorded()) == before + 1
    governed = next(base for base in kind.__mro__ if base.__module__.endswith("openai"))
    strict = governed(
        api_key="sk", affidavit=MemoryGovernor(), http_client=provider.client
    )
    with pytest.raises(CallUngoverned):
        strict._send_request(request, stream=False)
    assert len(provider.requests) == 1


async def test_the_async_classes_do_likewise() -> None:
    provider, before = Provider(), len(recorded())
    kind = conformance_classes()["AsyncOpenAI"]
    client = kind(api_key="sk", http_client=provider.async_client)
    request = provider.client.build_request("GET", "https://api.openai.com/v1/models")
    await client._send_request(request, stream=False)
    await client.models.list()
    assert len(recorded()) == before + 2
    assert len(provider.requests) == 2


@pytest.mark.parametrize("forks", [False, True])
def test_the_trail_goes_with_its_process_and_with_no_child(
    tmp_path: Path, *, forks: bool
) -> None:
    program = (
        "import os, sys; from affidavit.testing.conformance import permissive_governor;"
        "trail = permissive_governor().settings.trail; assert trail.exists();"
        f"child = os.fork() if {forks} else None;"
        "child == 0 and sys.exit();"
        "child and os.waitpid(child, 0); assert trail.exists(); print(trail)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", program]
    run = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
