from pathlib import Path

import pytest

from affidavit.cli import diagnostics
from affidavit.errors import Diagnostic


def a_finding(**changes: object) -> Diagnostic:
    fields = {"path": "p.yaml", "line": 2, "column": 3, "rule": "P010", "message": "m"}
    return Diagnostic(**{**fields, **changes})  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "::error file=p.yaml,line=2,col=3,title=P010 unknown-field::m"),
        (
            {"message": "50% off\r\n::error::forged", "level": "warning", "help": "h"},
            (
                "::warning file=p.yaml,line=2,col=3,title=P010 unknown-field::"
                "50%25 off%0D%0A::error::forged Help: h"
            ),
        ),
        (
            {"path": "a,b:c%.yaml", "rule": "X1", "level": "note"},
            "::notice file=a%2Cb%3Ac%25.yaml,line=2,col=3,title=X1::m",
        ),
    ],
)
def test_an_annotation_is_one_line_that_nothing_in_it_can_end(
    changes: dict[str, object], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    diagnostics.say("github", [a_finding(**changes)], [])
    assert capsys.readouterr().out == line + "\n"


def test_text_shows_the_line_or_goes_without_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("one\ntwo\n")
    found = [a_finding(path=str(file)), a_finding(path="gone.yaml", level="warning")]
    diagnostics.say("text", found, [file])
    out = capsys.readouterr().out
    assert "2 | two\n" in out
    assert "--> gone.yaml:2:3" in out
    assert out.endswith("1 path checked: 1 error, 1 warning\n")


@pytest.mark.parametrize("shape", diagnostics.SHAPES)
def test_every_shape_can_say_that_there_is_nothing(
    shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    diagnostics.say(shape, [], [Path("p.yaml")])
    out = capsys.readouterr().out
    assert out.count("\n") == (0 if shape == "github" else 1)
