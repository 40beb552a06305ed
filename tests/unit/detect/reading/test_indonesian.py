from affidavit.detect.reading.indonesian import WORDS
from affidavit.detect.scan import spell


def test_no_word_has_two_fields() -> None:
    words = [word for words in WORDS.values() for word in words.literals]
    spelt = spell(words)
    spelled = [spelt[word] for word in words]

    assert len(set(spelled)) == len(spelled)
