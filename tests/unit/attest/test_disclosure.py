"""What is handed out: against a naive oracle, and to whom it says nothing more."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit import canonical as canon
from affidavit.attest.disclosure import Question, disclose
from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    SettingsInvalid,
    SignatureInvalid,
)
from affidavit.gate import content_key
from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import open_checkpoint
from affidavit.tlog.witness import WitnessKey, cosign
from affidavit.trail.anchors import AnchorStore, KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, Verdict
from affidavit.verify.anchors import Pins
from affidavit.verify.disclosure import DisclosureReport
from affidavit.verify.disclosure.manifest import By, Selection
from support.disclosed import (
    ASKED,
    OTHER,
    a_day,
    ask,
    call,
    check,
    disclosed,
    everything,
    expected,
    identity_of,
    lines,
    manifest,
    of,
    split,
    window,
)
from support.trails import Builder, Made, b64url, canonical, mac

WITNESS = Ed25519Signer.from_seed(b"witness!" * 4)
SECRETS = {
    "purpose": "merger.negotiation",
    "model": "gpt-secret",
    "endpoint": "chat.completions",
    "subject": "alice@example.com",
    "safety": "patient-0815",
    "project": "proj_blackbird",
}
VALUES = st.sampled_from(["a", "b", "c"])
CALLS = st.lists(
    st.tuples(
        st.sampled_from(["w", "v", "u"]),
        st.fixed_dictionaries(
            {"purpose": VALUES | st.none(), "model": VALUES},
            optional={"safety": VALUES},
        ),
        st.sampled_from(["permit", "observed", "refuse", "review"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
)


def a_random_trail(path: Path, calls: list[Any], filler: int) -> Builder:
    """Calls of several writers whose outcomes come sooner, later, first or never."""
    builder = Builder(path)
    builder.genesis()
    for writer in ("w", "v", "u"):
        builder.policy(writer=writer)
    due: list[tuple[int, Any, str]] = []
    for number, (writer, told, effect, delay) in enumerate(calls):
        made = call(builder, writer=writer, effect=effect, **told)
        if effect in ("permit", "observed") and delay:
            due.append((number + delay, made, writer))
        for each in [each for each in due if each[0] <= number]:
            builder.outcome(each[1], writer=each[2])
            due.remove(each)
        if number == len(calls) // 2:
            builder.calls(filler)
    for _, made, writer in due:
        builder.outcome(made, writer=writer)
    builder.write()
    return builder


@given(
    CALLS,
    st.sampled_from([0, 0, 150]),
    st.data(),
)
@settings(max_examples=40, deadline=None)
def test_any_disclosure_tells_what_the_plain_records_say(
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[Any],
    filler: int,
    data: st.DataObject,
) -> None:
    builder = a_random_trail(tmp_path_factory.mktemp("t") / "trail", calls, filler)
    size = len(builder.records)
    first = data.draw(st.integers(0, size - 2))
    last = data.draw(st.integers(first + 1, size - 1))
    values = data.draw(
        st.fixed_dictionaries({"purpose": VALUES}, optional={"safety": VALUES})
    )
    selection = of(builder, **values)
    if data.draw(st.booleans()):
        ids = {each.id for each in builder.records[first:last]}
        selection = Selection.of_ids(sorted(ids)[: data.draw(st.integers(1, 5))])
    question = ask(
        builder,
        selection,
        window=window(builder, first, last),
        whole=data.draw(st.booleans()),
    )
    package = disclosed(builder, question)
    report = check(builder, package)

    wanted = expected(builder.records, question, values)
    assert report.verdict is Verdict.VALID
    assert [each["index"] for each in lines(package)] == sorted(wanted)
    for each in lines(package):
        made = wanted[each["index"]]
        assert each["body"].encode() == made.body
        assert each["salt"] == b64url(made.salt)
    inside = [each for each in builder.records if each.fields["at"] in question.window]
    decisions = [each for each in inside if each.fields["kind"] == "decision"]
    assert report.counts.window == len(inside)
    assert report.counts.decisions == len(decisions)
    assert report.counts.disclosed == len(wanted)


def test_the_same_question_gives_the_same_bytes(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    assert everything(disclosed(day)) == everything(disclosed(day, name="again"))


def a_day_of_secrets(
    path: Path, values: dict[str, str], *, calls: int = 1000, every: int = 100
) -> Builder:
    """Each `every`th call was asked for; all others bear `values`."""
    builder = Builder(path)
    builder.genesis()
    builder.policy()
    for number in range(calls):
        told: dict[str, Any] = {"purpose": ASKED, "model": "gpt-5"}
        if number % every:
            told = {**values, "body": {"reasons": [f"{values['purpose']} {number}"]}}
        builder.outcome(call(builder, **told))
    builder.write()
    return builder


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Builder, Path]:
    builder = a_day_of_secrets(tmp_path_factory.mktemp("s") / "trail", SECRETS)
    question = ask(builder, window=window(builder), whole=True)
    return builder, disclosed(builder, question)


def others(builder: Builder) -> list[Made]:
    told = {each.id for each in builder.records if ASKED.encode() in each.body}
    return [each for each in builder.records[2:] if each.id not in told]


def assert_nothing_is_in(package: Path, builder: Builder) -> None:
    """No value, salt or body of another record, and no key, in any spelling."""
    whole = b"\n".join(everything(package).values())
    salts = {each.salt for each in builder.records}
    keys = {builder.label_key, builder.secret, builder.wal_key}
    told = {canon.untext(each["salt"]) for each in lines(package)}

    assert told.isdisjoint(each.salt for each in others(builder))
    assert all(value.encode() not in whole for value in SECRETS.values())
    # Each piece of the package that is as long as a salt or a key, however spelled.
    texts = set(re.findall(rb"[\w+/-]{20,}", whole))
    spelled = [b64url(each).encode() for each in salts - told] + [
        spelling
        for key in keys
        for spelling in (b64url(key).encode(), key.hex().encode())
    ]
    assert texts.isdisjoint(spelled)
    assert all(key not in whole for key in keys)


def assert_nothing_is_guessed(package: Path, builder: Builder, bodies: int) -> None:
    """Who holds the package and the very values cannot tell that they are these."""
    entries = [json.loads(each.entry) for each in others(builder)]
    labels = {each for entry in entries for each in entry.get("labels", {}).values()}
    digests = {entry["body"] for entry in entries}
    (opening,) = manifest(package)["selection"]["openings"]
    nonces = [b"", canon.untext(opening["nonce"])]
    nonces += [canon.untext(each["salt"]) for each in lines(package)]
    for field, value in SECRETS.items():
        named = field.encode() + b"\0" + value.encode()
        assert builder.label(field, value) in labels  # they do bear it
        for nonce in nonces:
            assert b64url(hashlib.sha256(nonce + named).digest()[:16]) not in labels
            assert b64url(mac(nonce, named)[:16]) not in labels
    for made in others(builder)[:bodies]:
        for salt in nonces:
            assert b64url(hashlib.sha256(salt + made.body).digest()) not in digests


def test_no_value_salt_or_body_of_another_record_is_in_the_package(
    secretive: tuple[Builder, Path],
) -> None:
    builder, package = secretive
    assert len(others(builder)) == 1980
    assert_nothing_is_in(package, builder)


def test_a_dictionary_of_all_values_guesses_no_other_label_and_no_body(
    secretive: tuple[Builder, Path],
) -> None:
    builder, package = secretive
    assert_nothing_is_guessed(package, builder, bodies=500)


@pytest.mark.soak
def test_500_calls_in_a_day_of_100000_reveal_nothing_of_the_others(
    tmp_path: Path,
) -> None:
    builder = a_day_of_secrets(tmp_path / "trail", SECRETS, calls=100_000, every=200)
    package = disclosed(builder, ask(builder, window=window(builder)))
    report = check(builder, package)
    assert report.verdict is Verdict.VALID
    assert (report.counts.selected, report.counts.decisions) == (500, 100_000)
    assert len(others(builder)) == 2 * 99_500
    assert_nothing_is_in(package, builder)
    assert_nothing_is_guessed(package, builder, bodies=50)


def pseudonymous(package: Path) -> list[Any]:
    """Entries with each label and digest replaced by when it was first met."""
    names: dict[str, int] = {}

    def first_met(found: "re.Match[str]") -> str:
        return f'"{names.setdefault(found[0], len(names))}"'

    told = []
    for path in sorted((package / "tile/entries").rglob("*")):
        for entry in split(path.read_bytes() if path.is_file() else b""):
            text = re.sub(r'"[\w-]{22}"|"[\w-]{43}"', first_met, entry.decode())
            told.append(json.loads(text))
    return told


def test_other_values_make_no_difference_but_to_pseudonyms(
    secretive: tuple[Builder, Path], tmp_path: Path
) -> None:
    """Times, effects, kinds, writers, and who equals whom: that is all there is."""
    builder, package = secretive
    changed = {field: value[::-1] + "!" for field, value in SECRETS.items()}
    twin = a_day_of_secrets(tmp_path / "trail", changed)
    again = disclosed(twin, ask(twin, window=window(twin), whole=True))

    mine, theirs = pseudonymous(package), pseudonymous(again)
    assert mine == theirs
    fields = {name for entry in mine for name in entry}
    assert fields == {
        *("at", "body", "effect", "id", "kind", "labels", "policy", "seq"),
        *("v", "writer"),
    }
    assert len(builder.records) == len(mine)


def test_nothing_asked_for_opens_nothing(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    package = disclosed(day, ask(day, Selection(by=By.NOTHING)))
    report = check(day, package)
    assert report.verdict is Verdict.VALID
    assert lines(package) == []
    assert report.counts.decisions > 0
    assert "only volumes" in report.notes[0]
    assert b"nonce" not in (package / "disclosure.dsse.json").read_bytes()


def test_a_purpose_that_nobody_declared_is_proved_to_be_none(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    report = check(day, disclosed(day, ask(day, of(day, purpose="never.heard"))))
    assert report.verdict is Verdict.VALID
    assert report.counts.selected == 0
    assert report.counts.decisions > 100


def test_several_values_select_what_bears_all_of_them(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", every=2)
    question = ask(day, of(day, purpose=ASKED, safety="user-3"))
    report = check(day, disclosed(day, question))
    values = {"purpose": ASKED, "safety": "user-3"}
    assert report.counts.disclosed == len(expected(day.records, question, values))
    assert report.counts.disclosed > 0


def test_an_outcome_that_stands_before_its_decision_is_found(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=20, every=50)
    made = call(day, purpose=ASKED, writer="w")
    day.outcome(made, writer="v")
    day.records[-2:] = day.records[:-3:-1]
    day.calls(10)
    day.write()
    package = disclosed(day, ask(day, window=window(day, 5)))
    told = [each["kind"] for each in lines(package)]
    assert told == ["outcome", "decision"]
    assert check(day, package).verdict is Verdict.VALID


def test_ids_outside_the_window_or_the_trail_are_refused(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    early, late = day.records[0].id, day.records[-1].id
    with pytest.raises(Incomplete, match="no sealed record of the window"):
        disclosed(day, ask(day, Selection.of_ids([early])))
    with pytest.raises(Incomplete, match="1 others"):
        disclosed(day, ask(day, Selection.of_ids([early, late])))
    assert not (tmp_path / "answer").exists()


def test_an_outcome_can_be_asked_for_by_itself(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=20)
    index = len(day.records) - 1
    question = ask(
        day,
        Selection.of_ids([day.records[index].id]),
        window=window(day, index),
    )
    package = disclosed(day, question)
    assert [each["index"] for each in lines(package)] == [index]
    assert check(day, package).counts.outcomes == 0


def test_what_is_withheld_needs_a_reason_and_must_be_asked_for(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    with pytest.raises(SettingsInvalid, match="reason"):
        ask(day, withhold_all=True)
    with pytest.raises(SettingsInvalid, match="reason"):
        ask(day, reason="why not")
    with pytest.raises(SettingsInvalid, match="was not asked for"):
        disclosed(day, ask(day, withheld=frozenset({day.records[5].id}), reason="x"))


def test_everything_can_be_withheld_and_still_be_counted(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    package = disclosed(day, ask(day, withhold_all=True, reason="privileged"))
    report = check(day, package)
    assert report.verdict is Verdict.VALID
    assert report.counts.disclosed == 0
    assert report.counts.withheld == 2 * report.counts.selected > 0
    assert not any("body" in each for each in lines(package))


def test_a_disclosure_is_not_written_over_anything(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=5)
    (tmp_path / "out").mkdir()
    reader, identity = TrailReader(day.path), identity_of(day)
    question = ask(day, window=window(day))
    disclose(reader, identity, question, tmp_path / "out")
    before = everything(tmp_path / "out")
    with pytest.raises(SettingsInvalid, match="not overwritten"):
        disclose(reader, identity, question, tmp_path / "out")
    assert everything(tmp_path / "out") == before


def test_a_trail_that_does_not_hold_is_not_disclosed(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    for path in (day.path / "tile/entries").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data.replace(b'"effect":"permit"', b'"effect":"refuse"'))
    with pytest.raises(BrokenTrail, match="nothing was disclosed"):
        disclosed(day)
    assert not (tmp_path / "answer").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["trail"]


def test_a_trail_of_something_else_than_entries_is_refused(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=3)
    path = next((day.path / "tile/entries/000.p").iterdir())
    path.write_bytes(path.read_bytes().replace(b'{"at"', b'{"it"'))
    with pytest.raises(BrokenTrail, match="record 0 is no entry"):
        disclosed(day)


def test_another_key_discloses_nothing(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=3)
    stranger = Builder(day.path, seed=b"x" * 32)
    with pytest.raises(SignatureInvalid):
        disclosed(stranger, ask(day, window=window(day)))


def test_it_can_be_proved_under_the_checkpoint_that_the_other_side_has(
    tmp_path: Path,
) -> None:
    day = a_day(tmp_path / "trail")
    kept = (day.path / "checkpoint").read_bytes()
    size = len(day.records)
    day.calls(700)
    day.write()
    reader, identity, out = TrailReader(day.path), identity_of(day), tmp_path / "out"
    question = ask(day, window=window(day))
    disclose(reader, identity, question, out, under=kept)

    report = check(day, out, known=kept)
    assert report.size == report.end == size
    assert (out / "checkpoint").read_bytes() == kept
    assert report.verdict is Verdict.VALID
    (later,) = report.unchecked
    assert later.startswith("What was recorded after this tree head")


def anchored(tmp_path: Path) -> tuple[Builder, Pins, int]:
    """A trail of which a witness saw the first part, then it went on."""
    day = a_day(tmp_path / "trail")
    note = (day.path / "checkpoint").read_bytes()
    head = open_checkpoint(note, day.key)
    line = cosign(head, "w.example", WITNESS, time=1_772_500_000)
    store = AnchorStore.of(day.path)
    store.keep(note, month="2026-03", cosignatures=[line], stamps={"a.tsr": b"token"})
    day.calls(300)
    day.write()
    store.keep((day.path / "checkpoint").read_bytes(), month="2026-03")
    key = WitnessKey("w.example", WITNESS.verifier)
    return day, Pins(witnesses=(key,)), head.size


def witnessed(day: Builder, package: Path, pins: Pins) -> DisclosureReport:
    evidence = AnchorStore(package / "anchors").heads()
    return check(day, package, pins=pins, evidence=evidence)


def test_the_anchored_tree_is_taken_where_it_covers_the_window(tmp_path: Path) -> None:
    day, pins, size = anchored(tmp_path)
    package = disclosed(day, ask(day, window=window(day, 20, 200)))
    report = witnessed(day, package, pins)

    assert report.size == size
    assert report.verdict is Verdict.VALID
    assert report.anchors is not None
    assert report.anchors.covered == size
    assert (package / "anchors/2026-03").is_dir()


def test_an_anchor_that_does_not_cover_it_is_not_taken(tmp_path: Path) -> None:
    day, pins, size = anchored(tmp_path)
    package = disclosed(day, ask(day, window=window(day)))
    report = witnessed(day, package, pins)
    assert report.size > size
    assert report.verdict is Verdict.INCOMPLETE


def test_anchors_of_another_size_are_said_to_prove_nothing(tmp_path: Path) -> None:
    day, pins, size = anchored(tmp_path)
    package = disclosed(day, ask(day, window=window(day)))
    evidence = [*AnchorStore.of(day.path).heads(), KeptHead(name="x", cosigned=b"x")]
    report = check(day, package, pins=pins, evidence=evidence)
    assert report.anchors is not None
    assert report.anchors.covered == 0
    assert any("another size than the package's" in each for each in report.unchecked)
    assert report.size > size


def test_an_anchor_of_another_history_is_found(tmp_path: Path) -> None:
    day, pins, _ = anchored(tmp_path)
    package = disclosed(day, ask(day, window=window(day, 20, 200)))
    twin = Builder(tmp_path / "twin")
    size = check(day, package).size
    twin.records = [*day.records[1:size], day.records[0]]
    note = twin.write()
    head = open_checkpoint(note, day.key)
    line = cosign(head, "w.example", WITNESS, time=1_772_500_000)
    AnchorStore(package / "anchors").keep(note, month="2026-03", cosignatures=[line])
    report = witnessed(day, package, pins)
    assert Fault.HISTORY in {each.fault for each in report.problems}


def with_content(path: Path) -> tuple[Builder, dict[tuple[str, str], bytes]]:
    """A trail whose asked-for records commit to contents, and these."""
    builder = a_day(path, calls=10, every=50)
    request, answer = b'{"b":1,"a":[2]}', b"an answer"
    secret = mac(builder.secret, b"affidavit/1 content\x01")
    made = call(builder, purpose=ASKED)

    def commitment(part: str, data: bytes) -> dict[str, Any]:
        key = mac(secret, made.id.encode() + b"\0" + part.encode() + b"\x01")
        return {"bytes": len(data), "commitment": b64url(mac(key, data))}

    body = json.loads(made.body)
    told = {"content": commitment("request", b'{"a":[2],"b":1}')}
    made.body = canonical(body | told)
    ended = builder.outcome(made)
    digest = hashlib.sha256(answer).digest()
    ended.body = canonical({"attempts": [], "output": commitment("response", digest)})
    builder.write()
    contents = {(made.id, "request"): request, (made.id, "response"): answer}
    return builder, contents


def test_contents_are_revealed_one_by_one_and_checked(tmp_path: Path) -> None:
    day, kept = with_content(tmp_path / "trail")
    question = ask(
        day, window=window(day, 3), contents=lambda *each: kept.get((each[0], each[1]))
    )
    package = disclosed(day, question)
    report = check(day, package)
    assert (report.verdict, report.contents) == (Verdict.VALID, 2)
    told = lines(package)[-2:]
    secrets = identity_of(day).secrets
    key = content_key(secrets.content, told[0]["id"], b"request")
    assert told[0]["content_key"] == b64url(key)

    path = package / "content" / f"{told[0]['id']}.request"
    path.write_bytes(path.read_bytes() + b" ")
    assert check(day, package).problems[0].index == told[0]["index"]
    path.unlink()
    assert check(day, package).problems[0].fault is Fault.MISSING


@pytest.mark.parametrize(("part", "data"), [("request", b"{"), ("response", b"{}")])
def test_another_content_is_not_revealed_as_this_one(
    tmp_path: Path, part: str, data: bytes
) -> None:
    day, _ = with_content(tmp_path / "trail")
    question = ask(
        day, window=window(day, 3), contents=lambda _, p: data if p == part else None
    )
    with pytest.raises(Incomplete, match="not the one that its record commits to"):
        disclosed(day, question)


def test_a_record_without_content_is_disclosed_without_it(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=60)
    package = disclosed(day, ask(day, contents=lambda *_: b"{}"))
    assert check(day, package).contents == 0
    assert not (package / "content").exists()


def test_the_reader_is_told_what_the_others_reveal_and_no_key(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail")
    text = (disclosed(day) / "README.txt").read_text()
    assert "pseudonyms" in text
    assert f"purpose '{ASKED}'" in text
    assert str(day.key) not in text
    some = Selection.of_ids([day.records[400].id])
    assert "1 records by" in (disclosed(day, ask(day, some)) / "README.txt").read_text()
    assert OTHER not in text


def test_progress_is_told(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=5)
    told: list[tuple[int, int]] = []
    disclose(
        TrailReader(day.path),
        identity_of(day),
        Question(window=window(day), selection=Selection(by=By.NOTHING)),
        tmp_path / "out",
        progress=lambda *each: told.append(each),
    )
    assert told[0] == (0, len(day.records))


def test_each_body_may_be_held_for_a_reason_of_its_own(tmp_path: Path) -> None:
    builder = a_day(tmp_path / "trail")
    question = ask(builder, hold=lambda it: it.kind.value if it.index % 3 else None)
    package = disclosed(builder, question)
    told = {each["index"]: each.get("reason") for each in lines(package)}

    assert check(builder, package).verdict is Verdict.VALID
    assert set(told.values()) == {None, "decision", "outcome"}
    assert all((reason is None) is (index % 3 == 0) for index, reason in told.items())
