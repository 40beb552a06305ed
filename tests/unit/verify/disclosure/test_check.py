"""Attacks on a package: each is found, and the record that it touched is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.attest.disclosure import Question
from affidavit.errors import Incomplete, Malformed
from affidavit.trail.ranges import Ranges
from affidavit.trail.retention import Pruning
from affidavit.verify import Fault, Verdict
from affidavit.verify.disclosure import DisclosureReport
from affidavit.verify.disclosure.manifest import By, Selection, Window
from support.disclosed import (
    ASKED,
    OTHER,
    a_day,
    ask,
    call,
    check,
    disclosed,
    edit_bundle,
    identity_of,
    lines,
    manifest,
    of,
    sign_manifest,
    window,
    write_lines,
)
from support.trails import Builder, b64url, canonical, leaf, write_bodies


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return a_day(tmp_path_factory.mktemp("day") / "trail", calls=700)


@pytest.fixture(scope="module")
def original(day: Builder) -> Path:
    return disclosed(day)


@pytest.fixture
def package(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "package"))


def named(report: DisclosureReport, fault: Fault, index: int | None) -> None:
    assert report.verdict is Verdict.INVALID
    found = [(each.fault, each.index) for each in report.problems]
    assert (fault, index) in found, found


def test_what_was_handed_out_holds(day: Builder, package: Path) -> None:
    report = check(day, package)

    assert report.problems == ()
    assert report.verdict is Verdict.VALID
    assert report.exit_code == 0
    assert report.first_bad is None
    assert report.counts.selected > 5
    assert report.counts.outcomes == report.counts.selected
    assert report.counts.disclosed == 2 * report.counts.selected
    assert (
        report.counts.window
        == report.effects["decision", "permit"]
        + (report.effects["outcome", "complete"])
    )
    assert report.selected_effects["decision", "permit"] == report.counts.selected


def test_a_body_that_was_left_out_is_named(day: Builder, package: Path) -> None:
    told = lines(package)
    gone = told.pop(3)
    write_lines(package, told)

    report = check(day, package)
    named(report, Fault.MISSING, gone["index"])
    assert report.first_bad is not None
    assert report.first_bad.id == gone["id"]


def test_an_altered_body_is_named(day: Builder, package: Path) -> None:
    told = lines(package)
    told[4]["body"] = told[4]["body"].replace("mode", "mood").replace("usage", "usagf")
    write_lines(package, told)
    named(check(day, package), Fault.BODY, told[4]["index"])


def test_swapped_bodies_are_named(day: Builder, package: Path) -> None:
    told = lines(package)
    for field in ("body", "salt"):
        told[0][field], told[2][field] = told[2][field], told[0][field]
    write_lines(package, told)
    report = check(day, package)
    named(report, Fault.BODY, told[0]["index"])
    named(report, Fault.BODY, told[2]["index"])


def test_a_line_about_a_record_that_was_not_asked_for_is_named(
    day: Builder, package: Path
) -> None:
    told = lines(package)
    made = day.records[told[0]["index"] + 1]
    added = {**told[0], "index": told[0]["index"] + 1, "id": made.id}
    write_lines(package, [told[0], added, *told[1:]])
    named(check(day, package), Fault.DISCLOSURE, added["index"])


def test_a_line_that_is_told_twice_or_misnames_its_record_is_named(
    day: Builder, package: Path
) -> None:
    told = lines(package)
    write_lines(package, [*told, told[0]])
    named(check(day, package), Fault.DUPLICATE, told[0]["index"])

    told[1]["id"] = told[0]["id"].replace(told[0]["id"][:4], "ffff", 1)
    write_lines(package, told)
    named(check(day, package), Fault.DISCLOSURE, told[1]["index"])


def test_a_damaged_line_is_a_problem(day: Builder, package: Path) -> None:
    path = package / "records.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    report = check(day, package)
    named(report, Fault.FORM, None)
    named(report, Fault.MISSING, lines_of(day, package)[-1])


def lines_of(day: Builder, package: Path) -> list[int]:
    whole = disclosed(day, name="again")
    return [each["index"] for each in lines(whole)]


def test_an_altered_entry_is_named(day: Builder, package: Path) -> None:
    at = manifest(package)["range"]["first"] + 300

    def edit(entries: list[bytes]) -> None:
        place = at % 256
        entries[place] = (
            entries[place]
            .replace(b"permit", b"refuse")
            .replace(b"complete", b"abandone")
        )

    edit_bundle(package, edit, at)
    named(check(day, package), Fault.ENTRY, at)


def test_an_entry_and_its_hash_altered_together_lead_elsewhere(
    day: Builder, package: Path
) -> None:
    at = manifest(package)["range"]["first"]
    path = package / f"tile/0/{at // 256:03d}"
    hashes = path.read_bytes()

    def edit(entries: list[bytes]) -> None:
        entries[5] = entries[5].replace(b'"seq":', b'"seq":9')
        path.write_bytes(hashes[:160] + leaf(entries[5]) + hashes[192:])

    edit_bundle(package, edit, at)
    report = check(day, package)
    named(report, Fault.ROOT, None)
    named(report, Fault.SEQUENCE, at + 5)


def test_hashes_that_are_not_the_entries_are_a_problem(
    day: Builder, package: Path
) -> None:
    at = manifest(package)["range"]["first"]
    path = package / f"tile/0/{at // 256:03d}"
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    named(check(day, package), Fault.TILE, None)
    path.unlink()
    named(check(day, package), Fault.TILE, None)


@pytest.mark.parametrize("change", ["omit", "add", "swap"])
def test_an_entry_left_out_put_in_or_moved_is_named(
    day: Builder, package: Path, change: str
) -> None:
    at = manifest(package)["range"]["first"] + 256

    def edit(entries: list[bytes]) -> None:
        if change == "swap":
            entries[9], entries[11] = entries[11], entries[9]
        else:
            del entries[9 if change == "omit" else 255]
            entries.insert(255 if change == "omit" else 9, entries[8])

    edit_bundle(package, edit, at)
    named(check(day, package), Fault.ENTRY, at + 9)


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_bundle_that_is_cut_or_gone_is_named(
    day: Builder, package: Path, damage: str
) -> None:
    at = manifest(package)["range"]["first"]
    path = package / f"tile/entries/{at // 256:03d}"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3])
    fault = Fault.MISSING if damage == "missing" else Fault.FORM
    named(check(day, package), fault, at)


def test_an_entry_of_no_form_is_named(day: Builder, package: Path) -> None:
    at = manifest(package)["range"]["first"]

    def edit(entries: list[bytes]) -> None:
        entries[3] = b"{}"

    edit_bundle(package, edit, at)
    report = check(day, package)
    named(report, Fault.FORM, at + 3)
    named(report, Fault.ENTRY, at + 3)


def test_a_manifest_that_the_key_did_not_sign_is_found(
    day: Builder, package: Path
) -> None:
    liar = Builder(day.path, seed=b"x" * 32)
    sign_manifest(liar, package)
    named(check(day, package), Fault.DISCLOSURE, None)


@pytest.mark.parametrize(
    "name", ["records", "window", "decisions", "selected", "outcomes", "disclosed"]
)
def test_a_signed_count_that_is_wrong_is_found(
    day: Builder, package: Path, name: str
) -> None:
    counts = manifest(package)["counts"]
    counts[name] -= 1
    sign_manifest(day, package, counts=counts)
    report = check(day, package)
    named(report, Fault.DISCLOSURE, None)
    assert f"'{name}'" in str(report.problems[0])


def test_a_signed_manifest_of_other_records_is_found(
    day: Builder, package: Path
) -> None:
    sign_manifest(day, package, records={"sha256": "00" * 32})
    named(check(day, package), Fault.DISCLOSURE, None)


def test_a_window_wider_than_what_was_given_shows_records_left_out(
    day: Builder, package: Path
) -> None:
    told = manifest(package)["window"]
    wide = {"from": "2026-01-01T00:00:00.000Z", "to": told["to"]}
    sign_manifest(day, package, window=wide)
    report = check(day, package)
    assert report.verdict is Verdict.INVALID


def test_an_opening_of_another_value_matches_other_records(
    day: Builder, package: Path
) -> None:
    selection = of(day, purpose=OTHER).as_json()
    sign_manifest(day, package, selection=selection)
    report = check(day, package)
    assert report.verdict is Verdict.INVALID
    assert Fault.MISSING in {each.fault for each in report.problems}
    assert Fault.DISCLOSURE in {each.fault for each in report.problems}


def test_a_value_that_the_label_is_not_of_opens_nothing(
    day: Builder, package: Path
) -> None:
    (opening,) = manifest(package)["selection"]["openings"]
    selection = {"by": "labels", "openings": [{**opening, "value": OTHER}]}
    sign_manifest(day, package, selection=selection)
    report = check(day, package)
    assert report.counts.selected == 0
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_proof_with_another_hash_or_none_leads_elsewhere(
    day: Builder, package: Path, side: str
) -> None:
    told = manifest(package)["range"]
    sign_manifest(day, package, range={**told, side: ["11" * 32, *told[side][1:]]})
    named(check(day, package), Fault.ROOT, None)
    sign_manifest(day, package, range={**told, side: told[side][1:]})
    named(check(day, package), Fault.ROOT, None)


def test_a_checkpoint_of_another_log_or_key_is_found(
    day: Builder, package: Path, tmp_path: Path
) -> None:
    other = a_day(tmp_path / "other", calls=3)
    (package / "checkpoint").write_bytes((other.path / "checkpoint").read_bytes())
    named(check(day, package), Fault.CHECKPOINT, None)

    liar = Builder(tmp_path / "liar", seed=b"x" * 32)
    liar.records = day.records
    (package / "checkpoint").write_bytes(liar.write())
    named(check(day, package), Fault.CHECKPOINT, None)

    (package / "checkpoint").unlink()
    named(check(day, package), Fault.CHECKPOINT, None)


def test_the_pinned_key_alone_decides(day: Builder, package: Path) -> None:
    stranger = Builder(day.path, seed=b"x" * 32)
    report = check(stranger, package)
    named(report, Fault.CHECKPOINT, None)
    named(report, Fault.DISCLOSURE, None)


def test_a_checkpoint_from_elsewhere_shows_two_histories(
    day: Builder, package: Path, tmp_path: Path
) -> None:
    note = (day.path / "checkpoint").read_bytes()
    assert check(day, package, known=note).unchecked[0].startswith("That no record")

    twin = Builder(tmp_path / "twin")
    twin.records = [*day.records[:-1], day.records[0]]
    named(check(day, package, known=twin.write()), Fault.HISTORY, None)

    twin.records = day.records[:10]
    report = check(day, package, known=twin.write())
    assert report.verdict is Verdict.VALID
    assert "ask for a disclosure under yours" in report.unchecked[0]


def test_a_file_that_was_added_is_named(day: Builder, package: Path) -> None:
    for name in ("tile/entries/900", "proofs/1.tlog-proof", "content/x", "tile/1/000"):
        path = package / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    report = check(day, package)
    said = [each.message for each in report.problems]
    assert [each.split()[0] for each in said] == [
        "tile/1/000",
        "tile/entries/900",
        "proofs/1.tlog-proof",
        "content/x",
    ]


def test_a_folder_without_records_or_manifest_is_told_apart(
    day: Builder, package: Path
) -> None:
    (package / "records.jsonl").unlink()
    named(check(day, package), Fault.MISSING, None)
    (package / "disclosure.dsse.json").unlink()
    with pytest.raises(Incomplete):
        check(day, package)


def test_an_envelope_of_something_else_is_no_disclosure(
    day: Builder, package: Path
) -> None:
    path = package / "disclosure.dsse.json"
    told = json.loads(path.read_bytes())
    path.write_bytes(canonical({**told, "payloadType": "application/json"}))
    with pytest.raises(Malformed, match="no disclosure"):
        check(day, package)


def test_a_withheld_body_is_said_to_be_and_why(day: Builder, tmp_path: Path) -> None:
    held = lines(disclosed(day))[0]["id"]
    package = disclosed(
        day, ask(day, withheld=frozenset({held}), reason="personal data"), "held"
    )
    report = check(day, package)
    assert report.verdict is Verdict.VALID
    assert report.counts.withheld == 2
    assert report.reasons == {"personal data": 2}
    assert any("withheld" in each for each in report.unchecked)
    salts = [b64url(each.salt) for each in day.records if each.id == held]
    text = (package / "records.jsonl").read_text()
    assert len(salts) == 2
    assert not any(salt in text for salt in salts)


def a_pruned_day(path: Path, *, said: bool) -> tuple[Builder, set[int], int]:
    """Two asked-for records are gone; a pruning record far behind names them."""
    day = a_day(path, calls=300)
    gone = {each["index"] for each in lines(disclosed(day, whole_window(day)))[:2]}
    count = len(gone) if said else 1
    pruning = Pruning(
        before="2026-03-03T00:00:00.000Z",
        keep="13months",
        reason="retention",
        ranges=Ranges.of(*((each, 1) for each in sorted(gone)[:count])),
        digest=bytes(32),
    )
    day.calls(400)
    made = day.add("pruning", pruning.body("test"))
    day.calls(300)
    day.write()
    for first in range(0, len(day.records), 256):
        bodies = [
            None if first + place in gone else each.salted
            for place, each in enumerate(day.records[first : first + 256])
        ]
        write_bodies(day.path, first // 256, bodies)
    return day, gone, day.records.index(made)


def whole_window(day: Builder) -> Question:
    return ask(day, window=window(day, 0, min(len(day.records) - 1, 500)))


def test_a_pruned_body_is_explained_by_the_record_that_says_so(tmp_path: Path) -> None:
    day, gone, at = a_pruned_day(tmp_path / "trail", said=True)
    package = disclosed(day, whole_window(day))
    report = check(day, package)

    assert report.verdict is Verdict.VALID
    assert report.counts.pruned == len(gone)
    assert manifest(package)["proofs"] == [at]
    assert {each["index"] for each in lines(package) if each["state"] == "pruned"} == (
        gone
    )


def test_a_body_that_is_gone_unexplained_leaves_it_undecided(tmp_path: Path) -> None:
    day, _, _ = a_pruned_day(tmp_path / "trail", said=False)
    report = check(day, disclosed(day, whole_window(day)))
    assert report.verdict is Verdict.INCOMPLETE
    assert (report.counts.pruned, report.counts.missing) == (1, 1)


def test_a_withheld_body_that_is_called_pruned_is_named(tmp_path: Path) -> None:
    day, gone, at = a_pruned_day(tmp_path / "trail", said=True)
    package = disclosed(day, whole_window(day))
    told = lines(package)
    victim = next(each for each in told if each["index"] not in {*gone, at})
    fields = {name: victim[name] for name in ("id", "index", "kind")}
    write_lines(
        package,
        [
            {**fields, "state": "pruned", "pruning": at} if each is victim else each
            for each in told
        ],
    )
    named(check(day, package), Fault.BODY, victim["index"])


def test_a_pruning_record_that_nothing_needs_is_named(tmp_path: Path) -> None:
    day, gone, at = a_pruned_day(tmp_path / "trail", said=True)
    package = disclosed(day, whole_window(day))
    told = [each for each in lines(package) if each["index"] not in gone]
    write_lines(package, told)
    named(check(day, package), Fault.DISCLOSURE, at)


def late(tmp_path: Path) -> tuple[Builder, Path, int]:
    """An asked-for call whose outcome stands far behind the window."""
    day = a_day(tmp_path / "trail", calls=300)
    made = call(day, purpose=ASKED)
    middle = len(day.records)
    day.calls(3000)
    day.outcome(made)
    day.calls(10)
    day.write()
    package = disclosed(day, ask(day, window=window(day, 10, middle + 5)))
    return (
        day,
        package,
        next(
            index
            for index, each in enumerate(day.records)
            if each.id == made.id and each.fields["kind"] == "outcome"
        ),
    )


def test_an_outcome_far_behind_the_window_is_proved_by_itself(tmp_path: Path) -> None:
    day, package, at = late(tmp_path)
    report = check(day, package)
    assert report.verdict is Verdict.VALID
    assert manifest(package)["proofs"] == [at]
    assert report.end <= at
    assert lines(package)[-1]["index"] == at
    assert report.without_outcome == 0


def test_a_single_proof_that_was_tampered_with_is_named(tmp_path: Path) -> None:
    day, package, at = late(tmp_path)
    path = package / f"proofs/{at}.tlog-proof"
    proof = path.read_bytes()

    path.write_bytes(proof.replace(b"extra ", b"extra e30K", 1))
    named(check(day, package), Fault.ENTRY, at)
    other = proof.replace(f"index {at}".encode(), f"index {at - 1}".encode())
    path.write_bytes(other)
    named(check(day, package), Fault.ENTRY, at)
    path.unlink()
    named(check(day, package), Fault.MISSING, at)


def test_a_proof_of_a_record_that_was_not_asked_for_is_named(tmp_path: Path) -> None:
    day, package, at = late(tmp_path)
    nothing = Selection(by=By.NOTHING)
    question = Question(window=window(day, 10, 20), selection=nothing)
    empty = disclosed(day, question, "empty")
    shutil.copytree(package / "proofs", empty / "proofs")
    sign_manifest(day, empty, proofs=[at])
    named(check(day, empty), Fault.DISCLOSURE, at)


def test_a_label_that_is_not_what_the_body_says_is_named(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=50, every=10)
    made = call(day, purpose=OTHER)
    made.fields["labels"]["purpose"] = day.label("purpose", ASKED)
    day.calls(100)
    day.write()
    index = day.records.index(made)
    package = tmp_path / "answer"
    with pytest.raises(Exception, match=f"record {index} .*bears the label"):
        disclosed(day, ask(day, window=window(day, 0, index + 1)))
    assert not package.exists()


def test_ids_that_no_record_of_the_window_has_are_named(
    day: Builder, tmp_path: Path
) -> None:
    some = [each.id for each in day.records[500:520:4]]
    question = ask(day, Selection.of_ids(some))
    package = disclosed(day, question, "ids")
    assert check(day, package).counts.selected == len(some)

    absent = day.records[3].id
    sign_manifest(day, package, selection={"by": "ids", "ids": sorted([*some, absent])})
    report = check(day, package)
    assert report.verdict is Verdict.INVALID
    assert absent in {each.id for each in report.problems}


def test_what_rests_on_clocks_is_said_and_what_does_not_is_not(day: Builder) -> None:
    part = check(day, disclosed(day))
    assert any("rests on the clocks" in each for each in part.unchecked)
    assert "2 are seen before the window" in " ".join(part.unchecked)

    whole = check(day, disclosed(day, ask(day, whole=True), "whole"))
    assert (whole.first, whole.end) == (0, whole.size)
    assert not any("clocks" in each for each in whole.unchecked)


def test_a_window_that_is_empty_or_beyond_the_trail_is_proved_empty(
    day: Builder,
) -> None:
    for start, end in (
        ("2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00.000Z"),
        ("2030-01-01T00:00:00.000Z", "2030-01-02T00:00:00.000Z"),
    ):
        question = ask(day, window=Window(start, end))
        report = check(day, disclosed(day, question, "empty"))
        assert report.verdict is Verdict.VALID
        assert report.counts.window == report.counts.selected == 0
        assert report.counts.records > 0


def test_progress_is_told(day: Builder, package: Path) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    progress: Callable[[int, int], None] = tell
    check(day, package, progress=progress)
    assert told[0][0] == 0
    assert len(told) > 1


def test_the_owner_and_its_key_are_one(day: Builder) -> None:
    assert identity_of(day).verifier == day.key


def test_a_range_without_end_is_not_walked_to_its_end(
    day: Builder, package: Path
) -> None:
    told, huge = manifest(package), 1 << 50
    liar = Builder(day.path, seed=b"x" * 32)
    sign_manifest(
        liar,
        package,
        range={**told["range"], "end": huge},
        tree={**told["tree"], "size": huge},
    )
    report = check(day, package)
    assert report.verdict is Verdict.INVALID
    assert report.more_problems > 0
