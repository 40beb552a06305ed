"""The calls that a notice names by the provider's ids, found in a trail."""

from pathlib import Path

import pytest

from affidavit.calls import Attempt
from affidavit.incident import search
from affidavit.incident.model import Aspect
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Governor, Settings
from support.cli import decided
from support.project import a_call, a_project, an_outcome


def call(governor: Governor, number: int, **changes: object) -> str:
    """One call whose request and response have this number; gives its record's id."""
    verdict = decided(governor, **changes)
    attempt = Attempt(status=200, request_id=f"req_{number}", milliseconds=1)
    governor.conclude(
        verdict, an_outcome(attempts=(attempt,), response_id=f"resp_{number}")
    )
    return verdict.id


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[str]]:
    """300 calls, so that they are of more than one bundle."""
    settings = a_project(tmp_path_factory.mktemp("search"))
    with Governor(settings=settings) as governor:
        ids = [call(governor, 0, safety_id="user-17", subject="anna")]
        ids += [call(governor, 1, subject="bert"), call(governor, 2)]
        ids += [call(governor, number, safety_id="u") for number in range(3, 300)]
    return settings, ids


def found(settings: Settings, *names: str, since: str | None = None) -> list[str]:
    reader = TrailReader(settings.trail)
    return [each.id for each in search.calls(reader, names, since=since)]


def test_calls_are_found_by_request_and_by_response(
    trail: tuple[Settings, list[str]],
) -> None:
    settings, ids = trail

    assert found(settings, "req_0") == [ids[0]]
    assert found(settings, "resp_299") == [ids[299]]
    assert found(settings, "req_2", "resp_2") == [ids[2]]
    assert found(settings, "req_1", "req_298") == [ids[298], ids[1]]
    assert found(settings, "req_1000") == []
    assert found(settings, "req_") == []
    assert found(settings) == []


def test_what_is_too_old_is_not_looked_for(trail: tuple[Settings, list[str]]) -> None:
    settings, _ = trail

    assert found(settings, "req_0", since="2100-01-01T00:00:00.000Z") == []
    assert found(settings, "req_0", since="2000-01-01T00:00:00.000Z") != []


@pytest.mark.parametrize(
    ("number", "aspects"),
    [
        (0, [Aspect.SAFETY, Aspect.SUBJECT]),
        (1, [Aspect.SUBJECT]),
        (2, [Aspect.PURPOSE]),
    ],
)
def test_whoever_called_is_named_as_narrowly_as_can_be(
    trail: tuple[Settings, list[str]], number: int, aspects: list[Aspect]
) -> None:
    settings, _ = trail
    (called,) = search.calls(TrailReader(settings.trail), [f"req_{number}"])

    assert [each.aspect for each in called.targets] == aspects


def test_a_call_that_is_not_sealed_yet_is_found(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        made = call(governor, 7)
        governor.flush()

        assert found(settings, "req_7") == [made]
    assert a_call().purpose == "support.reply"
