"""Two parties over real sockets: one keeps the trail, the other watches it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from affidavit.testing.sandbox import Sandbox
from affidavit.trail.anchors import AnchorStore
from affidavit.wiring import read_settings
from affidavit.wiring.founding import found
from support.anchors import LOG
from support.cli import (
    SDK,
    TESTS,
    Ran,
    command,
    environment,
    invoke,
    program,
    record_calls,
)

ORIGIN = "acme.example/support"
PATIENCE = 60.0

APPLICATION = """
import sys, time
from affidavit import OpenAI

client = OpenAI(purpose="support.reply", api_key="sandbox")
for _ in sys.stdin:
    client.responses.create(model="gpt-5", input="Where is my parcel?")
    print("answered", flush=True)
"""


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.out + ran.err
    return ran


class Watcher:
    """The counterparty, with a witness in a folder of its own."""

    def __init__(self, folder: Path, trusted: str) -> None:
        self.folder, self._trusted = folder, trusted
        folder.mkdir()
        key = ("--name", "watcher.example/w", "--key", "w.pem")
        made = invoke("witness", "key", "--new", *key, cwd=folder)
        self.vkey = ok(made).out.strip()
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[str]:
        listen = self.url.removeprefix("http://") or "127.0.0.1:0"
        process = subprocess.Popen(
            command(
                *("witness", "serve", "--json", "--name", "watcher.example/w"),
                *("--key", "w.pem", "--state", "seen", "--listen", listen),
                *("--trust", self._trusted),
            ),
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            self.url = json.loads(process.stdout.readline())["url"]
            yield self.url
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
        finally:
            process.kill()
            process.communicate()

    def seen(self) -> bytes:
        """What monitors get of the trail."""
        log = sha256(ORIGIN.encode()).hexdigest()
        return httpx.get(f"{self.url}/{log}/checkpoint").content


def a_watched_project(tmp_path: Path, *, every: str) -> tuple[Path, Watcher, str]:
    """A project, its watcher, and the key of its trail. Nobody is named as yet."""
    folder = tmp_path / "project"
    ok(invoke("init", "--origin", ORIGIN, folder, cwd=tmp_path))
    vkey = ok(invoke("trail", "key", cwd=folder)).out.strip()
    watcher = Watcher(tmp_path / "watcher", vkey)
    with watcher.serving():
        pass
    (folder / "affidavit.toml").write_text(
        f'[anchors]\nevery = "{every}"\npublish = ["published"]\n'
        f'witnesses = [{{ url = "{watcher.url}", key = "{watcher.vkey}" }}]\n'
    )
    return folder, watcher, vkey


@dataclass(frozen=True)
class Rewritten:
    """A watched project whose history was made anew with the real key."""

    folder: Path
    trail: Path
    vkey: str
    watcher: Watcher
    seen: bytes
    """What the watcher had by then."""


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Rewritten:
    tmp_path = tmp_path_factory.mktemp("rewritten")
    folder, watcher, vkey = a_watched_project(tmp_path, every="1h")
    settings = read_settings(environ={}, directory=folder)
    plain, trail = replace(settings, anchors=None), settings.trail
    record_calls(plain)
    with watcher.serving():
        ok(program("trail", "anchor", cwd=folder))
        record_calls(plain)
        ok(program("trail", "anchor", cwd=folder))
        seen = watcher.seen()
    ok(program("trail", "verify", "--witness", watcher.vkey, cwd=folder))

    # Longer than it was, and as every writer would have made it; the evidence stays.
    shutil.move(trail / "anchors", tmp_path / "kept")
    shutil.rmtree(trail)
    found(plain, directory=tmp_path, origin=ORIGIN)
    for _ in range(4):
        record_calls(plain)
    shutil.move(tmp_path / "kept", trail / "anchors")
    return Rewritten(folder, trail, vkey, watcher, seen)


def test_a_whole_rewrite_with_the_real_key_is_found_by_who_watched(
    rewritten: Rewritten, tmp_path: Path
) -> None:
    verify = ("trail", "verify", rewritten.trail, "--key", rewritten.vkey)

    alone = invoke(*verify, cwd=tmp_path)
    watched = program(
        *verify, "--witness", rewritten.watcher.vkey, "--json", cwd=tmp_path
    )

    assert alone.code == 0, alone.out + alone.err
    assert watched.code == 1
    (problem,) = watched.json["problems"]
    assert problem["fault"] == "history"
    assert "that watcher.example/w cosigned at" in problem["message"]
    assert "in records 0 to" in problem["message"]


def test_evidence_in_the_watchers_hands_finds_it_when_the_writers_is_gone(
    rewritten: Rewritten, tmp_path: Path
) -> None:
    shutil.copytree(rewritten.trail, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "anchors")
    (tmp_path / "seen.checkpoint").write_bytes(rewritten.seen)
    pinned = ("--key", rewritten.vkey, "--witness", rewritten.watcher.vkey)
    verify = ("trail", "verify", "copy", *pinned)

    assert invoke(*verify, cwd=tmp_path).code == 2
    with_own = invoke(*verify, "--anchor", "seen.checkpoint", cwd=tmp_path)

    assert with_own.code == 1
    assert "history was rewritten by whoever holds the key" in with_own.out


def test_nobody_cosigns_a_rewritten_history(rewritten: Rewritten) -> None:
    with rewritten.watcher.serving():
        again = program("trail", "anchor", cwd=rewritten.folder)
        seen = rewritten.watcher.seen()

    assert again.code == 1
    assert "history was rewritten here" in again.out
    assert seen == rewritten.seen


SUBMITTER = """
import sys
import httpx
from support.anchors import Log

url, history = sys.argv[1:]
log, known = Log(200, history), 0
print("ready", flush=True)
sys.stdin.readline()
for size in range(1, 200):
    answer = httpx.post(f"{url}/add-checkpoint", content=log.body(known, size))
    if answer.status_code == 200:
        known = size
    print(size, answer.status_code)
"""


def test_of_two_processes_that_submit_two_histories_at_once_one_is_cosigned(
    tmp_path: Path,
) -> None:
    watcher = Watcher(tmp_path / "watcher", LOG.vkey)
    paths = os.pathsep.join((str(SDK), str(TESTS)))
    with watcher.serving() as url:
        submitters = [
            subprocess.Popen(
                [sys.executable, "-c", SUBMITTER, url, history],
                env=environment({"PYTHONPATH": paths}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for history in ("one", "other")
        ]
        for each in submitters:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        told = [each.communicate("go\n", timeout=PATIENCE)[0] for each in submitters]

    cosigned = [text.count(" 200\n") for text in told]
    assert sorted(cosigned) == [0, 199]


@contextmanager
def an_application(folder: Path, sandbox: Sandbox) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", APPLICATION],
        cwd=folder,
        env=environment({"OPENAI_BASE_URL": sandbox.base_url}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def call(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "answered\n"


def test_a_running_program_anchors_by_itself_through_outages_of_the_witness(
    tmp_path: Path,
) -> None:
    folder, watcher, _ = a_watched_project(tmp_path, every="1s")
    published = folder / "published" / "checkpoint"
    with Sandbox() as sandbox, an_application(folder, sandbox) as process:
        call(process)  # the witness is down, and calls go on
        until(published.exists)
        with watcher.serving():
            until(lambda: covered(folder) > 1, lambda: call(process))
        before = covered(folder)
        call(process)  # it is down again
    told = program("doctor", "--json", cwd=folder).json

    (witness, _) = told["anchors"]["anchors"]
    assert witness["size"] == before > 1
    assert program("trail", "verify", "--witness", watcher.vkey, cwd=folder).code == 0


def covered(folder: Path) -> int:
    """Records that the witness is known to have cosigned."""
    trail = read_settings(environ={}, directory=folder).trail
    standings = AnchorStore.of(trail).standings()
    done = [each.done for name, each in standings.items() if "witness" in name]
    return max((each.size for each in done if each), default=0)


def until(
    holds: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None
) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        meanwhile()
        time.sleep(0.1)


def test_a_witness_that_hangs_delays_no_call_and_no_end(tmp_path: Path) -> None:
    folder, watcher, _ = a_watched_project(tmp_path, every="1s")
    port = int(watcher.url.rpartition(":")[2])
    with (
        socket.create_server(("127.0.0.1", port)) as silent,
        Sandbox() as sandbox,
        an_application(folder, sandbox) as process,
    ):
        call(process)
        silent.settimeout(PATIENCE)
        peer, _ = silent.accept()  # the program has begun to anchor
        for _ in range(5):
            call(process)
        process.communicate(timeout=PATIENCE)
        # Had anything waited for the witness to be given up, it would be tried again.
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()
        peer.close()

    assert sandbox.counts["responses"] == 6


@pytest.mark.parametrize("options", [("--witness", "x"), ("--quorum", "2")])
def test_pins_that_cannot_be_are_errors_of_usage(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert invoke("trail", "verify", *options, cwd=tmp_path).code == 2
