"""A checkpoint is put where anyone can fetch it, and never put back."""

import sys
from pathlib import Path

import pytest

from affidavit.anchors.plan import PublishAnchor
from affidavit.anchors.publish import publish
from affidavit.anchors.web import Web
from affidavit.errors import (
    AnchorUnavailable,
    BrokenTrail,
    ToolUnavailable,
    TrailUnavailable,
)
from affidavit.tlog.checkpoint import Checkpoint, sign
from support.anchors import LOG, Log, Reply, replying

ONE, OTHER = Log(20), Log(20, history="another")
WEB = Web(tries=1)


def put(
    target: str | Path,
    size: int,
    log: Log = ONE,
    *,
    bearer_env: str | None = None,
    environ: dict[str, str] | None = None,
) -> None:
    anchor = PublishAnchor(target=str(target), bearer_env=bearer_env)
    publish(WEB, anchor, log.note(size), log.prove, environ=environ or {})


def test_a_folder_holds_the_newest_checkpoint(tmp_path: Path) -> None:
    put(tmp_path / "out", 7)
    put(tmp_path / "out", 9)
    put(tmp_path / "out", 9)

    assert (tmp_path / "out" / "checkpoint").read_bytes() == ONE.note(9)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["checkpoint"]


@pytest.mark.parametrize(
    ("size", "log"),
    [(7, ONE), (9, OTHER), (12, OTHER)],
    ids=["smaller", "same", "more"],
)
def test_what_was_published_is_not_contradicted(
    tmp_path: Path, size: int, log: Log
) -> None:
    put(tmp_path, 9)

    with pytest.raises(BrokenTrail, match="published before"):
        put(tmp_path, size, log)

    assert (tmp_path / "checkpoint").read_bytes() == ONE.note(9)


def test_another_logs_checkpoint_is_left_alone(tmp_path: Path) -> None:
    other = sign(Checkpoint("other.example/log", 7, ONE.head(7).root), LOG.signer)
    (tmp_path / "checkpoint").write_bytes(other)

    with pytest.raises(AnchorUnavailable, match="a folder of its own"):
        put(tmp_path, 9)


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"notes of mine")

    with pytest.raises(AnchorUnavailable, match="something else"):
        put(tmp_path, 9)


def test_a_place_that_cannot_be_read_or_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(TrailUnavailable):
        put(tmp_path, 9)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrailUnavailable):
        put(tmp_path / "file" / "out", 9)


def test_an_address_gets_a_put_with_its_token() -> None:
    with replying(lambda _: Reply(status=201)) as server:
        url = f"{server.url}/logs/checkpoint"
        put(url, 9, bearer_env="TOKEN", environ={"TOKEN": "s3cret"})
        put(url, 9)

    first, second = server.received
    assert (first.method, first.path, first.body) == (
        "PUT",
        "/logs/checkpoint",
        ONE.note(9),
    )
    assert first.headers["authorization"] == "Bearer s3cret"
    assert first.headers["content-type"].startswith("text/plain")
    assert "authorization" not in second.headers


def test_a_refused_put_is_an_error() -> None:
    with (
        replying(lambda _: Reply(status=403, body=b"no")) as server,
        pytest.raises(AnchorUnavailable, match=r"403 \(no\)"),
    ):
        put(server.url, 9)


def test_a_missing_token_is_named_and_nothing_is_sent() -> None:
    with (
        replying(lambda _: Reply()) as server,
        pytest.raises(AnchorUnavailable, match="variable TOKEN"),
    ):
        put(server.url, 9, bearer_env="TOKEN")

    assert server.received == []


def test_an_object_store_gets_the_checkpoint(tmp_path: Path) -> None:
    put(f"file://{tmp_path}", 7)
    put(f"file://{tmp_path}", 9)

    assert (tmp_path / "checkpoint").read_bytes() == ONE.note(9)


def test_an_object_store_that_is_none_is_an_error() -> None:
    with pytest.raises(AnchorUnavailable):
        put("nosuch://bucket/prefix", 9)


def test_without_its_package_an_object_store_is_named_as_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)

    with pytest.raises(ToolUnavailable, match="extra `objects`"):
        put(f"file://{tmp_path}", 9)
