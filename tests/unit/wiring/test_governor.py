"""The whole graph: decided, durable, told; one policy until it is reloaded."""

import gc
import os
import signal
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from affidavit.calls import File, Line, Reference
from affidavit.errors import (
    KeyUnusable,
    PolicyInvalid,
    PolicyNotFound,
    TrailMismatch,
    TrailNotFound,
    Unrecorded,
)
from affidavit.tlog.tiles import Tile, read_bodies, read_entries
from affidavit.trail.record import Entry, Kind, decode
from affidavit.trail.storage import Storage
from affidavit.wiring import Governor, default_governor, governor
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.putting import shown
from affidavit.wiring.settings import Settings, read_settings
from support.project import a_call, a_dataset_call, a_project, an_outcome


def entries(settings: Settings) -> list[Entry]:
    storage = Storage(settings.trail, load_identity(settings))
    size = storage.checkpoint().size
    found = read_entries(storage.read, Tile("entries", 0, size))
    assert all(read_bodies(storage.read, Tile("body", 0, size)))
    return [decode(entry) for entry in found]


def test_a_call_leaves_decision_and_outcome_under_one_id(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call())
        governor.commit(verdict)
        governor.conclude(verdict, an_outcome())

    kinds = [(e.kind.value, e.effect) for e in entries(settings)]
    assert kinds == [
        ("genesis", None),
        ("policy", None),
        ("decision", "permit"),
        ("outcome", "complete"),
        ("close", None),
    ]
    assert entries(settings)[2].id == entries(settings)[3].id == verdict.id


async def test_a_task_commits_without_threads_of_its_own(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_dataset_call())
        await governor.acommit(verdict)

    assert [e.effect for e in entries(settings) if e.effect] == ["refuse"]


def test_a_decision_that_cannot_be_made_durable_lets_nothing_leave(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    governor = Governor(settings=settings)
    (settings.trail / "wal").rmdir()

    with pytest.raises(Unrecorded, match="was not sent") as caught:
        governor.commit(governor.consider(a_call()))
    assert "ENOENT" in str(caught.value)
    governor.close()


def test_an_outcome_that_cannot_be_recorded_is_logged_and_raises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    governor = Governor(settings=a_project(tmp_path))
    verdict = governor.consider(a_call())
    governor.close()

    governor.conclude(verdict, an_outcome())

    assert verdict.id in caplog.text


def test_a_policy_changed_on_disk_counts_only_after_a_reload(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    path = tmp_path / "policies" / "policy.yaml"
    governor = Governor(settings=settings)
    before = governor.policy_digest
    governor.commit(governor.consider(a_call()))

    path.write_text(path.read_text().replace("gpt-*", "none-*"))
    assert not governor.consider(a_call()).refused
    assert governor.reload()
    assert not governor.reload()
    assert governor.consider(a_call()).refused
    after = governor.policy_digest
    governor.close()

    assert before != after
    digests = [e.policy for e in entries(settings) if e.kind.value == "policy"]
    assert len(set(digests)) == 2


def test_an_invalid_policy_leaves_the_present_one_in_force(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        (tmp_path / "policies" / "policy.yaml").write_text("nonsense: [\n")

        with pytest.raises(PolicyInvalid):
            governor.reload()
        assert not governor.consider(a_call()).refused


def test_a_comment_is_no_change_of_policy(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    path = tmp_path / "policies" / "policy.yaml"
    with Governor(settings=settings) as governor:
        path.write_text("# reviewed today\n" + path.read_text())

        assert not governor.reload()


def test_what_is_missing_is_told_when_the_governor_is_built(tmp_path: Path) -> None:
    with pytest.raises(PolicyNotFound, match="affidavit init"):
        Governor(settings=read_settings(environ={}, directory=tmp_path))
    settings = a_project(tmp_path)
    settings.key.unlink()
    with pytest.raises(KeyUnusable, match="affidavit init"):
        Governor(settings=settings)


def test_a_trail_of_another_key_is_refused(tmp_path: Path) -> None:
    settings = a_project(tmp_path / "one")
    other = a_project(tmp_path / "two")
    settings.key.write_bytes(other.key.read_bytes())

    with pytest.raises(TrailMismatch):
        Governor(settings=settings)


def test_a_trail_that_is_gone_is_refused(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    settings.trail.rename(tmp_path / "elsewhere")

    with pytest.raises(TrailNotFound):
        Governor(settings=settings)


def test_equal_settings_share_one_governor_until_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    one = default_governor()

    assert default_governor() is one
    one.close()
    assert default_governor() is not one
    default_governor().close()


def test_a_child_forked_while_a_governor_was_built_builds_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    with governor._defaults_lock:  # as a thread that builds one holds it
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            default_governor().close()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_arguments_override_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path)
    monkeypatch.chdir(tmp_path)

    with Governor(purpose="support.reply", tag_requests=False) as governor:
        assert governor.default_purpose == "support.reply"
        assert not governor.tags_requests


def test_records_name_the_policy_relative_to_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = a_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Governor(settings=settings) as governor:
        where = governor.consider(a_call()).reasons[0].where

    assert where is not None
    assert where.startswith("policies/policy.yaml:")
    assert shown(Path("/elsewhere/policy.yaml")) == Path("/elsewhere/policy.yaml")


def test_a_forked_child_is_governed_too(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    governor = Governor(settings=settings)
    governor.commit(governor.consider(a_call()))
    child = os.fork()
    if child == 0:
        governor.commit(governor.consider(a_call()))
        governor.close()
        os._exit(0)
    os.waitpid(child, 0)
    governor.close()
    gc.collect()

    assert [e.kind.value for e in entries(settings)].count("decision") == 2


def test_a_file_that_was_uploaded_is_known_here_and_elsewhere(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    file = File(purpose="batch", size=1, sha256="ab" * 32, read=True, lines=1)
    with Governor(settings=settings) as governor:
        inspection = governor.inspect([Line(number=1, call=a_call())])
        call = a_call(endpoint="files.create", file=file)
        verdict = governor.consider(call, inspection)
        governor.commit(verdict)
        assert verdict.refused
        assert governor.known("file-1") is None
        governor.conclude(verdict, an_outcome(response_id="file-1"))
        # What was refused never left, whatever is said of it afterwards.
        assert governor.known("file-1") is None

        policy = tmp_path / "policies" / "policy.yaml"
        listed = "endpoints: [chat.completions, files.create, "
        policy.write_text(
            policy.read_text().replace("endpoints: [chat.completions, ", listed)
        )
        assert governor.reload()
        verdict = governor.consider(call, inspection)
        governor.commit(verdict)
        governor.conclude(verdict, an_outcome(response_id="file-1"))
        known = governor.known("file-1")
    with Governor(settings=settings) as governor:
        assert governor.known("file-1") == known

    assert known is not None
    assert (known.decision, known.sha256) == (verdict.id, "ab" * 32)


def test_a_line_of_a_file_is_decided_like_a_call(tmp_path: Path) -> None:
    with Governor(settings=a_project(tmp_path)) as governor:
        lines = [Line(number=1, call=a_call()), Line(number=2, call=a_dataset_call())]
        call = a_call(file=File(purpose="batch"))

        assert not governor.consider(call, governor.inspect(lines[:1])).refused
        assert governor.consider(call, governor.inspect(lines)).refused


def test_a_reference_to_a_file_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with Governor(settings=a_project(tmp_path)) as governor:
        verdict = governor.consider(a_call(refers=(Reference(id="file-1"),)))

    assert verdict.refused
    assert verdict.reasons[0].rule == "ungoverned-file"


def test_old_bodies_are_pruned_in_the_background_where_settings_say_so(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)

    def keepers() -> list[str]:
        names = [thread.name for thread in threading.enumerate()]
        return [name for name in names if name == "affidavit-retention"]

    with Governor(settings=read_settings(environ={}, directory=tmp_path)):
        assert keepers() == []
    (tmp_path / "affidavit.toml").write_text('keep = "13months"\n')
    with Governor(settings=read_settings(environ={}, directory=tmp_path)):
        assert len(keepers()) == 1
    assert keepers() == []


def test_a_trails_heads_are_shown_to_whom_the_settings_name(tmp_path: Path) -> None:
    a_project(tmp_path)
    (tmp_path / "affidavit.toml").write_text('[anchors]\npublish = ["out"]\n')
    settings = read_settings(environ={}, directory=tmp_path)
    published = tmp_path / "out" / "checkpoint"
    deadline = time.monotonic() + 60
    with Governor(settings=settings) as governor:
        governor.commit(governor.consider(a_call()))
        while not published.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    assert published.read_bytes().startswith(b"affidavit.local/")


def test_flushing_makes_each_outcome_durable_at_once(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        verdict = governor.consider(a_call())
        governor.commit(verdict)
        governor.conclude_soon(verdict, an_outcome)
        governor.flush()
        pending = b"".join(
            path.read_bytes() for path in (settings.trail / "wal").glob("*.wal")
        )
    assert pending.count(verdict.id.encode()) == 2


def test_an_outcome_that_cannot_be_worked_out_keeps_nobody_else_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> NoReturn:
        raise ZeroDivisionError("no such answer")

    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        first, second = (governor.consider(a_call()) for _ in range(2))
        governor.commit(first)
        governor.conclude_soon(first, broken)
        governor.commit(second)
        governor.conclude_soon(second, an_outcome)
    told = [entry.id for entry in entries(settings) if entry.kind is Kind.OUTCOME]
    assert told == [second.id]
    assert "no such answer" in caplog.text
