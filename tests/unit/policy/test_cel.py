import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.calls import Call
from affidavit.policy import cel
from affidavit.policy.cel_names import NAMES
from affidavit.policy.engine import Effect, decide, explain
from affidavit.policy.in_force import Facts, Truth
from affidavit.policy.loader import Policy
from support.policies import HEAD, SUPPORT, a_call, a_finding, decided, in_force

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
N = "request.parameters.n"


def asked(expression: str, call: Call, *, activity: str = "x") -> Truth:
    program = cel.compiled(expression)
    findings = (a_finding(score=0.9, activity=activity),)
    return program.holds(cel.activation(program.names)(Facts(call, findings, None)))


def wrong(expression: str) -> tuple[int, str]:
    with pytest.raises(cel.Invalid) as caught:
        cel.compiled(expression)
    return caught.value.problems[0].offset, caught.value.problems[0].message


def ruled(directory: Path, effect: str, when: str, **fields: str) -> Policy:
    rest = "".join(f", {name}: {value}" for name, value in fields.items())
    rule = f"id: r, effect: {effect}, message: m, any: [{{when: '{when}'}}]{rest}"
    lists = "{owner: o}" if effect == "allow" else "{models: ['*'], endpoints: ['*']}"
    return in_force(
        directory, f"purposes:\n  support.reply: {lists}\nrules:\n  - {{{rule}}}\n"
    )


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("request.model == 'gpt-5-mini'", YES),
        ("request.model == 'gpt-4'", NO),
        (f"{N} > 3", YES),
        (f"{N} > 4", NO),
        ("request.parameters.seed == null", YES),
        ("request.parameters.seed > 3", UNKNOWN),
        ("purpose.trains_model.competing", NO),
        ("request.parameters.store", UNKNOWN),
        ("1 / request.parameters.n > 0 && request.parameters.seed > 3", NO),
        ("request.parameters.seed > 3 || true", YES),
        ("finding.dataset_generation >= 0.9", YES),
        ("finding.purpose_mismatch > 0.0", NO),
        ("activities.exists(a, a.startsWith('x'))", YES),
        ("purpose.trains_model.declared", NO),
        ("request.parameters.temperature > 0.5", YES),
        ("request.parameters.logprobs == true", YES),
        ("request.day > timestamp('2026-01-01T00:00:00Z')", UNKNOWN),
    ],
)
def test_an_expression_is_true_false_or_without_an_answer(
    expression: str, answer: Truth
) -> None:
    parameters = {"n": 4, "temperature": "0.7", "logprobs": True}
    call = a_call(model="GPT-5-mini", parameters=parameters)
    assert asked(expression, call) is answer


def test_an_error_is_a_value_that_python_takes_for_true_and_we_do_not() -> None:
    """The hazard itself: were it gone, `holds` could be simpler."""
    program = cel.compiled(f"{N} > 3")
    activation = cel.activation(program.names)(Facts(a_call(), (), None))
    result = program.run(activation)
    assert bool(result) is True
    assert program.holds(activation) is UNKNOWN
    assert bool(cel.compiled("1 > 2").run(activation)) is True
    assert cel.compiled("1 > 2").holds(activation) is NO


def test_a_prohibition_without_an_answer_refuses(tmp_path: Path) -> None:
    policy = ruled(tmp_path, "deny", f"{N} > 3")
    assert decided(policy, a_call(parameters={"n": 5})).effect is Effect.REFUSE
    assert decided(policy, a_call(parameters={"n": 2})).effect is Effect.PERMIT
    unanswered = decided(policy, a_call())
    assert unanswered.effect is Effect.REFUSE
    evidence = unanswered.reasons[0].evidence or ""
    assert evidence.startswith("cannot be evaluated: when is without an answer")
    assert f"{N} = null" in evidence


def test_a_permission_without_an_answer_does_not_permit(tmp_path: Path) -> None:
    policy = ruled(tmp_path, "allow", f"{N} < 3")
    assert decided(policy, a_call(parameters={"n": 2})).effect is Effect.PERMIT
    assert decided(policy, a_call(parameters={"n": 3})).effect is Effect.REFUSE
    assert decided(policy, a_call()).effect is Effect.REFUSE
    assert decided(policy, a_call(parameters={"n": "few"})).effect is Effect.REFUSE


@pytest.mark.parametrize("model", ["gpt\ud800", "gpt\0", "gpt" * 200])
def test_text_that_would_not_be_compared_as_it_is_has_no_answer(model: str) -> None:
    assert asked("request.model != 'gpt'", a_call(model=model)) is UNKNOWN


def test_what_the_runtime_raises_has_no_answer() -> None:
    program = cel.compiled("request.model == 'x'")
    assert program.holds(object()) is UNKNOWN


@pytest.mark.parametrize(
    ("expression", "offset", "words"),
    [
        ("request.modle == 'x'", 0, "no value is called 'request.modle'"),
        ("true && request.model.foo == 1", 21, "type 'string'"),
        (f"{N} == 'x'", 21, "`==` does not apply to int and string"),
        ("request.parameters.temperature > 1", 31, "does not apply to double and int"),
        ("request.model", 0, "a string, not true or false"),
        ("request.parameters.logprobs", 0, "may be something else"),
        ("request.model == (", 18, "syntax error"),
        ("request.model ==\n  host('x')", 23, "no function is called `host`"),
        ("1/0 == 1", 0, "no answer for any call"),
        ("request.model.matches('(a')", 22, "not a regular expression: missing )"),
        ("request.model == " + "(" * 40 + "'a'" + ")" * 40, 0, "nested too deeply"),
        (" " * 1_048_576, 0, "longer than 2000 characters"),
    ],
)
def test_what_cannot_be_in_force_is_told_with_its_place(
    expression: str, offset: int, words: str
) -> None:
    found, message = wrong(expression)
    assert (found, words in message) == (offset, True), message


@pytest.mark.parametrize(
    ("expression", "constant"),
    [
        ("true", True),
        ("1 > 2 && request.model == 'x'", False),
        ("request.model == 'x' || true", True),
        ("[1, 2].exists(x, x == 2 || request.model == 'x')", True),
        ("request.model == 'x' ? true : true", None),
        ("request.model == 'x'", None),
        ("request.modle == 'x'", None),
    ],
)
def test_what_comes_to_the_same_for_every_call_is_constant(
    expression: str,
    constant: bool | None,  # noqa: FBT001 - a table of answers
) -> None:
    assert cel.constant(expression) is constant


def test_what_an_expression_looks_at_comes_with_what_it_is_held_against() -> None:
    seen = cel.looked_at(f"request.model in ['a', 'b'] && {N} > 3 && activities == []")
    assert seen == {"activities": (), "request.model": ("a", "b"), N: (3,)}


def test_one_decision_makes_its_values_once_and_only_if_asked(tmp_path: Path) -> None:
    policy = in_force(
        tmp_path,
        f"{SUPPORT}rules:\n"
        "  - {id: a, effect: deny, message: m, any: [{when: request.model == 'x'}]}\n"
        "  - {id: b, effect: deny, message: m, any: [{when: request.host == 'x'}]}\n"
        "  - {id: c, effect: deny, message: m, all: [{parameter: {n: '> 1'},"
        f" when: '{N} > 8'}}]}}\n",
    )
    facts = Facts(a_call(), (), policy.purposes["support.reply"], None, {})
    assert [rule.test(facts) for rule in policy.rules] == [NO, NO, NO]
    assert facts.activations is not None
    assert len(facts.activations) == 1


def test_an_expression_of_the_purpose_alone_is_settled_before_there_is_a_call(
    tmp_path: Path,
) -> None:
    when = 'purpose.trains_model.distributed && purpose.trains_model.kind != "other"'
    policy = ruled(tmp_path, "deny", when)
    assert policy.applicable["support.reply"] == ()


def test_the_day_comes_in_with_the_call(tmp_path: Path) -> None:
    policy = ruled(tmp_path, "deny", "request.day.getDayOfWeek() == 0")
    sunday, monday = (datetime(2026, 11, day, 9, tzinfo=UTC) for day in (22, 23))
    assert decide(policy, a_call(), (), now=sunday).effect is Effect.REFUSE
    assert decide(policy, a_call(), (), now=monday).effect is Effect.PERMIT


def test_explaining_shows_what_an_expression_saw(tmp_path: Path) -> None:
    policy = ruled(tmp_path, "deny", f'{N} > 3 && request.subject != ""')
    call = a_call(parameters={"n": 4}, subject="alice@example.com")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    (check,) = explain(policy, call, (), now=now).rules[0].conditions[0].checks
    assert (check.name, check.result) == ("when", YES)
    assert check.evidence == (
        f"when is true ({N} = 4, request.subject = present); "
        f'the rule says {N} > 3 && request.subject != ""'
    )


def test_threads_ask_one_policy_and_get_the_same_answers(tmp_path: Path) -> None:
    policy = ruled(tmp_path, "deny", f'{N} > 3 && request.model.startsWith("gpt")')
    calls = [a_call(parameters={"n": n}) for n in range(8)] * 50
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda call: decided(policy, call).effect, calls))
    assert found == [decided(policy, call).effect for call in calls]


def test_without_the_extra_a_policy_with_an_expression_is_one_clear_error(
    tmp_path: Path,
) -> None:
    rule = "{{id: {0}, effect: deny, message: m, any: [{{when: 'true'}}]}}"
    rules = "".join(f"  - {rule.format(name)}\n" for name in "ab")
    file = tmp_path / "policy.yaml"
    file.write_text(f"{HEAD}{SUPPORT}rules:\n{rules}")
    program = (
        "import sys; sys.modules['cel_expr_python'] = None\n"
        "from pathlib import Path\n"
        "from affidavit.policy.loader import load\n"
        "from affidavit.errors import PolicyInvalid\n"
        "try:\n    load(Path(sys.argv[1]))\n"
        "except PolicyInvalid as error:\n    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = ran.stdout.splitlines()
    assert "policy.yaml:10:52: error[P036]" in line
    assert "affidavit[cel]" in line


def test_a_policy_without_expressions_does_not_import_the_runtime() -> None:
    program = (
        "import sys\nfrom affidavit.policy.loader import load, locate_packs\n"
        "load(locate_packs() / 'starter.yaml')\n"
        "print('cel_expr_python' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_can_be_used_and_is_typed(name: str) -> None:
    assert cel.compiled(f"{name} == {name}").names == (name,)
