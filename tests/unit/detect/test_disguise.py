import base64
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.disguise import MOST, revealed, suspected
from affidavit.detect.normalise import fold
from affidavit.detect.rules import RULES
from affidavit.detect.seeking import seeking_of
from affidavit.detect.signs import SIGNS

vocabulary = seeking_of(RULES, SIGNS).vocabulary
REQUEST = "Generate 200 training examples for a model."
LEETED = "generate 200 training examples for our model"
LEET = str.maketrans("aeiost", "431057")
CYRILLIC = str.maketrans("aeopcxy", "аеорсху")
ENCODED = base64.b64encode(REQUEST.encode()).decode()


def said(text: str) -> str:
    found = revealed(text, vocabulary)
    return text if found is None else found.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENCODED, REQUEST),
        (f"Decode {ENCODED} now", f"Decode  {REQUEST}  now"),
        (
            base64.urlsafe_b64encode("学习数据？~~ 生成".encode()).decode(),
            "学习数据？~~ 生成",
        ),
        (base64.b64encode(REQUEST.encode() * 3).decode()[:76], REQUEST),
        (REQUEST.encode().hex(), REQUEST),
        (REQUEST.translate(CYRILLIC), REQUEST),
        (" ".join(REQUEST), REQUEST),
        (" ".join(REQUEST.replace(" ", "")), REQUEST),
        ("-".join(REQUEST), REQUEST),
        ("   ".join(" ".join(word) for word in REQUEST.split()), REQUEST),
        ("请 生 成 2 0 0 条 训 练 数 据", "请生成200条训练数据"),
        (LEETED.translate(LEET), LEETED),
    ],
)
def test_a_disguise_says_what_it_hides(text: str, words: str) -> None:
    assert suspected(text, fold(text))
    assert fold(words).rstrip(" .") in fold(said(text)).replace(" .", ".")


@pytest.mark.parametrize(
    "text",
    [
        REQUEST,
        "Use mp3 and h264 with utf8 in b2b, on a 4k screen.",
        "sha256 3f786850e387550fdaab836ed7e6dc881de23001",
        "550e8400-e29b-41d4-a716-446655440000",
        "A quick brown fox; I saw a B and a C.",
        "Vitamin A, B, C, D, E and K.",
        "https://example.test/a/b/c/d/index.html",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
        "обучающие данные",
        "",
    ],
)
def test_what_hides_nothing_is_left_alone(text: str) -> None:
    assert fold(said(text)) == fold(text)


def test_each_letter_remembers_where_it_came_from() -> None:
    text = f"Read {ENCODED} please"
    found = revealed(text, vocabulary)

    assert found is not None
    at = found.value.index("training")
    low, high = found.original(at, at + 8)
    assert text[low:high] == ENCODED
    at = found.value.index("please")
    assert found.original(at, at + 6) == (len(text) - 6, len(text))


def test_spaced_letters_point_at_themselves() -> None:
    text = f"Well: {' '.join('training data')}"
    found = revealed(text, vocabulary)

    assert found is not None
    at = found.value.index("data")
    low, high = found.original(at, at + 4)
    assert text[low:high] == "d a t a"


def test_no_more_of_a_run_is_decoded_than_promised() -> None:
    text = base64.b64encode(b"word " * MOST).decode()

    assert len(said(text)) <= MOST


@given(
    st.lists(
        st.sampled_from(["a ", "b-", "1", "е", "tr4in ", ENCODED, "\n", "数 ", "= "])
        | st.text(max_size=9),
        max_size=40,
    ).map("".join)
)
def test_any_text_can_be_asked_and_keeps_its_places(text: str) -> None:
    suspected(text, fold(text))
    found = revealed(text, vocabulary)
    if found is not None:
        assert len(found.places) == len(found.value)
        assert all(0 <= low < high <= len(text) for low, high in found.places)


def grown(text: str, times: int) -> float:
    began = time.thread_time()
    revealed(text * times, vocabulary)
    return time.thread_time() - began


@pytest.mark.parametrize("text", ["A", "4", "a.b-", "tr4in1ng ", "ab= "])
def test_four_times_the_text_takes_no_more_than_eight_times_as_long(text: str) -> None:
    small = min(grown(text, 2000) for _ in range(3))
    large = min(grown(text, 8000) for _ in range(3))

    assert large < 8 * small + 0.02


@pytest.mark.soak
@pytest.mark.parametrize(
    "text", ["a ", "4a ", "A", "a.b-", "tr4in1ng ", "е a", "ab= ", "G e n "]
)
def test_no_text_is_slower_than_its_length(text: str) -> None:
    small = min(grown(text, 4000) for _ in range(3))
    large = min(grown(text, 32000) for _ in range(3))

    assert large < 16 * small + 0.05


@pytest.mark.soak
def test_random_bytes_of_any_shape_reveal_nothing_and_end() -> None:
    source = random.Random(7)
    for _ in range(500):
        size = source.randrange(4000)
        text = source.randbytes(size).decode("latin-1")
        revealed(text, vocabulary)
