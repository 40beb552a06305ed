import subprocess
import sys
from pathlib import Path

import pytest

import affidavit
import affidavit.purpose

_HEAVY = "{'openai', 'pydantic', 'click', 'rich', 'cryptography', 'httpx', 'httpx2'}"


def _fresh(code: str) -> str:
    source = str(Path(affidavit.__file__).parents[1])
    program = f"import sys; sys.path.insert(0, {source!r}); {code}"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_importing_affidavit_imports_nothing_heavy() -> None:
    code = f"import affidavit; print(sorted({_HEAVY} & set(sys.modules)))"
    assert _fresh(code) == "[]"


def test_a_client_is_imported_when_it_is_asked_for() -> None:
    code = (
        "from affidavit import OpenAI; print(OpenAI.__name__, 'openai' in sys.modules)"
    )
    assert _fresh(code) == "OpenAI True"


def test_every_listed_name_is_there_and_the_list_is_sorted() -> None:
    assert affidavit.__all__ == sorted(affidavit.__all__)
    for name in affidavit.__all__:
        assert getattr(affidavit, name) is not None
    assert set(affidavit.__all__) <= set(dir(affidavit))


def test_purpose_is_the_scope_even_after_its_module_is_imported() -> None:
    code = (
        "import affidavit.purpose as p; from affidavit import purpose; print(purpose)"
    )
    assert _fresh(code) == "<class 'affidavit.purpose.purpose'>"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(affidavit, "OpenAy")


_SUB_INTERPRETER = """
try:
    import _interpreters as sub
except ImportError:
    import _xxsubinterpreters as sub
try:
    made = sub.create("isolated" if isolated else "legacy")
except TypeError:
    made = sub.create(isolated=isolated)
(getattr(sub, "exec", None) or sub.run_string)(made, program)
"""


@pytest.mark.parametrize("isolated", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        "import affidavit",
        "from affidavit import OpenAI",
        "from affidavit.trail.trail import Trail",
        "from affidavit.wiring.governor import Governor",
    ],
)
def test_a_sub_interpreter_is_told_what_to_do(line: str, *, isolated: bool) -> None:
    source = str(Path(affidavit.__file__).parents[1])
    program = (
        f"import sys\nsys.path.insert(0, {source!r})\ntry:\n    {line}\n"
        "except ImportError:\n    print('ImportError')\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
        "sys.stdout.flush()"
    )
    said = _fresh(f"isolated, program = {isolated}, {program!r}\n{_SUB_INTERPRETER}")

    assert said.startswith("InterpreterUnsupported affidavit was imported in a sub-")
    assert "WSGIApplicationGroup %{GLOBAL}" in said


def test_the_main_interpreter_is_not_refused_while_others_live() -> None:
    code = f"isolated, program = False, 'pass'\n{_SUB_INTERPRETER}\nimport affidavit"
    assert _fresh(code) == ""
