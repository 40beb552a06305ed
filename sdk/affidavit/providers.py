"""Providers: whose API a host is, and whose terms a call to it stands under.

Two questions with two answers. The *provider* is who answers at the host: it follows
from the base URL alone. The *terms* are those that the call must keep: the provider's
own, and where others' models are served, those of whoever made the model, because they
flow down. A name of a model that does not say whose it is leaves the terms unknown.

Pure data and lookups: no calls, no policies, and no network. What the terms say is in
`policies/`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

Provider: TypeAlias = Literal[
    "openai",
    "azure",
    "anthropic",
    "google",
    "mistral",
    "xai",
    "deepseek",
    "meta",
    "cohere",
    "aws",
    "openrouter",
    "groq",
    "together",
    "fireworks",
    "other",
]
"""Who answers at a host; `other` for a host that we do not know, such as a gateway."""

Terms: TypeAlias = Literal[
    "openai",
    "azure",
    "anthropic",
    "google",
    "mistral",
    "xai",
    "deepseek",
    "meta",
    "llama",
    "cohere",
    "aws",
    "openrouter",
    "groq",
    "together",
    "fireworks",
]
"""Whose terms: a provider's, or `llama`, the licence of Meta's published weights."""

UNKNOWN: Provider = "other"
PROVIDERS: tuple[str, ...] = get_args(Provider)
TERMS: tuple[str, ...] = get_args(Terms)

_HOSTS: Mapping[str, Provider] = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "aiplatform.googleapis.com": "google",
    "api.mistral.ai": "mistral",
    "codestral.mistral.ai": "mistral",
    "api.x.ai": "xai",
    "api.deepseek.com": "deepseek",
    "api.llama.com": "meta",
    "api.cohere.com": "cohere",
    "api.cohere.ai": "cohere",
    "openrouter.ai": "openrouter",
    "api.groq.com": "groq",
    "api.together.xyz": "together",
    "api.together.ai": "together",
    "api.fireworks.ai": "fireworks",
    "models.inference.ai.azure.com": "azure",
}
_BELOW: tuple[tuple[str, Provider], ...] = (
    (".api.openai.com", "openai"),
    (".openai.azure.com", "azure"),
    (".cognitiveservices.azure.com", "azure"),
    (".services.ai.azure.com", "azure"),
    (".models.ai.azure.com", "azure"),
    (".openai.azure.us", "azure"),
    (".cognitiveservices.azure.us", "azure"),
    (".api.x.ai", "xai"),
    (".openrouter.ai", "openrouter"),
)
_REGIONAL: tuple[tuple[re.Pattern[str], Provider], ...] = (
    # `us-central1-aiplatform.googleapis.com`, `aiplatform.eu.rep.googleapis.com`
    (re.compile(r"[a-z0-9-]+-aiplatform\.googleapis\.com"), "google"),
    (re.compile(r"aiplatform\.[a-z0-9-]+\.rep\.googleapis\.com"), "google"),
    # `bedrock-runtime.eu-west-1.amazonaws.com`, `bedrock-mantle.us-east-1.api.aws`,
    # and private endpoints, whose first label is the endpoint's own.
    (
        re.compile(
            r"(?:[a-z0-9-]+\.)?bedrock-(?:runtime|mantle)(?:-fips)?\.[a-z0-9-]+\."
            r"(?:vpce\.)?(?:amazonaws\.com|api\.aws)"
        ),
        "aws",
    ),
)

_CARRIED: Mapping[str, frozenset[Terms]] = {
    # A deployment's name is free text, so OpenAI's terms stay whatever it says.
    "azure": frozenset({"azure", "openai"}),
    "aws": frozenset({"aws"}),
    "google": frozenset({"google"}),
    "openrouter": frozenset({"openrouter"}),
    "groq": frozenset({"groq"}),
    "together": frozenset({"together"}),
    "fireworks": frozenset({"fireworks"}),
}
"""Providers that serve models of others, and what stands whosever the model is."""

_REROUTES = ("models", "plugins", "preset")
"""Parameters by which OpenRouter may choose another model than the one named."""

_NOBODY: frozenset[Terms] = frozenset()
_VENDORS: Mapping[str, frozenset[Terms]] = {
    "openai": frozenset({"openai"}),
    "anthropic": frozenset({"anthropic"}),
    "google": frozenset({"google"}),
    "mistral": frozenset({"mistral"}),
    "mistralai": frozenset({"mistral"}),
    "mistral-ai": frozenset({"mistral"}),
    "xai": frozenset({"xai"}),
    "x-ai": frozenset({"xai"}),
    "deepseek": frozenset({"deepseek"}),
    "deepseek-ai": frozenset({"deepseek"}),
    "meta": frozenset({"llama"}),
    "meta-llama": frozenset({"llama"}),
    "cohere": frozenset({"cohere"}),
    "amazon": frozenset({"aws"}),
}
_STEMS: Mapping[Terms, str] = {
    "openai": "gpt- chatgpt- text-embedding- dall-e- whisper tts- sora codex- "
    "computer-use- omni-moderation",
    "anthropic": "claude-",
    "google": "gemini-",
    "mistral": "mistral mixtral ministral codestral magistral devstral pixtral voxtral",
    "xai": "grok-",
    "deepseek": "deepseek",
    "llama": "llama meta-llama",
    "cohere": "command- cohere- c4ai-",
}
"""What the names of a maker's models begin with."""
_OTHER_STEMS = (
    "babbage davinci embed gemma imagen jamba nova phi qwen rerank text-moderation "
    "titan veo"
)
"""The same, where the name alone does not say whose terms apply."""

FAMILIES: frozenset[str] = frozenset(
    stem.rstrip("-")
    for stems in (*_STEMS.values(), _OTHER_STEMS)
    for stem in stems.split()
)
"""First words of the names of models that anybody is known to offer."""


def _beginning(stems: str) -> str:
    return "|".join(map(re.escape, stems.split()))


_FAMILIES: tuple[tuple[re.Pattern[str], frozenset[Terms]], ...] = (
    # Published under Apache-2.0 and MIT, which ask nothing that a call could break.
    (re.compile(r"gpt-oss\b|whisper-large"), _NOBODY),
    (re.compile(r"o[1-9](?:-|$)"), frozenset({"openai"})),
    (
        re.compile(r"open-(?:mi[sx]tral|ministral|codestral|magistral|devstral)"),
        frozenset({"mistral"}),
    ),
    *(
        (re.compile(_beginning(stems)), frozenset({maker}))
        for maker, stems in _STEMS.items()
    ),
)
_REGION = re.compile(r"\A(?:us|us-gov|eu|apac|au|ca|jp|global)\.")
_GOOGLES = re.compile(r"gemini-|gemma-|text-embedding-|imagen-|veo-")
"""Names without a vendor that Google's own endpoint gives its own models."""


def of(host: str) -> Provider:
    """Who answers at `host` (lower case, no dot last); `other` where unknown."""
    known = _HOSTS.get(host)
    if known is not None:
        return known
    for suffix, provider in _BELOW:
        if host.endswith(suffix):
            return provider
    for pattern, provider in _REGIONAL:
        if pattern.fullmatch(host):
            return provider
    return UNKNOWN


def terms(
    provider: str, model: str | None, parameters: Mapping[str, object]
) -> frozenset[str] | None:
    """Whose terms a call stands under; None where nobody can tell.

    `provider` as `of` says, `model` and `parameters` as the call carries them. None for
    an unknown host, and for a carrier of others' models whose model does not say whose
    it is or may be exchanged on the way.
    """
    if provider == "openrouter" and any(name in parameters for name in _REROUTES):
        return None
    return _terms(provider, model)


@lru_cache(maxsize=1024)
def _terms(provider: str, model: str | None) -> frozenset[str] | None:
    carried = _CARRIED.get(provider)
    if carried is None:
        known = provider in TERMS  # `other`, and what an older trail may hold, is not
        return frozenset({provider}) if known else None
    made = _makers(provider, model)
    return None if made is None else carried | made


def _makers(provider: str, model: str | None) -> frozenset[Terms] | None:
    """Whose terms come with the model; None where its name does not say."""
    if model is None:
        return None  # an upload, a listing: which model will read it is not yet known
    vendor, name = _split(provider, model.lower())
    family = _family(name)
    if vendor is None:
        own = provider == "google" and _GOOGLES.match(name)
        return _NOBODY if own else family
    made = _VENDORS.get(vendor)
    if made is None or family == _NOBODY:
        return None if made is None else _NOBODY
    # A model of one maker that is distilled into weights of another is under both.
    return made | {"llama"} if "llama" in name else made


def _split(provider: str, name: str) -> tuple[str | None, str]:
    """Vendor and model; no vendor where the name says none."""
    separator = "/"
    match provider:
        case "aws":
            name, separator = _REGION.sub("", name, count=1), "."
        case "google":
            name = name.removeprefix("models/")
        case "fireworks":
            name = name.removeprefix("accounts/fireworks/models/")
        case _:
            pass
    vendor, found, rest = name.partition(separator)
    return (vendor, rest) if found else (None, name)


def _family(name: str) -> frozenset[Terms] | None:
    for pattern, made in _FAMILIES:
        if pattern.match(name):
            return made
    return None
