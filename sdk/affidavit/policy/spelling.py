"""Names of models that are a slip of the pen: `gtp-5*` for `gpt-5*`.

Knows how the names of families (`providers.FAMILIES`) are misspelt. A name that
resembles none, such as a deployment's or one's own, is nobody's slip.
"""

import difflib
import re

from affidavit import providers

_FURTHER = """
embed-english embed-multilingual gpt-audio gpt-image gpt-oss gpt-realtime mistral-embed
mistral-large mistral-medium mistral-small
"""
"""Families of several words of which the first alone is one too."""
FAMILIES = providers.FAMILIES | frozenset(_FURTHER.split())
# What stands before is a vendor's or a fine-tuned model's: `openai/`, `ft:`.
_WORDS = re.compile(r"(?:.*[/:])?(?:[a-z]+\.)?([a-z]+(?:-[a-z]+)*)")
_CLOSE = 0.84


def misspelt(pattern: str) -> str | None:
    """`pattern` with its first words as a known family spells them, if it is a slip.

    None for what is spelt right and for what resembles no family.
    """
    low = pattern.lower()
    words = _WORDS.match(low)
    if words is None or len(words[1]) < 3:
        return None
    found, start, end = words[1], words.start(1), words.end()
    open_ended = low[end : end + 1] in {"*", "?", "["}
    if any(_begins(found, family, open_ended=open_ended) for family in FAMILIES):
        return None
    meant = _nearest(found)
    return None if meant is None else pattern[:start] + meant + pattern[end:]


def _begins(found: str, family: str, *, open_ended: bool) -> bool:
    """Whether the words are the family's, with more to come on either side."""
    return (
        found == family
        or found.startswith(f"{family}-")
        or (open_ended and family.startswith(found))
    )


def _nearest(found: str) -> str | None:
    close = difflib.get_close_matches(found, sorted(FAMILIES), n=1, cutoff=_CLOSE)
    if close:
        return close[0]
    first, hyphen, rest = found.partition("-")
    swapped = (f for f in sorted(FAMILIES) if _is_swap(first, f))
    return next((family + hyphen + rest for family in swapped), None)


def _is_swap(word: str, family: str) -> bool:
    """Whether two neighbouring letters changed places, and nothing else."""
    differing = [
        i for i, (a, b) in enumerate(zip(word, family, strict=False)) if a != b
    ]
    return (
        len(word) == len(family)
        and len(differing) == 2
        and differing[1] == differing[0] + 1
        and word[differing[0]] == family[differing[1]]
        and word[differing[1]] == family[differing[0]]
    )
