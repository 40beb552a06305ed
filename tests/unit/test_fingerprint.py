from binascii import crc32
from collections.abc import Callable
from hashlib import blake2b
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from affidavit import fingerprint
from affidavit.errors import Malformed
from affidavit.fingerprint import Fingerprint, Key

KEY = Key(b"k" * 32)
OTHER = Key(b"o" * 32)
_VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nrstvx"]


def prose(words: int, seed: int = 0) -> str:
    return " ".join(Random(seed).choices(_VOCABULARY, k=words))


def edited(text: str, share: float, seed: int = 1) -> str:
    rng = Random(seed)
    return " ".join(
        rng.choice(_VOCABULARY) if rng.random() < share else word
        for word in text.split()
    )


def found(text: str, seen: str) -> fingerprint.Match | None:
    return fingerprint.of(text, KEY).matched(fingerprint.grams(seen, KEY))


def test_a_copy_is_found_whole() -> None:
    match = found(prose(40), prose(40))

    assert match is not None
    assert match.coverage == 1.0


@pytest.mark.parametrize(
    "reformatted",
    [
        lambda text: text.upper(),
        lambda text: text.replace(" ", "\n\n"),
        lambda text: "# " + text.replace(" ", ", ", 5) + "!",
        lambda text: " ".join(f"**{word}**" for word in text.split()),
        "\u200b".join,
        lambda text: "".join(
            chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text
        ),  # full-width letters
    ],
)
def test_formatting_changes_nothing(reformatted: Callable[[str], str]) -> None:
    text = prose(50)

    assert fingerprint.of(reformatted(text), KEY) == fingerprint.of(text, KEY)


def test_formatting_of_chinese_changes_nothing() -> None:
    text = "我们今天讨论的主要内容是如何保护环境因为气候变化影响到每一个人的生活" * 2

    assert fingerprint.of("，".join(text), KEY) == fingerprint.of(text, KEY)


def test_an_edited_chinese_text_is_found() -> None:
    rng = Random(7)
    letters = [chr(rng.randrange(0x4E00, 0x5E00)) for _ in range(120)]
    text = "".join(letters)
    for at in rng.sample(range(120), 12):
        letters[at] = "的"

    assert found(text, "".join(letters)) is not None
    assert found(text, "".join(rng.sample(letters, 120))) is None


def test_two_characters_without_spaces_are_one_word() -> None:
    assert fingerprint.of("好" * 10 + " two words", KEY).words == 7


def test_vowel_signs_stay_in_their_word() -> None:
    assert fingerprint.of("हिन्दी भाषा", KEY).words == 2


def test_most_texts_are_found_after_light_edits() -> None:
    texts = [prose(60, seed) for seed in range(60)]
    hit = [found(text, edited(text, 0.2, seed)) for seed, text in enumerate(texts)]

    assert sum(match is not None for match in hit) >= 54


def test_unrelated_texts_are_not_found() -> None:
    for seed in range(200):
        assert found(prose(60, seed), prose(200, seed + 1000)) is None


def test_a_text_is_found_inside_another_and_a_piece_of_it_too() -> None:
    text = prose(200, 3)
    inside = " ".join([prose(500, 4), text, prose(500, 5)])
    piece = " ".join(text.split()[50:90])

    assert (match := found(text, inside)) is not None
    assert match.coverage == 1.0
    assert (match := found(text, piece)) is not None
    assert match.coverage > 0.6


def test_another_key_finds_nothing() -> None:
    text = prose(100)
    seen = fingerprint.grams(text, OTHER)

    assert fingerprint.of(text, KEY).matched(seen) is None
    assert fingerprint.of(text, KEY).whole != fingerprint.of(text, OTHER).whole


def test_short_and_repetitive_texts_cannot_be_told_apart() -> None:
    assert not fingerprint.of(prose(29), KEY).attestable
    assert fingerprint.of(prose(30), KEY).attestable
    assert not fingerprint.of("ha " * 500, KEY).attestable
    assert not fingerprint.of("", KEY).attestable


def test_the_order_of_words_is_in_the_whole() -> None:
    words = prose(40).split()
    swapped = [*words[:-2], words[-1], words[-2]]

    one = fingerprint.of(" ".join(words), KEY)
    assert fingerprint.of(" ".join(swapped), KEY).whole != one.whole


def test_however_long_a_text_what_is_kept_is_bounded() -> None:
    text = " ".join(f"w{i}" for i in range(30_000))
    kept = fingerprint.of(text, KEY)

    assert len(kept.values) == fingerprint.MOST_VALUES
    assert len(fingerprint.of(text, KEY, most=100).values) == 100
    assert kept.matched(fingerprint.grams(text, KEY)) == (
        fingerprint.MOST_VALUES,
        1.0,
    )


def test_each_window_of_a_long_text_keeps_a_gram() -> None:
    text = prose(400, 9).split()
    kept = set(fingerprint.of(" ".join(text), KEY).values)
    span = fingerprint.WINDOW + fingerprint.GRAM_WORDS - 1

    for at in range(400 - span + 1):
        passage = fingerprint.grams(" ".join(text[at : at + span]), KEY)
        assert passage.values & kept


def test_a_known_text_has_the_fingerprint_that_the_format_says() -> None:
    secret = bytes(range(32))
    words = ["one", "two", "three", "four", "five", "six", "seven"]
    sums = [crc32(word.encode()).to_bytes(4, "little")[:3] for word in words]
    cipher = Cipher(algorithms.AES(secret), modes.ECB()).encryptor()
    blocks = [cipher.update(b"".join(sums[i : i + 5]) + b"\0") for i in range(3)]
    values = sorted(int.from_bytes(block[:4], "little") for block in blocks)
    whole = blake2b(b"".join(sums), digest_size=4, key=secret).digest()
    expected = Fingerprint(7, 3, whole, tuple(values))

    kept = fingerprint.of("One two, THREE four\nfive six *seven*!", Key(secret))

    assert kept == expected
    assert kept.encode().hex() == "070000000300000045243586f947930e9851413fa038dfba"


@given(st.text(max_size=400))
def test_any_text_has_a_fingerprint_that_is_read_back(text: str) -> None:
    kept = fingerprint.of(text, KEY)
    seen = fingerprint.grams(text, KEY)

    assert Fingerprint.decode(kept.encode()) == kept
    assert seen.values.issuperset(kept.values)
    assert seen.length == kept.grams


@given(
    st.one_of(
        st.text(max_size=200),
        st.text(alphabet="ab \u4e2d\ufdfa\u0e01.", min_size=20, max_size=140),
        st.lists(st.text("abc", min_size=1, max_size=70), max_size=40).map(" ".join),
    )
)
def test_only_a_text_that_can_be_told_apart_is_kept(text: str) -> None:
    kept = fingerprint.of(text, KEY)

    assert fingerprint.attestable(text, KEY) == (kept if kept.attestable else None)


@given(st.binary(max_size=60))
def test_only_what_was_printed_is_read(data: bytes) -> None:
    try:
        kept = Fingerprint.decode(data)
    except Malformed:
        return
    assert kept.encode() == data


def test_what_is_no_fingerprint_is_refused() -> None:
    good = fingerprint.of(prose(40), KEY).encode()
    turned = good[:12] + good[16:20] + good[12:16] + good[20:]

    for bad in (b"", good[:11], good[:-1], turned, good + bytes(4 * 5000)):
        with pytest.raises(Malformed):
            Fingerprint.decode(bad)


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(Malformed):
        Key(b"short")


@pytest.mark.parametrize(
    ("places", "width", "words"),
    [
        ([], 1, 0),
        ([7], 1, 1),
        ([7, 8, 9, 10, 11], 1, 1),
        ([7, 8, 9, 10, 11, 12], 1, 2),
        ([7, 8, 10, 11], 1, 2),
        ([7, 8, 10, 11], 2, 1),
        ([0, 8, 16], 8, 4),
        ([0, 9], 8, 2),
    ],
)
def test_one_word_explains_as_many_grams_as_hold_it(
    places: list[int], width: int, words: int
) -> None:
    assert fingerprint.shared_words(places, width) == words
