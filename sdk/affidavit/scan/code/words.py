"""Words without which a file holds no finding: most files have none of them.

Looks for all of them at once, in bytes. A file without any need not be analysed; that
every rule's findings have one is held by a test.
"""

from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick

from affidavit.scan.code import keys

_WORDS = [
    "openai",
    "affidavit",
    "anthropic",
    "mistral",
    "cohere",
    "deepseek",
    "openrouter",
    "groq",
    "xai",
    "x.ai",
    "llama",
    "litellm",
    "langchain",
    "instructor",
    "dspy",
    "haystack",
    "crewai",
    "autogen",
    "semantic_kernel",
    "langfuse",
    "portkey",
    "replicate",
    "huggingface",
    "vertexai",
    "genai",
    "generativeai",
    "generative-ai",
    "aiplatform",
    "pydantic_ai",
    "boto3",
    "botocore",
    "bedrock",
    "googleapis",
    "azure",
    "amazonaws",
    "api.aws",
    "ai-sdk",
    "eino-ext",
    "springframework.ai",
]
_COMMON = tuple(
    before + name
    for name in ("agents", "fireworks", "together")
    for before in ("from ", "import ", '"', "'", "api.")
)
"""Ordinary words that are names of packages too: only where a package may be meant."""
_TEXTS = (*_WORDS, *(word.upper() for word in _WORDS), *_COMMON, "OpenAI")
_KEY_CHARACTERS = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/"
)
_KEY_BYTES = 20
"""A shorter run of characters after a key's prefix is no key."""


@lru_cache(maxsize=1)
def _automaton() -> BytesAhoCorasick:
    return BytesAhoCorasick([text.encode() for text in (*_TEXTS, *keys.PREFIXES)])


def suspicious(source: bytes) -> bool:
    """Whether `source` has a word that a finding could be about, or a key's shape."""
    for pattern, start, end in _automaton().find_matches_as_indexes(source):
        if pattern < len(_TEXTS) or _key_like(source, start, end):
            return True
    return False


def _key_like(source: bytes, start: int, end: int) -> bool:
    # "task-" and "disk-" are in every other file.
    before = source[start - 1] if start else 0
    after = source[end : end + _KEY_BYTES]
    return (
        before not in _KEY_CHARACTERS
        and len(after) == _KEY_BYTES
        and _KEY_CHARACTERS.issuperset(after)
    )
