import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.normalise import fold, trace


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("**Training_Data**", "training data"),
        ("training\r\n\t data", "training data"),
        ("Tr\u200baining\u00ad da\u2060ta", "training data"),
        ("ＴＲＡＩＮＩＮＧ　ｄａｔａ", "training data"),
        ("𝐭𝐫𝐚𝐢𝐧𝐢𝐧𝐠 data", "training data"),
        ("fine\u2011tune “models” — now", "fine tune models now"),
        ("生成【训练】数据，共１０条", "生成【训练】数据,共10条"),
        ("e\u0301\u200bte", "éte"),
        ("İstanbul", "i\u0307stanbul"),
        ("straße ﬁne", "strasse fine"),
        ("a\ud800b", "a?b"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_different_spellings_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


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
        ("ㄱㅏ \u1100\u1161 가 train", "train", "train"),
    ],
)
def test_a_folded_place_leads_back_to_the_original(
    text: str, found: str, original: str
) -> None:
    folded = fold(text)
    at = folded.index(found)

    start, end = trace(text, folded).original(at, at + len(found))

    assert text[start:end] == original


MEDDLING = (
    "aÉ e\u0301\u200b\n\t*，ﬁİ한\u1100\u1161\u11a8が\u3099ｶﾞ训。🧑\u200d🔬\ufe0f\ud800"
)
texts = st.text() | st.text(st.sampled_from(MEDDLING))


@given(texts)
def test_every_folded_character_is_followed_back_exactly(text: str) -> None:
    folded = fold(text)
    way = trace(text, folded)

    assert len(way.starts) == len(way.ends) == len(folded)
    assert all(
        0 <= start < end <= len(text)
        for start, end in zip(way.starts, way.ends, strict=True)
    )
    assert list(way.starts) == sorted(way.starts)


@given(texts)
def test_folding_is_nfkc_casefold_up_to_markup(text: str) -> None:
    kept = "".join(letter for letter in text if not unicodedata.combining(letter))
    plain = unicodedata.normalize("NFKC", kept).casefold()
    letters = [letter for letter in plain if letter.isascii() and letter.isalnum()]

    folded = [c for c in fold(kept) if c.isascii() and c.isalnum()]

    assert folded == letters


@given(st.text(st.sampled_from("aB1 \n\t*_.!-")))
def test_ascii_is_followed_back_as_any_other_text(text: str) -> None:
    folded, longer = fold(text), fold(text + "|é")
    way, slow = trace(text, folded), trace(text + "|é", longer)

    assert way.starts == slow.starts[: len(folded)]
    assert way.ends == slow.ends[: len(folded)]


def test_a_trace_of_something_else_claims_the_whole_text_and_no_more() -> None:
    assert trace("abé", "xyz").original(0, 2) == (0, 3)
