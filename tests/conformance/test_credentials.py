"""Credentials that cost a callable or an exchange: asked for only when a call leaves.

Key callables, cloud providers and token exchanges belong to openai. What is ours: a
refused call asks for none, an allowed one asks as often as the stock client does, and
what is signed is signed with our headers on it.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from openai import providers

import affidavit
from affidavit import PolicyDenied
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor
from support.faults import TOKEN_PATH, Arrived, FaultyProvider

MAJOR = int(openai.__version__.partition(".")[0])
SECRET = "a-secret-of-nobody"


@pytest.fixture
def provider() -> Iterator[FaultyProvider]:
    with FaultyProvider() as running:
        yield running


class Asked:
    """Something that hands out credentials, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def token(self) -> str:
        self.times += 1
        return "a-token"

    async def atoken(self) -> str:
        return self.token()

    def aws(self) -> object:
        self.times += 1
        credentials: Any = __import__("botocore.credentials").credentials
        return credentials.Credentials("AKID", SECRET)

    def workload(self) -> dict[str, Any]:
        return {
            "identity_provider_id": "idp",
            "service_account_id": "sa",
            "provider": {"token_type": "jwt", "get_token": self.token},
        }


Arguments = Callable[[FaultyProvider, Asked], dict[str, Any]]


def azure(provider: FaultyProvider, **arguments: Any) -> dict[str, Any]:
    return {"azure_endpoint": provider.origin, "api_version": "v"} | arguments


def bedrock(provider: FaultyProvider, **arguments: Any) -> dict[str, Any]:
    return {"base_url": provider.base_url, "aws_region": "eu-west-1"} | arguments


def offered(provider: FaultyProvider, asked: Asked) -> dict[str, Any]:
    return {
        "provider": providers.bedrock(
            base_url=provider.base_url, region="eu-west-1", token_provider=asked.token
        )
    }


def vertex(provider: FaultyProvider, asked: Asked) -> dict[str, Any]:
    made = providers.vertex(base_url=provider.base_url, token_provider=asked.token)  # type: ignore[attr-defined, unused-ignore]  # openai 3 only
    return {"provider": made}


SYNC: dict[str, tuple[str, Arguments]] = {
    "key": (
        "OpenAI",
        lambda provider, asked: {"base_url": provider.base_url, "api_key": asked.token},
    ),
    "azure-ad": (
        "AzureOpenAI",
        lambda provider, asked: azure(provider, azure_ad_token_provider=asked.token),
    ),
    "bedrock-token": (
        "BedrockOpenAI",
        lambda provider, asked: bedrock(provider, bedrock_token_provider=asked.token),
    ),
    "bedrock-aws": (
        "BedrockOpenAI",
        lambda provider, asked: bedrock(provider, aws_credentials_provider=asked.aws),
    ),
    "provider-bedrock": ("OpenAI", offered),
    "workload": (
        "OpenAI",
        lambda provider, asked: {
            "base_url": provider.base_url,
            "workload_identity": asked.workload(),
        },
    ),
}
if MAJOR > 2:
    SYNC["provider-vertex"] = "OpenAI", vertex
ASYNC = SYNC | {
    "key": (
        "OpenAI",
        lambda provider, asked: {
            "base_url": provider.base_url,
            "api_key": asked.atoken,
        },
    ),
    "azure-ad": (
        "AzureOpenAI",
        lambda provider, asked: azure(provider, azure_ad_token_provider=asked.atoken),
    ),
}


def exchanging(client: Any, provider: FaultyProvider) -> Any:
    """The client, with its exchange of tokens on loopback, if it has one."""
    exchange = client._workload_identity_auth
    if exchange is not None:
        exchange.token_exchange_url = provider.origin + TOKEN_PATH
    return client


def ask(client: Any, fault: str = "none") -> Any:
    headers = {"x-call": "call", "x-fault": fault}
    return client.responses.create(model="gpt", input="hi", extra_headers=headers)


def deny(_: object) -> tuple[Reason, ...]:
    return (Reason(rule="r", message="no"),)


@pytest.mark.parametrize("name", SYNC)
def test_a_refused_call_asks_for_no_credentials(
    provider: FaultyProvider, name: str
) -> None:
    kind, arguments = SYNC[name]
    asked, governor = Asked(), MemoryGovernor(deny)
    constructor = getattr(affidavit, kind)
    with (
        constructor(**arguments(provider, asked), affidavit=governor) as client,
        pytest.raises(PolicyDenied),
    ):
        ask(exchanging(client, provider))
    assert (asked.times, provider.connections) == (0, 0)


@pytest.mark.parametrize("name", ASYNC)
async def test_a_refused_async_call_asks_for_no_credentials(
    provider: FaultyProvider, name: str
) -> None:
    kind, arguments = ASYNC[name]
    asked, governor = Asked(), MemoryGovernor(deny)
    constructor = getattr(affidavit, f"Async{kind}")
    async with constructor(**arguments(provider, asked), affidavit=governor) as client:
        with pytest.raises(PolicyDenied):
            await ask(exchanging(client, provider))
    assert (asked.times, provider.connections) == (0, 0)


def sent(provider: FaultyProvider) -> list[tuple[str, str | None]]:
    """Path and authorization of each request; a signature is new each time."""
    arrived = [each for group in provider.arrived.values() for each in group]
    provider.arrived.clear()
    told = []
    for each in arrived:
        authorization = each.headers.get("authorization", "")
        told.append((each.path, authorization.partition(" Credential=")[0]))
    return sorted(told)


@pytest.mark.parametrize("name", SYNC)
def test_an_allowed_call_asks_as_often_as_the_stock_clients(
    provider: FaultyProvider, name: str
) -> None:
    kind, arguments = SYNC[name]
    told = []
    for home, ours in ((openai, {}), (affidavit, {"affidavit": MemoryGovernor()})):
        asked, constructor = Asked(), getattr(home, kind)
        with constructor(**arguments(provider, asked), **ours) as client:
            for copied in (client, client.with_options(timeout=9)):
                ask(exchanging(copied, provider))
        told.append((asked.times, sent(provider)))
    assert told[0] == told[1]
    assert told[0][0] > 0


@pytest.mark.parametrize("name", ASYNC)
async def test_an_allowed_async_call_asks_as_often_as_the_stock_clients(
    provider: FaultyProvider, name: str
) -> None:
    kind, arguments = ASYNC[name]
    told = []
    for home, ours in ((openai, {}), (affidavit, {"affidavit": MemoryGovernor()})):
        asked, constructor = Asked(), getattr(home, f"Async{kind}")
        async with constructor(**arguments(provider, asked), **ours) as client:
            for copied in (client, client.with_options(timeout=9)):
                await ask(exchanging(copied, provider))
        told.append((asked.times, sent(provider)))
    assert told[0] == told[1]
    assert told[0][0] > 0


def test_a_token_exchange_is_no_call_and_declares_nothing(
    provider: FaultyProvider,
) -> None:
    governor = MemoryGovernor()
    with affidavit.OpenAI(
        base_url=provider.base_url,
        workload_identity=Asked().workload(),  # type: ignore[arg-type]  # a dictionary of that shape
        affidavit=governor,
        purpose="support",
    ) as client:
        ask(exchanging(client, provider))
    (exchange,), (call,) = provider.arrived[""], provider.arrived["call"]
    assert exchange.path == TOKEN_PATH
    assert "x-declared-purpose" not in exchange.headers
    assert call.headers["x-declared-purpose"] == "support"
    assert call.headers["authorization"] == "Bearer exchanged"
    assert len(governor.decisions) == 1


def test_both_tries_are_told_of_when_a_token_was_refused(
    provider: FaultyProvider,
) -> None:
    governor = MemoryGovernor()
    with affidavit.OpenAI(
        base_url=provider.base_url,
        workload_identity=Asked().workload(),  # type: ignore[arg-type]  # a dictionary of that shape
        affidavit=governor,
    ) as client:
        ask(exchanging(client, provider), "once-401")
    assert len(provider.arrived["call"]) == 2
    (outcome,) = governor.outcomes
    assert [attempt.status for attempt in outcome.attempts] == [401, 200]


async def test_both_async_tries_are_told_of_when_a_token_was_refused(
    provider: FaultyProvider,
) -> None:
    governor = MemoryGovernor()
    async with affidavit.AsyncOpenAI(
        base_url=provider.base_url,
        workload_identity=Asked().workload(),  # type: ignore[arg-type]  # a dictionary of that shape
        affidavit=governor,
    ) as client:
        await ask(exchanging(client, provider), "once-401")
    (outcome,) = governor.outcomes
    assert [attempt.status for attempt in outcome.attempts] == [401, 200]


def test_a_signed_request_is_signed_with_our_headers(provider: FaultyProvider) -> None:
    with affidavit.BedrockOpenAI(
        **bedrock(provider, aws_credentials_provider=Asked().aws),
        affidavit=MemoryGovernor(),
        purpose="support",
    ) as client:
        ask(client)
        ask(client.with_purpose("billing"))
    for request in provider.arrived["call"]:
        assert_signed(request)


def assert_signed(request: Arrived) -> None:
    """Signature Version 4, computed again from what arrived."""
    scheme, _, rest = request.headers["authorization"].partition(" ")
    assert scheme == "AWS4-HMAC-SHA256"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    names = fields["SignedHeaders"].split(";")
    assert {"x-declared-purpose", "x-policy-digest"} <= set(names)
    lines = [f"{name}:{' '.join(request.headers[name].split())}" for name in names]
    body = hashlib.sha256(request.body).hexdigest()
    canonical = [request.method, request.path, "", *lines, "", ";".join(names), body]
    scope = fields["Credential"].split("/")[1:]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = [scheme, request.headers["x-amz-date"], "/".join(scope), digest]
    key = f"AWS4{SECRET}".encode()
    for part in (*scope, "\n".join(text)):
        key = hmac.digest(key, part.encode(), "sha256")
    assert key.hex() == fields["Signature"]
