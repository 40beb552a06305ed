from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit import fingerprint
from affidavit.fingerprint import Key
from affidavit.scan.data.vector import blocks_of

KEY = Key(b"k" * 32)
_WORDS = st.sampled_from(
    [
        "a",
        "B",
        "é",
        "漢字",
        "カナ",
        "ไทย",
        "हिन्दी",
        "x" * 130,
        "ß",
        "İ",
        "ﬁ",
        "\ud800",
        "１",
    ]
)
_GAPS = st.sampled_from([" ", "\n", "**", "", "\u200b", "，", "\x00", "\u0301", "_"])
_ODD = st.lists(st.tuples(_WORDS, _GAPS), max_size=30).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def one_by_one(texts: list[str]) -> list[list[int]]:
    found = []
    for text in texts:
        spoken, _ = fingerprint.words(text)
        keyed = fingerprint._keyed(fingerprint._hashes(spoken), KEY)
        found.append([each & 0xFFFFFFFF for each in keyed])
    return found


def at_once(texts: list[str]) -> list[list[int]]:
    blocks = blocks_of(texts)
    values = blocks.values(KEY).tolist()
    ends = blocks.ends.tolist()
    return [values[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


@given(st.lists(st.text(max_size=60) | _ODD, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_both_ways_give_the_same_values(texts: list[str]) -> None:
    assert at_once(texts) == one_by_one(texts)


@given(st.lists(st.text(alphabet="abC 1._-\n\x00", max_size=80), min_size=1))
@settings(max_examples=60, deadline=None)
def test_both_ways_agree_on_plain_text(texts: list[str]) -> None:
    assert at_once(texts) == one_by_one(texts)
