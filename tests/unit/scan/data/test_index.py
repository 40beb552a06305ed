from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.fingerprint import Fingerprint, Key, grams, judged, of
from affidavit.scan.data import index as indices
from affidavit.scan.data.index import COMMON, KEPT, Index, coverages
from affidavit.scan.data.recorded import Recorded
from affidavit.scan.data.vector import blocks_of
from support.data_scan import a_trail
from support.printed import edited, prose

KEY = Key(b"k" * 32)


def recorded(*kept: Fingerprint) -> Recorded:
    made = Recorded(KEY)
    for at, each in enumerate(kept):
        data = each.encode()
        made.prints += data
        made.sizes.append(len(data))
        made.records.append(at)
        made.names.append(f"call-{at}")
    return made


EMPTY = Index.of(recorded())


def test_outputs_are_found_and_no_others(tmp_path: Path) -> None:
    outputs = [prose(60, seed) for seed in range(30)]
    made = Index.of(recorded(*(of(text, KEY) for text in outputs)))
    rows = [edited(outputs[4], 0.1), prose(80, 999), outputs[7]]
    blocks = blocks_of(rows)

    made.save(tmp_path)
    for index in (made, Index.load(tmp_path)):
        found = index.find(blocks.values(KEY), blocks.ends)
        pairs = set(zip(found.text.tolist(), found.output.tolist(), strict=True))
        assert pairs == {(0, 4), (2, 7)}
    assert made.size > 0


def test_an_empty_index_finds_nothing() -> None:
    blocks = blocks_of([prose(60, 1)])

    assert not len(EMPTY.find(blocks.values(KEY), blocks.ends).text)


def test_equal_outputs_are_one() -> None:
    kept = of(prose(60, 1), KEY)
    made = Index.of(recorded(kept, of(prose(60, 2), KEY), kept))

    assert made.first.tolist() == [0, 1]


def test_what_many_outputs_share_is_common_and_few_are_kept_of_it() -> None:
    shared = prose(30, 1)
    outputs = [f"{shared} {prose(30, seed)}" for seed in range(2, 2 + 2 * KEPT)]
    made = Index.of(recorded(*(of(text, KEY) for text in outputs)))
    blocks = blocks_of([shared])
    found = made.find(blocks.values(KEY), blocks.ends)

    assert len(outputs) > COMMON
    assert len(found.text)
    assert not found.rare.any()
    assert (made.rares < made.kept).all()
    assert np.unique(made.values, return_counts=True)[1].max() == KEPT


@given(st.integers(0, 40), st.integers(1, 40), st.integers(1, 400), st.integers(0, 900))
@settings(max_examples=100, deadline=None)
def test_all_pairs_are_judged_by_the_rule_for_one(
    hits: int, kept: int, length: int, seen: int
) -> None:
    hits = min(hits, kept)
    found = indices.Found(
        text=np.array([0]),
        output=np.array([0]),
        hits=np.array([hits]),
        rare=np.array([hits]),
        share=np.array([hits / kept]),
    )
    index = EMPTY._replace(
        kept=np.array([kept], np.uint32), grams=np.array([length], np.uint32)
    )
    coverage = coverages(found, found.hits, index, np.array([seen]))
    match = judged(hits=hits, kept=kept, grams=length, seen=seen)

    assert coverage[0] == (0.0 if match is None else match.coverage)


def test_a_row_s_hits_are_those_of_the_text_alone() -> None:
    kept = of(prose(200, 3), KEY)
    row = edited(prose(200, 3), 0.2)
    blocks = blocks_of([row])
    found = Index.of(recorded(kept)).find(blocks.values(KEY), blocks.ends)
    match = kept.matched(grams(row, KEY))

    assert match is not None
    assert found.hits.tolist() == [match.hits]


def test_the_places_of_an_output_in_a_text_are_its_own_alone() -> None:
    shared = prose(35, 70)
    outputs = [f"{shared} {prose(60, 700 + at)}" for at in range(30)]
    trail = a_trail(outputs)
    text = f"{prose(20, 90)} {outputs[4]}"
    values = blocks_of([text]).values(trail.key)
    places = trail.index.places(values, 4)

    assert places == sorted(places)
    assert min(places) > 20 + 30 - 5, "what all of them share is not told"
    assert trail.index.places(values, 5) == []
