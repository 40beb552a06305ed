import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import affidavit

SDK = Path(affidavit.__file__).parents[1]
BOOTSTRAP = SDK / "affidavit" / "bootstrap"


def ran(
    code: str, *path: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Python, as a program under `affidavit run` starts it."""
    places = os.pathsep.join(map(str, (BOOTSTRAP, *path, SDK)))
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": places, **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def a_fake(folder: Path, name: str, text: str) -> Path:
    """A folder for the path, with one package that does what `text` says."""
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(text)
    return folder


def test_a_process_without_openai_imports_nothing_of_ours() -> None:
    done = ran(
        "import sys; print([each for each in sys.modules if 'affidavit' in each],"
        f" {str(BOOTSTRAP)!r} in sys.path)"
    )

    assert done.stdout == "[] False\n", done.stderr


def test_another_sitecustomize_is_imported_as_it_would_have_been(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.theirs = __file__")
    done = ran(
        "import sys, sitecustomize; print(sys.theirs == sitecustomize.__file__)",
        tmp_path,
    )

    assert done.stdout == "True\n", done.stderr


def test_a_sitecustomize_that_fails_fails_as_it_would_have(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import missing_of_theirs")
    done = ran("import sys; print(type(sys.meta_path[0]).__name__)", tmp_path)

    assert "missing_of_theirs" in done.stderr
    assert done.stdout == "Finder\n"


def test_without_a_policy_openai_is_not_imported_however_often_it_is_tried(
    tmp_path: Path,
) -> None:
    code = """
import os
os.chdir({folder!r})
for _ in range(3):
    try:
        import openai
    except SystemExit as leaving:
        print(leaving.code)
import openai
"""
    done = ran(code.format(folder=str(tmp_path)))

    assert done.stdout == "2\n2\n2\n"
    assert done.returncode == 2
    assert "no policy there" in done.stderr


def test_where_affidavit_is_missing_openai_is_not_imported(tmp_path: Path) -> None:
    a_fake(tmp_path, "openai", "")
    a_fake(tmp_path, "affidavit", "raise ImportError('not here')")
    done = ran("import openai", tmp_path)

    assert done.returncode == 2
    assert f"{sys.executable} cannot import affidavit (not here)" in done.stderr
    assert "Install affidavit in the environment" in done.stderr


def test_our_own_modules_may_be_the_first_to_import_openai(tmp_path: Path) -> None:
    for module in ("errors", "openai"):
        code = (
            f"import os; os.chdir({str(tmp_path)!r})\n"
            "try:\n"
            f"    import affidavit.clients.{module}\n"
            "except SystemExit as leaving:\n"
            "    print(leaving.code)\n"
        )
        done = ran(code)
        assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr
        assert "no policy there" in done.stderr


def test_a_missing_openai_is_whoevers_who_needs_it(tmp_path: Path) -> None:
    a_fake(tmp_path, "openai", "raise ImportError('no openai')")
    done = ran("import affidavit.clients; print('fine')", tmp_path)

    assert done.stdout == "fine\n", done.stderr


def test_a_spec_that_is_only_looked_at_is_as_good_as_the_real_one() -> None:
    code = (
        "import importlib.util as u; s = u.find_spec('openai');"
        "print(s.origin == s.loader.get_filename('openai'),"
        " s.loader.is_package('openai'), u.find_spec('no_such_module'))"
    )
    done = ran(code)

    assert done.stdout == "True True None\n", done.stderr


def test_a_module_sees_the_loader_that_it_would_have_had(tmp_path: Path) -> None:
    a_fake(
        tmp_path,
        "openai",
        "print(type(__loader__).__name__, type(__spec__.loader).__name__)",
    )
    done = ran("import openai", tmp_path)

    assert done.stdout == "SourceFileLoader SourceFileLoader\n"


def test_importing_it_by_another_name_does_nothing() -> None:
    spec = importlib.util.spec_from_file_location(
        "bootstrap_by_another_name", BOOTSTRAP / "sitecustomize.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.meta_path)
    spec.loader.exec_module(module)

    assert sys.meta_path == before
    assert module.Finder().find_spec("something_else") is None
