import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.lookalikes import LIKE, plain, suspected


def test_a_word_of_two_scripts_is_spelled_in_one() -> None:
    assert plain("trаining ехamples") == "training examples"


def test_a_word_of_look_alikes_only_follows_its_neighbours() -> None:
    assert plain("сору trаining") == "copy training"
    assert plain("сору") == "сору"


@pytest.mark.parametrize(
    "text", ["обучающие данные", "μέγεθος", "naïve café", "größe", "İstanbul", "数据"]
)
def test_words_of_one_script_are_left_alone(text: str) -> None:
    assert plain(text) == text


def test_each_look_alike_stands_for_an_ascii_letter() -> None:
    assert all(odd > "\x7f" and plain.isascii() for odd, plain in LIKE.items())


@given(st.text(alphabet=st.sampled_from([*LIKE, *"abc xyz 数é"])))
def test_what_is_changed_was_suspected_and_keeps_its_length(text: str) -> None:
    latin = plain(text)

    assert len(latin) == len(text)
    assert latin == text or suspected(text.encode())
