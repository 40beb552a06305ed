"""The plugin as users meet it: pytest runs of test files that it is loaded into."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import openai
import pytest

import affidavit
import affidavit.clients.openai  # imported once, and not anew by each run below
import affidavit.policy.loader
import affidavit.testing.enforcing
from support.project import DATASET_REQUEST

pytest_plugins = ["pytester"]

LOADED = ("-p", "no:affidavit", "-p", "affidavit.testing.plugin")
"""By name, whether this environment registers the entry point already or not."""

APP = f"""
from affidavit import OpenAI, purpose
DATASET = {DATASET_REQUEST!r}

def ask(text="Where is my parcel?", client=None):
    client = client or OpenAI()
    return client.chat.completions.create(
        model="gpt-4o-mini", messages=[{{"role": "user", "content": text}}]
    )
"""
HEADER = """
import pytest
import app
from affidavit import PolicyDenied, purpose
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A user's project with an ini file as strict as pytest allows."""
    pytester.makeini(
        "[pytest]\nfilterwarnings = error\naddopts = --strict-markers --strict-config\n"
        "pythonpath = .\nasyncio_default_fixture_loop_scope = function\n"
    )
    pytester.makepyfile(app=APP)
    return pytester


def run(project: pytest.Pytester, test: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(test_user=HEADER + test)
    return project.runpytest_inprocess(*LOADED, *arguments)


def a_policy(project: pytest.Pytester, *, mode: str = "enforce") -> None:
    starter = Path(__file__).parents[3] / "policies" / "starter.yaml"
    text = starter.read_text("utf-8").replace("\nmode: enforce", f"\nmode: {mode}")
    project.mkdir("policies").joinpath("policy.yaml").write_text(text, "utf-8")


def test_a_test_asserts_which_purpose_its_code_declares(
    project: pytest.Pytester,
) -> None:
    result = run(
        project,
        """
def test_reply(affidavit_trail, affidavit_sandbox):
    with purpose("support.reply"):
        app.ask()

    (call,) = affidavit_trail.assert_declared(
        "support.reply", endpoint="chat.completions", times=1
    )
    assert call.outcome.attempts[0].status == 200
    (request,) = affidavit_sandbox.requests
    assert request.headers["x-declared-purpose"] == "support.reply"
""",
    )
    result.assert_outcomes(passed=1)


def test_a_failed_assertion_shows_what_was_recorded(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_reply(affidavit_trail, affidavit_sandbox):
    with purpose("support.replies"):
        app.ask()
    affidavit_trail.assert_declared("support.reply")
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*No call declared the purpose 'support.reply'.*support.replies*were:",
            "*1. chat.completions gpt-4o-mini, purpose support.replies: permit",
        ]
    )
    # The helper's own frames say nothing to a user.
    result.stdout.no_fnmatch_line("*def assert_declared*")


def test_the_marker_enforces_a_policy_with_detectors_and_without_a_trail(
    project: pytest.Pytester,
) -> None:
    a_policy(project)
    result = run(
        project,
        """
@pytest.mark.affidavit(policy="policies", purpose="support.reply")
def test_dataset(affidavit_trail, affidavit_sandbox, affidavit_policy):
    assert affidavit_policy.mode == "enforce"
    app.ask()
    with pytest.raises(PolicyDenied):
        app.ask(app.DATASET)

    affidavit_trail.assert_refused("openai-dataset-generation", times=1)
    assert affidavit_sandbox.counts["chat.completions"] == 1
""",
    )
    result.assert_outcomes(passed=1)
    assert not (project.path / ".affidavit").exists()


def test_without_a_path_the_policy_is_the_one_that_the_settings_name(
    project: pytest.Pytester,
) -> None:
    a_policy(project)
    result = run(
        project,
        """
def test_undeclared(affidavit_policy, affidavit_trail, affidavit_sandbox):
    with pytest.raises(PolicyDenied):
        app.ask()
    assert affidavit_policy.name == "starter"
    assert affidavit_trail.refusals == affidavit_trail.calls
""",
    )
    result.assert_outcomes(passed=1)


def test_observe_mode_refuses_nothing_and_the_failure_says_so(
    project: pytest.Pytester,
) -> None:
    a_policy(project, mode="observe")
    result = run(
        project,
        """
def test_undeclared(affidavit_policy, affidavit_trail, affidavit_sandbox):
    app.ask()
    affidavit_trail.assert_refused()
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The policy is in observe mode*"])


def test_the_purpose_of_a_whole_folder_is_a_fixture(project: pytest.Pytester) -> None:
    project.makeconftest(
        "import pytest\n"
        "@pytest.fixture\n"
        "def affidavit_purpose():\n"
        "    return 'search.index'\n"
    )
    result = run(
        project,
        """
def test_default(affidavit_trail, affidavit_sandbox):
    app.ask()
    with purpose("nearer"):
        app.ask()
    assert affidavit_trail.purposes == ("search.index", "nearer")
""",
    )
    result.assert_outcomes(passed=1)


def test_the_marker_of_the_test_stands_before_that_of_its_module(
    project: pytest.Pytester,
) -> None:
    result = run(
        project,
        """
pytestmark = pytest.mark.affidavit(purpose="of.module")

@pytest.mark.affidavit(purpose="of.test")
def test_own(affidavit_purpose):
    assert affidavit_purpose == "of.test"

def test_module(affidavit_purpose):
    assert affidavit_purpose == "of.module"
""",
    )
    result.assert_outcomes(passed=2)


def test_a_marker_alone_is_enough_also_for_unittest(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
import unittest

@pytest.mark.affidavit
class TestOld(unittest.TestCase):
    def test_builds(self):
        app.OpenAI(api_key="k")  # without it: no trail here, so this raises
""",
    )
    result.assert_outcomes(passed=1)


def test_without_a_fixture_the_settings_decide(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
from affidavit import AffidavitError

def test_builds():
    with pytest.raises(AffidavitError):
        app.OpenAI(api_key="k")
""",
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("marker", ["polciy='p'", "'support.reply'"])
def test_a_misspelt_marker_is_an_error(project: pytest.Pytester, marker: str) -> None:
    result = run(
        project,
        f"""
@pytest.mark.affidavit({marker})
def test_nothing():
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*takes policy= and purpose=, not*"])


def test_a_purpose_that_no_policy_could_hold_is_an_error(
    project: pytest.Pytester,
) -> None:
    result = run(
        project,
        """
@pytest.mark.affidavit(purpose="Support Reply")
def test_nothing():
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cannot be a purpose*"])


def test_threads_and_tasks_of_the_code_under_test_are_recorded(
    project: pytest.Pytester,
) -> None:
    result = run(
        project,
        """
import asyncio
import threading
from affidavit import AsyncOpenAI

def test_thread(affidavit_trail, affidavit_sandbox):
    thread = threading.Thread(target=purpose("in.thread")(app.ask))
    thread.start()
    thread.join()
    affidavit_trail.assert_declared("in.thread", times=1)

def test_task(affidavit_trail, affidavit_sandbox):
    @purpose("in.task")
    async def ask():
        async with AsyncOpenAI() as client:
            await client.responses.create(model="gpt-5", input="Hello")

    asyncio.run(ask())
    affidavit_trail.assert_declared("in.task", endpoint="responses", times=1)
""",
    )
    result.assert_outcomes(passed=2)


MODULE_CLIENT = """
import shared

def test_first(affidavit_trail, affidavit_sandbox):
    with purpose("first"):
        shared.ask(affidavit_sandbox.base_url)
    affidavit_trail.assert_declared("first", times=1)

def test_second(affidavit_trail, affidavit_sandbox):
    with purpose("second"):
        shared.ask(affidavit_sandbox.base_url)
    assert affidavit_trail.purposes == ("second",)

def test_that_asks_for_nothing():
    pass
"""


def test_a_client_that_a_module_builds_records_for_the_running_test(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        shared="from affidavit import OpenAI\n"
        "import app\n"
        "client = OpenAI(api_key='k')\n"
        "def ask(base_url):\n"
        "    app.ask(client=client.with_options(base_url=base_url))\n"
    )
    result = run(project, MODULE_CLIENT, "-o", "affidavit_memory=true")
    result.assert_outcomes(passed=3)


def test_clients_of_others_that_install_governs_record_for_the_running_test(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        shared="""
        import affidavit
        import openai
        import app
        affidavit.install()
        client = openai.OpenAI(api_key="k")
        def ask(base_url):
            app.ask(client=client.with_options(base_url=base_url))
        """,
        test_user=HEADER + MODULE_CLIENT,
    )
    # In a process of its own: `install` changes openai's classes.
    loaded = (*LOADED, "-o", "affidavit_memory=true")
    project.runpytest_subprocess(*loaded).assert_outcomes(passed=3)


def test_without_the_option_such_a_client_needs_the_settings_trail(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        shared="from affidavit import OpenAI\nclient = OpenAI(api_key='k')\n"
    )
    result = run(project, MODULE_CLIENT)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*affidavit init*"])


def test_the_option_ends_with_the_run(project: pytest.Pytester) -> None:
    run(project, "def test_nothing(): pass", "-o", "affidavit_memory=true")
    with pytest.raises(affidavit.AffidavitError):
        affidavit.OpenAI(api_key="k")


def test_loading_it_imports_neither_openai_nor_pydantic_nor_a_client() -> None:
    source = str(Path(affidavit.__file__).parents[1])
    code = (
        f"import sys; sys.path.insert(0, {source!r}); import pytest; "
        "before = set(sys.modules); import affidavit.testing.plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {name for name in loaded if name.startswith("affidavit")}
    assert ours == {
        "affidavit",
        "affidavit._version",
        "affidavit.errors",
        "affidavit.purpose",
        "affidavit.testing",
        "affidavit.testing.plugin",
    }
    assert not {"openai", "pydantic", "httpx", "orjson"} & set(loaded)


def test_pytest_does_not_mind_that_the_package_was_there_before_it(
    project: pytest.Pytester,
) -> None:
    project.makeconftest("import pytest; pytest.register_assert_rewrite('affidavit')")
    result = run(project, "def test_nothing(): pass")
    result.assert_outcomes(passed=1)


GUIDE = (Path(__file__).parents[3] / "docs" / "testing.md").read_text("utf-8")
MAJOR = openai.__version__.partition(".")[0]


def recipes() -> dict[str, str]:
    """The guide's programs by their headings, those for the other major left out."""
    found = {}
    for section in re.split(r"^#+ ", GUIDE, flags=re.MULTILINE)[1:]:
        heading, _, text = section.partition("\n")
        only = re.search(r"openai (\d)\.x", heading)
        programs = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        if programs and (only is None or only[1] == MAJOR):
            (found[heading],) = programs
    return found


@pytest.mark.parametrize("heading", recipes())
def test_a_recipe_of_the_guide_passes_as_printed(
    project: pytest.Pytester, heading: str
) -> None:
    a_policy(project)
    project.makepyfile(test_recipe=recipes()[heading])
    result = project.runpytest_inprocess(*LOADED)
    outcomes = result.parseoutcomes()
    assert outcomes == {"passed": outcomes.get("passed")}


def test_a_mock_transport_works_on_openai_2_as_the_guide_says(
    project: pytest.Pytester,
) -> None:
    if MAJOR == "3":
        assert "MockTransport, on openai 3.x" in recipes()
        return
    _, _, section = GUIDE.partition("## MockTransport")
    program = section.partition("```python\n")[2].partition("```")[0]
    project.makepyfile(test_recipe=program.replace("httpx2", "httpx"))
    project.runpytest_inprocess(*LOADED).assert_outcomes(passed=1)


def test_pytest_finds_it_by_its_entry_point() -> None:
    pyproject = Path(__file__).parents[3] / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"affidavit": LOADED[-1]}
