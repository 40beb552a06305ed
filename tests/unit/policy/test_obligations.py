"""Obligations: what has to change in which request, and what cannot be kept."""

from typing import Any

import pytest

from affidavit.calls import HANDSHAKE, Call
from affidavit.policy import obligations
from affidavit.policy.obligations import ABSENT, Applied, Obligations, Result, apply
from support.policies import a_call


def asks(**fields: Any) -> Obligations:
    return Obligations(by="purpose support.reply", where="policy.yaml:4", **fields)


def applied(duty: Obligations, endpoint: str, body: dict[str, Any]) -> Applied:
    call = a_call(endpoint=endpoint, content=b"{}")
    return apply([duty], call, body)


@pytest.mark.parametrize(
    ("duty", "endpoint", "body", "changes"),
    [
        (asks(store=False), "responses", {}, {"store": False}),
        (asks(store=False), "chat.completions", {"store": True}, {"store": False}),
        (asks(n=1), "chat.completions", {"n": 4}, {"n": 1}),
        (asks(n=2), "completions", {"n": 1, "best_of": 5}, {"best_of": 2}),
        (asks(n=1), "images.generations", {"n": 2}, {"n": 1}),
        (asks(output_tokens=9), "responses", {}, {"max_output_tokens": 9}),
        (asks(output_tokens=9), "chat.completions", {}, {"max_completion_tokens": 9}),
        (
            asks(output_tokens=9),
            "chat.completions",
            {"max_tokens": 20},
            {"max_tokens": 9},
        ),
        (asks(output_tokens=9), "completions", {}, {"max_tokens": 9}),
        (asks(top_logprobs=0), "responses", {"top_logprobs": 5}, {"top_logprobs": 0}),
        (
            asks(logprobs=False),
            "chat.completions",
            {"logprobs": True, "top_logprobs": 3},
            {"logprobs": ABSENT, "top_logprobs": ABSENT},
        ),
        (asks(logprobs=False), "completions", {"logprobs": 5}, {"logprobs": ABSENT}),
        (
            asks(logprobs=False),
            "responses",
            {"include": ["message.output_text.logprobs", "reasoning"]},
            {"include": ["reasoning"]},
        ),
        (
            asks(tag=(("team", "support"),)),
            "responses",
            {"metadata": {"a": "b", "team": "x"}},
            {"metadata": {"a": "b", "team": "support"}},
        ),
    ],
)
def test_what_is_not_as_obliged_is_changed(
    duty: Obligations, endpoint: str, body: dict[str, Any], changes: dict[str, Any]
) -> None:
    made = applied(duty, endpoint, body)

    assert made.changes == changes
    assert made.problems == ()
    assert {note.result for note in made.notes} == {Result.APPLIED}
    after = obligations.changed(body, made.changes)
    again = applied(duty, endpoint, after)
    assert (again.changes, again.notes[0].result) == ({}, Result.MET)


@pytest.mark.parametrize(
    ("duty", "endpoint", "body"),
    [
        (asks(n=2), "chat.completions", {"n": 2}),
        (asks(n=1), "chat.completions", {}),  # the default
        (asks(output_tokens=16), "completions", {}),  # the default
        (asks(output_tokens=9), "responses", {"max_output_tokens": 5}),
        (asks(logprobs=False), "chat.completions", {"logprobs": False}),
        (asks(top_logprobs=2), "chat.completions", {}),
    ],
)
def test_what_is_as_obliged_stays_as_it_is(
    duty: Obligations, endpoint: str, body: dict[str, Any]
) -> None:
    made = applied(duty, endpoint, body)

    assert made.changes == {}
    assert [note.result for note in made.notes] == [Result.MET]


@pytest.mark.parametrize(
    ("duty", "endpoint"),
    [
        (asks(store=False), "embeddings"),
        (asks(n=1), "responses"),
        (asks(output_tokens=5), "images.generations"),
        (asks(top_logprobs=0), "completions"),
        (asks(logprobs=False), "embeddings"),
        (asks(tag=(("a", "b"),)), "files.create"),
    ],
)
def test_where_there_is_no_such_parameter_the_record_says_so(
    duty: Obligations, endpoint: str
) -> None:
    made = applied(duty, endpoint, {"model": "m"})

    assert [note.result for note in made.notes] == [Result.NOT_APPLICABLE]
    assert (made.changes, made.problems) == ({}, ())


@pytest.mark.parametrize(
    ("duty", "body", "why"),
    [
        (asks(store=False), {"background": True}, "has to be stored"),
        (asks(output_tokens=5), {"max_output_tokens": "many"}, "no whole number"),
        (asks(tag=(("a", "b"),)), {"metadata": "text"}, "no mapping"),
        (
            asks(tag=(("a", "b"),)),
            {"metadata": {str(n): "" for n in range(16)}},
            "more than 16",
        ),
    ],
)
def test_what_cannot_be_kept_refuses(
    duty: Obligations, body: dict[str, Any], why: str
) -> None:
    made = applied(duty, "responses", body)

    assert made.changes == {}
    assert [each.rule for each in made.problems] == ["obligation.unmet"]
    assert why in made.problems[0].message
    assert made.problems[0].where == "policy.yaml:4"


def test_all_obligations_hold_and_tags_may_not_contradict_each_other() -> None:
    call = a_call(content=b"{}")
    first = asks(tag=(("a", "b"),), output_tokens=9)

    both = apply([first, asks(output_tokens=5, store=False)], call, {})
    clash = apply([first, asks(tag=(("a", "c"),))], call, {})

    assert both.changes == {
        "metadata": {"a": "b"},
        "max_output_tokens": 5,
        "store": False,
    }
    assert "tags 'a' with another value" in clash.problems[0].message


def test_only_openai_s_own_servers_get_the_newer_name() -> None:
    call = a_call(endpoint="chat.completions", provider="other", content=b"{}")

    assert apply([asks(output_tokens=5)], call, {}).changes == {"max_tokens": 5}


def line(**parameters: Any) -> Call:
    return a_call(parameters=parameters)


def test_what_cannot_be_changed_must_keep_them_already() -> None:
    duty = asks(store=False, output_tokens=9)

    kept = apply([duty], line(store=False, max_output_tokens=5), None)
    broken = apply([duty], line(store=True), None)

    assert kept.problems == ()
    assert len(broken.problems) == 2
    assert "cannot be changed on its way" in broken.problems[0].message


def test_lines_are_tagged_with_the_batch_that_runs_them_and_sockets_not_at_all() -> (
    None
):
    duty = asks(tag=(("a", "b"),))
    place = "responses.connect"
    socket = a_call(endpoint=place, parameters={"event": "response.create"})
    opening = a_call(endpoint=place, parameters={"event": HANDSHAKE})

    assert apply([duty], line(n=1), None).notes[0].result is Result.NOT_APPLICABLE
    assert "on a websocket" in apply([duty], socket, None).problems[0].message
    assert apply([duty], opening, None).notes[0].result is Result.NOT_APPLICABLE
    batch = a_call(endpoint="batches.create", content=b"{}")
    assert apply([duty], batch, {}).changes == {"metadata": {"a": "b"}}


def test_a_request_without_a_body_has_nothing_to_change() -> None:
    reading = a_call(endpoint="responses")

    made = apply([asks(store=False)], reading, {})

    assert [note.result for note in made.notes] == [Result.NOT_APPLICABLE]


def test_observe_mode_changes_nothing_and_says_what_it_would() -> None:
    made = obligations.observed(applied(asks(store=False, n=1), "responses", {"a": 1}))

    assert made.changes == {}
    assert [note.result for note in made.notes] == [
        Result.OBSERVED,
        Result.NOT_APPLICABLE,
    ]


def test_a_note_says_parameter_and_both_values() -> None:
    (note,) = applied(asks(n=1), "chat.completions", {"n": 3}).notes

    assert obligations.told(note) == {
        "obligation": "n",
        "by": "purpose support.reply",
        "result": "applied",
        "parameter": "n",
        "from": 3,
        "to": 1,
    }


def test_what_is_asked_is_told_as_the_policy_writes_it() -> None:
    duty = asks(tag=(("team", "support"),), store=False, n=2)

    assert list(obligations.asked(duty)) == [
        "tag.team: support",
        "store: false",
        "n: 2",
    ]
