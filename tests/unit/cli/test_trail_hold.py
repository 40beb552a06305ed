"""Holds are recorded, listed, kept to and ended."""

from pathlib import Path

import pytest

from affidavit.trail.prune import alone
from support.cli import Ran, invoke
from support.retained import an_aged_project

FIELDS = {"at", "from", "id", "ids", "reason", "to", "values"}


def hold(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("trail", "hold", *arguments, cwd=cwd)


def pruned(cwd: Path) -> int:
    told = invoke("trail", "prune", "--keep", "1year", "--yes", "--json", cwd=cwd)
    assert told.code == 0
    count: int = told.json["removed"]
    return count


def test_a_hold_keeps_its_calls_until_it_is_removed(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    added = hold(
        "add", "dispute 7", "--purpose", "support.reply", "--json", cwd=tmp_path
    )
    assert added.code == 0
    assert added.json.keys() == FIELDS
    listed = hold("list", "--json", cwd=tmp_path).lines
    assert listed == [added.json]
    assert listed[0]["values"] == {"purpose": "support.reply"}

    assert pruned(tmp_path) == 1  # the refused call of another purpose
    removed = hold("remove", added.json["id"], "settled", cwd=tmp_path)
    assert removed.code == 0
    assert hold("list", "--json", cwd=tmp_path).lines == []
    assert pruned(tmp_path) == 6


def test_a_program_reads_which_hold_ended_and_by_which_record(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    added = hold("add", "dispute 7", "--model", "m", "--json", cwd=tmp_path).json
    removed = hold("remove", added["id"], "settled", "--json", cwd=tmp_path)
    shown = invoke("trail", "show", "--kind", "incident", "--json", cwd=tmp_path).lines

    assert removed.code == 0
    ended = {"at": shown[-1]["at"], "id": shown[-1]["id"], "reason": "settled"}
    assert removed.json == {**added, "ended": ended}


def test_holds_and_their_ends_are_records_of_the_trail(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    added = hold("add", "dispute 7", cwd=tmp_path)
    identifier = added.out.split(":")[0]
    hold("remove", identifier, "settled", cwd=tmp_path)
    shown = invoke("trail", "show", "--kind", "incident", "--json", cwd=tmp_path).lines

    assert [it["body"] for it in shown] == [
        {"reason": "dispute 7", "what": "hold"},
        {"hold": identifier, "reason": "settled", "what": "release"},
    ]
    assert "hold: dispute 7" in invoke("trail", "show", cwd=tmp_path).out
    assert invoke("trail", "verify", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ((), "every call"),
        (("--from", "2025-03-01"), "from 2025-03-01T00:00:00.000Z"),
        (("--to", "2025-03-31"), "before 2025-04-01T00:00:00.000Z"),
        (("--id", "a", "--id", "b"), "2 named calls"),
        (("--model", "m", "--subject", "s", "--safety-id", "x"), "subject s"),
    ],
)
def test_a_person_reads_what_is_held_and_why(
    tmp_path: Path, scope: tuple[str, ...], words: str
) -> None:
    an_aged_project(tmp_path)
    assert words in hold("add", "audit 2026", *scope, cwd=tmp_path).out
    listed = hold("list", cwd=tmp_path)
    assert words in listed.out
    assert "audit 2026" in listed.out
    assert "1 hold in force." in listed.err


def test_no_holds_is_an_empty_list(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    listed = hold("list", cwd=tmp_path)
    assert (listed.code, listed.out) == (0, "")
    assert "0 holds in force." in listed.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", ""),
        ("add", "r", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("add",),
        ("remove", "0199a8c2", "settled"),
    ],
)
def test_what_cannot_be_done_is_an_error_and_records_nothing(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    an_aged_project(tmp_path)
    size = len(invoke("trail", "show", "--json", cwd=tmp_path).lines)
    told = hold(*arguments, cwd=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert len(invoke("trail", "show", "--json", cwd=tmp_path).lines) == size


def test_a_hold_waits_for_who_prunes(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    with alone(settings.trail, seconds=0):
        told = hold("add", "r", cwd=tmp_path)
    assert told.code == 2
    assert "bodies are being pruned by another process" in told.err
