"""A kept content is printed byte for byte, and only its own counts as its own."""

from hashlib import sha256
from pathlib import Path

import pytest

from affidavit.contents import Part
from affidavit.wiring import Governor
from affidavit.wiring.contents import content_store
from affidavit.wiring.governor import load_identity
from support.cli import invoke, program
from support.kept import ANSWER, REQUEST, Kept, a_keeping_project
from support.project import a_call


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return a_keeping_project(tmp_path)


@pytest.mark.parametrize(
    ("options", "content"), [((), REQUEST), (("--response",), ANSWER)]
)
def test_the_content_is_printed_as_it_was(
    kept: Kept, tmp_path: Path, options: tuple[str, ...], content: bytes
) -> None:
    shown = program("content", "show", kept.ids["user-2"][0], *options, cwd=tmp_path)
    assert (shown.code, shown.out, shown.err) == (0, content.decode(), "")


def test_a_content_that_is_not_the_recorded_one_is_called_so(
    kept: Kept, tmp_path: Path
) -> None:
    identifier = kept.ids["user-2"][0]
    store = content_store(kept.settings, load_identity(kept.settings))
    store.put(identifier, Part.REQUEST, b'{"messages":[]}')
    store.close()
    shown = program("content", "show", identifier, cwd=tmp_path)
    assert shown.code == 1
    assert "not the request that the trail committed to" in shown.err


def test_what_was_shredded_is_said_to_be(kept: Kept, tmp_path: Path) -> None:
    identifier = kept.ids["user-2"][0]
    invoke(
        "content",
        "shred",
        "--subject",
        "user-2",
        "--reason",
        "r",
        "--yes",
        cwd=tmp_path,
    )
    shown = invoke("content", "show", identifier, cwd=tmp_path)
    assert (shown.code, "it was shredded" in shown.err) == (2, True)


def test_what_was_never_kept_is_said_to_be(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_text("keep_content = false\n")
    with Governor(trail=kept.settings.trail, policy=kept.settings.policy) as governor:
        verdict = governor.consider(a_call())
        governor.commit(verdict)
    shown = invoke("content", "show", verdict.id, cwd=tmp_path)
    assert (shown.code, "nothing of this call was kept" in shown.err) == (2, True)


def test_a_part_that_was_not_kept_is_said_to_be(kept: Kept, tmp_path: Path) -> None:
    with Governor(settings=kept.settings) as governor:
        verdict = governor.consider(a_call(content=REQUEST))
        governor.commit(verdict)
    shown = invoke("content", "show", verdict.id, "--response", cwd=tmp_path)
    assert (shown.code, "this part of the call" in shown.err) == (2, True)


def test_a_record_that_commits_to_no_answer_cannot_vouch_for_one(
    kept: Kept, tmp_path: Path
) -> None:
    from support.project import an_outcome

    with Governor(settings=kept.settings) as governor:
        verdict = governor.consider(a_call(content=REQUEST))
        governor.commit(verdict)
        governor.conclude(verdict, an_outcome(output=ANSWER, output_digest=None))
    shown = invoke("content", "show", verdict.id, "--response", cwd=tmp_path)
    assert (shown.code, "commits to no content" in shown.err) == (2, True)
    assert sha256(ANSWER).hexdigest() not in shown.out


def test_an_identifier_that_is_none_is_refused(kept: Kept, tmp_path: Path) -> None:
    shown = invoke("content", "show", "nonsense", cwd=tmp_path)
    assert (shown.code, "not a record's identifier" in shown.err) == (2, True)
