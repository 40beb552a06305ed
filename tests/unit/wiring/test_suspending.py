"""Suspensions as governors ask for them: refused, recorded, and nothing less."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit import canonical
from affidavit.calls import Call, File, Line
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Governor, Settings
from affidavit.wiring.suspending import recorded, switch
from support.cli import decided
from support.incidents import EVERYTHING, PURPOSE, USER, a_desk, opened
from support.project import a_call, a_dataset_call, a_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture
def governor(settings: Settings) -> Iterator[Governor]:
    with Governor(settings=settings) as running:
        yield running


def suspend(settings: Settings, *targets: object) -> str:
    return a_desk(settings).open(opened(suspends=targets)).incident


def test_a_suspended_call_is_refused_and_recorded(
    settings: Settings, governor: Governor
) -> None:
    incident = suspend(settings, PURPOSE)
    verdict = decided(governor)

    assert verdict.refused
    assert [each.rule for each in verdict.reasons] == [f"incident:{incident}"]
    (entry,) = [
        each for each in TrailReader(settings.trail).pending() if each.entry.effect
    ]
    assert entry.entry.id == verdict.id
    assert entry.entry.effect == "refuse"
    assert entry.body is not None
    match entry.body["reasons"]:
        case [{"rule": rule}]:
            assert rule == f"incident:{incident}"
        case other:
            pytest.fail(f"one reason, not {other}")
    assert entry.body["purpose"] == "support.reply"


def test_observe_mode_lets_nobody_through(tmp_path: Path) -> None:
    settings = a_project(tmp_path, observe=True)
    with Governor(settings=settings) as governor:
        assert governor.consider(a_dataset_call()).effect == "observed"
        suspend(settings, EVERYTHING)
        verdict = governor.consider(a_dataset_call())

    assert verdict.effect == "refuse"
    assert verdict.reasons[0].rule.startswith("incident:")
    assert len(verdict.reasons) > 1, "what the policy holds against it is told too"


def test_it_is_lifted_for_processes_that_run(
    settings: Settings, governor: Governor
) -> None:
    incident = suspend(settings, PURPOSE)
    assert governor.consider(a_call()).refused

    a_desk(settings).lift(incident, (), "cleared")

    assert not governor.consider(a_call()).refused


def test_a_restart_changes_nothing(settings: Settings) -> None:
    suspend(settings, PURPOSE)
    with Governor(settings=settings) as governor:
        assert governor.consider(a_call()).refused


def test_the_records_alone_suffice(settings: Settings) -> None:
    incident = suspend(settings, PURPOSE)
    for each in (settings.trail / "incidents").iterdir():
        each.unlink()
    with Governor(settings=settings) as governor:
        assert governor.consider(a_call()).reasons[0].rule == f"incident:{incident}"
    assert [each.target for each in recorded(settings.trail)] == [PURPOSE]


def upload(governor: Governor, *calls: Call) -> object:
    lines = [Line(number=at, call=each) for at, each in enumerate(calls, 1)]
    return governor.inspect(lines)


def test_a_file_with_a_suspended_line_does_not_leave(
    settings: Settings, governor: Governor
) -> None:
    suspend(settings, USER)
    file = File(purpose="batch", size=10, read=True, lines=2)
    call = a_call(endpoint="files.create", model=None, file=file)
    inspection = upload(governor, a_call(), a_call(safety_id="user-17"))
    verdict = governor.consider(call, inspection)  # type: ignore[arg-type]  # an inspection
    clean = upload(governor, a_call())

    assert verdict.refused
    assert verdict.reasons[0].message.startswith("line 2: Safety identifier user-17")
    other = governor.consider(call, clean)  # type: ignore[arg-type]  # as above
    assert not any(each.rule.startswith("incident:") for each in other.reasons)


def test_a_refused_call_takes_and_changes_nothing(
    settings: Settings, governor: Governor
) -> None:
    suspend(settings, PURPOSE)
    verdict = governor.consider(a_call())

    assert verdict.spending is None
    assert dict(verdict.changes) == {}
    assert isinstance(canonical.parse(verdict.record.body), dict)


def test_a_switch_opens_nothing_yet(tmp_path: Path) -> None:
    switch(tmp_path / "none", "acme.example/trail")

    assert list(tmp_path.iterdir()) == []
