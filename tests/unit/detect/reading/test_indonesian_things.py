from affidavit.detect.reading.field import Field
from affidavit.detect.reading.indonesian import WORDS
from affidavit.detect.reading.indonesian_things import THINGS


def test_all_of_them_are_among_the_words_of_the_language() -> None:
    assert THINGS.items() <= WORDS.items()


def test_they_play_these_parts_and_no_others() -> None:
    assert {Field.ITEM, Field.ANSWER, Field.WRITING} <= THINGS.keys()
    assert THINGS.keys().isdisjoint({Field.TRAIN, Field.TUNING, Field.STOCK})
