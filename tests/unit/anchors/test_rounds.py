"""A round asks who is due, keeps what it gets, and is held up by nobody."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest

from affidavit.anchors.plan import Plan, PublishAnchor, StampAnchor, WitnessAnchor
from affidavit.anchors.rounds import Round, Rounds, now_ms
from affidavit.anchors.web import Web
from affidavit.anchors.witness import Witness
from affidavit.durable import ProcessLock
from affidavit.errors import TrailNotFound, TrailUnavailable
from affidavit.tlog.note import VerifierKey
from affidavit.tlog.witness import open_cosignatures
from affidavit.trail.anchors import AnchorStore
from support.anchors import WITNESS, WITNESS_KEY, Reply, an_authority, replying, served
from support.trails import Builder, a_trail

WEB = Web(timeout=5, tries=1)


class Clock:
    def __init__(self) -> None:
        self.ms = now_ms()

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    built = a_trail(tmp_path / "trail")
    built.write()
    return built


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path, trail: Builder) -> Iterator[str]:
    with served(witness_of(tmp_path, trail.key)) as (server, _):
        yield server.url


def witness_of(tmp_path: Path, key: VerifierKey) -> Witness:
    return Witness(
        name=WITNESS.name,
        signer=WITNESS.signer,
        trust={key.name: [key]},
        state=tmp_path / "seen",
    )


def witnessed(url: str, *, every_seconds: int = 300) -> Plan:
    anchor = WitnessAnchor(url=url, key=WITNESS_KEY)
    return Plan(witnesses=(anchor,), every_seconds=every_seconds)


def ran(rounds: Rounds, *, all_of_them: bool = False) -> Round:
    done = rounds.run(all_of_them=all_of_them)
    assert done is not None
    return done


def test_everybody_is_asked_and_what_they_give_is_kept(
    tmp_path: Path, trail: Builder, url: str, clock: Clock
) -> None:
    with ExitStack() as stack:
        authority = an_authority(tmp_path / "authority")
        tsa = stack.enter_context(authority.serving())
        plan = Plan(
            witnesses=witnessed(url).witnesses,
            stamps=(StampAnchor(url=tsa.url, ca=authority.ca),),
            publish=(PublishAnchor(target=str(tmp_path / "out")),),
        )
        done = ran(Rounds(trail.path, plan, web=WEB, now=clock))

    assert [each.error for each in done.standings.values()] == [None] * 3
    assert {each.done.size for each in done.standings.values() if each.done} == {12}
    (head,) = AnchorStore.of(trail.path).heads()
    assert head.cosigned is not None
    assert open_cosignatures(head.cosigned, [WITNESS_KEY])
    assert len(head.stamps) == 1
    note = (trail.path / "checkpoint").read_bytes()
    assert head.checkpoint == (tmp_path / "out" / "checkpoint").read_bytes() == note


def test_nobody_is_asked_twice_about_the_same_head(
    trail: Builder, url: str, clock: Clock
) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)
    clock.ms += 10**9

    assert ran(rounds).asked == ()
    assert ran(rounds, all_of_them=True).asked == (f"witness {url}",)


def test_a_larger_head_is_shown_after_the_interval(
    trail: Builder, url: str, clock: Clock
) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)
    trail.calls(300)
    trail.write()
    clock.ms += 299_000
    assert ran(rounds).asked == ()
    clock.ms += 1_000

    done = ran(rounds)

    standing = done.standings[f"witness {url}"]
    assert standing.done is not None
    assert (standing.error, standing.done.size) == (None, 612)


def test_a_failure_is_told_once_and_tried_again_later(
    trail: Builder, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "affidavit.anchors")
    answers = [Reply(status=500), Reply(status=500)]
    with replying(lambda _: answers.pop()) as server:
        rounds = Rounds(trail.path, witnessed(server.url), web=WEB, now=clock)
        ran(rounds)
        assert ran(rounds).asked == ()
        clock.ms += 15_000
        standing = ran(rounds).standings[f"witness {server.url}"]

    assert (standing.failures, standing.contradicted) == (2, False)
    assert "500" in (standing.error or "")
    assert caplog.text.count("not anchored, to be tried again") == 1


def test_an_anchor_that_holds_again_is_told(
    tmp_path: Path,
    trail: Builder,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "affidavit.anchors")
    (tmp_path / "out").write_bytes(b"in the way")
    plan = Plan(publish=(PublishAnchor(target=str(tmp_path / "out")),))
    rounds = Rounds(trail.path, plan, web=WEB, now=clock)
    ran(rounds)
    (tmp_path / "out").unlink()
    clock.ms += 15_000

    ran(rounds)

    assert "anchored again" in caplog.text


def test_a_clock_that_was_set_back_silences_nobody(
    trail: Builder, url: str, clock: Clock
) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)
    trail.calls(1)
    trail.write()
    clock.ms -= 10**9

    assert ran(rounds).asked == (f"witness {url}",)


def test_another_history_is_told_as_what_it_is(
    trail: Builder, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)
    trail.records[6].body = b'{"purpose":"other"}'
    trail.write()

    standing = ran(rounds, all_of_them=True).standings[f"witness {url}"]

    assert standing.contradicted
    assert "history was rewritten here" in caplog.text


def test_whoever_hangs_holds_up_nobody_else_and_is_not_asked_twice(
    tmp_path: Path, trail: Builder, url: str, clock: Clock
) -> None:
    release = threading.Event()
    hanging = Reply(before=lambda: release.wait(20))
    with replying(lambda _: hanging) as server:
        plan = Plan(
            witnesses=(
                *witnessed(url).witnesses,
                WitnessAnchor(url=server.url, key=WITNESS_KEY),
            )
        )
        rounds = Rounds(
            trail.path, plan, web=Web(timeout=30, tries=1), now=clock, seconds=0.5
        )
        try:
            first = ran(rounds)
            clock.ms += 15_000
            second = ran(rounds)
        finally:
            release.set()

    assert first.standings[f"witness {url}"].error is None
    assert "no answer within" in (first.standings[f"witness {server.url}"].error or "")
    assert second.standings[f"witness {server.url}"].failures == 2
    assert len(server.received) == 1


def test_a_mistake_of_ours_is_a_failure_with_its_name(
    trail: Builder, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: float) -> None:
        raise ZeroDivisionError

    caplog.set_level(logging.DEBUG, "affidavit.anchors")
    with replying(lambda _: Reply(status=503)) as server:
        web = Web(timeout=5, tries=2, sleep=broken)
        done = ran(Rounds(trail.path, witnessed(server.url), web=web, now=clock))

    (standing,) = done.standings.values()
    assert (standing.error or "").startswith("ZeroDivisionError")


def test_one_process_at_a_time_is_at_it(trail: Builder, url: str, clock: Clock) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)

    with ProcessLock(trail.path / "anchors" / "lock").held(seconds=1) as had:
        assert had
        assert rounds.run() is None


def test_a_status_that_cannot_be_read_is_begun_anew(
    trail: Builder, url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Rounds(trail.path, witnessed(url), web=WEB, now=clock)
    ran(rounds)
    (trail.path / "anchors" / "status").write_bytes(b"torn")

    assert ran(rounds).asked == (f"witness {url}",)
    assert "begun anew" in caplog.text


def test_without_a_trail_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound):
        Rounds(tmp_path / "none", Plan()).run()

    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_made_is_an_error(trail: Builder) -> None:
    (trail.path / "anchors").symlink_to(trail.path / "nowhere" / "at all")

    with pytest.raises(TrailUnavailable):
        Rounds(trail.path, Plan()).run()


def test_the_witness_learns_nothing_but_heads_and_proofs(
    tmp_path: Path, trail: Builder, url: str, clock: Clock
) -> None:
    ran(Rounds(trail.path, witnessed(url), web=WEB, now=clock))

    folder = tmp_path / "seen" / sha256(trail.origin.encode()).hexdigest()
    seen = (folder / "checkpoint").read_bytes()
    assert seen.startswith((trail.path / "checkpoint").read_bytes())
    assert len(seen.splitlines()) == 6
