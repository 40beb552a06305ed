import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.normalise import fold, fold_lines


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
        ("one\u0085two\u2028three\rfour\x0bfive", "one two three four five"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_different_spellings_fold_alike(text: str, folded: str) -> None:
    assert fold(text) == folded


MEDDLING = (
    "aÉ e\u0301\u200b\n\t*，ﬁİ한\u1100\u1161\u11a8が\u3099ｶﾞ训。🧑\u200d🔬\ufe0f"
    "\ud800\r\u2028\u0085"
)
texts = st.text() | st.text(st.sampled_from(MEDDLING))


@given(texts)
def test_folding_is_nfkc_casefold_up_to_markup(text: str) -> None:
    kept = "".join(letter for letter in text if not unicodedata.combining(letter))
    plain = unicodedata.normalize("NFKC", kept).casefold()
    letters = [letter for letter in plain if letter.isascii() and letter.isalnum()]

    folded = [c for c in fold(kept) if c.isascii() and c.isalnum()]

    assert folded == letters


@given(texts)
def test_lines_folded_apart_are_the_text_folded_whole(text: str) -> None:
    lines = fold_lines(text)

    assert len(lines) == len(text.splitlines())
    assert " ".join(filter(None, lines)) == fold(text)


@given(texts)
def test_folding_twice_changes_no_more_ascii(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()

    assert fold(fold(plain)) == fold(plain) == " ".join(fold(plain).split())
