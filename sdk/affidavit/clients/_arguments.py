"""The arguments of the governed clients, for type checkers and editors only.

Knows what the originals accept in openai 2 and 3; an argument that only one major has
says so. Never imported at run time: there the installed openai's own signature counts.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict

import httpx
import httpx2
from openai import NotGiven, Timeout
from openai.auth import WorkloadIdentity, X509WorkloadIdentity

from affidavit.clients._governor import Governor

_Timeout = float | Timeout | httpx.Timeout | NotGiven | None
_URL = str | httpx.URL | httpx2.URL
_Client = httpx.Client | httpx2.Client
_AsyncClient = httpx.AsyncClient | httpx2.AsyncClient
_Key = str | Callable[[], str]
_AsyncKey = str | Callable[[], Awaitable[str]]


class _Ours(TypedDict, total=False):
    purpose: str | None
    """Why this client's calls are made, unless something nearer says otherwise."""
    affidavit: Governor | None
    """Who decides and records; None for what the settings describe."""


class _Shared(_Ours, total=False):
    admin_api_key: str | None
    organization: str | None
    project: str | None
    webhook_secret: str | None
    websocket_base_url: _URL | None
    timeout: _Timeout
    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, object] | None
    workload_identity: WorkloadIdentity | X509WorkloadIdentity | None


class _Born(_Shared, total=False):
    max_retries: int
    _strict_response_validation: bool
    _enforce_credentials: bool


class _Either(_Born, total=False):
    base_url: _URL | NotGiven | None
    provider: Any
    data_residency: str | None
    """openai 3 only."""


class Arguments(_Either, total=False):
    """Of `OpenAI`."""

    api_key: _Key | None
    http_client: _Client | None


class AsyncArguments(_Either, total=False):
    """Of `AsyncOpenAI`."""

    api_key: _AsyncKey | None
    http_client: _AsyncClient | None


class _Azure(_Born, total=False):
    azure_endpoint: str | None
    azure_deployment: str | None
    api_version: str | None
    azure_ad_token: str | None
    base_url: str | None


class AzureArguments(_Azure, total=False):
    """Of `AzureOpenAI`."""

    api_key: _Key | None
    azure_ad_token_provider: Callable[[], str] | None
    http_client: _Client | None


class AsyncAzureArguments(_Azure, total=False):
    """Of `AsyncAzureOpenAI`."""

    api_key: _AsyncKey | None
    azure_ad_token_provider: Callable[[], str | Awaitable[str]] | None
    http_client: _AsyncClient | None


class _Changes(_Shared, total=False):
    base_url: _URL | NotGiven | None
    max_retries: int | NotGiven
    provider: Any
    data_residency: str | None
    """openai 3 only."""
    set_default_headers: Mapping[str, str] | None
    set_default_query: Mapping[str, object] | None
    _enforce_credentials: bool | None
    _extra_kwargs: Mapping[str, Any]


class Changes(_Changes, total=False):
    """Of `copy` and `with_options`."""

    api_key: _Key | None
    http_client: _Client | None


class AsyncChanges(_Changes, total=False):
    """Of `copy` and `with_options`."""

    api_key: _AsyncKey | None
    http_client: _AsyncClient | None


class AzureChanges(Changes, total=False):
    """Of `copy` and `with_options`."""

    api_version: str | None
    azure_ad_token: str | None
    azure_ad_token_provider: Callable[[], str] | None


class AsyncAzureChanges(AsyncChanges, total=False):
    """Of `copy` and `with_options`."""

    api_version: str | None
    azure_ad_token: str | None
    azure_ad_token_provider: Callable[[], str | Awaitable[str]] | None


class _Aws(TypedDict, total=False):
    aws_region: str | None
    aws_profile: str | None
    aws_access_key_id: str | None
    aws_secret_access_key: str | None
    aws_session_token: str | None
    aws_credentials_provider: Callable[[], object] | None


class _Bedrock(_Ours, _Aws, total=False):
    api_key: str | None
    organization: str | None
    project: str | None
    webhook_secret: str | None
    base_url: _URL | None
    websocket_base_url: _URL | None
    timeout: _Timeout
    max_retries: int
    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, object] | None
    _strict_response_validation: bool
    _enforce_credentials: bool


class BedrockArguments(_Bedrock, total=False):
    """Of `BedrockOpenAI`."""

    bedrock_token_provider: Callable[[], str] | None
    http_client: _Client | None


class AsyncBedrockArguments(_Bedrock, total=False):
    """Of `AsyncBedrockOpenAI`."""

    bedrock_token_provider: Callable[[], str | Awaitable[str]] | None
    http_client: _AsyncClient | None


class BedrockChanges(_Changes, _Aws, total=False):
    """Of `copy` and `with_options`."""

    api_key: _Key | None
    bedrock_token_provider: Callable[[], str] | None
    http_client: _Client | None


class AsyncBedrockChanges(_Changes, _Aws, total=False):
    """Of `copy` and `with_options`."""

    api_key: str | Callable[[], str | Awaitable[str]] | None
    bedrock_token_provider: Callable[[], str | Awaitable[str]] | None
    http_client: _AsyncClient | None
