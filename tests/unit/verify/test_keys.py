"""Keys over time: what a rotated trail proves to whom, and who is caught."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.tlog.witness import WitnessKey, cosign
from affidavit.trail.anchors import KeptHead
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.keys import disowned, spki_of, wrongly
from affidavit.verify.report import KeySpan
from support.live import ORIGIN
from support.rotated import (
    NEW,
    OLD,
    SECOND,
    KeyBuilder,
    a_rotated_trail,
    change,
    faults,
    verified,
    write,
)
from support.trails import ORIGIN as BUILT

K, L, M = (Ed25519Signer.from_seed(each * 32) for each in (b"k", b"l", b"m"))
FIRST, THEN, LAST = (VerifierKey(BUILT, each.verifier) for each in (K, L, M))


def a_chain(path: Path, *, calls: int = 2) -> KeyBuilder:
    """Calls under K, then L, then M; not yet written."""
    builder = KeyBuilder(path, seed=b"k" * 32)
    builder.genesis()
    builder.policy()
    for by, to in ((K, L), (L, M)):
        builder.calls(calls)
        builder.handed_over(by, to)
    builder.calls(calls)
    builder.signer = M
    return builder


def test_whoever_pins_every_key_has_the_whole_history(tmp_path: Path) -> None:
    a_chain(tmp_path).write()
    report = verified(tmp_path, FIRST, THEN, LAST)

    assert report.verdict is Verdict.VALID
    assert [(each.since, each.until, each.state) for each in report.keys] == [
        (0, 6, "retired"),
        (6, 11, "retired"),
        (11, None, "in force"),
    ]
    assert all(each.pinned for each in report.keys)
    assert not any("first key that you trust" in each for each in report.unchecked)


@pytest.mark.parametrize("calls", [2, 200])
def test_whoever_pins_the_newest_key_alone_is_told_what_rests_on_it(
    calls: int, tmp_path: Path
) -> None:
    a_chain(tmp_path, calls=calls).write()
    report = verified(tmp_path, LAST)
    (told,) = (each for each in report.unchecked if "first key that you" in each)

    assert report.verdict is Verdict.VALID
    assert f"Records 0 to {report.keys[2].since - 1} " in told
    assert str(FIRST) in told


def test_an_older_checkpoint_covers_what_the_newest_key_does_not(
    tmp_path: Path,
) -> None:
    builder = a_chain(tmp_path)
    older = builder.write(sealed=12)
    builder.write()
    report = verified(tmp_path, LAST, older=older)

    assert report.verdict is Verdict.VALID
    assert not any("first key that you" in each for each in report.unchecked)


def test_with_the_old_key_alone_the_successor_is_named_and_not_believed(
    tmp_path: Path,
) -> None:
    a_chain(tmp_path).write()
    report = verified(tmp_path, FIRST)
    (problem,) = report.problems

    assert (report.verdict, problem.fault.value) == (Verdict.INVALID, "checkpoint")
    assert "Record 11, under the signature of the key before it" in problem.message
    assert str(LAST) in problem.message
    assert "by another way than the trail" in problem.message


def test_a_successor_that_no_trusted_key_named_is_not_suggested(
    tmp_path: Path,
) -> None:
    a_chain(tmp_path).write()
    stranger = VerifierKey(BUILT, Ed25519Signer.from_seed(b"x" * 32).verifier)
    report = verified(tmp_path, stranger)

    assert "names" not in next(
        each.message for each in report.problems if each.fault.value == "checkpoint"
    )
    assert ("genesis", 0) in faults(report)


def rewritten(path: Path) -> KeyBuilder:
    """What the holder of M alone can make: the handovers kept, the calls before not."""
    builder = a_chain(path)
    for made in builder.records[2:4]:
        made.body = made.body.replace(b"gpt-5", b"gpt-4")
    return builder


def test_a_history_rewritten_before_a_later_key_was_in_force_is_found(
    tmp_path: Path,
) -> None:
    rewritten(tmp_path).write()

    for pins in ((FIRST, THEN, LAST), (THEN, LAST), (LAST,)):
        report = verified(tmp_path, *pins)
        assert faults(report) == [("key", 6), ("key", 11)], pins
        assert "was written anew" in report.problems[0].message


def made_up(path: Path) -> KeyBuilder:
    """What the holder of M alone can make without anybody's signature."""
    stranger = Ed25519Signer.from_seed(b"x" * 32)
    builder = KeyBuilder(path, seed=b"x" * 32)
    builder.genesis()
    builder.policy()
    builder.calls(3)
    builder.handed_over(stranger, M)
    builder.signer = M
    return builder


def test_a_history_made_up_under_an_invented_first_key_is_found_by_any_older_pin(
    tmp_path: Path,
) -> None:
    made_up(tmp_path).write()

    for pins in ((FIRST, LAST), (THEN, LAST)):
        report = verified(tmp_path, *pins)
        assert ("genesis", 0) in faults(report)
    alone = verified(tmp_path, LAST)
    assert alone.verdict is Verdict.VALID
    assert any("could have made both up" in each for each in alone.unchecked)


def test_a_history_made_up_is_found_by_an_older_checkpoint_too(
    tmp_path: Path,
) -> None:
    older = a_chain(tmp_path / "true").write(sealed=12)
    made_up(tmp_path / "false").write()

    assert verified(tmp_path / "false", LAST, older=older).verdict is Verdict.INVALID


LIES = {
    "signed by nobody in force": {"by": M, "to": L},
    "without the old key's signature": {"by": K, "to": L, "signer": L},
    "without the new key's": {"by": K, "to": L, "possession": K},
    "upon another tree": {"by": K, "to": L, "tree": b"r" * 32},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_no_handover_that_does_not_hold_counts(lie: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]  # of arguments
    builder = KeyBuilder(tmp_path, seed=b"k" * 32)
    builder.genesis()
    builder.policy()
    builder.calls(1)
    builder.handed_over(**lie)
    builder.signer = L
    builder.write()

    assert ("key", 4) in faults(verified(tmp_path, FIRST, THEN))


def test_a_checkpoint_by_a_key_that_was_replaced_is_a_fault(tmp_path: Path) -> None:
    builder = a_chain(tmp_path)
    builder.signer = K
    builder.write()
    report = verified(tmp_path, FIRST, THEN, LAST)

    assert faults(report) == [("key", None)]
    assert "which record 6 had replaced" in report.problems[0].message


def test_an_older_checkpoint_by_a_key_out_of_its_time_is_a_fault(
    tmp_path: Path,
) -> None:
    builder = a_chain(tmp_path)
    builder.signer = L
    early = builder.write(sealed=4)
    builder.signer = M
    builder.write()
    report = verified(tmp_path, FIRST, THEN, LAST, older=early)

    assert faults(report) == [("key", None)]
    assert "came into force only with record 6" in report.problems[0].message


def test_a_copy_from_before_a_pinned_key_is_said_to_be_one(tmp_path: Path) -> None:
    builder = KeyBuilder(tmp_path, seed=b"k" * 32)
    builder.genesis()
    builder.policy()
    builder.write()
    report = verified(tmp_path, FIRST, THEN)

    assert report.verdict is Verdict.VALID
    assert any("which you trust too" in each for each in report.unchecked)


def test_a_head_by_a_pinned_key_that_no_record_names_is_a_fault(
    tmp_path: Path,
) -> None:
    builder = KeyBuilder(tmp_path, seed=b"k" * 32)
    builder.genesis()
    builder.policy()
    builder.signer = L
    builder.write()

    assert faults(verified(tmp_path, FIRST, THEN)) == [("key", None)]


def test_a_pinned_ml_dsa_key_must_have_signed(tmp_path: Path) -> None:
    a_chain(tmp_path).write()
    ml_dsa = MlDsaKey(BUILT, SECOND.verifier)

    assert faults(verified(tmp_path, FIRST, THEN, LAST, ml_dsa)) == [
        ("checkpoint", None)
    ]


def test_a_revoked_key_is_told_of_and_what_it_signed_besides_does_not_count(
    tmp_path: Path,
) -> None:
    path = a_rotated_trail(tmp_path)
    old_head = (path / "checkpoint").read_bytes()
    change(path, NEW).revoke(OLD.verifier, "laptop stolen")
    write(path, NEW)
    report = verified(path, OLD.verifier, NEW.verifier, older=old_head)
    spans = report.keys

    assert report.verdict is Verdict.VALID
    assert [each.state for each in spans] == ["revoked", "in force"]
    assert spans[0].reason == "laptop stolen"
    said = disowned(spans, [OLD.signer.verifier.key_id], 2)
    assert said is not None
    assert "laptop stolen" in said
    assert disowned(spans, [NEW.signer.verifier.key_id], report.size) is None
    early = disowned(spans, [NEW.signer.verifier.key_id], 2)
    assert early is not None
    assert "came into force only" in early


def test_after_a_revocation_of_the_second_key_its_line_is_a_fault(
    tmp_path: Path,
) -> None:
    span = KeySpan(vkey=f"{ORIGIN}+00+x", since=3, at="t", revoked=9, reason="r")

    assert wrongly((span,), span.vkey, 9) is None
    assert "record 9 revoked: r" in str(wrongly((span,), span.vkey, 10))
    assert spki_of(span.vkey) == ""


def test_a_second_key_is_listed_behind_the_first_ones(tmp_path: Path) -> None:
    path = a_rotated_trail(tmp_path)
    change(path, NEW).add(SECOND)
    write(path, Identity(NEW.signer, NEW.secrets, SECOND))
    ml_dsa = MlDsaKey(ORIGIN, SECOND.verifier)
    report = verified(path, OLD.verifier, NEW.verifier, ml_dsa)

    assert report.verdict is Verdict.VALID
    assert report.keys[-1].vkey == str(ml_dsa)
    assert report.keys[-1].pinned


def test_without_bodies_no_key_is_told(tmp_path: Path) -> None:
    a_chain(tmp_path).write()
    report = verify_trail(
        TrailReader(tmp_path),
        key=LogKeys((LAST,)),
        now=datetime.now(UTC),
        bodies=False,
    )

    assert (report.verdict, report.keys) == (Verdict.VALID, ())


WITNESS = Ed25519Signer.from_seed(b"w" * 32)


def seen_by_a_witness(note: bytes) -> KeptHead:
    head = Checkpoint.parse(parse_note(note).text)
    line = cosign(head, "witness.example/w", WITNESS, time=1_700_000_000)
    return KeptHead(
        name="anchors/h", cosigned=parse_note(note).with_signatures(line).encode()
    )


def held_against(path: Path, evidence: KeptHead, *pins: VerifierKey) -> TrailReport:
    return verify_trail(
        TrailReader(path),
        key=LogKeys(pins),
        now=datetime.now(UTC),
        pins=Pins(witnesses=(WitnessKey("witness.example/w", WITNESS.verifier),)),
        evidence=[evidence],
    )


def test_evidence_from_before_a_rotation_counts_for_whoever_pins_the_new_key(
    tmp_path: Path,
) -> None:
    builder = a_chain(tmp_path)
    builder.signer = K
    early = seen_by_a_witness(builder.write(sealed=4))
    builder.signer = M
    builder.write()

    for pins in ((LAST,), (FIRST, THEN, LAST)):
        report = held_against(tmp_path, early, *pins)
        assert report.verdict is Verdict.VALID, report.problems
        assert report.anchors is not None
        assert (report.anchors.covered, report.anchors.unpinned) == (4, 0)


def test_evidence_from_before_a_rotation_finds_a_rewrite_after_it(
    tmp_path: Path,
) -> None:
    true = a_chain(tmp_path / "true")
    true.signer = K
    early = seen_by_a_witness(true.write(sealed=4))
    large = KeyBuilder(tmp_path / "large", seed=b"k" * 32)
    large.genesis()
    large.calls(40)
    cut = seen_by_a_witness(large.write())
    rewritten(tmp_path / "false").write()

    report = held_against(tmp_path / "false", early, LAST)
    assert ("history", None) in faults(report)
    report = held_against(tmp_path / "false", cut, LAST)
    assert any("the end was cut off" in each.message for each in report.problems)


def test_evidence_that_no_key_of_the_trail_signed_is_a_problem(
    tmp_path: Path,
) -> None:
    builder = a_chain(tmp_path)
    builder.signer = Ed25519Signer.from_seed(b"x" * 32)
    strange = seen_by_a_witness(builder.write(sealed=4))
    builder.signer = M
    builder.write()

    assert ("anchor", None) in faults(held_against(tmp_path, strange, LAST))
