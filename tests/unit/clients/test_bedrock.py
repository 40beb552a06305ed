from typing import Any

import pytest

from affidavit import AsyncBedrockOpenAI, BedrockOpenAI, OpenAI, PolicyDenied
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor
from support.governed import MESSAGES
from support.http_client import Provider

REGION: Any = {"api_key": "key", "aws_region": "us-east-1"}


def test_a_bedrock_client_is_governed_and_its_copies_are() -> None:
    provider, governor = Provider(), MemoryGovernor()
    client = BedrockOpenAI(
        **REGION, purpose="born", affidavit=governor, http_client=provider.client
    )
    client.with_options(timeout=2).chat.completions.create(model="m", messages=MESSAGES)
    client.with_purpose("bound").responses.create(model="m", input="x")

    calls = [decision.call for decision in governor.decisions]
    assert [call.purpose for call in calls] == ["born", "bound"]
    assert [call.endpoint for call in calls] == ["chat.completions", "responses"]
    assert {call.provider for call in calls} == {"aws"}
    sent = [request.headers["x-declared-purpose"] for request in provider.requests]
    assert sent == ["born", "bound"]


async def test_an_async_bedrock_client_is_governed_likewise() -> None:
    provider = Provider()
    governor = MemoryGovernor(lambda _: (Reason(rule="r", message="no"),))
    client = AsyncBedrockOpenAI(
        **REGION, affidavit=governor, http_client=provider.async_client
    )
    with pytest.raises(PolicyDenied):
        await client.with_purpose("bound").responses.create(model="m", input="x")
    assert provider.requests == []


def test_a_provider_of_the_plain_client_is_decided_about_by_its_host() -> None:
    providers = pytest.importorskip("openai.providers")
    provider, governor = Provider(), MemoryGovernor()
    client = OpenAI(
        provider=providers.bedrock(api_key="key", region="us-east-1"),
        purpose="born",
        affidavit=governor,
        http_client=provider.client,
    )
    client.responses.create(model="m", input="x")
    assert governor.decisions[0].call.host == provider.requests[0].url.host
