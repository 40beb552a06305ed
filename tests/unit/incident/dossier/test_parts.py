"""What stands beside the disclosure is read under one tree head, or not at all."""

from pathlib import Path

import pytest

from affidavit.errors import Incomplete
from affidavit.incident.dossier import parts
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.verify.disclosure.lines import State
from support.dossiers import incident_trail, subject


def a_writing(tmp_path: Path, size: int | None = None) -> parts.Writing:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    head = about.head
    return parts.Writing(
        reader=about.reader,
        folder=tmp_path / "out",
        note=about.note,
        head=head if size is None else Checkpoint(head.origin, size, head.root),
        incident=about.incident,
    )


def test_ours_are_given_and_others_only_named(tmp_path: Path) -> None:
    writing = a_writing(tmp_path)
    policy = parts.policies(writing.records((0, 89), set()))
    found = writing.records((0, 89), {"5a" * 32})

    assert policy == {}
    assert [each.state for each in found].count(State.WITHHELD) == 2
    assert {each.reason for each in found} == {None, parts.OTHERS}
    assert [each.index for each in found] == sorted(each.index for each in found)


def test_an_event_of_after_the_checkpoint_is_missed(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="not under the checkpoint"):
        a_writing(tmp_path, size=85).records((0, 85), set())
