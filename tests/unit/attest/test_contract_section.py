"""The section of a contract: whoever has the statement computes it again, and whoever
has the trail counts what it was computed from.
"""

from pathlib import Path
from typing import Any

import pytest

from affidavit import canonical
from affidavit.attest import contract_section
from affidavit.attest.contract import Contract
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.dsse import Envelope
from affidavit.errors import Malformed
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from support import trails
from support.contracts import contract, decision, finding, promised
from support.statements import LATER, content, predicate, resigned
from support.trails import Builder, a_trail

CHECKS = (
    "no_observed: {}",
    'no_use: {purposes: ["training.*"]}',
    "no_activity: {activities: [self_instruct]}",
    "longest_gap: {at_most: 48h}",
    "retention: {months: 6}",
    "no_open_incident: {}",
    "policies_signed: {keys: [" + str(Builder(Path()).key) + "]}",
)
IN_SCOPE = 'scope: {purposes: ["support.*"], projects: [p1, p2]}\n'


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path / "trail", calls=2)
    for project in ("p1", "p1", "p3"):
        built.outcome(decision(built, project=project))
    found = decision(built, project="p2", findings=[finding("self_instruct")])
    built.outcome(found)
    decision(built, "fraud.scoring", effect="refuse", project="p1")
    built.write()
    return built


def verified(
    trail: Builder, data: bytes, *, whole: bool = True, bodies: bool = True
) -> StatementReport:
    reader = TrailReader(trail.path) if whole else None
    return verify_statement(data, key=trail.key, now=LATER, trail=reader, bodies=bodies)


def every_promise(trail: Builder) -> Envelope:
    return promised(trail, contract(*CHECKS, more=IN_SCOPE))


def test_a_statement_says_what_became_of_each_promise(trail: Builder) -> None:
    told = predicate(every_promise(trail))["contract"]
    results = {each["id"]: each["result"] for each in told["clauses"]}
    assert results == {
        "1": "met",
        "2": "met",
        "3": "not met",
        "4": "met",
        "5": "met",
        "6": "met",
        "7": "not met",
    }
    assert told["result"] == "not met"
    assert [(it["project"], it["decisions"]) for it in told["figures"]["rows"]] == [
        ("p1", 2),
        ("p2", 1),
    ]


def test_a_breach_is_an_exception_and_what_cannot_be_told_makes_it_incomplete(
    trail: Builder,
) -> None:
    told = predicate(every_promise(trail))
    assert told["verdict"] == "PASS WITH EXCEPTIONS"
    assert "Clause 3 of the contract is not met: no_activity." in told["exceptions"]
    told = predicate(promised(trail, contract('coverage: {at_least: "99"}')))
    assert told["verdict"] == "INCOMPLETE"
    assert told["exceptions"][0].startswith("Clause 1 of the contract cannot be told")


def test_a_period_of_no_schedule_is_an_exception(trail: Builder) -> None:
    more = "schedule: {every: month, from: 2026-01-01}\n"
    told = predicate(promised(trail, contract(more=more)))
    assert told["contract"]["scheduled"] is False
    assert told["exceptions"][-1] == "The period is none of the contract's schedule."


def test_the_same_contract_and_trail_give_the_same_bytes(trail: Builder) -> None:
    assert every_promise(trail).encode() == every_promise(trail).encode()


@pytest.mark.parametrize("bodies", [True, False])
def test_it_holds_alone_with_entries_and_with_bodies(
    trail: Builder, *, bodies: bool
) -> None:
    data = every_promise(trail).encode()
    assert verified(trail, data, whole=False).verdict is Verdict.VALID
    report = verified(trail, data, bodies=bodies)
    assert report.verdict is Verdict.VALID, report.problems
    unheard = [each for each in report.unchecked if "writer's word" in each]
    assert bool(unheard) is not bodies
    plain = verified(trail, promised(trail, contract()).encode(), bodies=False)
    assert not any("writer's word" in each for each in plain.unchecked)


def test_bodies_that_were_pruned_since_are_no_contradiction(trail: Builder) -> None:
    data = every_promise(trail).encode()
    bodies: list[bytes | None] = [made.salted for made in trail.records]
    place = next(
        index
        for index, made in enumerate(trail.records)
        if b"self_instruct" in made.body
    )
    bodies[place] = None
    trails.write_bodies(trail.path, 0, bodies)
    report = verified(trail, data)
    assert report.problems == ()
    assert report.verdict is Verdict.INCOMPLETE


def lies(told: Any) -> dict[str, Any]:
    """Each a statement that its signer could have made, and that says otherwise."""
    section = told["contract"]
    figures, clauses = section["figures"], section["clauses"]
    return {
        "result": lambda: section.update(result="met"),
        "clause": lambda: clauses[2].update(result="met"),
        "check": lambda: clauses[2]["checks"][0].update(result="met"),
        "evidence": lambda: clauses[2]["checks"][0]["evidence"].update(letThrough=0),
        "promise": lambda: section["terms"]["clauses"].pop(0),
        "scheduled": lambda: section.update(scheduled=True),
        "out of scope": lambda: figures["rows"][0].update(purpose="fraud.scoring"),
        "too many": lambda: figures["rows"][0].update(decisions=99),
        "row twice": lambda: figures["rows"].append(figures["rows"][0]),
        "no opening": lambda: figures["openings"].pop(0),
        "other question": lambda: figures["spoken"][0].update(clause="9"),
        "gap outside": lambda: figures["longestGap"].update(seconds=1),
        "digest": lambda: section["digest"].update(sha512="00"),
    }


@pytest.mark.parametrize("name", lies({"contract": {"figures": {}, "clauses": {}}}))
def test_a_section_that_does_not_follow_from_its_figures_shows_without_a_trail(
    trail: Builder, name: str
) -> None:
    statement = content(every_promise(trail))
    lies(statement["predicate"])[name]()
    data = resigned(statement, trail.signer)
    try:
        report = verified(trail, data, whole=False)
    except Malformed:
        return
    assert report.verdict is Verdict.INVALID


CONSISTENT_LIES = {
    "rows": lambda figures: figures["rows"][0].update(decisions=1),
    "gap": lambda figures: figures["longestGap"].update(
        {
            "from": "2026-03-02T00:00:00.000Z",
            "to": "2026-03-02T00:00:00.000Z",
            "seconds": 0,
        }
    ),
    "spoken": lambda figures: figures["spoken"][0].update(decisions=0),
    "unread": lambda figures: figures["spoken"][0].update(unread=1),
    "pruned": lambda figures: figures["pruned"].update(
        before="2020-01-01T00:00:00.000Z"
    ),
    "incidents": lambda figures: figures["incidents"].update(closed=1),
}


@pytest.mark.parametrize("name", CONSISTENT_LIES)
def test_a_lie_that_is_consistent_shows_on_the_trail(trail: Builder, name: str) -> None:
    promises = contract(*CHECKS, more=IN_SCOPE)
    statement = content(promised(trail, promises))
    told = statement["predicate"]
    CONSISTENT_LIES[name](told["contract"]["figures"])
    _rejudge(told, promises)
    data = resigned(statement, trail.signer)
    assert verified(trail, data, whole=False).verdict is Verdict.VALID
    report = verified(trail, data)
    assert report.verdict is Verdict.INVALID
    assert any("contract.figures" in each.message for each in report.problems)


def _rejudge(told: Any, promises: Contract) -> None:
    from affidavit.attest import predicate as rules
    from affidavit.attest.tally import Period

    period = Period(told["period"]["from"], told["period"]["to"])
    figures = told["contract"]["figures"]
    told["contract"] = contract_section.section(promises, period, told, figures)
    told |= rules.judge(period, told["use"], told["integrity"], told["contract"])


@pytest.mark.parametrize(
    "change",
    [
        lambda section: section.pop("digest"),
        lambda section: section["digest"].update(sha256="xyz"),
        lambda section: section["figures"].pop("pruned"),
        lambda section: section["figures"].update(surplus=1),
        lambda section: section["figures"].update(rows=[{"effect": "permit"}]),
        lambda section: section["figures"].update(rows=None),
        lambda section: section["figures"].update(openings=[{"field": "purpose"}]),
        lambda section: section["figures"].update(openings=None),
        lambda section: section["figures"].update(longestGap=None),
        lambda section: section["figures"].update(spoken=None),
        lambda section: section["figures"].update(spoken=[{}]),
        lambda section: section["terms"].update(name="No Name"),
    ],
)
def test_what_is_no_such_section_is_malformed(trail: Builder, change: Any) -> None:
    statement = content(every_promise(trail))
    change(statement["predicate"]["contract"])
    with pytest.raises(Malformed):
        verified(trail, resigned(statement, trail.signer), whole=False)


def test_without_projects_the_rows_are_those_of_the_statement(trail: Builder) -> None:
    statement = content(promised(trail, contract("declared: {}")))
    told = statement["predicate"]["contract"]["figures"]["rows"]
    assert sum(row["decisions"] for row in told) == 7
    told.pop()
    report = verified(trail, resigned(statement, trail.signer), whole=False)
    assert any("that are in scope" in each.message for each in report.problems)


def test_only_what_signs_a_policy_of_the_period_is_told() -> None:
    from affidavit import dsse
    from affidavit.policy.signature import PAYLOAD_TYPE, Signed

    builder = Builder(Path())
    digest = "ab" * 32

    def envelope(of: str) -> Envelope:
        said = Signed(name="p", digest=f"sha256:{of}", files={}, expires=None)
        return dsse.sign(PAYLOAD_TYPE, said.encode(), [builder.signer])

    odd = dsse.sign(PAYLOAD_TYPE, b"{}", [builder.signer])
    given = [odd, envelope(digest), envelope(digest), envelope("cd" * 32)]
    told = contract_section.signatures_of(given, {digest})
    assert canonical.dumps(told) == canonical.dumps(
        [{"digest": digest, "envelope": envelope(digest).as_json()}]
    )
