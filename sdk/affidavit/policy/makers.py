"""Patterns that tell apart every name of a model whose terms may differ.

Two names that the same of these patterns fit stand under the same terms at any one
provider: `providers.terms` can be gone through by `arrangement.kinds`. A test holds the
two together. Knows names of models and nothing of policies.
"""

from collections.abc import Iterable, Iterator

_NOBODY = ("gpt-oss", "gpt-oss[!a-z0-9_]*", "whisper-large*")
"""Weights that come with no terms."""
_FAMILIES = (
    *_NOBODY,
    *("gpt-*", "chatgpt-*", "o[1-9]", "o[1-9]-*", "text-embedding-*", "dall-e-*"),
    *("whisper*", "tts-*", "sora*", "codex-*", "computer-use-*", "omni-moderation*"),
    *("claude-*", "gemini-*", "gemma-*", "imagen-*", "veo-*"),
    *("mi[sx]tral*", "ministral*", "codestral*", "magistral*", "devstral*"),
    *("open-mi[sx]tral*", "open-ministral*", "open-codestral*", "open-magistral*"),
    *("open-devstral*", "pixtral*", "voxtral*", "grok-*", "deepseek*"),
    *("llama*", "meta-llama*", "command-*", "cohere-*", "c4ai-*"),
)
_VENDORS = (
    *("openai", "anthropic", "google", "mistral", "mistralai", "mistral-ai", "xai"),
    *("x-ai", "deepseek", "deepseek-ai", "meta", "meta-llama", "cohere", "amazon"),
)
_REGIONS = ("us.", "us-gov.", "eu.", "apac.", "au.", "ca.", "jp.", "global.")
_PREFIXES = ("", "models/", "accounts/fireworks/models/")

SLASHED = ("azure", "openrouter", "groq", "together", "google", "fireworks")
DOTTED = ("aws",)
"""Providers that serve others' models, by what stands between maker and model."""


def dialects(patterns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Groups of patterns; each group tells apart the names at some of the providers.

    `patterns` are those that the names are held against besides: a region that none of
    them could mean needs no names of its own.
    """
    yield tuple(_spelled("/", ""))
    for prefix in _PREFIXES[1:]:
        yield tuple(_spelled("/", prefix))
    heads = [_head(pattern.lower()) for pattern in patterns]
    dotted = list(_spelled(".", ""))
    for region in _REGIONS:
        meant = any(h and (h.startswith(region) or region.startswith(h)) for h in heads)
        if meant or region == _REGIONS[0]:
            dotted += _spelled(".", region)
    yield tuple(dotted)


def _spelled(separator: str, prefix: str) -> Iterator[str]:
    yield f"{prefix}*{separator}*"
    yield f"{prefix}*"
    for family in _FAMILIES:
        yield prefix + family
    for vendor in _VENDORS:
        made = f"{prefix}{vendor}{separator}"
        yield f"{made}*"
        yield f"{made}*llama*"
        for name in _NOBODY:
            yield made + name


def _head(pattern: str) -> str:
    ends = [pattern.index(sign) for sign in "*?[" if sign in pattern]
    return pattern[: min(ends, default=len(pattern))]
