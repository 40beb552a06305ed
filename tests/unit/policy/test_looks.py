import json

import pytest

from affidavit.policy import cel
from affidavit.policy.looks import Look, looks
from affidavit.policy.model import Rule


def of(condition: dict[str, object]) -> tuple[Look, ...]:
    rule = {"id": "r", "effect": "deny", "message": "m", "none": [condition]}
    return looks(Rule.model_validate_json(json.dumps(rule)))


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        (
            {"model": ["a", "b*"]},
            [Look("model", "a"), Look("model", "b*", pattern=True)],
        ),
        (
            {"finding": {"dataset_generation": ">= 0.8"}},
            [Look("finding.dataset_generation", 0.8, operator=">=")],
        ),
        (
            {"parameter": {"n": 3, "store": True, "size": "x"}},
            [
                Look("parameter.n", 3, operator="=="),
                Look("parameter.store", value=True),
                Look("parameter.size", "x"),
            ],
        ),
        ({"safety_id": "absent"}, [Look("safety_id", "absent")]),
        (
            {"trains_model": {"kind": ["other"], "distributed": True}},
            [
                Look("trains_model", value=True),
                Look("trains_model.kind", "other"),
                Look("trains_model.distributed", value=True),
            ],
        ),
        ({"evaluates_model": {}}, [Look("evaluates_model", value=True)]),
        (
            {"when": "request.parameters.n > 4 && purpose.data == activities"},
            [
                Look("activity", None, expression=True),
                Look("data", None, expression=True),
                Look("parameter.n", 4, expression=True),
            ],
        ),
        (
            {"when": "purpose.name == 'a' && request.model in ['x', 'y']"},
            [
                Look("purpose", "a", expression=True),
                Look("model", "x", expression=True),
                Look("model", "y", expression=True),
            ],
        ),
    ],
)
def test_every_key_and_name_says_where_it_looks(
    condition: dict[str, object], seen: list[Look]
) -> None:
    assert of(condition) == tuple(seen)


def test_what_cannot_be_in_force_looks_nowhere() -> None:
    with pytest.raises(cel.Invalid):
        of({"when": "request.modle == 'x'"})
