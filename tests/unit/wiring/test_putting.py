"""What is said of a policy that is put in force, and of a record that was not made."""

from dataclasses import replace
from pathlib import Path

from affidavit.errors import TrailUnavailable
from affidavit.policy.loader import load
from affidavit.wiring import putting
from support.project import a_project


def test_a_policy_record_names_policy_files_and_what_is_kept(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    policy = load(settings.policy)

    said = putting.in_force(policy, settings, tool="t/1")
    kept = putting.in_force(policy, replace(settings, keep_content=True), tool="t/1")

    assert f"sha256:{said['digest']}" == policy.digest
    assert (said["mode"], said["durability"], said["tool"]) == (
        policy.mode,
        "commit",
        "t/1",
    )
    assert "keeps_content" not in said
    assert kept["keeps_content"] is True
    assert said["sources"]


def test_what_was_not_recorded_was_not_sent() -> None:
    error = putting.unrecorded(TrailUnavailable("the disk is full"))

    assert "was not sent" in str(error)
    assert "the disk is full" in str(error)


async def test_asyncio_is_recognised() -> None:
    assert putting.on_asyncio()


def test_no_loop_is_recognised() -> None:
    assert not putting.on_asyncio()
