import re
from pathlib import Path

import pytest

from affidavit.clients._reading import parameters
from affidavit.errors import Reason
from affidavit.findings import Kind
from affidavit.policy.cel_names import (
    LONGEST_VALUE,
    MOST_VALUES,
    NAMES,
    PARAMETERS,
    Unreadable,
)
from affidavit.policy.in_force import Facts, Purpose
from support.policies import a_call, a_finding

GUIDE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
NOBODY = Purpose(name="p", where="w", permission=Reason(rule="r", message="m"))


def read(name: str, **changes: object) -> object:
    return NAMES[name].read(Facts(a_call(**changes), (), NOBODY))


def test_every_parameter_that_a_call_can_show_is_a_name() -> None:
    listed = {name for names in PARAMETERS.values() for name in names.split()}
    section = GUIDE.partition("### Parameters")[2].partition("\n### ")[0]
    table = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    documented = set(re.findall(r"`([a-z_]+)`", table)) - {
        *("text", "json_object", "json_schema", "include", "purpose", "parameter"),
    }
    assert documented <= listed
    assert listed >= parameters._PLAIN


def test_every_name_is_in_the_guide() -> None:
    section = GUIDE.partition("### Expressions")[2].partition("\n### ")[0]
    for name in NAMES:
        family = name.rpartition(".")[2]
        parameter = name.startswith("request.parameters.")
        finding = name.startswith("finding.")
        assert parameter or finding or f"{family}`" in section, name


def test_every_kind_of_finding_is_a_name() -> None:
    assert {f"finding.{kind.value}" for kind in Kind} <= NAMES.keys()


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("n", 2, 2),
        ("n", "2", 2),
        ("temperature", "0.7", 0.7),
        ("temperature", 1, 1.0),
        ("store", True, True),
        ("size", "1x1", "1x1"),
        ("logprobs", True, True),
        ("logprobs", 3, 3),
        ("n", None, None),
    ],
)
def test_a_parameter_has_its_type(name: str, value: object, seen: object) -> None:
    given = {} if value is None else {name: value}
    found = read(f"request.parameters.{name}", parameters=given)
    assert (found, type(found)) == (seen, type(seen))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", True),
        ("n", "many"),
        ("n", "2.5"),
        ("n", 1 << 63),
        ("temperature", "hot"),
        ("store", 1),
        ("size", 3),
        ("size", "a\0b"),
        ("size", "\ud800"),
        ("size", "x" * (LONGEST_VALUE + 1)),
    ],
)
def test_a_value_of_another_type_is_not_compared(name: str, value: object) -> None:
    with pytest.raises(Unreadable):
        read(f"request.parameters.{name}", parameters={name: value})


def test_a_score_that_is_no_number_is_not_compared() -> None:
    facts = Facts(a_call(), (a_finding(score=float("nan")),), None)
    with pytest.raises(Unreadable):
        NAMES["finding.dataset_generation"].read(facts)


def test_a_list_that_is_too_long_is_not_compared() -> None:
    many = tuple(a_finding(activity=f"a{n}") for n in range(MOST_VALUES + 1))
    with pytest.raises(Unreadable):
        NAMES["activities"].read(Facts(a_call(), many, None))
    found = NAMES["activities"].read(Facts(a_call(), many[1:], None))
    assert found == sorted(found)  # type: ignore[arg-type] # a list of names


def test_who_a_call_is_for_is_not_shown() -> None:
    facts = Facts(a_call(subject="alice", safety_id=None), (), None)
    assert NAMES["request.subject"].shows(facts) == "present"
    assert NAMES["request.safety_id"].shows(facts) == "absent"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("request.model", "'gpt-5-mini'"),
        ("request.parameters.n", "null"),
        ("purpose.trains_model.distributed", "false"),
        ("purpose.data", "[]"),
        ("finding.dataset_generation", "0.0"),
        ("request.day", "not readable"),
    ],
)
def test_values_are_shown_in_one_line(name: str, shown: str) -> None:
    facts = Facts(a_call(model="gpt-5-mini"), (), NOBODY)
    assert NAMES[name].shows(facts) == shown
