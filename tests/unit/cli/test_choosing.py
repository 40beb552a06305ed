from pathlib import Path

import pytest

from affidavit.cli.choosing import chosen
from affidavit.errors import Diagnostic
from support.cli import invoke
from support.policies import SUPPORT, written

NO_OWNER = SUPPORT.replace("    owner: support@acme.example\n", "")


def found(*codes: str) -> list[Diagnostic]:
    return [
        Diagnostic(
            path="p",
            line=1,
            column=1,
            rule=code,
            message="m",
            level="warning" if code >= "P1" else "error",
        )
        for code in codes
    ]


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ((), (), ["P010", "P101", "P104", "P112"]),
        (("P104",), (), ["P010", "P104"]),
        ((), ("P10",), ["P010", "P112"]),
        (("P10",), ("P101",), ["P010", "P104"]),
    ],
)
def test_warnings_are_chosen_and_errors_always_said(
    select: tuple[str, ...], ignore: tuple[str, ...], left: list[str]
) -> None:
    every = found("P010", "P101", "P104", "P112")
    assert [each.rule for each in chosen(every, select, ignore)] == left


def test_a_hook_can_leave_a_warning_out(tmp_path: Path) -> None:
    written(tmp_path, NO_OWNER)
    check = ("policy", "check", "policy.yaml", "--json")
    assert invoke(*check, cwd=tmp_path).json["warnings"] == 1
    for options in (("--ignore", "P104"), ("--select", "P101,P102")):
        assert invoke(*check, *options, cwd=tmp_path).json["warnings"] == 0


@pytest.mark.parametrize("code", ["P010", "X1", "", "P104,"])
def test_what_is_no_warning_is_a_usage_error(tmp_path: Path, code: str) -> None:
    written(tmp_path, NO_OWNER)
    told = invoke("policy", "check", "policy.yaml", "--ignore", code, cwd=tmp_path)
    assert told.code == 2
    assert "an error is always said" in told.err.replace("\n", " ")
