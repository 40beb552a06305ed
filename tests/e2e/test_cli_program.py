"""The real program from an empty folder to a statement that somebody else checks."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.testing.sandbox import Sandbox
from support.cli import (
    Ran,
    command,
    edit_record,
    environment,
    invoke,
    program,
    tree_digest,
)

APPLICATION = """
from affidavit import OpenAI, Refused

client = OpenAI(purpose="support.reply", api_key="sandbox")
client.responses.create(model="gpt-5", input="Where is my parcel?")
try:
    client.with_purpose("no.such").responses.create(model="gpt-5", input="Hello")
except Refused as refusal:
    print(refusal.rule)
"""


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose application has made one call and been refused another."""
    parent = tmp_path_factory.mktemp("program")
    folder = parent / "project"
    ok(program("init", "--origin", "acme.example/support", folder, cwd=parent))
    with Sandbox() as sandbox:
        ran = subprocess.run(
            [sys.executable, "-c", APPLICATION],
            cwd=folder,
            env=environment({"OPENAI_BASE_URL": sandbox.base_url}),
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert ran.stdout == b"purpose.unknown\n"
        assert sandbox.counts["responses"] == 1
    return folder


def test_from_an_empty_folder_to_a_statement_that_an_auditor_accepts(
    project: Path, tmp_path: Path
) -> None:
    shown = ok(program("trail", "show", "--json", cwd=project)).lines
    decisions = [each for each in shown if each["kind"] == "decision"]
    assert [each["effect"] for each in decisions] == ["permit", "refuse"]
    ok(program("doctor", cwd=project))

    vkey = ok(program("trail", "key", cwd=project)).out.strip()
    ok(
        program(
            "attest", "--from", "2026-01-01", "--out", tmp_path / "out", cwd=project
        )
    )

    # The auditor has the statement, a copy of the trail and the key; nothing else.
    desk = tmp_path / "desk"
    shutil.copytree(project / ".affidavit" / "trail", desk / "copy")
    shutil.move(tmp_path / "out", desk / "out")
    told = program(
        "verify", "out", "--trail", "copy", "--key", vkey, "--json", cwd=desk
    )
    assert ok(told).json["verdict"] == "valid"
    assert told.json["trail"]["origin"] == "acme.example/support"
    before = tree_digest(desk)

    edit_record(desk / "copy", b'"effect":"refuse"', b'"effect":"permit"')
    edited = program("trail", "verify", "copy", "--key", vkey, cwd=desk)
    assert edited.code == 1
    assert "(decision, " in edited.out
    assert before.keys() == tree_digest(desk).keys()


def test_a_reader_that_leaves_early_is_not_shouted_at(project: Path) -> None:
    with subprocess.Popen(
        command("trail", "show", "--json"),
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        code = process.wait(timeout=60)

    assert (code, err) == (2, b"")


def test_an_interrupt_is_one_line_and_not_a_traceback(
    project: Path, tmp_path: Path
) -> None:
    call = tmp_path / "call.json"
    os.mkfifo(call)
    with (
        subprocess.Popen(
            command("policy", "explain", "--call", call),
            cwd=project,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        call.open("wb"),
    ):  # returns once the program waits for what comes
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (2, b"")
    assert err == b"affidavit: error: interrupted; nothing further was done\n"


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"NO_COLOR": "1"}, False)],
)
def test_colour_is_for_terminals_and_those_who_ask(
    variables: dict[str, str], project: Path, *, coloured: bool
) -> None:
    shown = ok(program("trail", "verify", cwd=project, env=variables))

    assert ("\x1b[" in shown.out) is coloured


def test_a_shell_completes_commands_of_groups(project: Path) -> None:
    asked = {
        "_AFFIDAVIT_COMPLETE": "zsh_complete",
        "COMP_WORDS": "affidavit trail ",
        "COMP_CWORD": "2",
    }
    shown = ok(program(cwd=project, env=asked))

    assert "verify" in shown.out.splitlines()


def test_json_of_every_command_is_one_object_a_line(project: Path) -> None:
    for arguments in (
        ("init",),
        ("doctor",),
        ("policy", "check"),
        ("policy", "explain", "--model", "gpt-5", "--purpose", "support.reply"),
        ("trail", "verify"),
        ("trail", "show"),
        ("trail", "key"),
        ("verify", ".affidavit/trail"),
    ):
        told = ok(invoke(*arguments, "--json", cwd=project))
        assert all(isinstance(json.loads(it), dict) for it in told.out.splitlines())
        assert told.out


def test_the_settings_file_leads_to_a_project_elsewhere(
    project: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here" / "deeper"
    here.mkdir(parents=True)
    (tmp_path / "here" / "pyproject.toml").write_text(
        f"[tool.affidavit]\ntrail = {json.dumps(str(project / '.affidavit/trail'))}\n"
    )
    told = program("trail", "verify", "--json", cwd=here)

    assert ok(told).json["origin"] == "acme.example/support"
