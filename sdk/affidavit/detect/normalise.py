r"""One spelling for every way of writing the same words.

Knows how a text is folded before it is scanned, as a whole or by lines. Knows no rule,
no language and no way back: `detect.trace` finds that.

Folding is NFKC_Casefold (Unicode Standard Annex #44: compatibility composition, default
ignorable code points removed, case folded), then ASCII markup and white space become
single spaces, so that "**Training_Data**" and "training\n  data" are both
"training data". The sentence marks `. , ! ?` and `%` stay.

Folding runs on every call and is done by whole texts in C.
"""

import re
import unicodedata

_KEPT = b".,!?%"
_SELDOM = 64
"""One run of spaces in so many characters is few: cheaper to replace than to split."""
_SPACED = bytes(
    byte | 0x20
    if 0x41 <= byte <= 0x5A
    else byte
    if byte >= 0x80 or bytes((byte,)).isalnum() or byte in _KEPT
    else 0x20
    for byte in range(256)
)

IGNORABLE = re.compile(  # UAX #44, Default_Ignorable_Code_Point
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)

# Everyday characters that are not NFKC. Replacing them first is what NFKC would do
# anyway, and lets it take its quick path: 3 ms become 0.1 ms on 32,000 Chinese ones.
_EVERYDAY = tuple(
    (mark, unicodedata.normalize("NFKC", mark))
    for mark in "，：；！？（）…\u3000\u00a0"
)
# Marks that NFKC leaves alone and that are white space or ASCII quotes to a reader.
_MARKS = tuple((mark, " ") for mark in "‘’“”\u2010\u2013\u2014\u2028\u2029\u0085")


def fold(text: str) -> str:
    """`text` as rules see it. Total, deterministic, linear in the text's length."""
    if not text.isascii():
        text = _composed(text)
    # A lone surrogate is no character and has no UTF-8: it is read as "?".
    words = text.encode("utf-8", "replace").translate(_SPACED)
    runs = words.count(b"  ")
    if runs * _SELDOM > len(words):
        return b" ".join(words.split()).decode()
    # Prose has few runs of spaces, and is spared a split into words.
    while runs:
        words = words.replace(b"  ", b" ")
        runs = words.count(b"  ")
    return words.strip().decode()


def fold_lines(text: str) -> list[str]:
    """Each line of `text` (as `str.splitlines` cuts it) folded.

    Joined by spaces without the empty ones, they are `fold(text)`: nothing composes
    across a line's end.
    """
    lines = text.splitlines()
    if not all(map(str.isascii, lines)):
        lines = _composed("\n".join(lines)).split("\n")
    return [
        b" ".join(line.encode("utf-8", "replace").translate(_SPACED).split()).decode()
        for line in lines
    ]


def compose(text: str) -> str:
    """NFKC_Casefold, line by line: it neither makes nor removes a line feed."""
    text = IGNORABLE.sub("", text)
    for mark, plain in _EVERYDAY:
        text = text.replace(mark, plain)
    # By line, because one character that is not NFKC costs the whole string dear.
    lines = [unicodedata.normalize("NFKC", line) for line in text.split("\n")]
    text = "\n".join(lines).casefold()
    for mark, plain in _MARKS:
        text = text.replace(mark, plain)
    return text


def space(text: str) -> str:
    """ASCII markup of a composed text as spaces, letter for letter."""
    return text.encode("utf-8", "replace").translate(_SPACED).decode()


def _composed(text: str) -> str:
    """`text` with those lines composed that need it."""
    lines = text.split("\n")
    rest = [at for at, line in enumerate(lines) if not line.isascii()]
    composed = compose("\n".join([lines[at] for at in rest]))
    for at, line in zip(rest, composed.split("\n"), strict=True):
        lines[at] = line
    return "\n".join(lines)
