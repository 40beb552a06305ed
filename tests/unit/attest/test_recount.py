"""Checking a statement: alone, and against the trail that it is about."""

from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit import dsse
from affidavit.attest.predicate import Claim, judge
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.errors import Malformed, SignatureInvalid
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from support import statements, trails
from support.statements import LATER, Content, attested, resigned
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path / "trail", calls=150)
    built.outcome(built.decision("fraud.scoring", "o9"), "error")
    built.decision("fraud.scoring", effect="refuse")
    built.decision(None)
    built.write()
    return built


def checked(
    trail: Builder, data: bytes, *, recount: bool = True, bodies: bool = True
) -> StatementReport:
    reader = TrailReader(trail.path) if recount else None
    return verify_statement(data, key=trail.key, now=LATER, trail=reader, bodies=bodies)


def told(report: StatementReport) -> str:
    return "\n".join(str(problem) for problem in report.problems)


def test_a_true_statement_is_recounted_whole(trail: Builder) -> None:
    report = checked(trail, attested(trail).encode())

    assert told(report) == ""
    assert report.verdict is Verdict.VALID
    assert report.claim is Claim.EXCEPTIONS
    assert report.head.size == len(trail.records)
    assert report.trail is not None


def test_without_the_trail_it_is_valid_and_says_what_was_not_done(
    trail: Builder,
) -> None:
    report = checked(trail, attested(trail).encode(), recount=False)

    assert report.verdict is Verdict.VALID
    assert report.exit_code == 0
    assert "Figures were not recounted: no trail was given." in report.unchecked
    assert any("revoked later was not checked" in each for each in report.unchecked)


def test_a_trail_that_has_grown_since_confirms_it(trail: Builder) -> None:
    data = attested(trail).encode()
    trail.outcome(trail.records[-1])
    trail.calls(200, "later.purpose")
    trail.write()

    assert told(checked(trail, data)) == ""


def test_entries_without_bodies_are_enough_to_recount(trail: Builder) -> None:
    data = attested(trail).encode()
    for path in sorted((trail.path / "body").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    report = checked(trail, data, bodies=False)

    assert told(report) == ""
    assert report.verdict is Verdict.VALID
    assert checked(trail, data).verdict is Verdict.INVALID


def test_a_statement_of_an_incomplete_trail_can_itself_be_verified(
    trail: Builder,
) -> None:
    for first, part in trails.chunks([made.salted for made in trail.records]):
        bodies: list[bytes | None] = list(part)
        bodies[4] = None
        trails.write_bodies(trail.path, first, bodies)

    report = checked(trail, attested(trail).encode())

    assert told(report) == ""
    assert report.claim is Claim.INCOMPLETE
    assert report.verdict is Verdict.INCOMPLETE


def test_another_key_is_refused(trail: Builder) -> None:
    forger = Builder(trail.path, seed=b"f" * 32)
    data = resigned(statements.content(attested(trail)), forger.signer)

    with pytest.raises(SignatureInvalid):
        checked(trail, data)


def test_a_changed_byte_is_refused(trail: Builder) -> None:
    envelope = attested(trail)
    payload = envelope.payload.replace(b'"PASS', b'"pASS')
    changed = dsse.Envelope(envelope.payload_type, payload, envelope.signatures)

    with pytest.raises(SignatureInvalid):
        checked(trail, changed.encode())


def test_a_history_rewritten_after_the_statement_is_found(trail: Builder) -> None:
    data = attested(trail).encode()
    trail.records[6].body = trails.canonical({"purpose": "other"})
    trail.write()

    assert "not the ones that were signed before" in told(checked(trail, data))


def test_a_trail_cut_back_after_the_statement_is_found(trail: Builder) -> None:
    data = attested(trail).encode()
    trail.records = trail.records[:-3]
    trail.write()

    assert "the end was cut off" in told(checked(trail, data))


def fewer_decisions(content: Content) -> None:
    """One refusal less, wherever it is counted: consistent in itself."""
    use, records = content["predicate"]["use"], content["predicate"]["records"]
    use["rows"] = [row for row in use["rows"] if row["effect"] != "refuse"]
    use["byEffect"]["refuse"] = 0
    days = content["predicate"]["days"]
    content["predicate"]["days"] = [it for it in days if it["effect"] != "refuse"]
    for total in (*use["byPurpose"], *use["byModel"]):
        if total.get("purpose") == "fraud.scoring" or total.get("model") == "gpt-5":
            total["decisions"] -= 1
    records["byKind"]["decision"] -= 1
    records["total"] -= 1


def test_a_lie_that_is_consistent_is_found_by_the_recount_alone(
    trail: Builder,
) -> None:
    content = statements.content(attested(trail))
    fewer_decisions(content)
    data = resigned(content, trail.signer)

    assert told(checked(trail, data, recount=False)) == ""
    report = checked(trail, data)
    assert report.verdict is Verdict.INVALID
    assert "use.rows" in told(report)
    assert "use.byEffect.refuse: 0, counted: 1" in told(report)
    assert "records.total" in told(report)


def move_a_purpose(content: Content) -> None:
    """Fraud scoring told as support: same totals, other labels."""
    predicate = content["predicate"]
    for row in (*predicate["use"]["rows"], *predicate["openings"]):
        for name in ("purpose", "value"):
            if row.get(name) == "fraud.scoring":
                row[name] = "weather.reports"
    for row in predicate["use"]["byPurpose"]:
        if row["purpose"] == "fraud.scoring":
            row["purpose"] = "weather.reports"
    order = "purpose"
    predicate["use"]["rows"].sort(
        key=lambda row: (row[order] or "", row["model"], row["effect"])
    )
    predicate["use"]["byPurpose"].sort(key=lambda row: row[order] or "")


def test_a_purpose_under_another_name_does_not_open_its_label(trail: Builder) -> None:
    content = statements.content(attested(trail))
    move_a_purpose(content)
    data = resigned(content, trail.signer)

    assert told(checked(trail, data, recount=False)) == ""
    assert "use.unopened: 0, counted: 2" in told(checked(trail, data))


def better_verdict(content: Content) -> None:
    content["predicate"]["verdict"] = "PASS"


def no_exceptions(content: Content) -> None:
    content["predicate"]["exceptions"] = []


def proves_everything(content: Content) -> None:
    content["predicate"]["doesNotProve"] = []


def other_total(content: Content) -> None:
    content["predicate"]["records"]["total"] += 1


def other_purpose_total(content: Content) -> None:
    content["predicate"]["use"]["byPurpose"][0]["decisions"] += 1


def fewer_unknown(content: Content) -> None:
    content["predicate"]["integrity"]["unknownOutcomes"] = 0


def no_opening(content: Content) -> None:
    content["predicate"]["openings"].pop()


def other_size(content: Content) -> None:
    content["predicate"]["tree"]["size"] += 1


@pytest.mark.parametrize(
    "lie",
    [
        better_verdict,
        no_exceptions,
        proves_everything,
        other_total,
        other_purpose_total,
        fewer_unknown,
        no_opening,
        other_size,
    ],
)
def test_a_statement_that_contradicts_itself_needs_no_trail_to_be_found(
    trail: Builder, lie: Callable[[Content], None]
) -> None:
    content = statements.content(attested(trail))
    lie(content)

    report = checked(trail, resigned(content, trail.signer), recount=False)

    assert report.verdict is Verdict.INVALID


def test_a_count_that_travels_as_text_is_read_as_a_count(trail: Builder) -> None:
    content = statements.content(attested(trail))
    content["predicate"]["records"]["total"] = "9007199254740992"

    report = checked(trail, resigned(content, trail.signer), recount=False)

    assert "records.total: 9007199254740992" in told(report)


def test_what_is_told_beyond_the_format_is_found_by_the_recount(
    trail: Builder,
) -> None:
    content = statements.content(attested(trail))
    content["predicate"]["use"]["byEffect"]["certified"] = 0

    report = checked(trail, resigned(content, trail.signer))

    assert "use.byEffect.certified: 0, counted: nothing" in told(report)


def other_policy_count(content: Content) -> None:
    content["predicate"]["policies"][0]["decisions"] -= 1


def other_policy_name(content: Content) -> None:
    content["predicate"]["policies"][0]["name"] = "stricter"


def other_beginning(content: Content) -> None:
    content["predicate"]["integrity"]["trailBegan"] = "2026-03-02T09:00:00.000Z"
    (first, *rest) = content["predicate"]["exceptions"]
    at = first.split()[4].rstrip(",")
    content["predicate"]["exceptions"] = [
        first.replace(at, "2026-03-02T09:00:00.000Z"),
        *rest,
    ]


@pytest.mark.parametrize(
    "lie", [other_policy_count, other_policy_name, other_beginning]
)
def test_what_only_the_trail_can_tell_is_recounted(
    trail: Builder, lie: Callable[[Content], None]
) -> None:
    content = statements.content(attested(trail))
    lie(content)
    data = resigned(content, trail.signer)

    assert told(checked(trail, data, recount=False)) == ""
    assert checked(trail, data).verdict is Verdict.INVALID


def fewer_bodies(content: Content) -> None:
    content["predicate"]["integrity"]["decisionsWithoutBody"] = 2


def more_pending(content: Content) -> None:
    content["predicate"]["integrity"]["pending"] = 5


def another_problem(content: Content) -> None:
    content["predicate"]["integrity"]["problems"] = [
        "the entry of record 4 was changed"
    ]


def another_key(content: Content) -> None:
    content["predicate"]["keys"][0]["keyid"] = "0" * 64


def untold(report: StatementReport, words: str) -> list[str]:
    return [each for each in report.unchecked if words in each]


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (fewer_bodies, "how many decisions lacked a body"),
        (more_pending, "how many records were pending"),
        (another_problem, "the problems then"),
        (another_key, "the list of keys"),
    ],
)
def test_what_no_trail_tells_is_said_to_be_as_told(
    trail: Builder, lie: Callable[[Content], None], words: str
) -> None:
    content = statements.content(attested(trail))
    lie(content)
    told_of = content["predicate"]
    told_of |= judge(statements.MONTH, told_of["use"], told_of["integrity"])
    data = resigned(content, trail.signer)

    report = checked(trail, data)
    assert told(report) == ""
    (said,) = untold(report, "as its signer told")
    assert said.startswith("What was so on the day of signing")
    assert words in said
    assert untold(checked(trail, data, bodies=False), words) == [said]
    # Without a trail every figure is as told, and that is what is said.
    assert untold(checked(trail, data, recount=False), "signer told") == []


def other_policy_mode(content: Content) -> None:
    content["predicate"]["policies"][0]["mode"] = "observe"


@pytest.mark.parametrize("lie", [other_policy_name, other_policy_mode])
def test_without_bodies_names_and_modes_of_policies_are_said_to_be_as_told(
    trail: Builder, lie: Callable[[Content], None]
) -> None:
    content = statements.content(attested(trail))
    lie(content)
    data = resigned(content, trail.signer)
    words = "Names and modes of policies are as its signer told"

    alone = checked(trail, data, bodies=False)
    assert told(alone) == ""
    assert len(untold(alone, words)) == 1
    whole = checked(trail, data)
    assert whole.verdict is Verdict.INVALID
    assert untold(whole, words) == []


def test_entries_that_end_with_the_statement_tell_of_no_later_revocation(
    trail: Builder,
) -> None:
    data = attested(trail).encode()
    words = "revoked later was not checked: these entries end before"

    assert len(untold(checked(trail, data, bodies=False), words)) == 1
    assert untold(checked(trail, data), words) == []


def other_type(content: Content) -> None:
    content["predicateType"] = "https://example.com/other/v1"


def other_subject(content: Content) -> None:
    content["subject"][0]["digest"]["sha256"] = "0" * 64


def second_subject(content: Content) -> None:
    content["subject"] *= 2


def surplus(content: Content) -> None:
    content["predicate"]["certified"] = True


def no_period(content: Content) -> None:
    content["predicate"]["period"]["to"] = content["predicate"]["period"]["from"]


def negative(content: Content) -> None:
    content["predicate"]["use"]["rows"][0]["decisions"] = -1


def not_a_count(content: Content) -> None:
    content["predicate"]["records"]["total"] = "7"


def invented_verdict(content: Content) -> None:
    content["predicate"]["verdict"] = "CERTIFIED"


def odd_opening(content: Content) -> None:
    content["predicate"]["openings"][0]["field"] = "subject"


def no_figures(content: Content) -> None:
    content["predicate"]["integrity"] = {}


@pytest.mark.parametrize(
    "change",
    [
        other_type,
        other_subject,
        second_subject,
        surplus,
        no_period,
        negative,
        not_a_count,
        invented_verdict,
        odd_opening,
        no_figures,
    ],
)
def test_what_is_no_statement_of_ours_is_malformed(
    trail: Builder, change: Callable[[Content], None]
) -> None:
    content = statements.content(attested(trail))
    change(content)

    with pytest.raises(Malformed):
        checked(trail, resigned(content, trail.signer), recount=False)


def test_a_tree_head_that_the_key_did_not_sign_is_refused(trail: Builder) -> None:
    content = statements.content(attested(trail))
    forger = Builder(trail.path, seed=b"f" * 32)
    head = bytes.fromhex(content["predicate"]["tree"]["root"])
    note = trails.checkpoint(trail.origin, len(trail.records), head, forger.signer)
    content["predicate"]["tree"]["checkpoint"] = note.decode()

    with pytest.raises(SignatureInvalid):
        checked(trail, resigned(content, trail.signer), recount=False)


def test_another_payload_type_is_malformed(trail: Builder) -> None:
    envelope = dsse.sign("application/json", b"{}", [trail.signer])

    with pytest.raises(Malformed, match="no statement"):
        checked(trail, envelope.encode())


def test_a_statement_of_an_earlier_release_has_no_anchors_and_holds(
    trail: Builder,
) -> None:
    statement = statements.content(attested(trail))
    del statement["predicate"]["anchors"]

    report = checked(trail, resigned(statement, trail.signer))

    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("change", "recounted"),
    [
        ({"recordsSince": 0}, False),
        ({"covered": 1}, False),
        ({"newestRecord": "2026-03-02T09:00:00.000Z"}, True),
    ],
)
def test_what_anchors_cannot_cover_is_named(
    trail: Builder, change: dict[str, object], *, recounted: bool
) -> None:
    statement = statements.content(attested(trail))
    statement["predicate"]["anchors"] |= change
    data = resigned(statement, trail.signer)

    assert "anchors." in told(checked(trail, data))
    assert ("anchors." in told(checked(trail, data, recount=False))) is not recounted


def test_anchors_of_another_shape_are_no_statement(trail: Builder) -> None:
    statement = statements.content(attested(trail))
    statement["predicate"]["anchors"] = []

    with pytest.raises(Malformed):
        checked(trail, resigned(statement, trail.signer), recount=False)
