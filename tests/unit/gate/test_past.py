"""A recorded decision, made again: as it would have been, or undetermined."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.calls import Call, File, Finding, Line
from affidavit.errors import Malformed
from affidavit.gate import Gate, Moment
from affidavit.gate.past import Gap, Past, again, entry_of, has_budget, likeness, read
from affidavit.policy.loader import Policy
from affidavit.trail.record import Labels, encode
from support.policies import SUPPORT, a_call, a_finding, in_force

MOMENT = Moment(nanoseconds=1_795_348_800_000_000_000, monotonic=5, random=b"r" * 10)
SALT = bytes(16)
BROAD = """\
purposes:
  support.reply: {models: ["*"], endpoints: ["*"]}
  crm.sync: {models: ["gpt-5*"], endpoints: [responses], activities: [distillation]}
rules:
  - {id: s, effect: deny, message: m, any: [{finding: {dataset_generation: "> 0.8"}}]}
  - {id: many, effect: review, message: m, any: [{parameter: {n: "> 1"}}]}
  - {id: whose, effect: deny, message: m, all: [{subject: absent, safety_id: absent}]}
  - {id: drift, effect: deny, message: m, any: [{finding: {purpose_mismatch: "> 0"}}]}
"""
NAMES = st.sampled_from(["support.reply", "crm.sync", "other", None])
CALLS = st.builds(
    Call,
    endpoint=st.sampled_from(["responses", "chat.completions"]),
    provider=st.sampled_from(["openai", "azure", "other"]),
    host=st.just("api.openai.com"),
    origin=st.sampled_from(["https://api.openai.com", "http://api.openai.com:8080"]),
    model=st.one_of(st.none(), st.text(max_size=300)),
    purpose=NAMES,
    subject=st.one_of(st.none(), st.text(max_size=3)),
    safety_id=st.one_of(st.none(), st.just(""), st.just("u1")),
    parameters=st.dictionaries(
        st.sampled_from(["n", "store", "logprobs", "seed"]),
        st.one_of(st.booleans(), st.integers(), st.text(max_size=4)),
    ),
    project=st.none(),
    texts=st.just(()),
    content=st.just(b""),
    unread=st.just({}),
    file=st.none(),
    refers=st.just(()),
)
FINDINGS = st.lists(
    st.builds(
        a_finding,
        score=st.sampled_from([0.2, 0.8, 0.801, 1.0]),
        activity=st.sampled_from(["self_instruct", "distillation"]),
    ),
    max_size=18,
).map(tuple)


@cache
def policies(directory: Path) -> tuple[Policy, Policy]:
    narrow = SUPPORT + 'origins: ["https://api.openai.com"]\n'
    return in_force(directory / "broad", BROAD), in_force(directory / "narrow", narrow)


def recorded(
    policy: Policy,
    call: Call,
    findings: tuple[Finding, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Past:
    """What a gate records of the call, read back."""
    gate = Gate(
        policy=policy,
        detectors=(lambda _: findings,),
        labels=Labels(b"l" * 32),
        content_key=b"c" * 32,
        boot="boot",
    )
    looked = gate.inspect(lines, MOMENT.milliseconds) if lines else None
    record = gate.consider(call, MOMENT, looked).record
    entry = entry_of(encode(record, writer="w", seq=0, salt=SALT))
    assert entry is not None
    return read(entry, SALT + record.body)


@given(call=CALLS, findings=FINDINGS)
def test_another_policy_decides_a_record_as_it_would_have_decided_the_call(
    tmp_path_factory: pytest.TempPathFactory, call: Call, findings: tuple[Finding, ...]
) -> None:
    base = tmp_path_factory.getbasetemp() / "past"
    broad, narrow = policies(base)
    past = recorded(broad, call, findings)
    for candidate in (broad, narrow):
        would = recorded(candidate, call, findings).effect
        assert again(candidate, past) in (would, Gap.CUT)


def test_an_ordinary_record_leaves_nothing_undetermined(tmp_path: Path) -> None:
    broad, narrow = policies(tmp_path)
    call = a_call(parameters={"n": 3, "stream": True}, subject="u", safety_id="s")
    past = recorded(broad, call, (a_finding(score=0.4),))
    assert (past.effect, again(broad, past), again(narrow, past)) == (
        "review",
        "review",
        "permit",
    )
    plain = call._replace(origin="https://api.openai.com", parameters={})
    assert again(narrow, recorded(broad, plain)) == "permit"
    elsewhere = plain._replace(origin="https://api.openai.com:8443")
    assert again(narrow, recorded(broad, elsewhere)) == "refuse"


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "gpt-5" + "x" * 400},
        {"model": "gpt\n5"},
        {"subject": "s" * 300},
        {"parameters": {f"p{i}": 1 for i in range(40)}},
        {"parameters": {"seed": 1 << 60}},
        {"parameters": {"style": "s" * 300}},
    ],
)
def test_what_the_record_had_no_room_for_is_undetermined(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    broad, narrow = policies(tmp_path)
    past = recorded(broad, a_call(**changes))
    assert again(narrow, past) is Gap.CUT


def test_more_findings_than_a_record_holds_are_undetermined(tmp_path: Path) -> None:
    broad, _ = policies(tmp_path)
    assert again(broad, recorded(broad, a_call(), (a_finding(),) * 16)) is Gap.CUT


def test_lines_of_a_file_are_not_guessed(tmp_path: Path) -> None:
    broad, narrow = policies(tmp_path)
    upload = a_call(
        endpoint="files.create", subject="u", file=File(purpose="batch", lines=1)
    )
    line = Line(number=1, call=a_call(subject="u"))
    past = recorded(broad, upload, lines=(line,))
    assert past.effect == "permit"
    assert again(broad, past) is Gap.LINES
    assert again(narrow, past) == "refuse"  # the upload itself is


def test_a_line_that_nobody_can_read_refuses_under_every_policy(tmp_path: Path) -> None:
    broad, _ = policies(tmp_path)
    file = File(purpose="batch", lines=1, malformed=1)
    upload = a_call(endpoint="files.create", subject="u", file=file)
    past = recorded(broad, upload, lines=(Line(number=1, problem="no JSON"),))
    assert (past.effect, again(broad, past)) == ("refuse", "refuse")


def test_findings_of_lines_are_not_findings_of_the_upload(tmp_path: Path) -> None:
    broad, _ = policies(tmp_path)
    found = a_finding(lines=(1,), score=0.9)
    file = File(purpose="batch", lines=1)
    call = a_call(endpoint="files.create", subject="u", file=file)
    past = recorded(broad, call, (found,))
    assert past.findings == ()


def test_observe_mode_lets_through_what_enforcing_refuses(tmp_path: Path) -> None:
    broad, _ = policies(tmp_path)
    past = recorded(broad, a_call())
    assert again(replace(broad, mode="observe"), past) == "observed"


def test_what_a_budget_refused_stays_open_unless_a_rule_refuses(tmp_path: Path) -> None:
    broad, narrow = policies(tmp_path)
    call = a_call(subject="u", origin="https://api.openai.com")
    permitted = recorded(broad, call)
    spent = permitted._replace(effect="refuse", by_budget=True)
    assert again(broad, spent) is Gap.BUDGET
    other = recorded(broad, call._replace(model="o1"))._replace(by_budget=True)
    assert again(narrow, other) == "refuse"
    body = {"endpoint": "e", "host": "h", "provider": "p", "purpose": "support.reply"}
    entry = {"at": "2026-11-22T12:00:00.000Z", "effect": "refuse", "id": "i"}
    for reasons, by_budget in (
        ([{"rule": "budget.spent", "message": "m"}], True),
        ([{"rule": "incident:01a2", "message": "m"}], True),
        ([{"rule": "purpose.model", "message": "m"}, {"rule": "budget.spent"}], False),
        ([], False),
    ):
        said = canonical.dumps({**body, "reasons": reasons})
        assert read({**entry, "policy": "p"}, SALT + said).by_budget is by_budget


def test_a_budget_that_would_count_is_seen(tmp_path: Path) -> None:
    limited = in_force(tmp_path, SUPPORT + "    budget: {requests: 5/day}\n")
    past = recorded(limited, a_call())
    assert has_budget(limited, past)
    assert not has_budget(limited, past._replace(call=a_call(purpose=None)))
    assert not has_budget(limited, past._replace(call=None))


def test_a_pruned_or_unreadable_body_is_a_gap(tmp_path: Path) -> None:
    entry = {"at": "2026-11-22T12:00:00.000Z", "effect": "permit", "id": "i"}
    entry |= {"kind": "decision", "policy": "p"}
    broad, _ = policies(tmp_path)
    for salted, gap in (
        (None, Gap.PRUNED),
        (SALT, Gap.UNREADABLE),
        (SALT + b"[]", Gap.UNREADABLE),
        (SALT + b'{"endpoint":1}', Gap.UNREADABLE),
        (SALT + b'{"endpoint":"e","provider":"p","host":"h","findings":[1]}', None),
        (SALT + b'{"endpoint":"e","provider":"p","host":"h","parameters":1}', None),
        (
            SALT + b'{"endpoint":"e","provider":"p","host":"h","file":{"lines":"1"}}',
            None,
        ),
    ):
        past = read(entry, salted)
        assert past.gap is (gap or Gap.UNREADABLE)
        assert again(broad, past) is past.gap
        assert likeness(past) is None


@pytest.mark.parametrize("broken", [{"id": 1}, {"at": "yesterday"}, {"effect": None}])
def test_an_entry_that_no_writer_prints_is_malformed(broken: dict[str, object]) -> None:
    entry = {"at": "2026-11-22T12:00:00.000Z", "effect": "permit", "id": "i"}
    with pytest.raises(Malformed):
        read({**entry, "policy": "p", **broken}, None)  # type: ignore[dict-item]


def test_other_kinds_are_passed_over_and_other_json_refused() -> None:
    assert entry_of(canonical.dumps({"kind": "outcome"})) is None
    with pytest.raises(Malformed):
        entry_of(b"[]")


def test_equal_likeness_is_an_equal_decision_and_types_count(tmp_path: Path) -> None:
    broad, _ = policies(tmp_path)
    one = likeness(recorded(broad, a_call(parameters={"n": 1})))
    assert one == likeness(recorded(broad, a_call(parameters={"n": 1})))
    assert one != likeness(recorded(broad, a_call(parameters={"n": True})))
    assert likeness(recorded(broad, a_call(), (a_finding(),))) is None
