import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from support.cli import command, environment, invoke


@contextmanager
def running(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command("sandbox", *arguments),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: subprocess.Popen[bytes], number: signal.Signals) -> str:
    """What the program said on stderr, after it ended well on a signal."""
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return err.decode()


def first_line(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode()


def test_it_says_where_it_listens_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    with running("--json", cwd=tmp_path) as process:
        told = json.loads(first_line(process))
        connection = HTTPConnection(told["host"], told["port"], timeout=30)
        connection.request("GET", "/v1/models", headers={"Authorization": "Bearer x"})
        status = connection.getresponse().status
        connection.close()
        err = stopped(process, signal.SIGTERM)

    assert told["base_url"] == f"http://127.0.0.1:{told['port']}/v1"
    assert status == 200
    assert "GET /v1/models 200" in err


def test_the_first_line_for_a_person_is_the_address(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running("--quiet", "--port", str(port), cwd=tmp_path) as process:
        line = first_line(process)
        err = stopped(process, signal.SIGINT)

    assert line == f"listening on http://127.0.0.1:{port}/v1\n"
    assert err == ""


def test_a_port_that_is_taken_is_an_environment_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        failed = invoke("sandbox", "--port", str(taken.getsockname()[1]), cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert "cannot listen" in failed.err


@pytest.mark.parametrize(
    "arguments", [("--host", "0.0.0.0"), ("--port", "70000"), ("--port", "x")]
)
def test_only_loopback_and_real_ports_are_served(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    assert invoke("sandbox", *arguments, cwd=tmp_path).code == 2
