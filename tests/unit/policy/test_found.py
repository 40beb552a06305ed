from pathlib import Path

from affidavit.policy import domain, found
from affidavit.policy.found import DETECTOR, Found
from affidavit.policy.sides import side
from support.comparing import TODAY
from support.policies import SUPPORT, written


def test_what_any_finding_does_counts_where_activities_are_listed(
    tmp_path: Path,
) -> None:
    body = SUPPORT + "    activities: [self_instruct]\n"
    made = side(written(tmp_path, body))
    space = domain.domain([made.policy], made.looks, since=TODAY)
    axes = found.findings(space, made.policy.purposes.values())

    assert {each.kind for each in axes} == {
        *("activity", "dataset_generation", "dataset_pipeline")
    }
    sorts = {each.activity for each in axes if each.kind == "dataset_generation"}
    assert len(sorts) == 2
    assert "self_instruct" in sorts


def test_without_lists_of_activities_only_what_rules_look_at_counts(
    tmp_path: Path,
) -> None:
    rule = (
        "rules:\n  - {id: r, effect: warn, message: m, "
        "all: [{finding: {dataset_generation: '>= 0.8'}}]}\n"
    )
    made = side(written(tmp_path, SUPPORT + rule))
    space = domain.domain([made.policy], made.looks, since=TODAY)
    ((axis, scores),) = found.findings(space, made.policy.purposes.values()).items()

    assert axis.kind == "dataset_generation"
    assert scores == (None, 0, 1, 799, 800, 801, 1000)


def test_values_along_the_axes_are_findings() -> None:
    axes = [Found("dataset_generation", "x"), Found("purpose_mismatch", "y")]
    values = {axes[0].axis: 801, axes[1].axis: None}
    (made,) = found.findings_of(values, axes)

    assert (made.kind, made.score, made.activity) == ("dataset_generation", 0.801, "x")
    assert made.detector == DETECTOR
