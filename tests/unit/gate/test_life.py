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
from affidavit.calls import (
    Attempt,
    Call,
    Ending,
    File,
    Finding,
    How,
    Known,
    Line,
    Outcome,
    Reference,
    Text,
)
from affidavit.gate import Gate, Moment, content_key
from affidavit.policy.loader import load, locate_packs
from affidavit.trail.chain import OUTCOME_BYTES
from affidavit.trail.record import MAX_BODY_BYTES, Kind, Labels, encode
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
        origin=ANYTHING,
        texts=st.just(()),
        content=st.binary(max_size=20),
        unread=st.dictionaries(ANYTHING, st.integers(0, 2**53 - 1), max_size=4),
        file=st.none(),
        refers=st.just(()),
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
    told = orjson.loads(record.body)
    assert told.get("attempted", len(told["attempts"])) == tries


def test_each_of_twenty_usual_tries_is_told() -> None:
    attempts = tuple(
        Attempt(status=429, request_id=f"req_{number:032x}", milliseconds=number)
        for number in range(20)
    )
    verdict = a_gate().consider(a_call(), MOMENT)
    outcome = an_outcome(attempts=attempts)

    told = orjson.loads(a_gate().conclude(verdict, outcome, MOMENT.milliseconds).body)

    assert [each["ms"] for each in told["attempts"]] == list(range(20))
    assert "attempted" not in told


def test_of_too_many_tries_the_first_and_the_last_are_told() -> None:
    attempts = tuple(
        Attempt(status=429, request_id=f"req_{number:032x}", milliseconds=number)
        for number in range(200)
    )
    verdict = a_gate().consider(a_call(), MOMENT)
    outcome = an_outcome(attempts=attempts)

    told = orjson.loads(a_gate().conclude(verdict, outcome, MOMENT.milliseconds).body)

    first, *last = [each["ms"] for each in told["attempts"]]
    assert (first, last) == (0, list(range(200 - len(last), 200)))
    assert told["attempted"] == 200
    assert len(last) > 20


def test_an_estimate_and_how_a_call_ended_are_told() -> None:
    verdict = a_gate().consider(a_call(), MOMENT)
    outcome = an_outcome(
        ending=Ending.ABANDONED, how=How.CLOSED, input_tokens=2, estimated=True
    )

    told = orjson.loads(a_gate().conclude(verdict, outcome, MOMENT.milliseconds).body)

    assert told["how"] == "closed"
    assert told["usage"]["estimated"] is True


@pytest.mark.parametrize("number", [2**53, -(2**60), 10**30])
def test_a_number_beyond_canonical_form_travels_as_text(number: int) -> None:
    told = body(a_gate(), a_call(parameters={"seed": number}))

    assert told["parameters"] == {"seed": str(number)}


def test_the_policy_of_the_tests_is_the_shipped_one() -> None:
    assert Path(locate_packs() / "starter.yaml").is_file()


BATCH = File(
    purpose="batch",
    size=10,
    sha256="ab" * 32,
    read=True,
    lines=3,
    models={"gpt-4o-mini": 3},
    endpoints={"chat.completions": 3},
)


def lines_of(*calls: Call | None) -> list[Line]:
    return [Line(number=at, call=call) for at, call in enumerate(calls, 1)]


def test_a_file_is_decided_by_its_lines_and_told_of_with_them() -> None:
    gate, upload = a_gate(), a_call(file=BATCH, texts=())
    inspection = gate.inspect(
        lines_of(a_call(), a_dataset_call(), a_dataset_call()), MOMENT.milliseconds
    )
    verdict = gate.consider(upload, MOMENT, inspection)
    told = orjson.loads(verdict.record.body)

    assert verdict.refused
    assert verdict.reasons[0].message.startswith("line 2 and 1 more: ")
    assert told["file"] == {
        "purpose": "batch",
        "bytes": 10,
        "sha256": "ab" * 32,
        "lines": 3,
        "malformed": 0,
        "models": {"gpt-4o-mini": 3},
        "endpoints": {"chat.completions": 3},
    }
    (finding,) = told["findings"]
    assert (finding["count"], finding["lines"]) == (2, [2, 3])
    # The same call without its lines is permitted, and not mixed up with the first.
    assert not gate.consider(upload, MOMENT).refused


def test_a_line_that_nobody_can_read_refuses_unless_the_policy_only_observes() -> None:
    for mode, effect in (("enforce", "refuse"), ("observe", "observed")):
        gate = a_gate("observe" if mode == "observe" else "enforce")
        inspection = gate.inspect(lines_of(a_call(), None), MOMENT.milliseconds)

        verdict = gate.consider(a_call(file=BATCH), MOMENT, inspection)
        assert verdict.effect == effect
        assert verdict.reasons[0].rule == "file.unreadable"


def test_calls_that_refer_to_different_files_are_told_apart() -> None:
    known = Known(decision="d-1", effect="permit", purpose="support.reply", read=True)
    told = [
        body(a_gate(), a_call(refers=(Reference(id=name, known=known),)))["files"]
        for name in ("file-1", "file-2")
    ]

    said = {"decision": "d-1", "effect": "permit", "purpose": "support.reply"}
    assert told == [[{"file": "file-1", **said}], [{"file": "file-2", **said}]]


def test_whatever_a_file_holds_its_refusal_can_be_written_down() -> None:
    gate = a_gate()
    strange = "\ud800\n\u202e" * 100
    calls = [a_call(model=f"{strange}{number}") for number in range(200)]
    named = [
        Line(number=at, name=strange, call=call) for at, call in enumerate(calls, 1)
    ]
    inspection = gate.inspect(named, MOMENT.milliseconds)
    file = replace(
        BATCH, purpose=strange, models={strange: 1}, parts=("ab" * 32,) * 999
    )
    refers = tuple(Reference(id=strange) for _ in range(99))
    call = a_call(file=file, refers=refers, purpose=strange)
    verdict = gate.consider(call, MOMENT, inspection)

    assert verdict.refused
    assert len(verdict.record.body) <= MAX_BODY_BYTES
    assert encode(verdict.record, writer="w" * 11, seq=1, salt=b"s" * 16)


def test_an_outcome_names_the_file_that_an_upload_was_made_into() -> None:
    verdict = a_gate().consider(a_call(), MOMENT)
    record = a_gate().conclude(verdict, an_outcome(file_id="file-1"), 0)

    assert orjson.loads(record.body)["file"] == "file-1"
