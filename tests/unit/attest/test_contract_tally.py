"""What records show of a contract's checks, counted by labels and from bodies."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.contract import Contract
from affidavit.attest.contract_tally import ContractTally, Scope, opened
from affidavit.trail.record import Labels, Opening
from support import trails
from support.contracts import contract, decision, finding
from support.statements import MONTH
from support.trails import START, Builder, moment


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    builder = Builder(tmp_path)
    builder.genesis()
    builder.policy()
    return builder


def figures(
    trail: Builder, promises: Contract, *, bodies: bool = True
) -> dict[str, Any]:
    tally = ContractTally(promises.content, MONTH)
    for index, made in enumerate(trail.records):
        tally.visit(index, made.entry, made.salted if bodies else b"")
    labels = Labels(trail.label_key)
    values = [
        ("purpose", "support.reply"),
        ("model", "gpt-5"),
        ("endpoint", "responses"),
    ]
    values += [("purpose", "training.sets")]
    attested = [labels.opening(*each) for each in values]
    projects = [labels.opening("project", it) for it in tally.scope.projects]
    return dict(tally.figures(attested, projects))


def counts(told: dict[str, Any]) -> dict[tuple[Any, Any, str], int]:
    return {
        (row["purpose"], row["project"], row["effect"]): row["decisions"]
        for row in told["rows"]
    }


def test_only_calls_in_scope_are_counted(trail: Builder) -> None:
    decision(trail)
    decision(trail, "training.sets")
    decision(trail, None)
    told = figures(trail, contract(more='scope: {purposes: ["support.*"]}\n'))
    assert counts(told) == {("support.reply", None, "permit"): 1}
    told = figures(trail, contract(more='exclusions: {purposes: ["support.*"]}\n'))
    assert counts(told) == {
        (None, None, "permit"): 1,
        ("training.sets", None, "permit"): 1,
    }


def test_projects_are_told_apart_only_where_the_contract_names_them(
    trail: Builder,
) -> None:
    for project in ("p1", "p2", None):
        decision(trail, project=project)
    told = figures(trail, contract(more="exclusions: {projects: [p2]}\n"))
    assert counts(told) == {("support.reply", None, "permit"): 2}
    assert [each["value"] for each in told["openings"]] == ["p2"]
    told = figures(trail, contract(more="scope: {projects: [p1]}\n"))
    assert counts(told) == {("support.reply", "p1", "permit"): 1}


def test_a_purpose_that_nothing_opens_is_in_no_row(trail: Builder) -> None:
    decision(trail, "unheard.of")
    assert figures(trail, contract())["rows"] == []


def test_findings_count_from_their_score_on_and_of_calls_that_left(
    trail: Builder,
) -> None:
    decision(trail, findings=[finding("self_instruct")])
    decision(trail, findings=[finding("self_instruct", "0.799")])
    decision(trail, findings=[finding("reply")])
    decision(trail, effect="refuse", findings=[finding("self_instruct")])
    decision(trail, "training.sets", findings=[finding("self_instruct")])
    decision(trail, findings=[finding("self_instruct", "unclear")])
    check = 'no_activity: {activities: ["self_*"], score: "0.8"}'
    promises = contract(check, more='exclusions: {purposes: ["training.*"]}\n')
    assert figures(trail, promises)["spoken"] == [
        {"clause": "1", "check": 0, "decisions": 2, "unread": 0}
    ]


def test_what_has_no_body_or_was_cut_is_unread(trail: Builder) -> None:
    decision(trail, findings=[], truncated=True)
    decision(trail, findings=[finding("self_instruct")], truncated=True)
    promises = contract("no_activity: {activities: [self_instruct]}")
    told = figures(trail, promises)["spoken"][0]
    assert (told["decisions"], told["unread"]) == (1, 1)
    told = figures(trail, promises, bodies=False)["spoken"][0]
    assert (told["decisions"], told["unread"]) == (0, 2)


def test_refusals_are_counted_by_any_reason(trail: Builder) -> None:
    decision(trail, effect="refuse", reasons=[{"rule": "a"}, {"rule": "openai-x"}])
    decision(trail, effect="review", reasons=[{"rule": "openai-y"}])
    decision(trail, reasons=[{"rule": "openai-x"}])
    promises = contract('refusals: {rules: ["openai-*"], at_most: 0}')
    assert figures(trail, promises)["spoken"][0]["decisions"] == 2


def test_the_longest_gap_is_between_neighbours_in_time(trail: Builder) -> None:
    last = trail.add("heartbeat", {"work": "idle"})
    last.fields["at"] = moment(START + timedelta(hours=9))
    early = trail.add("heartbeat", {"work": "idle"})
    early.fields["at"] = moment(START + timedelta(hours=6))
    gap = figures(trail, contract("longest_gap: {at_most: 24h}"))["longestGap"]
    assert (gap["from"], gap["seconds"]) == (MONTH.start, 86_400)
    early.fields["at"] = moment(START - timedelta(hours=10))
    gap = figures(trail, contract("longest_gap: {at_most: 24h}"))["longestGap"]
    assert gap == {
        "seconds": 15 * 3_600,
        "from": "2026-03-02T18:00:00.000Z",
        "to": "2026-03-03T09:00:00.000Z",
    }


def test_what_was_pruned_is_told_by_the_latest_limit(trail: Builder) -> None:
    promises = contract("retention: {months: 6}")
    assert figures(trail, promises)["pruned"] == {"before": None}
    for before in ("2026-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"):
        trail.add("pruning", {"before": before, "ranges": []})
    contents = {"what": "content", "before": "2026-03-01T00:00:00.000Z"}
    trail.add("pruning", contents)
    assert figures(trail, promises)["pruned"] == {"before": "2026-01-01T00:00:00.000Z"}


def test_incidents_are_open_until_they_are_closed_in_time(trail: Builder) -> None:
    promises = contract("no_open_incident: {}")
    first = trail.add("incident", {"what": "opened"})
    trail.add("incident", {"what": "hold", "reason": "x"})
    told = figures(trail, promises)["incidents"]
    assert told == {"open": 1, "opened": 1, "closed": 0}
    closed = trail.add("incident", {"what": "closed", "incident": first.id})
    assert figures(trail, promises)["incidents"]["open"] == 0
    closed.fields["at"] = moment(START + timedelta(days=30))
    told = figures(trail, promises)["incidents"]
    assert told == {"open": 1, "opened": 1, "closed": 0}


def test_an_opening_of_another_field_opens_nothing() -> None:
    labels = Labels(b"k" * 32)
    label = labels.of("model", "x")
    openings = {label: Opening("purpose", "x", b"n" * 16)}
    assert opened((None, label, None, None), openings) is None
    assert opened((None, None, None, label), openings) == (None, None, None, None)


def test_scope_is_without_regard_to_case_and_leaves_out_whatever_matches() -> None:
    more = 'scope: {models: ["GPT-5*"]}\nexclusions: {models: ["*-mini"]}\n'
    scope = Scope(contract(more=more).content)
    assert scope.holds((None, "gpt-5", None, None))
    assert not scope.holds((None, "gpt-5-mini", None, None))
    assert not scope.holds((None, None, None, None))


def test_what_is_no_record_is_passed_over() -> None:
    tally = ContractTally(contract().content, MONTH)
    tally.visit(0, b"[]", None)
    assert trails.canonical(tally.figures([], [])) == b'{"openings":[],"rows":[]}'
