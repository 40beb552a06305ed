"""`affidavit trail anchor` says who anchored what, and its exit code says it too."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.anchors.plan import Plan, PublishAnchor, WitnessAnchor
from affidavit.anchors.rounds import Round
from affidavit.cli.trail_anchor import exit_code
from affidavit.trail.anchors import Done, Standing
from support.anchored import Anchored, an_anchored_project
from support.anchors import WITNESS_KEY
from support.cli import a_recorded_project, invoke, record_calls

HELD, BEHIND = Standing().held(1, 7), Standing().held(1, 6)
DOWN = Standing().failed(1, "down")
OTHERS = Standing().failed(1, "another history", contradicted=True)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Anchored]:
    with an_anchored_project(tmp_path / "p", more='publish = ["out"]') as project:
        yield project


def test_the_newest_checkpoint_is_anchored(project: Anchored) -> None:
    ran = invoke("trail", "anchor", cwd=project.folder)

    assert ran.code == 0, ran.err
    note = (project.settings.trail / "checkpoint").read_bytes()
    assert project.seen.read_bytes().startswith(note)
    assert (project.folder / "out" / "checkpoint").read_bytes() == note
    assert "1 of 1 witness cosigned all" in ran.out


def test_programs_are_told_the_same(project: Anchored) -> None:
    told = invoke("trail", "anchor", "--json", cwd=project.folder).json
    again = invoke("trail", "anchor", "--due", "--json", cwd=project.folder).json

    witness, publish = told["anchors"]
    assert (told["exit_code"], told["quorum"]) == (0, 1)
    assert witness["name"] == f"witness {project.url}"
    assert witness["size"] == publish["size"] == told["size"]
    assert (witness["asked"], witness["error"], witness["contradicted"]) == (
        True,
        None,
        False,
    )
    assert [each["asked"] for each in again["anchors"]] == [False, False]


def test_a_trail_that_was_cut_off_is_a_finding(project: Anchored) -> None:
    trail, copy = project.settings.trail, project.folder / "copy"
    shutil.copytree(trail, copy)
    record_calls(project.settings)
    assert invoke("trail", "anchor", cwd=project.folder).code == 0
    shutil.rmtree(trail)
    shutil.copytree(copy, trail)

    ran = invoke("trail", "anchor", cwd=project.folder)

    assert ran.code == 1
    assert "it was cut off" in ran.out
    assert "keep everything as it is" in ran.err


def test_without_anchors_the_settings_table_is_taught(tmp_path: Path) -> None:
    ran = invoke("trail", "anchor", cwd=tmp_path)

    assert ran.code == 2
    assert "[tool.affidavit.anchors]" in ran.err


PLAN = Plan(
    witnesses=(
        WitnessAnchor(url="a", key=WITNESS_KEY),
        WitnessAnchor(url="b", key=WITNESS_KEY),
    ),
    publish=(PublishAnchor(target="c"),),
    quorum=1,
)


@pytest.mark.parametrize(
    ("standings", "code"),
    [
        ((HELD, HELD, HELD), 0),
        ((HELD, DOWN, HELD), 0),
        ((BEHIND, DOWN, HELD), 2),
        ((HELD, HELD, BEHIND), 2),
        ((HELD, HELD, Standing()), 2),
        ((HELD, OTHERS, HELD), 1),
        ((DOWN, OTHERS, DOWN), 1),
    ],
)
def test_the_exit_code_follows_quorum_and_contradiction(
    standings: tuple[Standing, ...], code: int
) -> None:
    named = dict(zip(PLAN.names, standings, strict=True))

    assert exit_code(PLAN, Round(size=7, asked=(), standings=named)) == code
    assert HELD.done == Done(at=1, size=7)


def test_what_failed_is_shown_with_its_reason(tmp_path: Path) -> None:
    with an_anchored_project(tmp_path / "p", more='publish = ["x"]') as project:
        (project.folder / "x").write_bytes(b"in the way")
        first = invoke("trail", "anchor", cwd=project.folder)

    assert first.code == 2
    assert f"publish {project.folder}/x: " in first.out


def test_an_own_plan_without_witnesses_needs_none(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "affidavit.toml").write_text('[anchors]\npublish = ["out"]\n')

    ran = invoke("trail", "anchor", cwd=tmp_path)

    assert ran.code == 0
    assert "cosigned" not in ran.out
