"""What a trail is put through while calls fail, processes die and machines go dark.

A scenario has a template, the trail as it stands before, and an act. Whoever acts tells
on a pipe, in one unbuffered write each: `begin ID` before a record is handed in, `ack
ID` after it was acknowledged, `head SIZE ROOT` for a checkpoint that was there to be
read, `refused CLASS MESSAGE`, and `done`.
"""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from affidavit import durable
from affidavit.anchors import publish as publishing
from affidavit.anchors.plan import PublishAnchor
from affidavit.anchors.web import Web
from affidavit.errors import AffidavitError
from affidavit.keys import Ed25519Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import consistency_proof
from affidavit.tlog.tiles import subtree_reader
from affidavit.trail.identity import Identity, secret_path, write_secrets
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Record
from affidavit.trail.trail import Trail
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.key_changes import KeyChanges
from affidavit.wiring.keyring import load_identity
from support import aged, live

APPENDS = 6
KEY = "key.pem"
BODY_BYTES = 700
SEGMENT_BYTES = 8_000
"""So that a scenario that rotates does it every few records."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Says what happened, so that it is known whatever happens next."""

    fd: int

    def __call__(self, *words: str) -> None:
        os.write(self.fd, (" ".join(words).replace("\n", " ") + "\n").encode())


def opened(directory: Path, **settings: object) -> Trail:
    """The trail, for writing; sealed only when somebody says so."""
    arguments = {"checkpoint_seconds": 3600.0, **settings}
    return Trail(
        directory / "trail",
        identity_of(directory),
        first_record=live.a_policy_record,
        **arguments,  # type: ignore[arg-type]  # a builder for tests
    )


def identity_of(directory: Path) -> Identity:
    """Whose trail it is: the keys that lie beside it, or those of all tests."""
    with durable.named(directory):
        keyed = (directory / KEY).exists()
    return load_identity(installation(directory)) if keyed else live.an_identity()


def installation(directory: Path) -> Settings:
    """The settings of a trail with key files beside it."""
    return read_settings(
        environ={},
        directory=directory,
        trail=directory / "trail",
        key=directory / KEY,
    )


def changing(directory: Path) -> KeyChanges:
    """What changes the keys of `installation`."""
    return KeyChanges(
        settings=installation(directory),
        passphrase=lambda _where: None,
        clock=time.time_ns,
        randomness=os.urandom,
    )


def an_outcome(decision: Record) -> Record:
    """How the call of `decision` ended."""
    made = live.a_record(Kind.OUTCOME, effect="complete")
    return made._replace(id=decision.id)


def call(trail: Trail, tell: Tell) -> None:
    """One decision, acknowledged, and its outcome, which nobody waits for."""
    decision = live.a_record(size=BODY_BYTES)
    tell("begin", decision.id)
    trail.append(decision, owes_outcome=True)
    tell("ack", decision.id)
    trail.note(an_outcome(decision))


async def acall(trail: Trail, tell: Tell) -> None:
    """The same on an event loop."""
    decision = live.a_record(size=BODY_BYTES)
    tell("begin", decision.id)
    await trail.aappend(decision, owes_outcome=True)
    tell("ack", decision.id)
    trail.note(an_outcome(decision))


def show(directory: Path, tell: Tell) -> None:
    """Say which checkpoint an outsider can read now."""
    tell_of(TrailReader(directory / "trail").head(), tell)


def tell_of(head: Checkpoint | None, tell: Tell) -> None:
    """Say of `head` that somebody saw it."""
    if head is not None:
        tell("head", str(head.size), head.root.hex())


def write(directory: Path, tell: Tell) -> None:
    """Calls one after the other, then everything synced; no farewell."""
    trail = opened(directory)
    for _ in range(APPENDS):
        call(trail, tell)
    tell_of(trail.seal(), tell)


def write_in_threads(directory: Path, tell: Tell) -> None:
    """Calls of three threads that share commits."""
    trail = opened(directory)
    failures: list[AffidavitError] = []

    def some() -> None:
        try:
            for _ in range(APPENDS // 2):
                call(trail, tell)
        except AffidavitError as error:
            failures.append(error)

    threads = [threading.Thread(target=some) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]


def write_on_a_loop(directory: Path, tell: Tell) -> None:
    """Calls of many tasks."""
    trail = opened(directory)

    async def several() -> None:
        for _ in range(APPENDS):
            async with asyncio.TaskGroup() as group:
                for _ in range(2):
                    group.create_task(acall(trail, tell))

    try:
        asyncio.run(several())
    except ExceptionGroup as group:
        ours, others = group.split(AffidavitError)
        if others is not None or ours is None:
            raise
        raise ours.exceptions[0] from group


def integrate(directory: Path, tell: Tell) -> None:
    """Take in what others left."""
    trail = opened(directory)
    tell_of(trail.seal(), tell)
    show(directory, tell)


def close(directory: Path, tell: Tell) -> None:
    """A short life, from the first record to the farewell."""
    trail = opened(directory)
    call(trail, tell)
    trail.close()
    show(directory, tell)


def kept(directory: Path, tell: Tell) -> None:
    """Calls while the keeper integrates every few milliseconds."""
    trail = opened(directory, checkpoint_seconds=0.005)
    for _ in range(APPENDS):
        call(trail, tell)
        time.sleep(0.004)
        show(directory, tell)
    trail.close()
    show(directory, tell)


def rotate(directory: Path, tell: Tell) -> None:
    """Calls that fill one segment after the other, sealed in between."""
    trail = opened(directory, segment_bytes=SEGMENT_BYTES)
    for number in range(3 * APPENDS):
        call(trail, tell)
        if number % APPENDS == APPENDS - 1:
            tell_of(trail.seal(), tell)
    trail.close()
    show(directory, tell)


def live_on(directory: Path, tell: Tell) -> None:
    """Write, seal and close in all ways, until somebody kills this process."""
    while True:
        trail = opened(directory, checkpoint_seconds=0.02)
        for _ in range(5):
            for _ in range(APPENDS):
                call(trail, tell)
            asyncio.run(_several(trail, tell))
            tell_of(trail.seal(), tell)
        trail.close()
        show(directory, tell)


async def _several(trail: Trail, tell: Tell) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(APPENDS):
            group.create_task(acall(trail, tell))


def together(directory: Path, tell: Tell) -> None:
    """Three processes that write, each with a keeper that integrates."""
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            kept(directory, tell)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(each, 0)[1] for each in children] == [0, 0, 0]
    integrate(directory, tell)


def restarts(directory: Path, tell: Tell) -> None:
    """Processes that are killed while they write and seal, one after the other."""
    for number in range(8):
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, 0.02 + 0.01 * number)
            kept(directory, tell)
            signal.pause()
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGALRM
    integrate(directory, tell)


def prune(directory: Path, tell: Tell) -> None:
    """Remove the bodies of a year ago, recorded and sealed first."""
    aged.pruned(directory / "trail")
    show(directory, tell)


def aged_calls(directory: Path) -> None:
    """Old calls over two bundles, and a few of yesterday."""
    aged.an_old_trail(directory / "trail", 140)


def continued(directory: Path, tell: Tell) -> None:
    """Sealing that is killed ever later, and at last comes to its end."""
    for number in range(60):
        child = os.fork()
        if child == 0:
            _doom(number)
            integrate(directory, tell)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return
    raise AssertionError("it never came to its end")


def _doom(number: int) -> None:
    """Be killed at the `number`th event that changes a directory."""
    seen = 0

    def count(name: str, _arguments: object) -> None:
        nonlocal seen
        seen += name in {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}
        if seen > number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def hand_over(directory: Path, tell: Tell) -> None:
    """Rotate the key under a process that writes before and after."""
    trail = opened(directory)
    call(trail, tell)
    tell_of(trail.seal(), tell)
    changing(directory).rotate()
    show(directory, tell)
    call(trail, tell)
    trail.close()
    show(directory, tell)


def publish(directory: Path, tell: Tell) -> None:
    """Put ever larger checkpoints into a folder for anyone to fetch."""
    trail, reader = opened(directory), TrailReader(directory / "trail")
    anchor = PublishAnchor(target=str(directory / "published"))

    def prove(old: int, new: int) -> Sequence[bytes]:
        return consistency_proof(old, new, subtree_reader(reader.read, new))

    for _ in range(3):
        call(trail, tell)
        trail.seal()
        publishing.publish(Web(), anchor, reader.checkpoint_bytes(), prove)
        tell_of(TrailReader(directory / "published").head(), tell)


def with_keys(directory: Path) -> None:
    """A trail with its key and secret in files beside it."""
    identity = live.an_identity()
    signer = identity.signer
    assert isinstance(signer, Ed25519Signer)
    write_secrets(secret_path(directory / "trail"), identity.secrets)
    durable.create(directory / KEY, signer.pem())


def nothing(directory: Path) -> None:
    """A founded trail as it is."""


def left_by_the_dead(directory: Path) -> None:
    """Three writers' WALs, enough to fill a tile; nobody lives who would seal them."""
    for _ in range(3):
        _die_after(directory, 90)


def torn(directory: Path) -> None:
    """The same, with one tail torn in the midst of a frame."""
    left_by_the_dead(directory)
    path = min((directory / "trail" / "wal").glob("*.wal"))
    data = path.read_bytes()
    end = len(data.rstrip(b"\0"))
    # The frame before is whole; of the next its first 200 bytes have arrived.
    path.write_bytes(data[:end] + b"\0\0\3\x20" + b"t" * 196 + data[end + 200 :])


def _die_after(directory: Path, appends: int) -> None:
    child = os.fork()
    if child == 0:
        trail = opened(directory)
        for _ in range(appends - 1):
            trail.append(live.a_record())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """A trail as it stands, and what is done to it."""

    act: Callable[[Path, Tell], None]
    prepare: Callable[[Path], None] = nothing


SCENARIOS: dict[str, Scenario] = {
    "write": Scenario(write),
    "threads": Scenario(write_in_threads),
    "loop": Scenario(write_on_a_loop),
    "integrate": Scenario(integrate, left_by_the_dead),
    "recover": Scenario(integrate, torn),
    "rotate": Scenario(rotate),
    "close": Scenario(close),
    "keep": Scenario(kept),
    "prune": Scenario(prune, aged_calls),
    "key": Scenario(hand_over, with_keys),
    "publish": Scenario(publish),
    "together": Scenario(together),
    "restarts": Scenario(restarts),
    "continued": Scenario(continued, left_by_the_dead),
}


def found(scenario: Scenario, directory: Path) -> None:
    """The scenario's trail, in `directory`."""
    aged.a_directory(directory)
    scenario.prepare(directory)


def told(lines: Sequence[str], word: str) -> list[str]:
    """What was said under `word`."""
    return [line.partition(" ")[2] for line in lines if line.split(" ")[0] == word]
