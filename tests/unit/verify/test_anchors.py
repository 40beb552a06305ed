"""Evidence counts under pins, and under nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.note import NoteSignature, parse_note
from affidavit.tlog.witness import MAX_TIME, WitnessKey, cosign
from affidavit.trail.anchors import MAX_EVIDENCE_BYTES, AnchorStore, KeptHead
from affidavit.verify.anchors import Pins, Weighing, unchecked
from affidavit.verify.report import AnchorReport, Fault, Problems
from affidavit.verify.stamps import Authorities, ask
from support.anchors import KEY, LOG, NOW, Authority, Log, an_authority

ONE = Log(20)
SIGNERS = {name: Ed25519Signer.from_seed(name[0].encode() * 32) for name in "abc"}
PINNED = tuple(WitnessKey(name, each.verifier) for name, each in SIGNERS.items())


def line(name: str, head: Checkpoint, *, time: int = NOW) -> NoteSignature:
    return cosign(head, name, SIGNERS[name], time=time)


def kept(size: int, names: str, *, time: int = NOW) -> KeptHead:
    lines = [line(name, ONE.head(size), time=time) for name in names]
    note = ONE.note(size)
    cosigned = parse_note(note).with_signatures(*lines).encode()
    return KeptHead(name=f"head {size}", checkpoint=note, cosigned=cosigned)


def weighed(
    evidence: Sequence[KeptHead], pins: Pins, *, size: int = 20
) -> tuple[AnchorReport, Weighing, list[str]]:
    problems = Problems()
    weighing = Weighing(KEY, pins, problems)
    weighing.take(evidence)
    assert all(each.fault is Fault.ANCHOR for each in problems.kept)
    return weighing.report(size), weighing, [str(each) for each in problems.kept]


def test_each_cosignature_of_a_pinned_witness_is_a_claim() -> None:
    report, weighing, problems = weighed(
        [kept(7, "ab"), kept(9, "a", time=NOW + 60)], Pins(witnesses=PINNED[:2])
    )

    assert problems == []
    assert [(each.size, each.by) for each in weighing.claims] == [
        (7, "a cosigned at 2023-11-14T22:13:20Z"),
        (7, "b cosigned at 2023-11-14T22:13:20Z"),
        (9, "a cosigned at 2023-11-14T22:14:20Z"),
    ]
    first = report.witnesses[0]
    assert (first.name, first.count, first.size) == (str(PINNED[0]), 2, 9)
    assert first.at == datetime.fromtimestamp(NOW + 60, UTC)
    assert (report.covered, report.quorum_size, report.missing) == (9, 7, ())


@pytest.mark.parametrize(
    ("quorum", "size"), [(1, 9), (2, 8), (3, 7), (None, 7), (0, None)]
)
def test_a_quorum_covers_what_so_many_have_reached(
    quorum: int | None, size: int | None
) -> None:
    evidence = [kept(9, "a"), kept(8, "b"), kept(7, "c")]

    report, _, _ = weighed(evidence, Pins(witnesses=PINNED, quorum=quorum))

    assert report.quorum_size == size
    assert report.missing == ()


def test_a_quorum_that_is_not_reached_is_missing_and_names_who() -> None:
    report, _, _ = weighed([kept(9, "a")], Pins(witnesses=PINNED, quorum=2))

    (missing,) = report.missing
    assert missing.startswith("1 of 2 witnesses")
    assert str(PINNED[1]) in missing
    assert str(PINNED[0]) not in missing
    assert report.quorum_size is None


def test_lines_of_unpinned_witnesses_prove_nothing() -> None:
    report, weighing, problems = weighed([kept(9, "bc")], Pins(witnesses=PINNED[:1]))

    assert weighing.claims == []
    assert problems == []
    assert report.unpinned == 2
    assert "No cosignature or time stamp" in unchecked(report, 20)[-1]


def test_what_came_after_the_newest_anchor_is_said() -> None:
    report, _, _ = weighed([kept(9, "a")], Pins(witnesses=PINNED[:1]))

    (said,) = unchecked(report, 20)
    assert said.startswith("11 records came after the newest anchor, which covers 9")
    assert unchecked(report, 9) == ()


def test_a_pinned_line_that_does_not_verify_is_a_problem() -> None:
    forged = parse_note(ONE.note(9)).with_signatures(line("a", ONE.head(8))).encode()
    head = KeptHead(name="here", cosigned=forged)

    _, weighing, problems = weighed([head], Pins(witnesses=PINNED))

    assert weighing.claims == []
    assert problems[0].startswith("here: the signature by a+")


def test_a_cosigned_head_that_the_log_never_signed_is_a_problem() -> None:
    text = ONE.head(9).text
    note = sign(Checkpoint("x", 9, ONE.head(9).root), SIGNERS["c"])
    unsigned = f"{text}\n".encode() + line("a", ONE.head(9)).line.encode()
    other = Checkpoint("other.example/log", 9, ONE.head(9).root)
    foreign = parse_note(sign(other, LOG.signer)).with_signatures(line("a", other))

    for data in (unsigned, foreign.encode()):
        evidence = KeptHead(name="here", cosigned=data)
        _, weighing, problems = weighed([evidence], Pins(witnesses=PINNED))
        assert (len(problems), weighing.claims) == (1, [])
    assert note


def test_garbage_is_a_problem(tmp_path: Path) -> None:
    store = AnchorStore(tmp_path)
    folder = store.keep(ONE.note(9), month="2026-11")
    (folder / "cosigned").write_bytes(b"x" * (MAX_EVIDENCE_BYTES + 1))

    for evidence in ([KeptHead(name="here", cosigned=b"x")], store.heads()):
        problems = Problems()
        Weighing(KEY, Pins(witnesses=PINNED), problems).take(evidence)
        assert len(problems.kept) == 1


def test_a_time_that_no_calendar_has_is_a_problem() -> None:
    _, weighing, problems = weighed(
        [kept(9, "a", time=MAX_TIME)], Pins(witnesses=PINNED)
    )

    assert weighing.claims == []
    assert "impossible time" in problems[0]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pinned(authority: Authority) -> Authorities:
    return Authorities.parse(authority.ca.read_bytes(), "ca.pem")


@pytest.fixture(scope="module")
def stamped(authority: Authority) -> KeptHead:
    response = authority.reply(ask(ONE.note(7)).body)
    return KeptHead(name="here", checkpoint=ONE.note(7), stamps=(("a.tsr", response),))


def test_a_token_of_a_pinned_authority_is_a_claim(
    stamped: KeptHead, pinned: Authorities
) -> None:
    report, weighing, problems = weighed([stamped], Pins(authorities=(pinned,)))

    assert problems == []
    (claim,) = weighing.claims
    assert claim.by.startswith("CN=Authority stamped at ")
    assert claim.size == report.covered == report.authorities[0].size == 7
    assert report.missing == ()


def test_a_token_under_one_of_two_authorities_is_enough_for_it(
    stamped: KeptHead, pinned: Authorities, tmp_path: Path
) -> None:
    other = Authorities.parse(an_authority(tmp_path).ca.read_bytes(), "other.pem")

    report, weighing, problems = weighed([stamped], Pins(authorities=(other, pinned)))

    assert (len(weighing.claims), problems) == (1, [])
    assert [each.count for each in report.authorities] == [0, 1]
    assert report.missing[0].startswith("No time stamp under other.pem")


def test_a_token_that_does_not_hold_is_a_problem(
    stamped: KeptHead, pinned: Authorities
) -> None:
    for head in (
        replace(stamped, checkpoint=ONE.note(8)),
        replace(stamped, checkpoint=None),
        replace(stamped, stamps=(("a.tsr", b"garbage"),)),
    ):
        _, weighing, problems = weighed([head], Pins(authorities=(pinned,)))
        assert (len(problems), weighing.claims) == (1, [])
        assert problems[0].startswith("here/a.tsr: ")


def test_a_token_that_nobody_pinned_is_counted(stamped: KeptHead) -> None:
    report, weighing, problems = weighed([stamped], Pins(witnesses=PINNED))

    assert (report.unpinned, weighing.claims, problems) == (1, [], [])


def test_a_quorum_of_none_demands_nothing(pinned: Authorities) -> None:
    pins = Pins(witnesses=PINNED, authorities=(pinned,), quorum=0)

    report, _, _ = weighed([], pins)

    assert report.missing == ()
