import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.normalise import fold
from affidavit.detect.rule import terms
from affidavit.detect.scan import Occurrences, Scanner, spell


def scan(scanner: Scanner, folded: str) -> Occurrences:
    return scanner.occurrences(folded, scanner.hits(folded))


def found(literal: str, text: str) -> list[str]:
    folded = fold(text)
    places = scan(Scanner((terms(literal),)), folded).of(0)
    return [folded[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("literal", "text", "count"),
    [
        ("train", "a train, trains and restrain", 1),
        ("train*", "a train, trains and restrain", 2),
        ("training data", "Training-Data and training\n  data", 2),
        ("model", "modèle model émodel modeleé", 1),
        ("训练", "请训练模型train训练", 2),
        ("jsonl", "用JSONL格式", 1),
        ("модель", "модель модельный", 1),
        ("train", "", 0),
    ],
)
def test_words_match_whole_and_unspaced_scripts_anywhere(
    literal: str, text: str, count: int
) -> None:
    assert len(found(literal, text)) == count


def test_hits_are_letters_and_occurrences_are_words() -> None:
    scanner = Scanner((terms("train"),))

    assert scanner.hits("restrain a train") == [(0, 3, 8), (0, 11, 16)]
    assert scan(scanner, "restrain a train").of(0) == [(11, 16)]


def test_a_literal_knows_every_set_that_holds_it() -> None:
    scanner = Scanner((terms("train"), terms("train | model")))

    assert scanner.sets_of == [[0, 1], [1]]


def test_overlapping_literals_are_all_found() -> None:
    scanner = Scanner((terms("training data"), terms("data"), terms("train* | data")))

    occurrences = scan(scanner, "training data")

    assert occurrences.present == {0, 1, 2}
    assert occurrences.of(0) == [(0, 13)]
    assert occurrences.of(1) == [(9, 13)]
    assert occurrences.of(2) == [(0, 5), (9, 13)]


def test_a_set_that_does_not_occur_has_no_places() -> None:
    occurrences = scan(Scanner((terms("train"), terms("model"))), "a model")

    assert occurrences.present == {1}
    assert list(occurrences.of(0)) == []


@pytest.mark.parametrize("literal", ["", "*", " ", "##*", "\u200b"])
def test_a_literal_that_would_match_always_is_refused(literal: str) -> None:
    with pytest.raises(ValueError):
        spell([literal])


@given(st.text())
def test_places_are_what_plain_search_finds(text: str) -> None:
    folded = fold(f"{text} 训练 {text}")
    want = [at for at in range(len(folded)) if folded.startswith("训练", at)]

    assert [start for start, _ in scan(Scanner((terms("训练"),)), folded).of(0)] == want


def test_twice_the_text_gives_twice_the_hits() -> None:
    scanner = Scanner((terms("train* | training | training data | data"),))
    hits = [len(scan(scanner, "training data " * times).of(0)) for times in (50, 100)]

    assert hits == [200, 400]


def test_threads_share_a_scanner() -> None:
    scanner, counts = Scanner((terms("data"),)), []

    def count(times: int) -> None:
        counts.append(len(scan(scanner, "data " * times).of(0)) == times)

    threads = [threading.Thread(target=count, args=(times,)) for times in range(1, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [True] * 39
