import sys
from pathlib import Path

import pytest

from affidavit.cli.isolation import shebang, shutting_out


@pytest.mark.parametrize(
    ("line", "letter"),
    [
        ("python -I app.py", "I"),
        ("python3.12 -E app.py", "E"),
        ("/usr/bin/python3 -S -m app", "S"),
        ("pypy3 -sE app.py", "E"),
        ("python -W error -I app.py", "I"),
        ("python -Werror -X dev -uI app.py", "I"),
        ("python --check-hash-based-pycs always -I app.py", "I"),
        ("env A=1 python -I app.py", "I"),
        ("/usr/bin/env -S python3 -I app.py", "I"),
    ],
)
def test_an_option_that_shuts_us_out_is_found(line: str, letter: str) -> None:
    option = shutting_out(line.split())

    assert option is not None
    assert option.letter == letter


@pytest.mark.parametrize(
    "line",
    [
        "python app.py -I",
        "python -m app -E",
        "python -mapp -E",
        "python -c pass -S",
        "python -cI",
        "python -W I app.py",
        "python -WI app.py",
        "python -- -I",
        "python - -I",
        "python -",
        "python --version",
        "python",
        "python --check-hash-based-pycs",
        "python -X",
        "grep -E python",
        "gunicorn -E app",
        "env A=1",
        "",
    ],
)
def test_what_is_the_programs_own_is_left_alone(line: str) -> None:
    assert shutting_out(line.split()) is None


def test_a_scripts_first_line_is_read(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text(f"#!{sys.executable} -sE\nprint(1)\n")
    script.chmod(0o755)

    assert shebang("tool", str(tmp_path)) == [sys.executable, "-sE"]
    assert shebang(str(script), None) == [sys.executable, "-sE"]


def test_what_has_no_first_line_has_none(tmp_path: Path) -> None:
    for name, text in (("plain", "print(1)"), ("odd", "#!python 'x")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

        assert shebang(name, str(tmp_path)) == ()
    assert shebang("nowhere", str(tmp_path)) == ()
