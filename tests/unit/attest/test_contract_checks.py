"""Each check is met, not met, or cannot be told, as its figures say."""

from typing import Any

import pytest

from affidavit import dsse
from affidavit.attest.contract_checks import Result, count, judged, together
from affidavit.attest.contract_schema import _CHECKS
from affidavit.errors import Malformed
from affidavit.keys import Ed25519Signer
from affidavit.policy.signature import PAYLOAD_TYPE, Signed
from affidavit.tlog.note import VerifierKey
from support.contracts import contract

POLICY = "ab" * 32
SIGNER = Ed25519Signer.from_seed(b"l" * 32)
LEGAL = VerifierKey("legal", SIGNER.verifier)
OTHER = VerifierKey("other", Ed25519Signer.from_seed(b"o" * 32).verifier)


def a_predicate(**changes: Any) -> dict[str, Any]:
    """A period that keeps every promise there is."""
    return {
        "period": {
            "from": "2026-01-01T00:00:00.000Z",
            "to": "2026-02-01T00:00:00.000Z",
        },
        "use": {"unopened": 0},
        "policies": [{"digest": {"sha256": POLICY}, "mode": "enforce"}],
        "integrity": {
            "trailBegan": "2025-01-01T00:00:00.000Z",
            "problems": [],
            "decisionsWithoutBody": 0,
            "pending": 0,
            "unknownOutcomes": 0,
        },
        "anchors": {"witnesses": [{"size": 3}], "secondsSince": 60},
        "coverage": a_coverage(999),
    } | changes


def a_coverage(covered: int, **changes: Any) -> dict[str, Any]:
    requests = {"billed": 1000, "covered": covered}
    return {"requests": requests, "missingDays": 0, "provisional": []} | changes


def a_row(effect: str = "permit", decisions: int = 5, **changes: Any) -> dict[str, Any]:
    return {
        "purpose": "support.reply",
        "model": "gpt-5",
        "endpoint": "responses",
        "project": None,
        "effect": effect,
        "decisions": decisions,
    } | changes


def an_envelope(digest: str = POLICY) -> Any:
    said = Signed(name="p", digest=f"sha256:{digest}", files={}, expires=None)
    return dsse.sign(PAYLOAD_TYPE, said.encode(), [SIGNER]).as_json()


def some_figures(**changes: Any) -> dict[str, Any]:
    return {
        "rows": [a_row(), a_row("refuse", 2)],
        "openings": [],
        "longestGap": {"seconds": 3_600, "from": "a", "to": "b"},
        "spoken": [{"clause": "1", "check": 0, "decisions": 0, "unread": 0}],
        "pruned": {"before": "2025-08-01T00:00:00.000Z"},
        "signatures": [{"digest": POLICY, "envelope": an_envelope()}],
        "incidents": {"open": 0, "opened": 2, "closed": 2},
    } | changes


def answer(check: str, predicate: Any, figures: Any) -> tuple[str, dict[str, Any]]:
    clauses, whole = judged(contract(check).content, predicate, figures)
    told: Any = clauses[0]
    (only,) = told["checks"]
    assert told["result"] == only["result"] == whole.value
    return only["result"], only["evidence"]


CHECKS = {
    "no_observed": "no_observed: {}",
    "no_use": 'no_use: {purposes: ["training.*"]}',
    "only_use": 'only_use: {models: ["gpt-5*"], endpoints: [responses]}',
    "declared": "declared: {}",
    "calls": "calls: {at_most: 5}",
    "no_activity": "no_activity: {activities: [training_data]}",
    "refusals": 'refusals: {rules: ["x"], at_most: 0}',
    "enforced": "enforced: {}",
    "whole_period": "whole_period: {}",
    "recorded": "recorded: {}",
    "concluded": "concluded: {}",
    "longest_gap": "longest_gap: {at_most: 60m}",
    "anchored": "anchored: {within: 1h, witnesses: 1}",
    "policies_signed": f"policies_signed: {{keys: [{OTHER}, {LEGAL}]}}",
    "retention": "retention: {months: 6}",
    "coverage": 'coverage: {at_least: "99.9"}',
    "no_open_incident": "no_open_incident: {}",
}


def test_every_check_there_is_is_tried_here() -> None:
    assert CHECKS.keys() == _CHECKS.keys()


@pytest.mark.parametrize("name", CHECKS)
def test_a_period_that_keeps_a_promise_meets_its_check(name: str) -> None:
    result, evidence = answer(CHECKS[name], a_predicate(), some_figures())
    assert result == "met", evidence


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_is_met_on_a_trail_that_does_not_verify(name: str) -> None:
    predicate = a_predicate()
    predicate["integrity"]["problems"] = ["broken"]
    result, _ = answer(CHECKS[name], predicate, some_figures())
    assert result == ("not met" if name == "recorded" else "cannot tell")


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - {"whole_period"}))
@pytest.mark.parametrize("began", [None, "2026-02-01T00:00:00.000Z"])
def test_a_trail_that_began_after_the_period_shows_nothing(
    name: str, began: str | None
) -> None:
    predicate = a_predicate()
    predicate["integrity"]["trailBegan"] = began
    assert answer(CHECKS[name], predicate, some_figures())[0] == "cannot tell"


BREACHES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("no_observed", {}, {"rows": [a_row("observed", 3)]}, {"observed": 3}),
    ("no_use", {}, {"rows": [a_row(purpose="training.x")]}, {"letThrough": 5}),
    ("only_use", {}, {"rows": [a_row(), a_row(model=None)]}, {"outside": 5}),
    ("only_use", {}, {"rows": [a_row(endpoint="files.create")]}, {"outside": 5}),
    ("declared", {}, {"rows": [a_row("observed", 2, purpose=None)]}, {"undeclared": 2}),
    ("calls", {}, {"rows": [a_row(), a_row("observed", 1)]}, {"letThrough": 6}),
    (
        "no_activity",
        {},
        {"spoken": [{"clause": "1", "check": 0, "decisions": 1, "unread": 9}]},
        {"letThrough": 1, "unread": 9},
    ),
    (
        "refusals",
        {},
        {"spoken": [{"clause": "1", "check": 0, "decisions": 1, "unread": 0}]},
        {"refused": 1, "unread": 0},
    ),
    (
        "enforced",
        {"policies": [{"digest": {"sha256": POLICY}, "mode": "observe"}]},
        {},
        {"observing": [POLICY], "unknown": []},
    ),
    ("longest_gap", {}, {"longestGap": {"seconds": 3_601}}, {"seconds": 3_601}),
    (
        "anchored",
        {"anchors": {"witnesses": [{"size": 3}], "secondsSince": 3_601}},
        {},
        {"witnesses": 1, "secondsSince": 3_601},
    ),
    (
        "anchored",
        {"anchors": {"witnesses": [{"size": None}], "secondsSince": 0}},
        {},
        {"witnesses": 0, "secondsSince": 0},
    ),
    (
        "anchored",
        {"anchors": {"witnesses": [], "secondsSince": None}},
        {},
        {"witnesses": 0, "secondsSince": None},
    ),
    ("policies_signed", {}, {"signatures": []}, {"unsigned": [POLICY]}),
    (
        "policies_signed",
        {},
        {"signatures": [{"digest": POLICY, "envelope": an_envelope("cd" * 32)}]},
        {"unsigned": [POLICY]},
    ),
    (
        "policies_signed",
        {},
        {"signatures": [{"digest": POLICY, "envelope": {"no": "envelope"}}]},
        {"unsigned": [POLICY]},
    ),
    (
        "retention",
        {},
        {"pruned": {"before": "2025-08-01T00:00:00.001Z"}},
        {"prunedBefore": "2025-08-01T00:00:00.001Z"},
    ),
    (
        "coverage",
        {"coverage": a_coverage(998)},
        {},
        {"covered": 998, "billed": 1000, "missingDays": 0},
    ),
    ("no_open_incident", {}, {"incidents": {"open": 1}}, {"open": 1}),
]


@pytest.mark.parametrize(("name", "predicate", "figures", "evidence"), BREACHES)
def test_a_breach_is_not_met_and_its_figures_say_so(
    name: str, predicate: Any, figures: Any, evidence: Any
) -> None:
    told = answer(CHECKS[name], a_predicate(**predicate), some_figures(**figures))
    assert told == ("not met", evidence)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("whole_period", {"trailBegan": "2026-01-01T00:00:00.001Z"}),
        ("concluded", {"unknownOutcomes": 1}),
        ("recorded", {"pending": 1}),
        ("recorded", {"decisionsWithoutBody": 1}),
    ],
)
def test_what_was_out_of_order_breaks_its_promise(name: str, change: Any) -> None:
    predicate = a_predicate()
    predicate["integrity"] |= change
    assert answer(CHECKS[name], predicate, some_figures())[0] == "not met"


@pytest.mark.parametrize(
    ("name", "predicate", "figures"),
    [
        ("no_observed", {"use": {"unopened": 1}}, {}),
        ("coverage", {"coverage": a_coverage(1000, missingDays=1)}, {}),
        ("coverage", {"coverage": a_coverage(1000, provisional=["2026-01-31"])}, {}),
        ("calls", {"use": {"unopened": 1}}, {}),
        (
            "enforced",
            {"policies": [{"digest": {"sha256": POLICY}, "mode": None}]},
            {},
        ),
        (
            "no_activity",
            {},
            {"spoken": [{"clause": "1", "check": 0, "decisions": 0, "unread": 1}]},
        ),
        (
            "refusals",
            {},
            {"spoken": [{"clause": "1", "check": 0, "decisions": 0, "unread": 1}]},
        ),
    ],
)
def test_what_is_not_known_whole_cannot_be_told(
    name: str, predicate: Any, figures: Any
) -> None:
    made = a_predicate(**predicate), some_figures(**figures)
    assert answer(CHECKS[name], *made)[0] == "cannot tell"


def test_without_reconciliation_coverage_cannot_be_told() -> None:
    predicate = a_predicate()
    del predicate["coverage"]
    assert answer(CHECKS["coverage"], predicate, some_figures()) == ("cannot tell", {})
    predicate["integrity"]["trailBegan"] = None
    assert answer("whole_period: {}", predicate, some_figures())[0] == "cannot tell"


@pytest.mark.parametrize(
    ("decisions", "unread", "result"),
    [(2, 0, "met"), (1, 0, "not met"), (1, 1, "cannot tell"), (5, 9, "met")],
)
def test_a_least_number_of_refusals_may_hide_among_the_unread(
    decisions: int, unread: int, result: str
) -> None:
    spoken = [{"clause": "1", "check": 0, "decisions": decisions, "unread": unread}]
    told = answer(
        "refusals: {rules: [x], at_least: 2}",
        a_predicate(),
        some_figures(spoken=spoken),
    )
    assert told[0] == result


def test_the_threshold_of_signatures_is_of_distinct_keys() -> None:
    check = f"policies_signed: {{keys: [{LEGAL}, {OTHER}], threshold: 2}}"
    assert answer(check, a_predicate(), some_figures())[0] == "not met"


def test_figures_that_are_missing_make_no_statement() -> None:
    with pytest.raises(Malformed, match="nothing was counted"):
        answer(CHECKS["no_activity"], a_predicate(), some_figures(spoken=[]))
    with pytest.raises(Malformed, match="lack something"):
        answer(CHECKS["longest_gap"], a_predicate(), {"rows": []})
    for odd in (True, -1, "x", None, "١"):
        with pytest.raises(Malformed):
            count(odd)
    assert count("9007199254740993") == 9007199254740993


def test_the_worst_of_several_counts() -> None:
    assert together([Result.MET, Result.UNKNOWN]) is Result.UNKNOWN
    assert together([Result.UNKNOWN, Result.NOT_MET]) is Result.NOT_MET
    assert together([]) is Result.MET
