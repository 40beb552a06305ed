"""Token counts of text that nobody has counted.

Estimates, always recorded as such: about four characters of an alphabet to the token,
and about one token for a character of a script without word spaces. Knows nothing of
models: a tokenizer would have to be fetched, and fits one model family.
"""

from collections.abc import Iterable

from affidavit.calls import Text

_LETTERS_A_TOKEN = 4
_WIDE = "\u2e80"
"""From here on Unicode holds Chinese, Japanese and Korean, and little else in use."""


def of_texts(texts: Iterable[Text]) -> int:
    """Tokens that these texts take."""
    total = 0
    for text in texts:
        value = text.value
        wide = 0 if value.isascii() else sum(each >= _WIDE for each in value)
        total += wide + -(-(len(value) - wide) // _LETTERS_A_TOKEN)
    return total
