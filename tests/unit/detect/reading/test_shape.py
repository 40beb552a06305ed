import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.reading import english
from affidavit.detect.reading.field import Field
from affidavit.detect.reading.shape import Shape, Shaper, shaper
from affidavit.detect.rule import terms
from affidavit.detect.sentences import mark


def shape(text: str) -> Shape:
    marked = mark(text)
    return shaper()(marked, 0, len(marked))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Write 80 chats to train our bot.", "mqiftl."),
        ("Label each sentence, please.", "vqi,m."),
        ("凑80条对话，喂给小模型。", "mqii,ac."),
        ("Bikin 80 obrolan buat melatih bot kami.", "mqiwtl."),
        ("Take 3 of 1,250 parcels", "-o-q-"),
        ("The depot opens at nine.", "----o."),
    ],
)
def test_a_word_has_the_letter_of_its_part(text: str, letters: str) -> None:
    assert shape(text).letters == letters


def test_an_ellipsis_ends_no_sentence() -> None:
    assert shape("凑对话……喂给小模型。").letters == "mi,ac."


def test_the_longest_of_two_words_counts_and_a_stem_takes_its_word() -> None:
    words = {
        Field.TRAIN: terms("train"),
        Field.STOCK: terms("train set"),
        Field.LEARN: terms("imitat*"),
    }
    marked = mark("a train set, a train that imitates trainers")

    assert Shaper(words)(marked, 0, len(marked)).letters == "-e,-t-k-"


def test_a_word_of_two_languages_is_what_the_first_calls_it() -> None:
    words = {Field.MAKE: terms("data")}

    assert Shaper(words, english.WORDS)("data", 0, 4).letters == "m"


@given(st.text() | st.text(alphabet="train ourbot.,12凑对话 \n"), st.data())
def test_every_letter_has_a_place_within_the_stretch(
    text: str, data: st.DataObject
) -> None:
    marked = mark(text)
    low = data.draw(st.integers(0, len(marked)))
    high = data.draw(st.integers(low, len(marked)))
    found = shaper()(marked, low, high)

    assert len(found.letters) == len(found.places)
    assert all(low <= a < b <= high for a, b in found.places)
    assert list(found.places) == sorted(found.places)
