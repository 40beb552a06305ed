"""Governed clients that talk to a provider in memory."""

from typing import Any

from affidavit import (
    AsyncAzureOpenAI,
    AsyncOpenAI,
    AzureOpenAI,
    OpenAI,
)
from affidavit.testing import MemoryGovernor
from support.http_client import Provider

MESSAGES: Any = [{"role": "user", "content": "hello"}]


def openai_client(
    provider: Provider, governor: MemoryGovernor, **arguments: Any
) -> OpenAI:
    settings: dict[str, Any] = {"purpose": "born", "max_retries": 0} | arguments
    return OpenAI(
        api_key="sk-test",
        base_url="https://api.openai.com/v1",
        affidavit=governor,
        http_client=provider.client,
        **settings,
    )


def async_client(
    provider: Provider, governor: MemoryGovernor, **arguments: Any
) -> AsyncOpenAI:
    settings: dict[str, Any] = {"purpose": "born", "max_retries": 0} | arguments
    return AsyncOpenAI(
        api_key="sk-test",
        base_url="https://api.openai.com/v1",
        affidavit=governor,
        http_client=provider.async_client,
        **settings,
    )


def azure_client(
    provider: Provider, governor: MemoryGovernor, **arguments: Any
) -> AzureOpenAI:
    return AzureOpenAI(
        api_key="key",
        api_version="2024-10-21",
        azure_endpoint="https://acme.openai.azure.com",
        purpose="born",
        affidavit=governor,
        http_client=provider.client,
        **arguments,
    )


def async_azure_client(
    provider: Provider, governor: MemoryGovernor, **arguments: Any
) -> AsyncAzureOpenAI:
    return AsyncAzureOpenAI(
        api_key="key",
        api_version="2024-10-21",
        azure_endpoint="https://acme.openai.azure.com",
        purpose="born",
        affidavit=governor,
        http_client=provider.async_client,
        **arguments,
    )
