"""Words as keyed runs, and the items of lists."""

from affidavit.detect.behaviour import words
from affidavit.detect.behaviour.words import Key

KEY = Key.of(b"a secret of sixteen bytes or more")
TEXT = "The quick river carries seven small boats to the old harbour."


def test_case_marks_and_spacing_make_no_difference() -> None:
    plain = words.runs(words.spoken(TEXT, 100)[0], KEY)
    loud = words.runs(words.spoken(f"**{TEXT.upper()}**\n", 100)[0], KEY)

    assert plain == loud
    assert len(plain) == len(TEXT.split()) - 2


def test_another_key_tells_nothing_of_the_same_words() -> None:
    other = Key.of(b"another secret of sixteen bytes..")

    mine = set(words.runs(words.spoken(TEXT, 100)[0], KEY))
    assert not mine & set(words.runs(words.spoken(TEXT, 100)[0], other))


def test_a_long_text_is_looked_at_in_pieces_from_all_of_it() -> None:
    text = " ".join(f"word{i}" for i in range(20_000))
    pieces = words.spoken(text, 384)

    assert len(pieces) == 6
    assert sum(map(len, pieces)) < 600
    assert pieces[0][0] < b"word2"
    assert int(pieces[-1][-1][4:]) > 19_000


def test_chinese_counts_by_characters() -> None:
    assert len(words.spoken("退款政策说明了条件", 100)[0]) == 9


def test_the_lines_of_a_list_and_the_strings_of_json_are_items() -> None:
    listed = words.items("1. river trade\n2. harbour law\n- old bridges\n", KEY)
    quoted = words.items('["river trade", "harbour law", "old bridges"]', KEY)

    assert len(listed) == 3
    assert listed == quoted
    assert words.item([b"river", b"trade"], KEY) == listed[0]


def test_prose_has_no_items() -> None:
    assert words.items(TEXT, KEY) == []
