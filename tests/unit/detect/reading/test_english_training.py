from affidavit.detect.reading.english import WORDS
from affidavit.detect.reading.english_training import TRAINING
from affidavit.detect.reading.field import Field


def test_all_of_them_are_among_the_words_of_the_language() -> None:
    assert TRAINING.items() <= WORDS.items()


def test_they_play_these_parts_and_no_others() -> None:
    assert {Field.TRAIN, Field.TUNING, Field.STOCK} <= TRAINING.keys()
    assert TRAINING.keys().isdisjoint({Field.ITEM, Field.ANSWER, Field.WRITING})
