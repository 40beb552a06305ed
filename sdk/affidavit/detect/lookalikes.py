"""Letters of other scripts that are drawn like Latin ones, and words that mix them.

Knows pairs of letters and scripts. Compatibility forms (full width, mathematical,
circled) are not here: folding composes them. A word of one script is left alone:
Cyrillic "сор" is a word, "trаining" with a Cyrillic а is not.
"""

import re

_PAIRS = (
    # Cyrillic
    "аaеeоoрpсcуyхxіiјjѕsԁdһhӏlԛqԝwвbкkмmнhтtгrпnиuьbзeАAВBЕEЅSІIЈJКKМMНHОOРPСCТTХXУYҮYԌG"
    # Greek
    "αaβbεeηnρpοoτtυuνvχxωwγyκkιiσoΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX"
    # Armenian, and others that are drawn so
    "աwեtհhոnսuօoցgզqյjԱUՏSՕO"
    # Latin letters beyond ASCII that are not composed away
    "ɑaɡgɩiʟlɴnʀrɪiʏyʜhᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢzʙbғfꜱsɢg"
)
LIKE = {
    odd: plain
    for odd, plain in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
    if plain.isascii()
}
_TABLE = str.maketrans(LIKE)
_WORD = re.compile(r"[^\W\d_]+")
_LEADS = bytes({spelt for odd in LIKE for spelt in odd.encode()[:1]})
_OTHERS = bytes(set(range(256)) - set(_LEADS))


def suspected(data: bytes) -> bool:
    """Whether UTF-8 `data` could hold such a letter: one pass in C."""
    return bool(data.translate(None, _OTHERS))


def plain(text: str) -> str:
    """`text`, letter for letter, with words that mix scripts spelled in Latin.

    Where there is such a word, those made of nothing but look-alikes are too.
    """
    spelt = _WORD.sub(_mixed, text)
    return text if spelt == text else _WORD.sub(_latin, spelt)


def _mixed(word: re.Match[str]) -> str:
    if word[0].isascii() or not any(map(str.isascii, word[0])):
        return word[0]
    return _latin(word)


def _latin(word: re.Match[str]) -> str:
    latin = word[0].translate(_TABLE)
    return latin if latin.isascii() else word[0]
