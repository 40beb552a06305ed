"""`affidavit witness serve`: its settings, and the program around the server."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import pytest

from affidavit.cli.witness_serve import address, trusted
from affidavit.errors import KeyUnusable
from support.anchors import KEY, LOG, WITNESS, Log
from support.cli import Ran, command, environment, invoke

ONE = Log(9)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "w.pem"
    path.write_bytes(WITNESS.signer.pem())
    path.chmod(0o600)
    return path


@contextmanager
def serving(
    cwd: Path, *options: str | Path
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The program, and where it listens by its own word."""
    process = subprocess.Popen(
        command("witness", "serve", *options),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        url = json.loads(first)["url"] if first.startswith("{") else first.split()[-1]
        yield url, process
    finally:
        process.kill()
        process.wait()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(
    tmp_path: Path, key: Path, number: signal.Signals
) -> None:
    options = ("--name", WITNESS.name, "--key", key, "--state", "seen")
    with serving(
        tmp_path, *options, "--listen", "127.0.0.1:0", "--trust", LOG.vkey
    ) as (url, process):
        answer = httpx.post(f"{url}/add-checkpoint", content=ONE.body(0, 7))
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)

    assert answer.status_code == 200
    assert process.returncode == 0
    assert f"POST /add-checkpoint 200 {LOG.name} 7" in errors
    assert WITNESS.vkey in errors


def test_everything_may_stand_in_a_file(tmp_path: Path, key: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "witness.toml").write_text(
        f'name = "{WITNESS.name}"\nkey = "../{key.name}"\nstate = "seen"\n'
        f'listen = "127.0.0.1:0"\ntrust = ["{LOG.name}={LOG.vkey}"]\n'
    )
    with serving(
        tmp_path, "--config", folder / "witness.toml", "--json", "--quiet"
    ) as (url, process):
        answer = httpx.post(f"{url}/add-checkpoint", content=ONE.body(0, 7))
        process.terminate()
        _, errors = process.communicate(timeout=30)

    assert answer.status_code == 200
    assert errors == ""
    assert (folder / "seen" / "witness").read_text() == WITNESS.vkey + "\n"


def refused(cwd: Path, *options: str | Path) -> Ran:
    ran = invoke("witness", "serve", *options, cwd=cwd)
    assert ran.code == 2
    return ran


def test_what_is_missing_is_named(tmp_path: Path, key: Path) -> None:
    assert "--name" in refused(tmp_path).err
    named = ("--name", "w", "--key", key, "--state", "seen")
    assert "at least one log" in refused(tmp_path, *named).err
    assert (
        "no HOST:PORT"
        in refused(tmp_path, *named, "--trust", LOG.vkey, "--listen", "here").err
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 7", "must be a text"),
        ("nmae = 'x'", "nothing is called 'nmae'"),
        ("name", "not TOML"),
        ("name='w'\nkey='w.pem'\nstate='s'\ntrust='x'", "must be a list"),
    ],
)
def test_a_file_that_is_wrong_is_refused(
    tmp_path: Path, key: Path, text: str, said: str
) -> None:
    (tmp_path / "w.toml").write_text(text)

    assert said in refused(tmp_path, "--config", "w.toml").err
    assert "cannot be read" in refused(tmp_path, "--config", "none.toml").err


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("[::1]:0", ("::1", 0)),
        ("witness.example:65535", ("witness.example", 65535)),
    ],
)
def test_addresses(text: str, found: tuple[str, int]) -> None:
    assert address(text) == found


@pytest.mark.parametrize("text", ["", "80", ":80", "a:b", "::1:80", "a:65536", "a b:1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(click.UsageError):
        address(text)


def test_a_log_is_trusted_under_its_keys_name_or_another_origin() -> None:
    assert trusted([LOG.vkey, LOG.vkey]) == {LOG.name: [KEY]}
    assert trusted([f"other={LOG.vkey}"]) == {"other": [KEY]}
    with pytest.raises(KeyUnusable):
        trusted([WITNESS.vkey])
