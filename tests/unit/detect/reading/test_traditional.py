import pytest

from affidavit.detect.reading.traditional import in_both
from affidavit.detect.rule import terms


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("训练", {"训练", "訓練"}),
        ("回复", {"回复", "回復", "回覆", "回複"}),
        ("放进", {"放进", "放進"}),
        ("句子", {"句子"}),
        ("sft", {"sft"}),
    ],
)
def test_a_word_is_known_in_both_writings(word: str, spellings: set[str]) -> None:
    assert set(in_both(terms(word)).literals) == spellings


def test_words_as_they_were_given_come_first() -> None:
    words = terms("样本 | 句子")

    assert in_both(words).literals[:2] == words.literals
