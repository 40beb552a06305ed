"""`affidavit doctor` tells how old anchors are and what went wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.cli import health_anchors
from affidavit.cli.health import PROBLEM, WARNING, Examination
from affidavit.trail.anchors import AnchorStore, Standing
from support.anchored import Anchored, an_anchored_project
from support.cli import invoke, record_calls

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anchored]:
    with an_anchored_project(tmp_path_factory.mktemp("h") / "p") as project:
        yield project


def examined(
    project: Anchored, standing: Standing | None, *, later: timedelta = timedelta(0)
) -> Examination:
    store = AnchorStore.of(project.settings.trail)
    store.path.mkdir(exist_ok=True)
    name = f"witness {project.url}"
    store.record({} if standing is None else {name: standing})
    return health_anchors.anchors(project.settings, NOW + later)


def lines(found: Examination) -> str:
    return " ".join(value for _, value in health_anchors.told(found.facts))


def test_an_anchor_that_covers_everything_is_well_however_old(
    project: Anchored,
) -> None:
    found = examined(project, Standing().held(MS, 10**6), later=timedelta(days=99))

    assert found.troubles == ()
    assert "99 days ago" in lines(found)


def test_records_that_nobody_anchored_for_three_intervals_deserve_a_look(
    project: Anchored,
) -> None:
    held = Standing().held(MS, 1)

    assert examined(project, held, later=timedelta(hours=3)).troubles == ()
    found = examined(project, held, later=timedelta(hours=3, seconds=1))

    (trouble,) = found.troubles
    assert trouble.weight == WARNING
    assert "anchored 3 hours ago" in trouble.message
    assert "behind" in lines(found)


def test_an_anchor_that_never_held_deserves_a_look(project: Anchored) -> None:
    never = examined(project, None)
    failed = examined(project, Standing().failed(MS, "is down"))

    for found in (never, failed):
        (trouble,) = found.troubles
        assert trouble.weight == WARNING
        assert "never anchored" in trouble.message
    assert "is down" in failed.troubles[0].message
    assert "last try failed: is down" in lines(failed)


def test_another_history_is_a_problem(project: Anchored) -> None:
    standing = Standing().failed(MS, "another history", contradicted=True)

    (trouble,) = examined(project, standing).troubles

    assert trouble.weight == PROBLEM
    assert "keep everything" in (trouble.remedy or "")


def test_without_anchors_what_would_not_show_is_said(project: Anchored) -> None:
    found = health_anchors.anchors(replace(project.settings, anchors=None), NOW)

    assert found.troubles == ()
    assert "would not show" in lines(found)


def test_a_status_that_cannot_be_read_deserves_a_look(project: Anchored) -> None:
    examined(project, None)
    (project.settings.trail / "anchors" / "status").write_bytes(b"torn")

    found = health_anchors.anchors(project.settings, NOW)

    assert found.troubles[0].weight == WARNING


def test_the_doctor_shows_them(tmp_path: Path) -> None:
    with an_anchored_project(tmp_path / "p", every="1s") as project:
        before = invoke("doctor", cwd=project.folder)
        assert invoke("trail", "anchor", cwd=project.folder).code == 0
        record_calls(replace(project.settings, anchors=None))
        told = invoke("doctor", "--json", cwd=project.folder).json

    assert "never anchored" in before.out
    assert told["anchors"]["anchors"][0]["behind"] > 0
    assert told["anchors"]["every_seconds"] == 1
