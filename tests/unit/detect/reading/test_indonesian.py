from affidavit.detect.reading.indonesian import WORDS
from affidavit.detect.scan import spell


def test_no_word_has_two_fields() -> None:
    spelled = [spell(word) for words in WORDS.values() for word in words.literals]

    assert len(set(spelled)) == len(spelled)
