import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.detect.measure import Judged, Label, Share, measure


def rows(label: Label, *scores: float, subtype: str = "-") -> list[Judged]:
    return [Judged(label=label, score=each, subtype=subtype) for each in scores]


def test_figures_of_a_small_set_are_those_worked_out_by_hand() -> None:
    measured = measure(
        rows(Label.POSITIVE, 0.9, 0.8, 0.1)
        + rows(Label.NEGATIVE, 0.85, 0.2, 0.1, 0.0)
        + rows(Label.GREY, 1.0),
        0.8,
    )

    assert (measured.recall.hits, measured.recall.of) == (2, 3)
    assert (measured.precision.hits, measured.precision.of) == (2, 3)
    assert (measured.false_positives.hits, measured.false_positives.of) == (1, 4)
    assert (measured.grey.hits, measured.grey.of) == (1, 1)
    assert measured.f1 == pytest.approx(2 / 3)
    # Pairs won: 4 by 0.9, 3 by 0.8, 1 and a half by 0.1.
    assert measured.auc == pytest.approx(8.5 / 12)


def test_recall_at_a_rate_lets_so_many_negatives_pass() -> None:
    negatives = rows(Label.NEGATIVE, *(at / 1000 for at in range(200)))
    measured = measure(rows(Label.POSITIVE, 0.1975, 0.1985, 0.5) + negatives, 0.8)

    # One of 200 is 0.5%: all but the highest negative must stay below.
    assert [share.hits for _, share in measured.recall_at] == [2, 3]


def test_a_tie_with_a_negative_is_no_recall_at_its_rate() -> None:
    measured = measure(rows(Label.POSITIVE, 0.5) + rows(Label.NEGATIVE, 0.5), 0.8)

    assert [share.hits for _, share in measured.recall_at] == [0, 0]


def test_look_alikes_are_counted_besides() -> None:
    hard = rows(Label.NEGATIVE, 0.9, 0.1, subtype="hard:quiz")
    measured = measure(hard + rows(Label.NEGATIVE, 0.9), 0.8)

    assert (measured.hard.hits, measured.hard.of) == (1, 2)
    assert [(g.name, g.flagged.hits) for g in measured.subtypes] == [
        ("-", 1),
        ("hard:quiz", 1),
    ]


def test_nothing_measured_is_unknown_and_not_zero() -> None:
    measured = measure([], 0.8)

    assert measured.recall.value is None
    assert measured.recall.interval is None
    assert measured.auc is None
    assert measured.f1 is None


def test_nothing_found_is_an_f1_of_zero() -> None:
    found = rows(Label.POSITIVE, 0.1) + rows(Label.NEGATIVE, 0.9)

    assert measure(found, 0.8).f1 == 0.0


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 992, 0.0, 0.00386), (29, 234, 0.08769, 0.17234), (10, 10, 0.7225, 1.0)],
)
def test_an_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    interval = Share(hits=hits, of=of).interval

    assert interval is not None
    assert interval == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counts: tuple[int, int]) -> None:
    share = Share(hits=counts[0], of=counts[1])

    assert share.value is not None
    assert share.interval is not None
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1
