"""Checked by a type checker, never run: what users' editors see."""

from collections.abc import Awaitable
from typing import assert_type

import httpx
from openai.types.chat import ChatCompletion

from affidavit import (
    AsyncAzureOpenAI,
    AsyncBedrockOpenAI,
    AsyncOpenAI,
    AzureOpenAI,
    BedrockOpenAI,
    OpenAI,
    purpose,
)
from affidavit.testing import MemoryGovernor

governor = MemoryGovernor()

client = OpenAI(api_key="sk", timeout=3.0, purpose="support", affidavit=governor)
assert_type(client, OpenAI)
assert_type(client.with_purpose("billing"), OpenAI)
assert_type(client.copy(purpose="billing"), OpenAI)
assert_type(client.with_options(timeout=1, purpose="billing"), OpenAI)
assert_type(
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "x"}]
    ),
    ChatCompletion,
)
OpenAI(http_client=httpx.Client())
OpenAI(api_key=lambda: "sk")

OpenAI(purpose=1)  # type: ignore[arg-type]
OpenAI(nonsense=1)  # type: ignore[call-arg]
OpenAI(http_client=httpx.AsyncClient())  # type: ignore[arg-type]
OpenAI(affidavit=object())  # type: ignore[arg-type]
client.copy(nonsense=1)  # type: ignore[call-arg]
client.with_purpose()  # type: ignore[call-arg]

azure = AzureOpenAI(
    azure_endpoint="https://acme.openai.azure.com", api_version="v", purpose="support"
)
assert_type(azure.copy(api_version="w", purpose="billing"), AzureOpenAI)
assert_type(azure.with_options(azure_ad_token="t"), AzureOpenAI)


async def key() -> str:
    return "sk"


async_client = AsyncOpenAI(api_key=key, purpose="support", affidavit=governor)
assert_type(async_client.with_purpose("billing"), AsyncOpenAI)
AsyncOpenAI(http_client=httpx.Client())  # type: ignore[arg-type]
assert_type(
    AsyncAzureOpenAI(azure_endpoint="https://a.openai.azure.com").copy(),
    AsyncAzureOpenAI,
)

bedrock = BedrockOpenAI(aws_region="eu-west-1", purpose="support", affidavit=governor)
assert_type(bedrock.copy(aws_profile="other", purpose="billing"), BedrockOpenAI)
assert_type(bedrock.with_options(timeout=1).with_purpose("billing"), BedrockOpenAI)
BedrockOpenAI(bedrock_token_provider=lambda: "token", http_client=httpx.Client())
BedrockOpenAI(azure_endpoint="https://a")  # type: ignore[call-arg]
BedrockOpenAI(bedrock_token_provider=key)  # type: ignore[arg-type]
BedrockOpenAI(api_key=lambda: "sk")  # type: ignore[arg-type, return-value, unused-ignore]
assert_type(
    AsyncBedrockOpenAI(bedrock_token_provider=key).with_options(aws_region="eu-west-1"),
    AsyncBedrockOpenAI,
)


@purpose("support")
def sync_work(number: int) -> str:
    return str(number)


@purpose("support")
async def async_work(number: int) -> str:
    return str(number)


assert_type(sync_work(1), str)
sync_work("1")  # type: ignore[arg-type]
work: Awaitable[str] = async_work(1)

with purpose("support") as scope:
    assert_type(scope, purpose)
