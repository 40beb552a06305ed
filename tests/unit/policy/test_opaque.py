from datetime import date
from pathlib import Path

import pytest

from affidavit.calls import Call
from affidavit.policy import engine
from affidavit.policy.in_force import Check, Policy, Truth
from affidavit.policy.opaque import Opaque
from support.comparing import TODAY
from support.policies import SUPPORT, a_call, in_force

pytest.importorskip("cel_expr_python")


def asking(directory: Path, expression: str, *, purpose: str = SUPPORT) -> Policy:
    quoted = expression.replace("'", "''")
    rule = (
        "rules:\n  - id: r\n    effect: deny\n    message: m\n"
        f"    all:\n      - when: '{quoted}'\n"
    )
    return in_force(directory, purpose + rule)


def axis_of(opaque: Opaque, policy: Policy) -> str:
    facts = engine.facts_of(policy, a_call(), (), TODAY)
    return opaque.axis(policy, the_check(policy), facts)


def the_check(policy: Policy) -> Check:
    return policy.rules[0].conditions[0].checks[0]


def are_one(directory: Path, first: Policy, second: Policy) -> bool:
    opaque = Opaque()
    return axis_of(opaque, first) == axis_of(opaque, second)


def test_the_same_expression_is_one_axis_however_it_is_laid_out(tmp_path: Path) -> None:
    first = asking(tmp_path, "request.model.size() > 3")
    second = asking(tmp_path, "request.model.size()  >  3")
    other = asking(tmp_path, "request.model.size() > 4")

    assert are_one(tmp_path, first, second)
    assert not are_one(tmp_path, first, other)


def test_what_stands_in_quotes_is_no_layout(tmp_path: Path) -> None:
    first = asking(tmp_path, "request.subject == 'a b'")
    second = asking(tmp_path, "request.subject == 'a  b'")

    assert not are_one(tmp_path, first, second)


def test_long_expressions_are_one_axis_only_if_they_end_alike(tmp_path: Path) -> None:
    long = " || ".join(f"request.model == 'model-{n}'" for n in range(9))
    first, second = asking(tmp_path, long), asking(tmp_path, long)
    other = asking(tmp_path, long + " || request.model == 'x'")

    assert are_one(tmp_path, first, second)
    assert not are_one(tmp_path, first, other)


@pytest.mark.parametrize(
    ("expression", "field", "other"),
    [
        ("purpose.data.exists(d, d == 'a')", "data: [a]", "data: [b]"),
        ("purpose.owner == 'a'", "description: a", "description: b"),
        ("finding.purpose_mismatch > 0.5", "activities: [a]", "activities: [b]"),
        (
            "purpose.trains_model.competing != true",
            "trains_model: {kind: classifier, distributed: false}",
            "trains_model: {kind: classifier, distributed: false, competing: true}",
        ),
    ],
)
def test_an_expression_is_two_axes_where_it_reads_purposes_that_differ(
    expression: str, field: str, other: str, tmp_path: Path
) -> None:
    asked = f"{expression} && request.model.size() > 3"
    first = asking(tmp_path, asked, purpose=f"{SUPPORT}    {field}\n")
    second = asking(tmp_path, asked, purpose=f"{SUPPORT}    {other}\n")

    assert are_one(tmp_path, first, second) is ("description" in field)
    assert are_one(tmp_path, first, first)


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [({"n": 4}, Truth.YES), ({"n": 1}, Truth.NO), ({}, Truth.UNKNOWN)],
)
def test_an_axis_answers_as_its_check_does(
    parameters: dict[str, int], answer: Truth, tmp_path: Path
) -> None:
    policy = asking(tmp_path, "request.parameters.n > 3")
    opaque = Opaque()
    axis = axis_of(opaque, policy)
    call: Call = a_call(parameters=parameters)

    assert opaque.answer(axis, call, (), date(2026, 11, 23)) is answer


def test_an_axis_hangs_on_what_its_expression_reads(tmp_path: Path) -> None:
    asked = (
        "request.host != 'x' && request.parameters.n > 3 && request.subject == '' && "
        "finding.purpose_mismatch > 0.5"
    )
    opaque = Opaque()
    axis = axis_of(opaque, asking(tmp_path, asked))
    listed = ("where", "parameter.n", "subject", "finding.activity/chat")
    others = ("model", "endpoint", "parameter.size", "day", "safety_id")

    assert [name for name in (*listed, *others) if opaque.reads(axis, name)] == [
        *listed
    ]


def test_a_key_that_is_not_known_is_like_itself_alone(tmp_path: Path) -> None:
    policy = asking(tmp_path, "request.model.size() > 3")
    facts = engine.facts_of(policy, a_call(), (), TODAY)
    checks = [
        Check(name="new", wanted="x", test=lambda _: Truth.YES, saw=str)
        for _ in range(2)
    ]
    opaque = Opaque()
    names = [opaque.axis(policy, check, facts) for check in (*checks, checks[0])]

    assert names == ["expression new: x", "expression new: x (2)", "expression new: x"]
