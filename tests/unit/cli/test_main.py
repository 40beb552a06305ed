import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from affidavit.cli.main import cli, run
from affidavit.cli.teaching import LazyGroup, TeachingCommand
from support.cli import command, environment, invoke, program


def commands(
    group: LazyGroup, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = [(path, group)]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, LazyGroup):
            found += commands(command, (*path, name))
        else:
            found.append(((*path, name), command))
    return found


assert isinstance(cli, LazyGroup)
ALL = commands(cli)
NAMES = [" ".join(path) or "affidavit" for path, _ in ALL]
WITHOUT_JSON = {
    "completion": "prints a script, for shells",
    "content show": "prints the content itself, byte for byte",
    "contract schema": "prints JSON as it is",
    "detect calls": "prints JSON as it is",
    "policy schema": "prints JSON as it is",
    "run": "becomes another program",
    "trail export": "--format chooses: JSON lines by default",
    "trust schema": "prints JSON as it is",
}
"""Commands that need no `--json`, and why."""
PLACES = re.compile(r"FILE|DIR|PATH|VKEY\||^\[?(A|B|OLD)\]?$")
"""How what names a file or a folder, or may, is called in the help."""
NO_PLACES = {"incident serve --path": "where a URL leads"}
"""What is called so and names none, and why."""


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_every_help_teaches(
    path: tuple[str, ...], command: click.Command, tmp_path: Path
) -> None:
    shown = invoke(*path, "--help", cwd=tmp_path)

    assert shown.code == 0
    assert isinstance(command, TeachingCommand)
    assert command.exits is not None
    assert "Exit codes:\n  0  " in shown.out
    assert "\n  1  " in shown.out
    assert "\n  2  " in shown.out
    assert command.uses
    assert all(use.line in shown.out for use in command.uses)
    assert "--quiet" in shown.out


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_every_command_bears_the_name_that_its_group_lists(
    path: tuple[str, ...], command: click.Command, tmp_path: Path
) -> None:
    assert command.name == (path[-1] if path else "affidavit")


def test_every_command_prints_json_for_programs_or_has_a_reason_not_to() -> None:
    without = {
        name
        for name, (_, command) in zip(NAMES, ALL, strict=True)
        if not isinstance(command, LazyGroup)
        and not any("--json" in each.opts for each in command.params)
    }

    assert without == WITHOUT_JSON.keys()


def places() -> Iterator[tuple[str, click.Parameter]]:
    """What names a file or a folder, or may."""
    for name, (_, holder) in zip(NAMES, ALL, strict=True):
        for each in holder.params:
            said, called = f"{name} {each.opts[0]}", each.metavar or ""
            named = PLACES.search(called) and said not in NO_PLACES
            if isinstance(each.type, click.Path) or named:
                yield said, each


def refuses_nothing(each: click.Parameter) -> bool:
    try:
        each.type.convert("", each, None)
    except click.BadParameter:
        return False
    return True


def test_an_empty_text_names_no_file_and_no_folder() -> None:
    # It would be taken for the present folder: `--trail "$UNSET"`.
    found = dict(places())

    assert len(found) > 150
    assert [said for said, each in found.items() if refuses_nothing(each)] == []


def test_an_empty_key_is_told_by_the_name_of_its_option(tmp_path: Path) -> None:
    told = invoke("verify", "out", "--key", "", cwd=tmp_path)

    assert (told.code, told.out) == (2, "")
    assert "Invalid value for '--key': It is empty." in told.err


def test_help_and_version_import_nothing_heavy(tmp_path: Path) -> None:
    heavy = "openai", "pydantic", "rich", "cryptography", "orjson", "asyncio"
    probe = (
        "import sys; from affidavit.cli.main import run; "
        "codes = [run(['--help']), run(['--version']), run(['trail', '--help'])]; "
        f"print('loaded', codes, [n for n in {heavy!r} if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.decode().splitlines()[-1] == "loaded [0, 0, 0] []"


def test_a_command_that_does_not_exist_names_the_nearest(tmp_path: Path) -> None:
    misused = invoke("trial", cwd=tmp_path)

    assert misused.code == 2
    assert "Did you mean 'trail'?" in misused.err
    assert misused.out == ""


@pytest.mark.parametrize("path", [(), ("trail",), ("policy",)])
def test_no_command_shows_the_help_and_is_a_usage_error(
    path: tuple[str, ...], tmp_path: Path
) -> None:
    shown = invoke(*path, cwd=tmp_path)

    assert shown.code == 2
    assert "Commands:" in shown.err
    assert shown.out == ""


def test_an_error_on_purpose_is_one_message_with_its_exit_code(tmp_path: Path) -> None:
    failed = invoke("trail", "show", cwd=tmp_path)

    assert failed.code == 2
    assert failed.out == ""
    assert failed.err.startswith("affidavit: error: ")
    assert "affidavit init" in failed.err
    assert "Traceback" not in failed.err


def test_a_bug_says_that_it_is_one_and_how_to_report_it(tmp_path: Path) -> None:
    # An argument that no shell can pass: the operating system's calls refuse it.
    plain = invoke("trail", "show", "a\0b", cwd=tmp_path)
    debugged = invoke(
        "trail", "show", "a\0b", cwd=tmp_path, env={"AFFIDAVIT_DEBUG": "1"}
    )

    assert plain.code == debugged.code == 2
    assert "this is a bug in affidavit: ValueError" in plain.err
    assert "report it" in plain.err
    assert "Traceback" not in plain.err
    assert "Traceback" in debugged.err


def test_a_shell_that_asks_gets_the_names_of_commands(tmp_path: Path) -> None:
    asked = {
        "_AFFIDAVIT_COMPLETE": "bash_complete",
        "COMP_WORDS": "affidavit tr",
        "COMP_CWORD": "1",
    }
    answered = invoke(cwd=tmp_path, env=asked)
    unknown = invoke(cwd=tmp_path, env={"_AFFIDAVIT_COMPLETE": "tcsh_complete"})

    named = ["plain,trail", "plain,trust"]
    assert (answered.code, answered.out.split()) == (0, named)
    assert unknown.code == 2


def test_a_full_disk_behind_stdout_is_no_success(tmp_path: Path) -> None:
    full = Path("/dev/full")
    with full.open("wb") as nowhere:
        done = subprocess.run(
            command("--version"),
            cwd=tmp_path,
            env=environment(),
            stdout=nowhere,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == 2
    assert b"No space left on device" in done.stderr


def test_text_that_the_terminal_cannot_encode_is_escaped(tmp_path: Path) -> None:
    odd = tmp_path / "ü"
    shown = program(
        "policy", "check", odd, cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"}
    )

    assert shown.code == 2
    assert "\\xfc: no policy there" in shown.err
    assert "Traceback" not in shown.err


def test_run_returns_a_code_and_never_leaves_by_itself() -> None:
    assert run(["--no-such-option"]) == 2
