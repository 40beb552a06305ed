import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.normalise import fold
from affidavit.detect.sentences import END, REACH, Sentences, mark

LONG = "Write a script for the evening shift that"


def cut(text: str) -> list[str]:
    return [piece.strip() for piece in mark(text).split(END) if piece.strip()]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["one", "two", "three", "four"]),
        ("One.\nTwo\n\nThree\r\nfour", ["one", "two", "three", "four"]),
        ('(One.) "Two!" **Three.** Four', ["one", "two", "three", "four"]),
        ("一。二！三？四", ["一", "二", "三", "四"]),
        ("一！2条？三．4条", ["一", "2条", "三", "4条"]),
        ("one\u2028two\rthree\x85four", ["one", "two", "three", "four"]),
        ("Read a.py, v1.5, e.g. two, etc. or U.S. mail", None),
        ("Buah, sayur, dll. di pasar", None),
        (f"{LONG}\ngoes on", None),
        (f"{LONG}\n\ngoes on", [LONG.lower(), "goes on"]),
        (f"{LONG}\nGoes on", [LONG.lower(), "goes on"]),
        ("too short to wrap\ngoes on", ["too short to wrap", "goes on"]),
        ("", []),
        ("\n---\n", []),
    ],
)
def test_a_text_is_cut_where_a_sentence_ends(
    text: str, sentences: list[str] | None
) -> None:
    assert cut(text) == ([fold(text)] if sentences is None else sentences)


@given(st.text() | st.text(st.sampled_from("aé .!?。\n\r\t-一\u2028")))
def test_a_marked_text_is_the_folded_one_letter_for_letter(text: str) -> None:
    folded, marked = fold(text), mark(text)

    assert len(marked) == len(folded)
    for letter, plain in zip(marked, folded, strict=True):
        assert letter == plain or (letter == END and plain in " .!?。")


def asks(text: str) -> bool:
    sentences = Sentences(text)
    return sentences.asks(sentences.around(0, len(text)))


@pytest.mark.parametrize(
    "text",
    [
        "generate rows",
        "please generate rows",
        "now, you must write rows",
        "your task is to create rows",
        "based on the text, produce rows",
        "3. compose rows",
        "生成数据",
        "请根据文本生成数据",
        "根据文本,请你生成数据",
        "tolong buatkan data",
        "anda harus menulis, lalu hasilkan data",
    ],
)
def test_an_order_is_told_from_a_report(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it generates rows",
        "they were asked to generate rows",
        "how do companies create rows",
        "creating rows is slow",
        "作者生成了数据",
        "它读取日志,生成数据",
        "skrip itu membuat data",
    ],
)
def test_a_report_is_no_order(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rows for our chatbot", True),
        ("to fine tune it", True),
        ("用于微调", True),
        ("untuk melatih model", True),
        ("rows for the front desk", False),
        ("remodelled rows", False),
    ],
)
def test_a_sentence_that_speaks_of_a_model_is_known(
    text: str,
    names: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    sentences = Sentences(text)

    assert sentences.names_model(sentences.around(0, 1)) is names


def test_a_sentence_is_the_one_around_a_place() -> None:
    sentences = Sentences(f"one{END} two{END} three")

    assert sentences.around(5, 8) == (4, 8)
    assert sentences.around(0, 3) == (0, 3)
    assert sentences.around(10, 12) == (9, 15)


def test_a_sentence_without_end_is_read_within_reach() -> None:
    middle = 5 * REACH

    start, end = Sentences("a" * 2 * middle).around(middle, middle + 4)

    assert (start, end) == (middle - REACH, middle + 4 + REACH)
