"""What the README tells people to type works as printed."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.testing.sandbox import Sandbox

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")
PROGRAMS = Path(sys.executable).parent
ELSEWHERE = {
    "pip install affidavit": "tests/e2e/test_wheel.py installs the built wheel",
    "make demo": "tests/e2e/test_demo.py runs what it runs",
    "make test": "runs this test",
}


UNCHANGED = """
import openai

answer = openai.OpenAI().responses.create(model="gpt-5", input="Where is my parcel?")
print(answer.output_text)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    lines = [line for block in blocks("console") for line in block.splitlines()]
    assert all(line.startswith("$ ") for line in lines)
    return [line.removeprefix("$ ") for line in lines]


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with Sandbox() as sandbox:
        yield {
            **os.environ,
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "OPENAI_BASE_URL": sandbox.base_url,
            "OPENAI_API_KEY": "sandbox",
        }


def test_every_command_and_the_program_run_as_printed(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (program,) = blocks("python")
    (tmp_path / "program.py").write_text(program + "\nprint(answer.choices[0])\n")
    (tmp_path / "app.py").write_text(UNCHANGED)
    typed = [command for command in commands() if command not in ELSEWHERE]
    assert typed[0] == "affidavit init"
    steps = [typed[0], "python program.py", *typed[1:]]

    for step in steps:
        name, *arguments = shlex.split(step)
        done = subprocess.run(
            [PROGRAMS / name, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step}\n{done.stdout}{done.stderr}"


def test_commands_that_are_tested_elsewhere_are_in_the_readme() -> None:
    assert ELSEWHERE.keys() <= set(commands())


def test_the_sandbox_that_it_names_is_a_command(tmp_path: Path) -> None:
    assert "`affidavit sandbox`" in README
    done = subprocess.run(
        [PROGRAMS / "affidavit", "sandbox", "--help"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
