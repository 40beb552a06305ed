import subprocess
import sys
from pathlib import Path

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
