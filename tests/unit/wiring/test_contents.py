"""Where contents are kept: all of them, encrypted, or the call does not leave."""

from pathlib import Path

import pytest

from affidavit.contents import Part
from affidavit.errors import Unrecorded
from affidavit.wiring import Governor, Settings, read_settings
from affidavit.wiring.contents import content_store
from affidavit.wiring.keyring import load_identity
from support.project import a_call, a_dataset_call, a_project, an_outcome

REQUEST = b'{"messages":[{"content":"where is my parcel?"}]}'
ANSWER = b'{"id":"chatcmpl-1"}'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    a_project(tmp_path)
    return read_settings(environ={}, directory=tmp_path, keep_content=True)


def kept(settings: Settings, identifier: str, part: Part) -> bytes | None:
    return content_store(settings, load_identity(settings)).get(identifier, part)


def test_request_and_answer_are_kept_under_the_record_s_id(settings: Settings) -> None:
    with Governor(settings=settings) as governor:
        assert governor.keeps_content
        verdict = governor.consider(a_call(content=REQUEST))
        governor.commit(verdict)
        governor.conclude(verdict, an_outcome(output=ANSWER))
    assert kept(settings, verdict.id, Part.REQUEST) == REQUEST
    assert kept(settings, verdict.id, Part.RESPONSE) == ANSWER


async def test_a_task_keeps_its_request_before_it_is_let_go(
    settings: Settings,
) -> None:
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call(content=REQUEST))
        await governor.acommit(verdict)
        assert kept(settings, verdict.id, Part.REQUEST) == REQUEST


def test_what_was_refused_is_kept_as_well(settings: Settings) -> None:
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_dataset_call())
        governor.commit(verdict)
    assert verdict.refused
    assert kept(settings, verdict.id, Part.REQUEST) == a_dataset_call().content


def test_nothing_is_kept_unless_the_settings_say_so(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        assert not governor.keeps_content
        verdict = governor.consider(a_call(content=REQUEST))
        governor.commit(verdict)
        governor.conclude(verdict, an_outcome(output=ANSWER))
    assert verdict.content == b""
    assert not settings.trail.with_name("trail.content").exists()


def test_a_call_whose_content_cannot_be_kept_does_not_leave(
    settings: Settings,
) -> None:
    settings.trail.with_name("trail.content").write_text("in the way")
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call(content=REQUEST))
        with pytest.raises(Unrecorded, match=r"trail\.content"):
            governor.commit(verdict)
