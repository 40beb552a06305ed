"""Streams in order: pipelines are flagged soon, products never, outputs or not."""

import pytest

from affidavit.calls import Finding
from affidavit.detect.behaviour.stream import Line, Stream, stream
from affidavit.findings import Kind
from support.behaviour import asked, made_up, rows, watched

THRESHOLD = 0.8
FIRST = 50
STRUCTURAL = (
    "self_instruct",
    "evol_instruct",
    "topic_tree",
    "self_chat",
    "two_stage_harvest",
    "back_translation",
    "best_of_n",
    "distillation_logprobs",
)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_pipeline_is_flagged_by_its_structure(name: str) -> None:
    seen = watched(rows(made_up("PIPELINES")[name], seed=11, calls=FIRST))

    assert max(each.score for each in seen) >= THRESHOLD


@pytest.mark.parametrize("name", sorted(made_up("PRODUCTS")))
def test_a_product_is_not_flagged(name: str) -> None:
    seen = watched(rows(made_up("PRODUCTS")[name], seed=12, calls=130))

    assert max(each.score for each in seen) < THRESHOLD


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(made_up("PRODUCTS")))
def test_a_product_is_not_flagged_in_ten_thousand_calls(name: str) -> None:
    seen = watched(rows(made_up("PRODUCTS")[name], seed=13, calls=10_000))

    assert max(each.score for each in seen) < THRESHOLD


@pytest.mark.soak
def test_nearly_all_pipelines_are_flagged_within_fifty_calls() -> None:
    flagged = [
        max(each.score for each in watched(rows(maker, seed, FIRST))) >= THRESHOLD
        for maker in made_up("PIPELINES").values()
        for seed in range(100, 110)
    ]

    assert sum(flagged) >= 0.85 * len(flagged)  # without the content detector


def test_missing_outputs_are_no_error() -> None:
    lines = [Line(asked(f"Solve {i}", n=16, max_tokens=2000)) for i in range(20)]

    assert list(stream(lines))[-1].score > 0


def test_a_line_without_words_is_passed_over() -> None:
    assert Stream().see(Line(asked())).score == 0


def test_faint_requests_add_up_over_a_stream() -> None:
    faint = Finding(
        kind=Kind.DATASET_GENERATION.value,
        score=0.6,
        activity="x",
        rules=(),
        detector="d",
    )
    lines = [Line(asked(f"Item {i}"), (faint,), "A text. " * 40) for i in range(20)]
    seen = list(stream(lines))

    assert seen[-1].score >= THRESHOLD
    assert seen[-1].findings[0].rules[0] == "asked_for_data"
