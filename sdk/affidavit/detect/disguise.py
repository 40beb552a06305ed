"""Texts that are written so as not to be read, and what they say.

Knows look-alike letters, base64 and hexadecimal, letters set apart, and digits for
letters. Knows no rule: which words there are it is told. What is revealed takes the
place of what hid it, and each of its characters remembers where it came from.

An ordinary text is passed over by a few searches in C over its bytes.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from affidavit.detect import lookalikes
from affidavit.detect.vocabulary import Vocabulary

ENCODED = 24
"""Characters from which on a run may be base64 or hexadecimal."""
APART = 6
"""Letters from which on a run of single ones is one word or more, set apart."""
MOST = 64 << 10
"""Characters of one encoded run that are decoded."""
MOST_LETTERS = 16 << 10
"""Letters set apart that are put together, in one text."""
_LEET_WORDS = 2
_LONGEST_LEET = 24
_LONG_WORD = 13
"""Letters from which on what stands together may be several words."""

Places = Sequence[tuple[int, int]]
"""For each character, the start and end of what it came from."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """What a text says, and where each character of it came from."""

    value: str
    places: Places

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` to `end` (not empty) came from."""
        taken = self.places[start:end]
        return min(low for low, _ in taken), max(high for _, high in taken)


@dataclass(frozen=True, slots=True)
class _Change:
    """Characters `start` to `end` stand for `value`, letter by letter or as a whole."""

    start: int
    end: int
    value: str
    places: Places


_ENCODING = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_RUNS = bytes(0x61 if byte in _ENCODING else 0x20 for byte in range(256))
_LONG = b"a" * ENCODED


_SIGNS = "0134578@$"
_NO_SIGNS = bytes(byte for byte in range(256) if chr(byte) not in _SIGNS)


def _shape(byte: int) -> int:
    """A class for each byte: letter, sign that is drawn like one, anything else."""
    char = chr(byte)
    if byte < 0x80 and char.isalpha():
        return ord("a")
    return ord("1") if char in _SIGNS else ord(".")


def _single(byte: int) -> int:
    """A class for each byte of a folded text: letter or digit, separator."""
    if byte >= 0x80:
        return ord("z") if byte >= 0xC0 else ord("c")
    return ord("a") if chr(byte).isalnum() else ord(" ")


_SHAPES = bytes(_shape(byte) for byte in range(256))
_SINGLE = bytes(_single(byte) for byte in range(256))
# In a folded text most separators are one space; a dot or a comma stays, and is one
# here. What is sought is short of APART by the first and the last letter.
_SPACED_LATIN = b" a" * (APART - 2) + b" "
_SPACED_OTHER = b" zcc" * (APART - 2) + b" "
_LEET = b"a1a"


def suspected(text: str, folded: str) -> bool:
    """Whether `text` may hide something: what most texts are asked, and nothing more.

    `folded` is `text` folded.
    """
    data = text.encode("utf-8", "replace")
    if _LONG in data.translate(_RUNS):
        return True
    if (
        len(data.translate(None, _NO_SIGNS)) >= _LEET_WORDS
        and data.translate(_SHAPES).count(_LEET) >= _LEET_WORDS
    ):
        return True
    spaced = folded.encode().translate(_SINGLE)
    if _SPACED_LATIN in spaced:
        return True
    if text.isascii():
        return False
    return _SPACED_OTHER in spaced or lookalikes.suspected(data)


def revealed(text: str, vocabulary: Vocabulary) -> Revealed | None:
    """What `text` says undisguised; None where that is what it says."""
    value, places = text, None
    for step in _STEPS:
        changes = list(step(value, vocabulary))
        if changes:
            value, places = _changed(value, places, changes)
    return None if places is None else Revealed(value, places)


def _changed(
    value: str, places: Places | None, changes: Sequence[_Change]
) -> tuple[str, Places]:
    """`value` after `changes`, which are in order and disjoint."""
    before = places or [(at, at + 1) for at in range(len(value))]
    pieces: list[str] = []
    after: list[tuple[int, int]] = []
    done = 0
    for change in (*changes, _Change(len(value), len(value), "", ())):
        pieces += value[done : change.start], change.value
        after += before[done : change.start]
        after += [(before[a][0], before[b - 1][1]) for a, b in change.places]
        done = change.end
    return "".join(pieces), after


def _plain_letters(text: str, _: Vocabulary) -> Iterator[_Change]:
    if text.isascii():
        return
    latin = lookalikes.plain(text)
    if latin != text:
        for at, (odd, plain) in enumerate(zip(text, latin, strict=True)):
            if odd != plain:
                yield _Change(at, at + 1, plain, ((at, at + 1),))


_ENCODED = re.compile(
    rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{ENCODED},}}"
    r"(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}"
)
_URL_SAFE = str.maketrans("-_", "+/", "\r\n=")


def _decoded(text: str, _: Vocabulary) -> Iterator[_Change]:
    for run in _ENCODED.finditer(text):
        said = _say(run[0])
        if said is not None:
            # Whatever of it is found, the whole run is where it stands.
            said = f" {said} "
            yield _Change(*run.span(), said, [run.span()] * len(said))


def _say(run: str) -> str | None:
    """What an encoded run says, or None when it is no text."""
    letters = run[:MOST].translate(_URL_SAFE)
    for decode in (_hexadecimal, _base64):
        if (said := _text(decode(letters[:64]))) and (data := decode(letters)):
            return _text(data) or said
    return None


def _hexadecimal(letters: str) -> bytes | None:
    try:
        return bytes.fromhex(letters[: len(letters) // 2 * 2])
    except ValueError:
        return None


def _base64(letters: str) -> bytes | None:
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4] + _rest(letters))
    except (binascii.Error, ValueError):
        return None


def _rest(letters: str) -> str:
    """The last, incomplete group of four, padded; one letter alone says nothing."""
    rest = letters[len(letters) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _text(data: bytes | None) -> str | None:
    """UTF-8 that people write: a character may be cut off at its end."""
    if not data:
        return None
    for cut in range(4):
        try:
            text = data[: len(data) - cut].decode()
        except UnicodeDecodeError:
            continue
        odd = sum(not (c.isprintable() or c in "\r\n\t") for c in text)
        return text if text and not odd and _wordy(text) else None
    return None


def _wordy(text: str) -> bool:
    return " " in text or "\n" in text or any(c > "\u2fff" for c in text)


_APART = re.compile(
    r"(?<![^\W_])[^\W_](?:[ \t.\-_*|/,~+:]{1,3}[^\W_](?![^\W_]))"
    rf"{{{APART - 1},}}"
)
# Between letters of unspaced scripts there is no edge of a word: sought apart.
_GAP = re.compile(r"[ \t.\-_*|/,~+:]+")


def _together(text: str, vocabulary: Vocabulary) -> Iterator[_Change]:
    room = MOST_LETTERS
    for run in _APART.finditer(text):
        if len(run[0]) > room:
            continue
        room -= len(run[0])
        yield _joined(run, vocabulary)


def _joined(run: re.Match[str], vocabulary: Vocabulary) -> _Change:
    """The letters of `run` as words, cut at its wider gaps or where words are known."""
    gaps = [(gap.start(), gap.group()) for gap in _GAP.finditer(run[0])]
    usual = max({gap for _, gap in gaps}, key=[gap for _, gap in gaps].count)
    wide = {at for at, gap in gaps if gap != usual}
    letters = [(at, c) for at, c in enumerate(run[0]) if not _GAP.match(c)]
    words: list[list[tuple[int, str]]] = [[]]
    for at, letter in letters:
        if words[-1] and _starts_word(at, run[0], wide):
            words.append([])
        words[-1].append((at, letter))
    words = [each for word in words for each in _cut(word, vocabulary)]
    value, places = [], []
    for number, word in enumerate(words):
        if number:
            value.append(" ")
            places.append((word[0][0], word[0][0] + 1))
        value += [letter for _, letter in word]
        places += [(at, at + 1) for at, _ in word]
    start = run.start()
    return _Change(
        *run.span(), "".join(value), [(start + a, start + b) for a, b in places]
    )


def _starts_word(at: int, run: str, wide: set[int]) -> bool:
    before = at
    while before and _GAP.match(run[before - 1]):
        before -= 1
    return before in wide


def _cut(
    letters: list[tuple[int, str]], vocabulary: Vocabulary
) -> list[list[tuple[int, str]]]:
    text = "".join(letter for _, letter in letters).lower()
    short = len(text) < _LONG_WORD or vocabulary.knows(text)
    if short or not text.isascii() or len(text) != len(letters):
        return [letters]
    starts = vocabulary.cut(text)
    return [
        letters[start:end]
        for start, end in zip(starts, [*starts[1:], len(letters)], strict=True)
    ]


_LEET_WORD = re.compile(r"[A-Za-z0-9@$!|+]+")
_LETTERS = (
    str.maketrans("013456789@$!|+", "oieasbtbgasilt"),
    str.maketrans("013456789@$!|+", "oleasbtbgasllt"),
)


def _spelled_out(text: str, vocabulary: Vocabulary) -> Iterator[_Change]:
    words = [
        (word.start(), word[0].lower())
        for word in _LEET_WORD.finditer(text)
        if 2 <= len(word[0]) <= _LONGEST_LEET
        and not word[0].isalpha()
        and not word[0].isdigit()
    ]
    known = [(at, word, _letters(word, vocabulary)) for at, word in words]
    sure = sum(plain is not None for _, _, plain in known)
    if sure < _LEET_WORDS:
        return
    # Where half of such words are words, the others are disguised as well.
    through = 2 * sure >= len(known)
    for at, word, plain in known:
        value = plain or (word.translate(_LETTERS[0]) if through else None)
        if value is not None:
            places = [(at + n, at + n + 1) for n in range(len(value))]
            yield _Change(at, at + len(value), value, places)


def _letters(word: str, vocabulary: Vocabulary) -> str | None:
    stem = word.rstrip("!|+")
    for table in _LETTERS:
        for spelt in (word.translate(table), stem.translate(table)):
            if len(spelt) > 1 and not spelt.isdigit() and vocabulary.knows(spelt):
                return spelt
    return None


_STEPS: tuple[Callable[[str, Vocabulary], Iterator[_Change]], ...] = (
    _decoded,
    _plain_letters,
    _together,
    _spelled_out,
)
