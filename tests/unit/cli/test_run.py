import signal
import sys
from pathlib import Path

import pytest

from affidavit.cli.run import BOOTSTRAP, environment
from affidavit.wiring import read_settings
from support.cli import invoke, program
from support.project import a_project


def test_the_settings_of_this_folder_hold_wherever_the_program_goes(
    tmp_path: Path,
) -> None:
    (tmp_path / "affidavit.toml").write_text(
        'policy = "rules"\npurpose = "support.reply"\ntag_requests = false\n'
    )
    here = read_settings(environ={}, directory=tmp_path)
    there = read_settings(environ=environment(here, {}), directory=Path("/"))

    assert (there.policy, there.trail, there.key, there.purpose) == (
        tmp_path / "rules",
        tmp_path / ".affidavit" / "trail",
        tmp_path / ".affidavit" / "key.pem",
        "support.reply",
    )
    assert there.tag_requests is False
    assert there.durability is here.durability


def test_what_is_on_pythons_path_stays_behind_us_and_we_are_there_once(
    tmp_path: Path,
) -> None:
    settings = read_settings(environ={}, directory=tmp_path)
    once = environment(settings, {"PYTHONPATH": "/a:/b", "KEPT": "1"})
    twice = environment(settings, once)

    assert once["PYTHONPATH"] == f"{BOOTSTRAP}:/a:/b"
    assert once["KEPT"] == "1"
    assert twice == once
    assert "AFFIDAVIT_PURPOSE" not in once


def test_an_isolated_python_is_not_started(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = invoke("run", "--", sys.executable, "-I", "app.py", cwd=tmp_path)

    assert told.code == 2
    assert "-I isolates Python from its environment" in told.err
    assert "affidavit.install()" in told.err


def test_a_script_that_isolates_its_python_is_not_started(tmp_path: Path) -> None:
    a_project(tmp_path)
    script = tmp_path / "tool"
    script.write_text(f"#!{sys.executable} -E\nopen('started', 'w')\n")
    script.chmod(0o755)
    told = invoke("run", str(script), cwd=tmp_path)

    assert told.code == 2
    assert "-E lets Python ignore PYTHONPATH" in told.err


@pytest.mark.parametrize(
    "line", [["no-such-program"], [""], ["./a-folder"], ["printf", "a\0b"]]
)
def test_what_cannot_be_started_is_said(line: list[str], tmp_path: Path) -> None:
    a_project(tmp_path)
    (tmp_path / "a-folder").mkdir()
    kept = {each: signal.getsignal(each) for each in (signal.SIGPIPE, signal.SIGXFSZ)}
    told = invoke("run", "--", *line, cwd=tmp_path)

    assert told.code == 2
    assert "cannot be started" in told.err
    assert {each: signal.getsignal(each) for each in kept} == kept


def test_a_purpose_that_no_policy_could_hold_is_refused(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = invoke("run", "--purpose", "No Purpose", "--", "true", cwd=tmp_path)

    assert told.code == 2
    assert "cannot be a purpose" in told.err


def test_without_a_key_nothing_is_started(tmp_path: Path) -> None:
    (a_project(tmp_path).key).unlink()
    told = program("run", "--", "touch", "started", cwd=tmp_path)

    assert told.code == 2
    assert not (tmp_path / "started").exists()


def test_the_program_is_in_our_place_with_signals_as_the_system_sets_them(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    # A shell shows what it was started with: Python ignores SIGPIPE for itself.
    shell = "grep SigIgn /proc/self/status; echo $AFFIDAVIT_PURPOSE; exit 5"
    told = program("run", "--purpose", "a.b", "--", "sh", "-c", shell, cwd=tmp_path)

    assert told.code == 5
    ignored, purpose = told.out.splitlines()
    assert not int(ignored.split()[1], 16) & (1 << (signal.SIGPIPE - 1))
    assert purpose == "a.b"
