"""One call's life without I/O: decided, and written down whatever it holds."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.calls import Attempt, Call, Ending, Finding, Outcome, Text
from affidavit.gate import Gate, Moment, content_key, printable
from affidavit.policy.loader import load, locate_packs
from affidavit.trail.record import MAX_BODY_BYTES, Kind, Labels, encode
from affidavit.trail.writer import OUTCOME_BYTES
from support.project import a_call, a_dataset_call, an_outcome

MOMENT = Moment(nanoseconds=1_800_000_000_123_456_789, monotonic=5, random=b"r" * 10)
LABELS = Labels(b"l" * 32)
CONTENT_KEY = b"c" * 32
ANYTHING = st.text(st.characters(codec=None), max_size=400)


def dataset(call: Call) -> tuple[Finding, ...]:
    if not any("training data" in text.value for text in call.texts):
        return ()
    return (
        Finding(
            kind="dataset_generation",
            score=0.95,
            activity="self_instruct",
            rules=("DG001",),
            detector="test/1",
        ),
    )


@cache
def a_gate(mode: Literal["enforce", "observe"] = "enforce") -> Gate:
    return Gate(
        policy=replace(load(locate_packs() / "starter.yaml"), mode=mode),
        detectors=(dataset,),
        labels=LABELS,
        content_key=CONTENT_KEY,
        boot="boot",
    )


def body(gate: Gate, call: Call) -> dict[str, object]:
    value = orjson.loads(gate.consider(call, MOMENT).record.body)
    assert isinstance(value, dict)
    return value


def test_an_allowed_call_is_recorded_as_permitted_under_the_policys_digest() -> None:
    verdict = a_gate().consider(a_call(), MOMENT)

    assert not verdict.refused
    assert verdict.effect == "permit"
    assert verdict.record.kind is Kind.DECISION
    assert verdict.record.id == verdict.id
    assert verdict.record.at == "2027-01-15T08:00:00.123Z"
    assert verdict.record.labels == {
        "purpose": LABELS.of("purpose", "support.reply"),
        "model": LABELS.of("model", "gpt-4o-mini"),
        "endpoint": LABELS.of("endpoint", "chat.completions"),
    }


def test_a_refused_call_keeps_rule_clause_place_and_finding() -> None:
    verdict = a_gate().consider(a_dataset_call(), MOMENT)
    told = body(a_gate(), a_dataset_call())

    assert verdict.refused
    assert verdict.effect == "refuse"
    assert verdict.reasons[0].clause == "openai-services-agreement/3.3(e)"
    assert told["findings"] == [
        {
            "kind": "dataset_generation",
            "score": "0.950",
            "activity": "self_instruct",
            "rules": ["DG001"],
            "detector": "test/1",
        }
    ]
    reasons = told["reasons"]
    assert isinstance(reasons, list)
    assert reasons[0]["rule"] == "openai-dataset-generation"


def test_in_observe_mode_nothing_is_refused_and_the_record_says_what_would_be() -> None:
    verdict = a_gate("observe").consider(a_dataset_call(), MOMENT)

    assert not verdict.refused
    assert verdict.effect == "observed"
    assert verdict.reasons[0].rule == "openai-dataset-generation"
    assert body(a_gate("observe"), a_call())["mode"] == "observe"
    assert a_gate("observe").consider(a_call(), MOMENT).effect == "permit"


def test_an_undeclared_purpose_is_told_as_none_and_has_no_label() -> None:
    verdict = a_gate().consider(a_call(purpose=None), MOMENT)

    assert verdict.refused
    assert body(a_gate(), a_call(purpose=None))["purpose"] is None
    assert "purpose" not in verdict.record.labels


def test_prompts_are_not_in_the_record_only_a_commitment_that_its_key_opens() -> None:
    call = a_call(texts=(Text(role="user", value="a secret"),), content=b"a secret")
    verdict = a_gate().consider(call, MOMENT)
    content = body(a_gate(), call)["content"]

    assert b"secret" not in verdict.record.body
    key = content_key(CONTENT_KEY, verdict.id, b"request")
    expected = canonical.text(canonical.mac(key, b"a secret"))
    assert content == {"bytes": 8, "commitment": expected}
    other = content_key(CONTENT_KEY, verdict.id, b"response")
    assert canonical.text(canonical.mac(other, b"a secret")) != expected


@given(
    st.builds(
        Call,
        endpoint=ANYTHING,
        provider=st.sampled_from(["openai", "azure", "other"]),
        host=ANYTHING,
        model=st.none() | ANYTHING,
        purpose=st.none() | ANYTHING,
        subject=st.none() | ANYTHING,
        safety_id=st.none() | ANYTHING,
        project=st.none() | ANYTHING,
        parameters=st.dictionaries(
            ANYTHING, st.integers() | st.booleans() | ANYTHING, max_size=4
        ),
        content=st.binary(max_size=20),
    )
)
def test_there_is_no_call_whose_decision_cannot_be_written_down(call: Call) -> None:
    verdict = a_gate().consider(call, MOMENT)

    assert len(verdict.record.body) <= MAX_BODY_BYTES
    encode(verdict.record, writer="w", seq=0, salt=b"s" * 16)
    assert canonical.loads(verdict.record.body)


def test_the_same_call_at_the_same_moment_gives_the_same_verdict() -> None:
    assert a_gate().consider(a_call(), MOMENT) == a_gate().consider(a_call(), MOMENT)


def test_an_outcome_tells_attempts_usage_and_what_came_back() -> None:
    verdict = a_gate().consider(a_call(), MOMENT)
    record = a_gate().conclude(verdict, an_outcome(), MOMENT.milliseconds)
    told = orjson.loads(record.body)

    assert (record.kind, record.id, record.effect) == (
        Kind.OUTCOME,
        verdict.id,
        "complete",
    )
    assert told["attempts"] == [{"ms": 12, "status": 200, "request_id": "req_1"}]
    assert told["usage"] == {"input": 20, "output": 18}
    assert (told["response"], told["finish"]) == ("chatcmpl-1", "stop")
    key = content_key(CONTENT_KEY, verdict.id, b"response")
    assert told["output"] == {
        "bytes": 500,
        "commitment": canonical.text(canonical.mac(key, b"d" * 32)),
    }


def test_an_outcome_without_an_answer_says_only_what_is_known() -> None:
    verdict = a_gate().consider(a_call(), MOMENT)
    outcome = Outcome(ending=Ending.ERROR, attempts=(), error="APITimeoutError")

    told = orjson.loads(a_gate().conclude(verdict, outcome, MOMENT.milliseconds).body)

    assert told == {"attempts": [], "error": "APITimeoutError"}


@given(st.integers(1, 40), ANYTHING)
def test_any_outcome_fits_the_space_that_is_kept_for_it(tries: int, name: str) -> None:
    attempt = Attempt(
        status=500, request_id=name * 3, milliseconds=10**9, error=name * 3
    )
    outcome = an_outcome(
        ending=Ending.ERROR,
        attempts=(attempt,) * tries,
        response_id=name * 3,
        model=name * 3,
        finish_reason=name * 3,
        error=name * 3,
    )
    verdict = a_gate().consider(a_call(), MOMENT)
    record = a_gate().conclude(verdict, outcome, MOMENT.milliseconds)

    assert len(record.body) + 1100 <= OUTCOME_BYTES
    if tries > 6:
        assert orjson.loads(record.body)["attempted"] == tries


def test_a_name_is_clipped_and_a_lone_surrogate_replaced() -> None:
    assert printable("x" * 300) == "x" * 255 + "…"
    assert printable("a\ud800b") == "a?b"


@pytest.mark.parametrize("number", [2**53, -(2**60), 10**30])
def test_a_number_beyond_canonical_form_travels_as_text(number: int) -> None:
    told = body(a_gate(), a_call(parameters={"seed": number}))

    assert told["parameters"] == {"seed": str(number)}


def test_the_policy_of_the_tests_is_the_shipped_one() -> None:
    assert Path(locate_packs() / "starter.yaml").is_file()
