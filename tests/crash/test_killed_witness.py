"""A witness that is killed at any moment never speaks for two histories."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from affidavit.anchors.plan import WitnessAnchor
from affidavit.anchors.submit import submit
from affidavit.anchors.web import Web
from affidavit.errors import AnchorUnavailable, BrokenTrail
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.note import parse_note
from support.anchors import LOG, WITNESS, WITNESS_KEY, Log, a_witness
from support.cli import command, environment

PREFIX = 5
FILES = frozenset(
    {"open", "os.rename", "os.mkdir", "os.truncate", "fcntl.flock", "os.listdir"}
)
"""Audit events at which a process may be killed."""
MOST_EVENTS = 200
DIGEST = sha256(LOG.name.encode()).hexdigest()


def two_histories(size: int) -> tuple[Log, Log]:
    """Two logs of one key that part after `PREFIX` entries."""
    one, other = Log(size), Log(size)
    other.leaves[PREFIX:] = leaf_hashes([b"other %d" % n for n in range(size - PREFIX)])
    return one, other


def killed_at(event: int, act: Callable[[], bytes]) -> bytes | None:
    """`act` in a child that is killed before its `event`th file event; its answer.

    None when it was killed before it could answer.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        seen = 0

        def count(name: str, _arguments: object) -> None:
            nonlocal seen
            if name not in FILES:
                return
            seen += 1
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        os.write(write, act())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer or None


def test_killed_before_any_file_event_or_the_answer_it_has_one_history(
    tmp_path: Path,
) -> None:
    one, other = two_histories(9)
    states: list[int] = []
    for event in range(1, MOST_EVENTS):
        state = tmp_path / str(event)
        a_witness(state).add_checkpoint(one.body(0, PREFIX))
        doomed = a_witness(state)
        answer = killed_at(
            event,
            lambda doomed=doomed: doomed.add_checkpoint(one.body(PREFIX, 9)).body,  # type: ignore[misc]  # bound now
        )

        again = a_witness(state)
        second = again.add_checkpoint(other.body(PREFIX, 9))

        states.append(second.status)
        if answer is not None:
            assert second.status == 409
            break
        if second.status == 409:
            # The head was durable, the answer was not given: the log asks again.
            assert again.add_checkpoint(one.body(9, 9)).status == 200
        else:
            assert second.status == 200
            assert again.add_checkpoint(one.body(9, 9)).status == 422
    else:
        pytest.fail("the child never came to its end")

    assert states[0] == 200
    assert len(states) > 4


def test_killed_between_its_memory_and_its_answer_it_remembers(tmp_path: Path) -> None:
    one, other = two_histories(9)
    a_witness(tmp_path).add_checkpoint(one.body(0, PREFIX))
    doomed = a_witness(tmp_path)

    def act() -> bytes:
        doomed.add_checkpoint(one.body(PREFIX, 9))
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    assert killed_at(MOST_EVENTS, act) is None
    again = a_witness(tmp_path)
    assert again.add_checkpoint(other.body(PREFIX, 9)).body == b"9\n"
    assert again.add_checkpoint(one.body(9, 9)).status == 200


class Server:
    """`affidavit witness serve`, killed and begun again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        key = folder / "w.pem"
        key.write_bytes(WITNESS.signer.pem())
        key.chmod(0o600)
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        listen = self.url.removeprefix("http://") or "127.0.0.1:0"
        options = ("--name", WITNESS.name, "--key", "w.pem", "--state", "state")
        self.process = subprocess.Popen(
            command(
                *("witness", "serve", "--json", *options),
                *("--listen", listen, "--trust", LOG.vkey),
            ),
            cwd=self._folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.url = json.loads(self.process.stdout.readline())["url"]

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Grower(threading.Thread):
    """Submits ever larger heads of a history, as fast as the witness takes them."""

    def __init__(self, log: Log, url: str) -> None:
        super().__init__()
        self._log = log
        self._anchor = WitnessAnchor(url=url, key=WITNESS_KEY)
        self._web = Web(timeout=5, tries=1)
        self.signed: list[Checkpoint] = []
        self.stop = threading.Event()

    def run(self) -> None:
        for size in range(PREFIX, len(self._log.leaves)):
            while not self.stop.is_set():
                try:
                    self._submit(size)
                except BrokenTrail:
                    return
                except AnchorUnavailable:
                    time.sleep(0.01)
                else:
                    self.signed.append(self._log.head(size))
                    break

    def _submit(self, size: int) -> None:
        known = self.signed[-1].size if self.signed else PREFIX
        note, prove = self._log.note(size), self._log.prove
        now = int(time.time())
        submit(self._web, self._anchor, note, prove, known=known, now=now)


@pytest.mark.parametrize(
    "kills", [4, pytest.param(60, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_two_submitters_with_two_histories_and_kill_9_leave_one_history(
    tmp_path: Path, kills: int
) -> None:
    histories = two_histories(4_000)
    server = Server(tmp_path)
    server.begin()
    growers = [Grower(log, server.url) for log in histories]
    dice = random.Random(20261122)
    try:
        for each in growers:
            each.start()
        for _ in range(kills):
            time.sleep(dice.uniform(0.05, 0.3))
            server.kill()
            server.begin()
        wait_for_another(growers)
    finally:
        for each in growers:
            each.stop.set()
        for each in growers:
            each.join()
        server.kill()

    kept = (tmp_path / "state" / DIGEST / "checkpoint").read_bytes()
    the_one_history(histories, growers, Checkpoint.parse(parse_note(kept).text))


def the_one_history(
    histories: Sequence[Log], growers: Sequence[Grower], last: Checkpoint
) -> None:
    """Everything that was cosigned, and what is remembered, is of one of them."""
    signed = [head for each in growers for head in each.signed]
    beyond = [head for head in signed if head.size > PREFIX]
    one = [
        log for log in histories if all(log.head(head.size) == head for head in beyond)
    ]
    assert beyond
    assert len(one) == 1
    assert last.size >= max(head.size for head in signed)
    assert last == one[0].head(last.size)


def wait_for_another(growers: Sequence[Grower]) -> None:
    """The last server has answered, too."""
    before, deadline = [len(each.signed) for each in growers], time.monotonic() + 60
    while [len(each.signed) for each in growers] == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
