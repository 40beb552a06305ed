import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.calls import Span
from affidavit.detect.normalise import fold
from affidavit.detect.passage import Passage, join
from support.detection import call_of


def passage_of(*texts: str) -> Passage:
    call = call_of(*texts)
    return Passage(call.texts, join(call.texts))


def test_texts_are_joined_as_if_each_were_folded_alone() -> None:
    assert join(call_of(" A  b ", "", "é\u0301C", "--").texts) == "a b é\u0301c"


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_joining_folds_each_text_and_drops_the_empty_ones(texts: list[str]) -> None:
    passage = passage_of(*texts)

    assert passage.folded == " ".join(filter(None, map(fold, texts)))
    for at, letter in enumerate(passage.folded):
        part = passage.part(at)
        spans = list(passage.spans((at, at + 1)))
        if spans:
            (span,) = spans
            assert span.text == part
            assert letter in f" {fold(texts[part][span.start : span.end])}"
        else:
            assert letter == " "


def test_a_place_over_two_texts_gives_a_span_in_each() -> None:
    passage = passage_of("The training", "", "Data!")

    assert list(passage.spans((4, 17))) == [
        Span(text=0, start=4, end=12),
        Span(text=2, start=0, end=4),
    ]


@pytest.mark.parametrize("texts", [("one two",), ("one", "two"), ("one", "", "two")])
def test_a_sentence_ends_with_its_text(texts: tuple[str, ...]) -> None:
    passage = passage_of(*texts)

    assert passage.folded == "one two"
    want = (0, 7) if len(texts) == 1 else (0, 3)
    assert passage.sentences.around(0, 3) == want


@pytest.mark.parametrize(
    ("texts", "flowing"),
    [
        (("one two",), "one two"),
        (("one", "two"), "one two"),
        (("One.", "two"), "one\n\ntwo"),
        (("one\ntwo", "", "three"), "one\ntwo three"),
    ],
)
def test_a_text_that_breaks_off_flows_into_the_next(
    texts: tuple[str, ...], flowing: str
) -> None:
    assert passage_of(*texts).flowing.strip() == flowing


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_what_flows_is_the_folded_text_letter_for_letter(texts: list[str]) -> None:
    passage = passage_of(*texts)

    assert len(passage.flowing.removesuffix(" ").removesuffix("\n")) <= len(
        passage.folded
    )
    for folded, marked in zip(passage.folded, passage.flowing, strict=False):
        assert marked in {folded, "\n"}
