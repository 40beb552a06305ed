"""What a call that may leave owes: content as it leaves, and a budget's reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from affidavit import canonical
from affidavit.calls import Call, File, Line, Text
from affidavit.gate import Gate, Moment, Verdict, content_key
from affidavit.policy.loader import Policy
from affidavit.trail.record import Labels
from support.budgeted import NOON, POLICY
from support.policies import in_force
from support.project import a_call

KEY = b"k" * 32
BIG = b"18446744073709551617"
BODY = b'{"max_tokens":900,"messages":[],"model":"gpt-5","n":3,"x":' + BIG + b"}"
DUTIES = (
    "    obligations: {store: false, n: 1, tag: {team: support}, logprobs: false}\n"
)


def a_gate(policy: Policy) -> Gate:
    return Gate(
        policy=policy, detectors=(), labels=Labels(KEY), content_key=KEY, boot="b"
    )


def considered(policy: Policy, call: Call) -> Verdict:
    moment = Moment(nanoseconds=NOON * 1_000_000, monotonic=1, random=b"r" * 10)
    return a_gate(policy).consider(call, moment)


def said(verdict: Verdict) -> dict[str, Any]:
    body = canonical.parse(verdict.record.body)
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize("body", [BODY, BODY.replace(BIG, b"1")])
def test_the_commitment_covers_the_bytes_that_leave(
    tmp_path: Path, body: bytes
) -> None:
    policy = in_force(tmp_path, POLICY + DUTIES)

    verdict = considered(policy, a_call(content=body))

    sent = {**json.loads(body), "n": 1, "store": False, "metadata": {"team": "support"}}
    spelled = json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()
    key = content_key(KEY, verdict.id, b"request")
    assert said(verdict)["content"] == {
        "bytes": len(spelled),
        "commitment": canonical.text(canonical.mac(key, spelled)),
    }
    assert verdict.content == spelled
    assert verdict.changes == {
        "n": 1,
        "store": False,
        "metadata": {"team": "support"},
    }


def test_the_record_says_what_was_changed_and_what_was_not(tmp_path: Path) -> None:
    policy = in_force(tmp_path, POLICY + DUTIES)

    notes = said(considered(policy, a_call(content=BODY)))["obligations"]

    assert [(each["obligation"], each["result"]) for each in notes] == [
        ("tag", "applied"),
        ("store", "applied"),
        ("n", "applied"),
        ("logprobs", "met"),
    ]
    assert (notes[2]["from"], notes[2]["to"]) == (3, 1)


def test_an_obligation_that_cannot_be_kept_refuses_and_is_observed(
    tmp_path: Path,
) -> None:
    unreadable = a_call(content=b"{}", unread={"bytes": 1}, parameters={})
    duty = "    obligations: {output_tokens: 5}\n"

    enforced = considered(in_force(tmp_path, POLICY + duty), unreadable)
    observing = in_force(tmp_path, f"mode: observe\n{POLICY}{duty}")
    observed = considered(observing, unreadable)

    assert enforced.refused
    assert enforced.reasons[0].rule == "obligation.unmet"
    assert (observed.effect, observed.changes) == ("observed", {})


def test_observe_mode_sends_a_request_as_it_is(tmp_path: Path) -> None:
    policy = in_force(tmp_path, f"mode: observe\n{POLICY}{DUTIES}")

    verdict = considered(policy, a_call(content=BODY))

    assert (verdict.effect, verdict.changes, verdict.content) == ("permit", {}, BODY)
    assert said(verdict)["obligations"][0]["result"] == "observed"


def test_a_line_that_does_not_keep_its_obligations_refuses_its_file(
    tmp_path: Path,
) -> None:
    gate = a_gate(in_force(tmp_path, POLICY + "    obligations: {store: false}\n"))
    kept = a_call(endpoint="responses", parameters={"store": False}, content=b"")
    broken = a_call(endpoint="responses", parameters={"n": 1}, content=b"")

    def effect(*calls: Call) -> str:
        lines = [Line(number=n, call=call) for n, call in enumerate(calls, 1)]
        inspection = gate.inspect(lines, NOON)
        moment = Moment(nanoseconds=NOON * 1_000_000, monotonic=1, random=b"r" * 10)
        file = File(purpose="batch", read=True, lines=len(calls))
        upload = a_call(endpoint="files.create", content=b"", file=file)
        return gate.consider(upload, moment, inspection).effect

    assert effect(kept) == "permit"
    assert effect(kept, broken) == "refuse"


def test_a_purpose_without_budgets_and_obligations_owes_nothing(tmp_path: Path) -> None:
    verdict = considered(in_force(tmp_path, POLICY), a_call())

    assert (verdict.spending, verdict.changes, verdict.content) == (None, {}, b"")
    assert "budgets" not in said(verdict)


def test_what_a_capped_call_reserves_is_what_it_can_use(tmp_path: Path) -> None:
    budget = "    budget: {output_tokens: 9k/day}\n    obligations: {n: 1}\n"
    call = a_call(content=BODY, parameters={"n": 3, "max_tokens": 900})

    spending = considered(in_force(tmp_path, POLICY + budget), call).spending

    assert spending is not None
    assert [each.amount for each in spending.demand.charges] == [900]


def test_a_reading_that_leaves_too_little_makes_it_a_refusal(tmp_path: Path) -> None:
    policy = in_force(tmp_path, POLICY + "    budget: {requests: 5/day}\n")
    gate, verdict = a_gate(policy), considered(policy, a_call())

    enough, short = gate.counted(verdict, [4]), gate.counted(verdict, [5])

    assert (enough.effect, enough.record.effect) == ("permit", "permit")
    assert (short.effect, short.record.effect) == ("refuse", "refuse")
    assert said(enough)["budgets"][0]["used"] == 4
    assert said(short)["reasons"][0]["rule"] == "budget.spent"
    plain = considered(in_force(tmp_path, POLICY), a_call())
    assert gate.counted(plain, []) is plain


def test_a_model_without_a_price_is_refused_or_observed(tmp_path: Path) -> None:
    cost = (
        "    budget: {cost: 5/day}\n"
        "prices:\n  - {models: [gpt-5], input: 1, output: 1}\n"
    )
    call = a_call(texts=(Text(role="user", value="Hi"),))

    assert considered(in_force(tmp_path, POLICY + cost), call).reasons[0].rule == (
        "budget.unpriced"
    )
    observing = in_force(tmp_path, f"mode: observe\n{POLICY}{cost}")
    assert considered(observing, call).effect == "observed"
