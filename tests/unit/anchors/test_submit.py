"""A log gets its witness's cosignature, or is told why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.anchors.plan import WitnessAnchor
from affidavit.anchors.server import WitnessServer
from affidavit.anchors.submit import submit
from affidavit.anchors.web import Web
from affidavit.errors import AnchorUnavailable, BrokenTrail
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.note import NoteSignature, parse_note
from affidavit.tlog.witness import open_cosignatures
from support.anchors import (
    LOG,
    NOW,
    WITNESS,
    WITNESS_KEY,
    Log,
    Reply,
    a_witness,
    replying,
    served,
)

ONE, OTHER = Log(70), Log(70, history="another")
WEB = Web(timeout=2, tries=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WitnessServer]:
    with served(a_witness(tmp_path)) as (server, _):
        yield server


def ask(
    url: str, size: int, *, known: int = 0, log: Log = ONE, now: int = NOW
) -> NoteSignature:
    anchor = WitnessAnchor(url=url, key=WITNESS_KEY)
    return submit(WEB, anchor, log.note(size), log.prove, known=known, now=now)


@pytest.mark.parametrize("skew", [-601, 601])
def test_a_witness_whose_clock_is_far_off_is_not_taken(
    server: WitnessServer, skew: int
) -> None:
    with pytest.raises(AnchorUnavailable, match="set the clock that is wrong"):
        ask(server.url, 7, now=NOW + skew)

    assert ask(server.url, 7, now=NOW + skew - skew // 601).name == WITNESS.name


def test_the_cosignature_is_the_pinned_witnesss_over_this_head(
    server: WitnessServer,
) -> None:
    line = ask(server.url, 7)

    note = parse_note(ONE.note(7)).with_signatures(line).encode()
    (cosignature,) = open_cosignatures(note, [WITNESS_KEY])
    assert cosignature.checkpoint == ONE.head(7)


@pytest.mark.parametrize("known", [0, 3, 7, 9, 70])
def test_whatever_the_log_believes_the_witness_corrects_it(
    server: WitnessServer, known: int
) -> None:
    ask(server.url, 5)

    assert ask(server.url, 9, known=known).name == WITNESS.name


def test_the_same_head_again_is_cosigned_again(server: WitnessServer) -> None:
    ask(server.url, 7)

    assert ask(server.url, 7, known=7).name == WITNESS.name


def test_a_witness_that_has_seen_more_tells_that_the_log_was_cut_off(
    server: WitnessServer,
) -> None:
    ask(server.url, 9)

    with pytest.raises(
        BrokenTrail, match=r"cosigned 9 records .* has 7: it was cut off"
    ):
        ask(server.url, 7)


@pytest.mark.parametrize("size", [7, 9])
def test_a_witness_that_has_seen_another_history_tells_so(
    server: WitnessServer, size: int
) -> None:
    ask(server.url, 7)

    with pytest.raises(BrokenTrail, match="history was rewritten here"):
        ask(server.url, size, log=OTHER)


def test_another_root_of_the_same_size_may_also_be_answered_as_v1_0_0_says() -> None:
    with (
        replying(lambda _: Reply(status=409, body=b"7\n")) as server,
        pytest.raises(BrokenTrail, match="history was rewritten here"),
    ):
        ask(server.url, 7, known=7)

    assert len(server.received) == 1


def test_a_log_that_the_witness_does_not_know_is_told_what_to_do(
    server: WitnessServer,
) -> None:
    note = sign(Checkpoint("other.example/log", 7, ONE.head(7).root), LOG.signer)
    anchor = WitnessAnchor(url=server.url, key=WITNESS_KEY)

    with pytest.raises(AnchorUnavailable, match=r"to trust the log other\.example/log"):
        submit(WEB, anchor, note, ONE.prove, known=0, now=NOW)


def test_a_log_whose_key_the_witness_does_not_trust_is_told_what_to_do(
    server: WitnessServer,
) -> None:
    note = sign(ONE.head(7), WITNESS.signer)
    anchor = WitnessAnchor(url=server.url, key=WITNESS_KEY)

    with pytest.raises(AnchorUnavailable, match="which key it trusts"):
        submit(WEB, anchor, note, ONE.prove, known=0, now=NOW)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=200, body=b"garbage"),
        Reply(status=200, body=b""),
        Reply(status=200, body=ONE.note(7).split(b"\n\n")[1]),
        Reply(status=409, body=b"many\n"),
        Reply(status=409, body=b"6\n"),
        Reply(status=204),
        Reply(status=400, body=b"no"),
    ],
    ids=["garbage", "nothing", "own line", "no size", "for ever", "204", "400"],
)
def test_an_answer_that_is_no_cosignature_is_no_anchor(reply: Reply) -> None:
    with replying(lambda _: reply) as server, pytest.raises(AnchorUnavailable):
        ask(server.url, 7)

    assert len(server.received) <= 4


def test_a_cosignature_of_another_head_is_not_taken(tmp_path: Path) -> None:
    earlier = a_witness(tmp_path).add_checkpoint(ONE.body(0, 5)).body
    with (
        replying(lambda _: Reply(body=earlier)) as server,
        pytest.raises(AnchorUnavailable, match="does not hold under"),
    ):
        ask(server.url, 7)


def test_lines_of_other_keys_are_ignored(tmp_path: Path) -> None:
    own = a_witness(tmp_path).add_checkpoint(ONE.body(0, 7)).body
    other = parse_note(sign(ONE.head(7), WITNESS.signer)).signatures[0].line.encode()
    with replying(lambda _: Reply(body=other + own)) as server:
        line = ask(server.url, 7)

    assert line.line.encode() == own
