from itertools import combinations

import pytest

from affidavit.detect.reading.chinese import WORDS
from affidavit.detect.reading.chinese_lookalikes import LOOKALIKES
from affidavit.detect.reading.field import Field
from affidavit.detect.reading.shape import shaper
from affidavit.detect.sentences import mark


@pytest.mark.parametrize("word", ["用户", "教训", "数据分析", "機器學習", "訓練任務"])
def test_no_part_is_read_into_a_word_that_only_looks_like_one(word: str) -> None:
    marked = mark(word)

    assert shaper()(marked, 0, len(marked)).letters == "-"


def test_each_holds_a_word_of_a_part_or_stops_one_from_beginning_in_it() -> None:
    parts = {
        word
        for field, words in WORDS.items()
        if field is not Field.OTHER
        for word in words.literals
    }
    beginnings = {part[:end] for part in parts for end in range(1, len(part))}

    assert [
        word
        for word in LOOKALIKES.literals
        if parts.isdisjoint(word[a:b] for a, b in combinations(range(len(word) + 1), 2))
        and beginnings.isdisjoint(word[at:] for at in range(1, len(word)))
    ] == []
