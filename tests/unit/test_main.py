"""`python -m affidavit` is the program; what it does is tested in unit/cli and e2e."""

from pathlib import Path

from affidavit._version import __version__
from support.cli import program


def test_the_module_runs_the_program_and_leaves_with_its_code(tmp_path: Path) -> None:
    told = program("--version", cwd=tmp_path)
    misused = program("--no-such-option", cwd=tmp_path)

    assert (told.code, told.out) == (0, f"affidavit {__version__}\n")
    assert misused.code == 2
