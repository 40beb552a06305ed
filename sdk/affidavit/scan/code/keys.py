"""Providers' keys in a text: by the shape that each provider gives them, and by chance.

A key is a prefix and random characters. Words in the shape of one (`sk-your-key-here`)
are none: their characters repeat, or stand in the order of the alphabet. Shows at most
a prefix of what it finds. Knows no network: whether a key works is not asked.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_SHAPES: Mapping[str, tuple[str, str]] = {
    "sk-": (
        "OpenAI",
        r"sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{36,}|[A-Za-z0-9]{32,64}(?![\w-]))",
    ),
    "sk-ant-": ("Anthropic", r"sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{32,}"),
    "sk-or-v1-": ("OpenRouter", r"sk-or-v1-[0-9a-f]{64}"),
    "AIza": ("Google", r"AIza[A-Za-z0-9_-]{35}(?![\w-])"),
    "gsk_": ("Groq", r"gsk_[A-Za-z0-9]{48,64}(?!\w)"),
    "xai-": ("xAI", r"xai-[A-Za-z0-9]{64,96}(?!\w)"),
    "hf_": ("Hugging Face", r"hf_[A-Za-z0-9]{34,40}(?!\w)"),
    "r8_": ("Replicate", r"r8_[A-Za-z0-9]{37,40}(?!\w)"),
    "pplx-": ("Perplexity", r"pplx-[A-Za-z0-9]{48,56}(?!\w)"),
    "fw_": ("Fireworks", r"fw_[A-Za-z0-9]{22,32}(?!\w)"),
    "ABSK": ("Amazon Bedrock", r"ABSK[A-Za-z0-9+/]{100,}={0,2}"),
}
PREFIXES = tuple(_SHAPES)
"""With which a key begins: a text without any of them holds none."""

_ANY = re.compile(
    "|".join(
        rf"(?<![A-Za-z0-9_-]){re.escape(prefix)}"
        for prefix in sorted(_SHAPES, key=len, reverse=True)
    )
)
_PATTERNS = {
    prefix: (whose, re.compile(pattern, re.ASCII))
    for prefix, (whose, pattern) in _SHAPES.items()
}
ENOUGH_BITS = 3.2
"""Bits a character, at least: random letters and digits have 4 and more, hexadecimal
digits 3.5 and more, words and placeholders less or the order of the alphabet."""
_RUNS = re.compile(
    r"(.)\1{5,}|0123456|1234567|abcdefg|your[-_]?|example|placeholder|redacted|xxxx",
    re.IGNORECASE,
)


class Key(NamedTuple):
    """What looks like a key: where, whose, and as much of it as may be shown."""

    start: int
    length: int
    whose: str
    shown: str


def keys_in(text: str) -> Iterator[Key]:
    """Every key in `text`, with its position in characters."""
    end = 0
    for candidate in _ANY.finditer(text):
        if candidate.start() < end:
            continue
        whose, pattern = _PATTERNS[candidate[0]]
        found = pattern.match(text, candidate.start())
        if found is not None and random(found[0][len(candidate[0]) :]):
            end = found.end()
            length = len(found[0])
            shown = f"{candidate[0]}… ({length})"
            yield Key(found.start(), length, whose, shown)


def hidden(text: str) -> str:
    """`text` with stars in place of each key's characters, prefixes aside; no place in
    it moves.
    """
    parts, seen = [], 0
    for key in keys_in(text):
        bare = key.start + len(key.shown.partition("…")[0])
        end = key.start + key.length
        parts += [text[seen:bare], "*" * (end - bare)]
        seen = end
    return "".join([*parts, text[seen:]])


def random(text: str) -> bool:
    """Whether `text` is as irregular as a key's random part."""
    return _RUNS.search(text) is None and bits(text) >= ENOUGH_BITS


def bits(text: str) -> float:
    """Shannon's entropy of the characters of `text`, in bits a character."""
    counts, total = Counter(text), len(text)
    return -sum(n / total * math.log2(n / total) for n in counts.values())
