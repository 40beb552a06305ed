import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.vocabulary import Vocabulary

words = Vocabulary(("training data", "generat*", "model"))


def cut(letters: str) -> list[str]:
    starts = words.cut(letters)
    return [letters[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


@pytest.mark.parametrize("word", ["training", "data", "generate", "generating", "the"])
def test_words_of_literals_and_everyday_ones_are_known(word: str) -> None:
    assert words.knows(word)


@pytest.mark.parametrize("word", ["", "zq", "generatorship", "models of", "modelling"])
def test_others_are_not(word: str) -> None:
    assert not words.knows(word)


def test_letters_are_cut_where_words_are_known() -> None:
    assert cut("generatetrainingdataforthemodel") == [
        "generate",
        "training",
        "data",
        "for",
        "the",
        "model",
    ]


def test_numbers_and_unknown_words_stay_whole() -> None:
    assert cut("generate200") == ["generate", "200"]
    assert cut("generatezebrabas") == ["generate", "zebrabas"]


@given(st.text(alphabet="abgenrtimodl0", max_size=60))
def test_cuts_lose_no_letter(letters: str) -> None:
    assert "".join(cut(letters)) == letters
    assert words.cut(letters)[0] == 0
