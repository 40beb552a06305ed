from random import Random

from affidavit.fingerprint import Key, grams, of
from affidavit.scan.data.recall import LIGHT, MEASURED, recall
from support.printed import edited, prose

KEY = Key(b"k" * 32)


def test_recall_is_weighed_by_the_lengths_of_outputs() -> None:
    shares = MEASURED[LIGHT]

    assert recall(LIGHT, {30: 0}) is None
    assert recall(LIGHT, {30: 3, 60: 0}) == shares[30]
    both = recall(LIGHT, {30: 1, 300: 1})
    assert both == (shares[30] + shares[300]) / 2


def test_what_is_promised_holds_for_texts_of_another_kind() -> None:
    rng = Random(5)
    found = 0
    for seed in range(150):
        text = prose(rng.randrange(60, 120), seed)
        kept = of(text, KEY)
        found += kept.matched(grams(edited(text, 0.2, seed), KEY)) is not None

    # Twice the misses that are promised: 150 draws have their chance.
    assert found / 150 >= 1 - 2 * (1 - MEASURED[LIGHT][60])
