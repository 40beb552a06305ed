from pathlib import Path

from affidavit.policy.beside import beside
from affidavit.policy.loader import load
from support.policies import SUPPORT, written


def told(directory: Path, first: str, second: str) -> list[str]:
    files = [
        written(directory, body, name=f"{n}.yaml")
        for n, body in enumerate((first, second))
    ]
    return list(beside(load(files[0]), load(files[1])))


def test_the_mode_and_purposes_that_come_and_go_are_told(tmp_path: Path) -> None:
    other = SUPPORT.replace("support.reply", "crm.sync")
    found = told(tmp_path, SUPPORT, "mode: observe\n" + other)

    assert found[0].startswith("mode: enforce before, observe after")
    assert found[1:] == [
        "purpose support.reply is gone: every call that declares it is refused.",
        "purpose crm.sync is new.",
    ]


def test_budgets_and_obligations_are_told_where_they_change(tmp_path: Path) -> None:
    first = SUPPORT + "    budget: {requests: 100/day}\n"
    second = (
        SUPPORT + "    budget: {requests: 200/day}\n    obligations: {store: false}\n"
    )

    assert told(tmp_path, first, first) == []
    assert told(tmp_path, first, second) == [
        (
            "budget of support.reply: 100 requests per day before, "
            "200 requests per day after."
        ),
        "obligations of support.reply: none before, store false after.",
    ]
