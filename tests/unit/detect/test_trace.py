import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.normalise import fold
from affidavit.detect.trace import Trace, follow


@pytest.mark.parametrize(
    ("text", "found", "original"),
    [
        ("The **Training_Data**!", "training data", "Training_Data"),
        ("x tr\u200bain\u200b y", "train", "tr\u200bain\u200b"),
        ("İİ İ train", "train", "train"),
        ("ﬁﬁ ﬁne", "fine", "ﬁne"),
        ("，，训练　数据。", "训练 数据", "训练　数据"),
        ("cafe\u0301 train", "café", "cafe\u0301"),
        ("  a  \n train", "train", "train"),
        (" a * b\n\n - train  it", "train it", "train  it"),
        ("é\n\u2028 tr\u200bain\r\nit", "train it", "tr\u200bain\r\nit"),
        ("ㄱㅏ \u1100\u1161 가 train", "train", "train"),
    ],
)
def test_a_folded_place_leads_back_to_the_original(
    text: str, found: str, original: str
) -> None:
    folded = fold(text)
    at = folded.index(found)

    start, end = Trace(text).original(at, at + len(found))

    assert text[start:end] == original


MEDDLING = (
    "aÉ e\u0301\u200b\n\t*，ﬁİ한\u1100\u1161\u11a8が\u3099ｶﾞ训。🧑\u200d🔬\ufe0f"
    "\ud800\r\u2028\u0085"
)
texts = st.text() | st.text(st.sampled_from(MEDDLING))


@given(texts)
def test_every_folded_character_is_followed_back_exactly(text: str) -> None:
    folded, way = fold(text), Trace(text)
    places = [way.original(at, at + 1) for at in range(len(folded))]

    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    for letter, (start, end) in zip(folded, places, strict=True):
        assert letter in f" {fold(text[start:end])}"


@given(st.text(st.sampled_from("aB1 \n\t*_.!-")))
def test_ascii_is_followed_back_as_any_other_text(text: str) -> None:
    quick, slow = Trace(text), Trace(f"{text}|é")

    for at, letter in enumerate(fold(text)):
        if letter != " ":
            assert quick.original(at, at + 1) == slow.original(at, at + 1)


def test_a_trace_of_something_else_claims_the_whole_line_and_no_more() -> None:
    way = follow("abé", "xyz")

    assert [way(at) for at in range(3)] == [(0, 3)] * 3
