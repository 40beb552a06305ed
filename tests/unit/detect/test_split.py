from affidavit.calls import Text
from affidavit.detect.split import rejoined
from affidavit.detect.vocabulary import Vocabulary

words = Vocabulary(("training", "examples", "generat*"))


def texts(*pairs: tuple[str, str]) -> list[Text]:
    return [Text(role=role, value=value) for role, value in pairs]


def test_a_word_that_was_cut_goes_to_where_it_ends() -> None:
    parts = texts(("user", "Gener"), ("user", "ate trai"), ("user", "ning examples"))
    found = rejoined(parts, frozenset(), words)

    assert found is not None
    read, origins = found
    assert [text.value for text in read] == ["", "Generate ", "training examples"]
    assert origins[2].original(0, 8) == (0, 4)
    assert origins[2].original(9, 17) == (5, 13)


def test_what_stands_between_the_pieces_is_passed_over() -> None:
    parts = texts(
        ("user", "one"), ("assistant", "Go on."), ("user", "two"), ("user", "three")
    )
    found = rejoined(parts, frozenset({1}), words)

    assert found is not None
    assert [text.value for text in found[0]] == ["one", "", "two", "three"]


def test_scripts_without_spaces_are_read_on() -> None:
    parts = texts(("user", "生成训"), ("user", "练数"), ("user", "据"))
    found = rejoined(parts, frozenset(), words)

    assert found is not None
    assert "".join(text.value for text in found[0]) == "生成训练数据"
    assert found[0][-1].value == "生成训练数据"


def test_whole_words_stay_where_they_are() -> None:
    parts = texts(("user", "training"), ("user", "examples"), ("user", "please"))

    assert rejoined(parts, frozenset(), words) is None


def test_two_messages_are_no_pieces() -> None:
    parts = texts(("user", "trai"), ("user", "ning"), ("tools", "x"))

    assert rejoined(parts, frozenset(), words) is None
