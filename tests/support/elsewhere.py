"""Clients that somebody else makes: openai's own classes, and classes derived from
them, as frameworks write them."""

import abc
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import openai

from affidavit import install, uninstall
from affidavit.clients.install import Installed
from affidavit.testing import MemoryGovernor
from support.governed import MESSAGES
from support.http_client import Provider

CAPTURED = openai.OpenAI
"""A reference that somebody took long before."""
CAPTURED_INIT = openai.OpenAI.__init__

AZURE = {"azure_endpoint": "https://acme.openai.azure.com", "api_version": "2024-10-21"}
OPENAI = {"base_url": "https://api.openai.com/v1"}
BEDROCK = {"base_url": "https://bedrock.example/openai/v1"}
ARGUMENTS: dict[str, dict[str, str]] = {
    "OpenAI": OPENAI,
    "AsyncOpenAI": OPENAI,
    "AzureOpenAI": AZURE,
    "AsyncAzureOpenAI": AZURE,
} | (
    {"BedrockOpenAI": BEDROCK, "AsyncBedrockOpenAI": BEDROCK}
    if hasattr(openai, "BedrockOpenAI")
    else {}
)
"""Every client class of the installed openai, and what its constructor needs."""


class Positional(openai.OpenAI):
    """A framework's class with a constructor of its own."""

    def __init__(self, tenant: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.tenant = tenant


class Slotted(openai.OpenAI):
    __slots__ = ("extra",)


class Mixin:
    """Without openai's ancestors, and first: it lends the class its layout."""


class Mixed(Mixin, openai.OpenAI):
    pass


class Abstract(abc.ABC, openai.OpenAI):
    """With a metaclass of its own."""


class Counting(openai.OpenAI):
    """Overrides what we override."""

    asked = 0

    def request(self, *args: Any, **kwargs: Any) -> Any:
        Counting.asked += 1
        return super().request(*args, **kwargs)


class Registered(openai.OpenAI):
    """Keeps a list of what is derived from it, and insists on an argument."""

    known: ClassVar[list[str]] = []

    def __init_subclass__(cls, *, tenant: str, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        Registered.known.append(tenant)


class AsyncDerived(openai.AsyncOpenAI):
    pass


DERIVED: dict[str, tuple[type, tuple[Any, ...]]] = {
    "positional": (Positional, ("acme",)),
    "slotted": (Slotted, ()),
    "mixed": (Mixed, ()),
    "abstract": (Abstract, ()),
    "counting": (Counting, ()),
    "registered": (Registered, ()),
    "async": (AsyncDerived, ()),
}


@contextmanager
def installed(governor: Any, purpose: str | None = "elsewhere") -> Iterator[Installed]:
    """In force for the block, whatever happens in it."""
    try:
        yield install(purpose, governor=governor)
    finally:
        uninstall()


def made(kind: type, provider: Provider, *args: Any, **arguments: Any) -> Any:
    """A client of `kind` that talks to `provider`."""
    is_async = issubclass(kind, openai.AsyncOpenAI)
    settings: dict[str, Any] = {
        "api_key": "sk-test",
        "http_client": provider.async_client if is_async else provider.client,
        "max_retries": 0,
        **ARGUMENTS.get(kind.__name__, OPENAI),
        **arguments,
    }
    return kind(*args, **settings)


def ask(client: Any, **arguments: Any) -> Any:
    """One call, awaited where it must be."""
    answer = client.chat.completions.create(model="gpt", messages=MESSAGES, **arguments)
    if isinstance(client, openai.AsyncOpenAI):

        async def wait() -> Any:
            return await answer

        return asyncio.run(wait())
    return answer


def purposes(governor: MemoryGovernor) -> list[str | None]:
    """What the recorded calls declared."""
    return [each.call.purpose for each in governor.decisions]
