from pathlib import Path

import pytest

from affidavit.errors import PolicyInvalid
from affidavit.policy.sides import side
from support.policies import SUPPORT, written


def test_a_side_is_what_is_in_force_and_what_it_looks_at(tmp_path: Path) -> None:
    rule = (
        "rules:\n  - {id: r, effect: deny, message: m, "
        "all: [{parameter: {n: '> 4'}}]}\n"
    )
    made = side(written(tmp_path, SUPPORT + rule))

    assert [each.id for each in made.policy.rules] == ["r"]
    assert [(look.name, look.value) for look in made.looks] == [("parameter.n", 4)]


def test_an_invalid_policy_is_no_side(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid):
        side(written(tmp_path, "nonsense: 1\n"))
