"""Deferred work through the real SDK over real sockets, with the real trail."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.testing import Sandbox
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity
from support import uploader
from support.cli import environment, invoke
from support.project import a_project
from support.uploads import OnlyOnce, a_batch

ENDPOINTS = (
    '[chat.completions, files.create, "uploads.*", batches.create, '
    "fine_tuning.jobs.create]"
)
WINDOW: Any = {"endpoint": "/v1/chat/completions", "completion_window": "24h"}
BATCH = a_batch()


def with_batches(directory: Path, *, observe: bool = False) -> Settings:
    """A project whose policy allows deferred work."""
    settings = a_project(directory, observe=observe)
    policy = directory / "policies" / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    text = text.replace(
        "endpoints: [chat.completions, responses]", f"endpoints: {ENDPOINTS}", 1
    )
    text = text.replace('models: ["gpt-*", "o1*", "o3*", "o4*"]', 'models: ["*"]', 1)
    policy.write_text(text, encoding="utf-8")
    return settings


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_batches(tmp_path)


@pytest.fixture
def governor(settings: Settings) -> Iterator[Governor]:
    with Governor(settings=settings) as opened:
        yield opened


def a_client(sandbox: Sandbox, governor: Governor) -> OpenAI:
    return OpenAI(
        base_url=sandbox.base_url,
        api_key="k",
        affidavit=governor,
        purpose="support.reply",
        max_retries=0,
    )


def decisions(settings: Settings, endpoint: str) -> list[StoredRecord]:
    return [
        record
        for record in TrailReader(settings.trail).records()
        if record.entry.kind is Kind.DECISION
        and record.body is not None
        and record.body["endpoint"] == endpoint
    ]


def body(record: StoredRecord) -> dict[str, Any]:
    assert record.body is not None
    return dict(record.body)


def assert_valid(settings: Settings) -> None:
    identity = load_identity(settings)
    report = verify_trail(
        TrailReader(settings.trail),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )
    assert report.verdict is Verdict.VALID, report.problems


def test_a_permitted_batch_is_uploaded_started_and_told(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client:
        file = client.files.create(file=("b.jsonl", BATCH), purpose="batch")
        client.batches.create(input_file_id=file.id, **WINDOW)
    governor.close()

    (uploaded,) = decisions(settings, "files.create")
    (started,) = decisions(settings, "batches.create")
    assert body(uploaded)["file"]["lines"] == 5
    assert body(started)["files"] == [
        {
            "file": file.id,
            "decision": uploaded.entry.id,
            "effect": "permit",
            "purpose": "support.reply",
            "sha256": body(uploaded)["file"]["sha256"],
        }
    ]
    assert body(started)["model"] == "gpt-4o-mini"
    assert "findings" not in body(started)
    assert_valid(settings)


def test_a_batch_with_one_line_that_asks_for_a_data_set_never_leaves(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client, pytest.raises(PolicyDenied) as caught:
        client.files.create(file=a_batch(dataset=3), purpose="batch")
    governor.close()

    assert sandbox.requests == []
    assert caught.value.rule == "openai-dataset-generation"
    assert caught.value.clause == "openai-services-agreement/3.3(e)"
    assert caught.value.reason.startswith("line 3 (custom_id 'a-3'): ")
    (refused,) = decisions(settings, "files.create")
    assert refused.entry.effect == "refuse"
    assert {tuple(each["lines"]) for each in body(refused)["findings"]} == {(3,)}
    assert_valid(settings)


async def test_an_async_client_does_the_same(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    async with AsyncOpenAI(
        base_url=sandbox.base_url,
        api_key="k",
        affidavit=governor,
        purpose="support.reply",
    ) as client:
        stream: Any = OnlyOnce(BATCH)
        file = await client.files.create(file=stream, purpose="batch")
        await client.batches.create(input_file_id=file.id, **WINDOW)
        with pytest.raises(PolicyDenied, match="line 3"):
            await client.files.create(file=a_batch(dataset=3), purpose="batch")
        with pytest.raises(PolicyDenied, match="ungoverned-file"):
            await client.batches.create(input_file_id="file-strange", **WINDOW)
    governor.close()

    effects = [each.entry.effect for each in decisions(settings, "files.create")]
    assert effects == ["permit", "refuse"]
    assert_valid(settings)


def test_work_on_a_file_that_this_trail_has_not_governed_is_refused(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client:
        with pytest.raises(PolicyDenied) as caught:
            client.batches.create(input_file_id="file-strange", **WINDOW)
        with pytest.raises(PolicyDenied, match="ungoverned-file"):
            client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file="file-x")
        read = client.files.create(file=BATCH, purpose="user_data")
        with pytest.raises(PolicyDenied, match="unread_file"):
            client.batches.create(input_file_id=read.id, **WINDOW)
    governor.close()

    assert caught.value.rule == "ungoverned-file"
    assert "file-strange" in str(caught.value)
    assert caught.value.remedy is not None
    assert "Upload the file through affidavit" in caught.value.remedy
    refused = decisions(settings, "batches.create")[0]
    assert body(refused)["files"] == [{"file": "file-strange", "decision": None}]
    assert body(refused)["findings"][0]["kind"] == "ungoverned_file"


def test_a_file_to_train_on_is_inspected_and_referred_to(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    example = {
        "messages": [
            {"role": "user", "content": "Where is my parcel?"},
            {"role": "assistant", "content": "On its way."},
        ]
    }
    data = (json.dumps(example) + "\n").encode() * 12
    with a_client(sandbox, governor) as client:
        file = client.files.create(file=data, purpose="fine-tune")
        client.fine_tuning.jobs.create(
            model="gpt-4o-mini-2024-07-18", training_file=file.id
        )
    governor.close()

    (uploaded,) = decisions(settings, "files.create")
    assert (body(uploaded)["file"]["lines"], body(uploaded)["file"]["malformed"]) == (
        12,
        0,
    )
    (job,) = decisions(settings, "fine_tuning.jobs.create")
    assert body(job)["files"][0]["decision"] == uploaded.entry.id


def test_a_file_in_parts_is_named_by_their_digests_and_known_by_its_own_name(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client:
        upload = client.uploads.upload_file_chunked(
            file=BATCH,
            filename="b.jsonl",
            bytes=len(BATCH),
            mime_type="text/jsonl",
            purpose="batch",
            part_size=300,
        )
        assert upload.file is not None
        client.batches.create(input_file_id=upload.file.id, **WINDOW)
    governor.close()

    parts = decisions(settings, "uploads.parts.create")
    (completed,) = decisions(settings, "uploads.complete")
    (started,) = decisions(settings, "batches.create")
    file = body(completed)["file"]
    assert file["parts"] == [body(part)["file"]["sha256"] for part in parts]
    assert (file["lines"], file["part_count"]) == (5, len(parts))
    assert body(started)["files"][0]["decision"] == completed.entry.id
    assert_valid(settings)


def test_a_file_is_known_after_a_restart_and_to_other_processes(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    with Governor(settings=settings) as first, a_client(sandbox, first) as client:
        before = client.files.create(file=BATCH, purpose="batch").id
    with Governor(settings=settings) as second, a_client(sandbox, second) as client:
        client.batches.create(input_file_id=before, **WINDOW)
        with Governor(settings=settings) as beside:
            with a_client(sandbox, beside) as other:
                meanwhile = other.files.create(file=BATCH, purpose="batch").id
            beside.trail._writer.flush()
            # Still in the WAL of the other, or just taken in from there.
            client.batches.create(input_file_id=meanwhile, **WINDOW)
        (elsewhere,) = uploaded_elsewhere(sandbox.base_url, tmp_path, 1)
        client.batches.create(input_file_id=elsewhere["file"], **WINDOW)

    assert len(decisions(settings, "batches.create")) == 3
    assert_valid(settings)


def test_a_file_that_was_only_observed_is_not_governed_once_the_policy_enforces(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = with_batches(tmp_path, observe=True)
    with Governor(settings=settings) as governor, a_client(sandbox, governor) as client:
        file = client.files.create(file=a_batch(dataset=3), purpose="batch")
        client.batches.create(input_file_id=file.id, **WINDOW)
        policy = tmp_path / "policies" / "policy.yaml"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text.replace("mode: observe", "mode: enforce"))
        assert governor.reload()
        with pytest.raises(PolicyDenied, match="observed_file"):
            client.batches.create(input_file_id=file.id, **WINDOW)

    effects = [each.entry.effect for each in decisions(settings, "batches.create")]
    assert effects == ["observed", "refuse"]


def test_a_file_of_another_purpose_is_a_finding(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client:
        file = client.files.create(file=BATCH, purpose="batch")
        with pytest.raises(PolicyDenied):
            client.with_purpose("search.index").batches.create(
                input_file_id=file.id, **WINDOW
            )
    governor.close()

    (refused,) = decisions(settings, "batches.create")
    assert body(refused)["findings"][0]["activity"] == "file_of_another_purpose"
    assert body(refused)["files"][0]["purpose"] == "support.reply"


def test_the_trail_shows_what_was_uploaded(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with a_client(sandbox, governor) as client:
        name = client.files.create(file=BATCH, purpose="batch").id
    governor.close()
    shown = invoke(
        "trail", "show", settings.trail, cwd=settings.trail, env={"COLUMNS": "300"}
    )

    assert "batch file, 5 lines, " in shown.out
    assert name in shown.out


class Discarding(BaseHTTPRequestHandler):
    """Takes an upload of any size and keeps its number of bytes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        answer = {
            "id": f"file-{self.client_address[1]}",
            "object": "file",
            "bytes": 1,
            "created_at": 1,
            "filename": "f",
            "purpose": "batch",
            "status": "processed",
        }
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Nothing to say."""


@contextmanager
def discarding() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Discarding)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def uploaded_elsewhere(base_url: str, project: Path, *mib: int) -> list[dict[str, Any]]:
    """What a process of its own tells of its uploads."""
    command = [sys.executable, uploader.__file__, base_url, *map(str, mib)]
    done = subprocess.run(
        command,
        cwd=project,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=600,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def added_kib(project: Path, mib: int) -> int:
    """How much more memory a file of `mib` takes than one of 1 MiB."""
    with_batches(project)
    with discarding() as base_url:
        small, large = uploaded_elsewhere(base_url, project, 1, mib)
    peaks: tuple[int, int] = small["peak"], large["peak"]
    return peaks[1] - peaks[0]


def test_a_batch_of_48_mib_adds_no_more_memory_than_a_small_one_would(
    tmp_path: Path,
) -> None:
    assert added_kib(tmp_path, 48) < 8 << 10


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_batch_of_512_mib_is_inspected_under_64_mib_of_added_memory(
    tmp_path: Path,
) -> None:
    assert added_kib(tmp_path, 512) < 64 << 10
