"""Programs that know nothing of affidavit, run unchanged with `affidavit run`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from textwrap import dedent

import pytest

from affidavit.testing import Sandbox
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Governor, Settings
from affidavit.wiring.keyring import load_identity
from support.cli import command, environment, program
from support.project import a_project

PURPOSE = "support.reply"
ASK = """\
import openai

client = openai.OpenAI()


def ask(client=client):
    answer = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "Where is it?"}]
    )
    return answer.choices[0].message.content
"""
"""A module that a program has: `asking.py`."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "asking.py").write_text(ASK)
    return a_project(tmp_path)


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(dedent(text))
    return name


def at(sandbox: Sandbox) -> dict[str, str]:
    """What a program finds in its environment anyway."""
    return {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": sandbox.base_url}


def ran(
    folder: Path, sandbox: Sandbox, *line: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("run", "--purpose", PURPOSE, "--", *line),
        cwd=folder,
        env=environment({**at(sandbox), **(env or {})}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def serving(
    folder: Path, sandbox: Sandbox, *line: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server under `affidavit run`, ended as an operator does."""
    log = (folder / "server.log").open("wb")
    with (
        log,
        subprocess.Popen(
            command("run", "--purpose", PURPOSE, "--", *line),
            cwd=folder,
            env=environment(at(sandbox)),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            yield server
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def until(done: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not done():
        if time.monotonic() > deadline:
            pytest.fail((folder / "server.log").read_text())
        time.sleep(0.05)


class OverUnix(HTTPConnection):
    """HTTP to a Unix socket, so that no test guesses a port."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def fetched(path: Path) -> str:
    with closing(OverUnix(path)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()


def assert_governed(sandbox: Sandbox, settings: Settings, calls: int) -> None:
    """Every request was declared, decided and recorded, and the trail holds."""
    declared = [each.headers.get("x-declared-purpose") for each in sandbox.requests]
    assert declared == [PURPOSE] * calls
    with Governor(settings=settings) as governor:  # takes in what a killed one left
        governor.trail.seal()
    records = list(TrailReader(settings.trail).records())
    decisions = [each for each in records if each.entry.kind is Kind.DECISION]
    assert len(decisions) == calls
    identity = load_identity(settings)
    report = verify_trail(
        TrailReader(settings.trail),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )
    assert report.verdict is Verdict.VALID, report.problems
    assert report.unknown_outcomes == ()


@pytest.mark.parametrize(
    "line",
    [
        [sys.executable, "app.py"],
        [sys.executable, "-m", "app"],
        ["sh", "-c", f"cd /; exec '{sys.executable}' \"$OLDPWD/app.py\""],
    ],
    ids=["script", "module", "shell"],
)
def test_a_program_is_governed_and_its_exit_code_is_its_own(
    line: list[str], sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "app.py",
        """\
        import sys
        from asking import ask
        print(ask())
        import openai
        openai.responses.create(model="gpt-5", input="Where is it?")
        sys.exit(7)
        """,
    )
    done = ran(tmp_path, sandbox, *line)

    assert done.returncode == 7, done.stderr
    assert done.stdout.strip()
    assert_governed(sandbox, settings, 2)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_of_multiprocessing_are_governed(
    method: str, sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "app.py",
        f"""\
        import multiprocessing, openai
        from asking import ask

        def work(number):
            ask()
            ask(openai.OpenAI())

        if __name__ == "__main__":
            ask(openai.OpenAI())
            context = multiprocessing.get_context({method!r})
            with context.Pool(2) as pool:
                pool.map(work, range(2), chunksize=1)
                pool.close()
                pool.join()
        """,
    )
    done = ran(tmp_path, sandbox, sys.executable, "app.py")

    assert done.returncode == 0, done.stderr
    assert_governed(sandbox, settings, 5)


def test_gunicorns_workers_are_governed_also_what_was_made_before_the_fork(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "web.py",
        """\
        from asking import ask

        def app(environ, start_response):
            body = ask().encode()
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]
        """,
    )
    line = ["gunicorn", "--preload", "-w", "2", "-b", "unix:web.sock", "web:app"]
    with serving(tmp_path, sandbox, sys.executable, "-m", *line):
        until((tmp_path / "web.sock").exists, tmp_path)
        assert fetched(tmp_path / "web.sock")
        assert fetched(tmp_path / "web.sock")

    assert_governed(sandbox, settings, 2)


def test_uvicorns_workers_are_governed(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "web.py",
        """\
        import openai

        client = openai.AsyncOpenAI()

        async def app(scope, receive, send):
            if scope["type"] != "http":
                return
            answer = await client.responses.create(model="gpt-5", input="Hi")
            body = answer.output_text.encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})
        """,
    )
    line = ["uvicorn", "--workers", "2", "--lifespan", "off", "--uds", "web.sock"]
    socket_path = tmp_path / "web.sock"

    def is_up() -> bool:
        try:
            return bool(fetched(socket_path))
        except OSError:
            return False

    with serving(tmp_path, sandbox, sys.executable, "-m", *line, "web:app"):
        until(is_up, tmp_path)
        assert fetched(socket_path)

    assert_governed(sandbox, settings, 2)


def test_celerys_prefork_workers_are_governed(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "tasks.py",
        """\
        from celery import Celery
        from celery.signals import worker_ready
        from asking import ask as question

        app = Celery("tasks", broker="filesystem://")
        app.conf.broker_transport_options = {
            "data_folder_in": ".", "data_folder_out": ".", "control_folder": "."
        }

        @app.task
        def ask():
            question()

        @worker_ready.connect
        def begin(**_):
            ask.delay()
            ask.delay()
        """,
    )
    line = ["celery", "-A", "tasks", "worker", "-P", "prefork", "-c", "2"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with serving(tmp_path, sandbox, sys.executable, "-m", *line, *quiet):
        until(lambda: len(sandbox.requests) == 2, tmp_path)

    assert_governed(sandbox, settings, 2)


def test_without_a_policy_nothing_is_started(tmp_path: Path) -> None:
    done = program(
        "run", "--", sys.executable, "-c", "open('started', 'w')", cwd=tmp_path
    )

    assert done.code == 2
    assert "no policy there" in done.err
    assert not (tmp_path / "started").exists()


def test_a_policy_that_breaks_later_stops_the_program_at_the_import(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "app.py",
        f"""\
        import os
        os.remove({str(settings.policy / "policy.yaml")!r})
        for _ in range(2):
            try:
                import openai
            except SystemExit:
                print("no openai")
        import openai
        """,
    )
    done = ran(tmp_path, sandbox, sys.executable, "app.py")

    assert done.returncode == 2
    assert done.stdout == "no openai\nno openai\n"
    assert "its OpenAI clients cannot be governed" in done.stderr
    assert "no YAML file" in done.stderr
    assert sandbox.requests == []


def test_a_python_without_affidavit_imports_no_openai(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    (bare / "openai").mkdir(parents=True)
    (bare / "openai" / "__init__.py").write_text("print('imported')")
    (bare / "affidavit.py").write_text("raise ImportError('not here')")
    written(tmp_path, "app.py", "print('before')\nimport openai\nprint('after')\n")
    before = f'PYTHONPATH="${{PYTHONPATH%%:*}}:{bare}"'
    done = ran(tmp_path, sandbox, "sh", "-c", f"{before} '{sys.executable}' app.py")

    assert done.returncode == 2
    assert done.stdout == "before\nimported\n"
    assert "cannot import affidavit (not here)" in done.stderr


def test_doctor_asks_each_running_process_for_its_clients(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    written(
        tmp_path,
        "app.py",
        """\
        import os, sys
        from asking import client
        child = os.fork()
        if not child:
            import affidavit
            affidavit.uninstall()
        print("ready", flush=True)
        sys.stdin.readline()
        if child:
            os.waitpid(child, 0)
        """,
    )
    with subprocess.Popen(
        command("run", "--", sys.executable, "app.py"),
        cwd=tmp_path,
        env=environment(at(sandbox)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() + running.stdout.readline() == b"ready\n" * 2
        told = program("doctor", "--json", cwd=tmp_path)
        read = program("doctor", cwd=tmp_path)
        running.stdin.close()
        running.wait(timeout=30)
    after = program("doctor", "--json", cwd=tmp_path)

    assert told.code == 1, told.out
    parent, child = told.json["processes"]["list"]
    if parent["pid"] != running.pid:
        parent, child = child, parent
    assert parent["pid"] == running.pid
    assert (parent["program"], parent["installed"]) == ("app.py", True)
    assert [each["governed"] for each in parent["clients"]] == [True]
    assert child["installed"] is False
    assert child["clients"] == [
        {
            "class": "OpenAI",
            "count": 1,
            "governed": False,
            "host": "127.0.0.1",
            "module": "openai",
        }
    ]
    (trouble,) = json.loads(told.out)["troubles"]
    assert trouble["area"] == "processes"
    assert f"process {child['pid']} (app.py): 1 client openai.OpenAI" in read.out
    assert "1 UNGOVERNED" in read.out
    assert (after.code, after.json["processes"]["list"]) == (0, [])
