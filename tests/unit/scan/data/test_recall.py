from random import Random

from affidavit.scan.data.recall import LIGHT, MEASURED, recall
from affidavit.scan.data.rows import Row
from affidavit.scan.data.seek import Kind, seek
from support.data_scan import a_trail
from support.printed import edited, prose


def test_recall_is_weighed_by_the_lengths_of_outputs() -> None:
    shares = MEASURED[LIGHT]

    assert recall(LIGHT, {30: 0}) is None
    assert recall(LIGHT, {30: 3, 60: 0}) == shares[30]
    both = recall(LIGHT, {30: 1, 300: 1})
    assert both == (shares[30] + shares[300]) / 2


def test_what_is_promised_holds_for_texts_of_another_kind() -> None:
    rng = Random(5)
    texts = [prose(rng.randrange(60, 120), seed) for seed in range(150)]
    rows = [Row(at, edited(text, 0.2, at), 600) for at, text in enumerate(texts)]
    hits = seek(rows, [a_trail(texts)])
    found = sum(
        hit.output == hit.row and hit.kind is not Kind.BOILERPLATE for hit in hits
    )

    # Twice the misses that are promised: 150 draws have their chance.
    assert found / 150 >= 1 - 2 * (1 - MEASURED[LIGHT][60])
