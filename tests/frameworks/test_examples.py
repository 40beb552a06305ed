"""Each framework's example does what docs/frameworks.md says of it."""

import os
import re
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from affidavit.testing import Sandbox
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Settings
from support.frameworks import MODULES, OPENAI, REQUIRED, installed
from support.project import a_project

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples" / "frameworks"
GUIDE = (REPOSITORY / "docs" / "frameworks.md").read_text("utf-8")
OFFLINE = REPOSITORY / "tests" / "support" / "offline.py"
ONE_CALL = {"dspy"}
"""Examples that stream nothing."""


@dataclass(frozen=True)
class Ran:
    """A program that has ended, and what is left of it."""

    output: str
    departures: list[str]
    """Hosts beyond this machine that it tried to reach."""
    records: list[StoredRecord]
    requests: list[Any]

    def of(self, kind: Kind) -> list[StoredRecord]:
        return [each for each in self.records if each.entry.kind is kind]


Run = Callable[..., Ran]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, settings: Settings, sandbox: Sandbox) -> Run:
    def run(program: Path, **environment: str) -> Ran:
        departures = tmp_path / "departures"
        done = subprocess.run(
            [sys.executable, OFFLINE, departures, program],
            cwd=tmp_path,
            env={
                **os.environ,
                "HOME": str(tmp_path),  # frameworks keep caches there
                "OPENAI_API_KEY": "sandbox",
                "OPENAI_BASE_URL": sandbox.base_url,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return Ran(
            output=done.stdout,
            departures=departures.read_text("utf-8").splitlines(),
            records=list(TrailReader(settings.trail).records()),
            requests=sandbox.requests,
        )

    return run


def test_this_environment_holds_each_framework_that_it_must() -> None:
    assert installed() == REQUIRED[OPENAI]


def test_each_framework_has_an_example_a_section_and_an_environment() -> None:
    examples = {path.stem.removeprefix("with_") for path in EXAMPLES.glob("*.py")}
    assert examples == MODULES.keys() == set.union(*REQUIRED.values())
    for name in MODULES:
        assert f"(../examples/frameworks/with_{name}.py)" in GUIDE


@pytest.mark.parametrize("name", sorted(REQUIRED[OPENAI]))
def test_an_example_sends_what_is_permitted_and_records_all(
    name: str, run: Run
) -> None:
    ran = run(EXAMPLES / f"with_{name}.py")

    sent = 1 if name in ONE_CALL else 2
    decisions, outcomes = ran.of(Kind.DECISION), ran.of(Kind.OUTCOME)
    assert Counter(each.entry.effect for each in decisions) == {
        "permit": sent,
        "refuse": 1,
    }
    assert [each.entry.effect for each in outcomes] == ["complete"] * sent
    bodies: list[Any] = [each.body for each in outcomes]
    assert [each["attempts"][0]["status"] for each in bodies] == [200] * sent
    purposes = [each.headers.get("x-declared-purpose") for each in ran.requests]
    assert purposes == ["support.reply"] * sent
    assert ran.departures == []
    for line in ("allowed", *(["streamed"] if sent == 2 else []), "refused"):
        assert re.search(rf"^{line} +\S", ran.output, re.MULTILINE), ran.output
    assert "purpose.undeclared" in ran.output.partition("refused")[2]


def a_program(folder: Path, text: str) -> Path:
    program = folder / "program.py"
    program.write_text(textwrap.dedent(text), "utf-8")
    return program


if OPENAI == 2:

    def test_what_dspys_own_engine_sends_is_seen_by_nobody(
        run: Run, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        program = a_program(
            tmp_path,
            f"""
            import os
            del os.environ["OPENAI_BASE_URL"]  # with it, DSPy would choose LiteLLM
            import affidavit, dspy
            affidavit.install()
            dspy.LM("openai/gpt-4o-mini", api_base="{sandbox.base_url}")("Hello")
            """,
        )
        ran = run(program, LITELLM_LOCAL_MODEL_COST_MAP="True")
        assert [each.endpoint for each in ran.requests] == ["chat.completions"]
        assert ran.of(Kind.DECISION) == []


if OPENAI == 3:

    def test_the_traces_of_openai_agents_leave_past_every_client(
        run: Run, tmp_path: Path
    ) -> None:
        example = (EXAMPLES / "with_openai_agents.py").read_text("utf-8")
        traced = example.replace("set_tracing_disabled(True)", "pass")
        assert traced != example
        ran = run(a_program(tmp_path, traced))
        assert set(ran.departures) == {"api.openai.com"}


def test_langchain_makes_each_client_that_it_is_not_handed(
    run: Run, tmp_path: Path
) -> None:
    program = a_program(
        tmp_path,
        """
        from langchain_openai import ChatOpenAI
        from affidavit import OpenAI, ungoverned_clients

        client = OpenAI()
        model = ChatOpenAI(root_client=client, client=client.chat.completions)
        print("ungoverned:", *ungoverned_clients())
        """,
    )
    assert re.search(r"ungoverned: <openai\.AsyncOpenAI object", run(program).output)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_what_the_guide_shows_stands_in_the_example(name: str) -> None:
    _, _, section = GUIDE.partition(f"(../examples/frameworks/with_{name}.py)\n")
    shown = re.search(r"^```python\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert shown is not None
    example = (EXAMPLES / f"with_{name}.py").read_text("utf-8")
    lines = [line.strip() for line in example.splitlines()]
    wanted = [line.strip() for line in shown[1].splitlines() if line.strip()]
    assert [line for line in wanted if line not in lines] == []
