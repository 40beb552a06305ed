from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit.canonical import Json
from affidavit.cli.processes import processes, told
from affidavit.wiring.door import close_all, directory_of, open_beside

POLICY = "sha256:" + "0" * 64


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "trail"
    close_all()


def a_report(*, governed: bool = True, **changes: Json) -> dict[str, Json]:
    client: Json = {
        "class": "OpenAI",
        "count": 2,
        "governed": governed,
        "host": "api.openai.com",
        "module": "openai",
    }
    return {
        "affidavit": "1",
        "clients": [client],
        "installed": True,
        "openai": "3",
        "policy": POLICY,
        "program": "app.py",
        "purpose": None,
        "python": "3.11",
        **changes,
    }


def test_processes_whose_clients_are_governed_are_well(trail: Path) -> None:
    open_beside(trail, a_report)
    found: Any = processes(trail, POLICY)
    text = dict(told(found.facts))

    assert found.troubles == ()
    (process,) = found.facts["list"]
    assert process["program"] == "app.py"
    assert process["fault"] is None
    assert "2 governed: openai.OpenAI to api.openai.com" in text.values()


@pytest.mark.parametrize(
    ("installed", "remedy"), [(True, "super()"), (False, "install()")]
)
def test_an_ungoverned_client_is_a_problem_with_a_remedy(
    trail: Path, remedy: str, *, installed: bool
) -> None:
    open_beside(trail, lambda: a_report(governed=False, installed=installed))
    (trouble,) = processes(trail, POLICY).troubles

    assert trouble.level == "problem"
    assert "2 clients openai.OpenAI to api.openai.com not governed" in trouble.message
    assert remedy in str(trouble.remedy)


def test_another_policy_than_the_one_on_disk_is_pointed_out(trail: Path) -> None:
    open_beside(trail, a_report)
    (trouble,) = processes(trail, "sha256:" + "1" * 64).troubles

    assert trouble.level == "warning"
    assert "another policy" in trouble.message
    assert processes(trail, None).troubles == ()


def test_who_does_not_answer_is_pointed_out(trail: Path) -> None:
    open_beside(trail, list)
    found = processes(trail, POLICY)
    (trouble,) = found.troubles

    assert trouble.level == "warning"
    assert "did not say" in trouble.message
    assert any("did not answer" in text for _, text in told(found.facts))


def test_nobody_is_no_trouble(trail: Path) -> None:
    found = processes(trail, POLICY)

    assert (found.facts["list"], found.troubles) == ([], ())
    assert "none" in next(text for _, text in told(found.facts))


def test_doors_that_cannot_be_reached_are_pointed_out(trail: Path) -> None:
    directory_of(trail).write_text("no folder")
    found: Any = processes(trail, POLICY)

    assert found.facts["list"] == []
    assert "cannot be asked" in found.troubles[0].message
