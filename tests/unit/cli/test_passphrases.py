"""Asking for passphrases: on a terminal, twice for a new one, and else never."""

import os
import pty
import sys
import termios
import time
from pathlib import Path

import click
import pytest

from affidavit.cli import passphrases
from support.cli import SDK, invoke


def on_a_terminal(cwd: Path, typed: list[bytes], *arguments: str) -> tuple[int, str]:
    """Run the program with a terminal in front of it, and type at each prompt."""
    child, terminal = pty.fork()
    if not child:
        os.chdir(cwd)
        environment = os.environ | {"PYTHONPATH": str(SDK), "NO_COLOR": "1"}
        program = [sys.executable, "-m", "affidavit", *arguments]
        os.execve(sys.executable, program, environment)
    seen = b""
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:
            break
        if not part:
            break
        seen += part
        if typed and seen.rstrip().endswith(b":"):
            # The prompt is there before the echo is off, and what was typed by then is
            # thrown away with it.
            while termios.tcgetattr(terminal)[3] & termios.ECHO:
                time.sleep(0.005)
            os.write(terminal, typed.pop(0) + b"\n")
            seen += b"\n"
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen.decode()


def test_a_person_is_asked_twice_for_a_new_one_and_once_for_one_that_is_set(
    tmp_path: Path,
) -> None:
    init = ("init", "--passphrase", "-q")
    code, seen = on_a_terminal(tmp_path, [b"sesame", b"sesame"], *init)
    assert (code, "New passphrase" in seen) == (0, True), seen
    assert "sesame" not in seen

    code, seen = on_a_terminal(tmp_path, [b"sesame"], "trail", "key")
    assert (code, "Passphrase of" in seen) == (0, True), seen
    code, seen = on_a_terminal(tmp_path, [], "trail", "key", "--no-input")
    assert (code, "none was given" in seen.replace("\r\n", " ")) == (2, True), seen


def test_where_nobody_can_be_asked_nobody_is(tmp_path: Path) -> None:
    assert not passphrases.asks()
    assert passphrases.given("key.pem") is None
    with pytest.raises(click.UsageError, match="no terminal"):
        passphrases.new(None, "--new-file")
    failed = invoke("init", "--passphrase", cwd=tmp_path)
    assert (failed.code, (tmp_path / ".affidavit").exists()) == (2, False)


def test_a_key_that_is_made_gets_the_passphrase_that_programs_will_use(
    tmp_path: Path,
) -> None:
    env = {"AFFIDAVIT_KEY_PASSPHRASE": "sesame"}
    made = invoke("init", "--passphrase", cwd=tmp_path, env=env)

    assert made.code == 0
    pem = (tmp_path / ".affidavit/key.pem").read_bytes()
    assert b"ENCRYPTED" in pem
    again = invoke("init", "--passphrase", cwd=tmp_path, env=env)
    assert "--passphrase had no effect" in again.err
